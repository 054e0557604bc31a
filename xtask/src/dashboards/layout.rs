//! Where panels stand: rows below each other, each filled from the left.

use super::source::Row;

/// Grafana's grid.
const COLUMNS: u32 = 24;
/// Panels beside each other at the most; narrower ones cannot be read.
const ABREAST: usize = 4;

/// A place in the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The places of a row's title and of its panels, and where the next row begins.
pub(super) fn row(row: &Row, top: u32) -> (Place, Vec<Place>, u32) {
    let title = Place { x: 0, y: top, width: COLUMNS, height: 1 };
    let mut y = top + 1;
    let mut places = Vec::new();
    for line in row.panels.chunks(ABREAST) {
        let width = COLUMNS / u32::try_from(line.len()).unwrap_or(1);
        places.extend((0..).take(line.len()).map(|index: u32| Place {
            x: index * width,
            y,
            width,
            height: row.height,
        }));
        y += row.height;
    }
    (title, places, y)
}
