//! A chart: what is drawn, on a wide and on a narrow sheet.

use std::fmt::Write as _;

use askama::Template;

/// A chart with everything that its markup needs.
#[derive(Debug, Template)]
#[template(path = "chart.html")]
pub(super) struct Chart {
    /// Begins the ids of its parts.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What a person who does not see it is told.
    pub(super) description: String,
    pub(super) legend: Vec<Legend>,
    pub(super) drawings: [Drawing; 2],
}

/// What a line means.
#[derive(Debug)]
pub(super) struct Legend {
    pub(super) class: &'static str,
    pub(super) name: &'static str,
}

/// The size of a drawing and of its margins. Text does not shrink with the screen, so
/// narrow screens get a drawing of their own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet {
    pub(super) class: &'static str,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Drawn for screens of at least 600 pixels.
const WIDE: Sheet = Sheet { class: "wide", width: 560.0, height: 270.0 };
/// Drawn for the others.
const NARROW: Sheet = Sheet { class: "narrow", width: 310.0, height: 230.0 };

impl Sheet {
    pub(super) const LEFT: f64 = 58.0;
    pub(super) const TOP: f64 = 22.0;

    pub(super) fn right(&self) -> f64 {
        self.width - 26.0
    }

    pub(super) fn bottom(&self) -> f64 {
        self.height - 24.0
    }

    pub(super) fn is_narrow(&self) -> bool {
        self.width < 400.0
    }
}

/// The chart on one sheet; places are in its pixels.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) class: &'static str,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) x: Vec<Tick>,
    pub(super) y: Vec<Tick>,
    pub(super) marks: Vec<Tick>,
    pub(super) lines: Vec<Line>,
}

/// A place on an axis and its name.
#[derive(Debug)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) label: String,
}

/// A line, and what is filled below it.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) class: &'static str,
    pub(super) path: String,
    pub(super) area: Option<String>,
}

impl Drawing {
    pub(super) fn new(sheet: Sheet) -> Self {
        Self {
            class: sheet.class,
            width: sheet.width,
            height: sheet.height,
            left: Sheet::LEFT,
            right: sheet.right(),
            top: Sheet::TOP,
            bottom: sheet.bottom(),
            x: Vec::new(),
            y: Vec::new(),
            marks: Vec::new(),
            lines: Vec::new(),
        }
    }
}

/// Draws on both sheets.
pub(super) fn both(draw: impl Fn(Sheet) -> Drawing) -> [Drawing; 2] {
    [WIDE, NARROW].map(draw)
}

impl Line {
    /// Through these places; it is interrupted where there is none.
    pub(super) fn through(
        class: &'static str,
        places: impl Iterator<Item = Option<(f64, f64)>>,
    ) -> Self {
        let mut path = String::new();
        let mut is_down = false;
        for place in places {
            if let Some((x, y)) = place {
                // A lone place is a dot: a line of no length has round ends.
                let _ = if is_down { write!(path, "L{x},{y}") } else { write!(path, "M{x},{y}h0") };
            }
            is_down = place.is_some();
        }
        Self { class, path, area: None }
    }

    /// Filled down to `bottom`.
    pub(super) fn filled(mut self, first: f64, last: f64, bottom: f64) -> Self {
        if let Some(rest) = self.path.strip_prefix('M') {
            self.area = Some(format!("M{first},{bottom}L{rest}L{last},{bottom}Z"));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_gaps() {
        let places = [Some((1.0, 2.0)), Some((2.0, 3.5)), None, Some((4.0, 1.0))];
        let line = Line::through("p99", places.into_iter());
        assert_eq!(line.path, "M1,2h0L2,3.5M4,1h0");
    }

    #[test]
    fn areas_are_closed() {
        let places = [Some((1.0, 2.0)), Some((2.0, 3.0))];
        let line = Line::through("errors", places.into_iter()).filled(1.0, 2.0, 9.0);
        assert_eq!(line.area.unwrap(), "M1,9L1,2h0L2,3L2,9Z");
    }
}
