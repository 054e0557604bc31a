//! Regions by devices, coloured by how long requests took.

use std::collections::BTreeMap;
use std::time::Duration;

use api_types::synthetic::{DEVICES, REGIONS};

use crate::report::text::ms;
use crate::stats::{CellStats, Stats, share};

/// A region.
#[derive(Debug)]
pub(super) struct HeatRow {
    pub(super) region: &'static str,
    pub(super) cells: [Option<HeatCell>; DEVICES.len()],
}

/// A region's requests from one device.
#[derive(Debug)]
pub(super) struct HeatCell {
    pub(super) p99: String,
    pub(super) errors: Option<String>,
    /// 0 for the fastest, 100 for the slowest.
    pub(super) heat: u8,
}

/// The regions that took part.
pub(super) fn rows(stats: &Stats) -> Vec<HeatRow> {
    let mut groups: BTreeMap<(u8, u8), CellStats> = BTreeMap::new();
    for (cell, stats) in &stats.cells {
        groups.entry((cell.region, cell.device)).or_default().merge(stats);
    }
    let p99 = |stats: &CellStats| stats.experienced.quantile(0.99);
    let min = groups.values().map(p99).min().unwrap_or_default();
    let max = groups.values().map(p99).max().unwrap_or_default();
    let mut rows: BTreeMap<u8, HeatRow> = BTreeMap::new();
    for ((region, device), stats) in &groups {
        let row = rows.entry(*region).or_insert_with(|| HeatRow {
            region: REGIONS[usize::from(*region)],
            cells: Default::default(),
        });
        let bad = share(stats.bad, stats.latency.count());
        row.cells[usize::from(*device)] = Some(HeatCell {
            p99: ms(p99(stats)),
            errors: (stats.bad > 0).then(|| format!("{:.1} % errors", 100.0 * bad)),
            heat: heat(p99(stats), min, max),
        });
    }
    rows.into_values().collect()
}

/// By the factors between them: twice as long looks the same step everywhere.
fn heat(value: Duration, min: Duration, max: Duration) -> u8 {
    let log = |duration: Duration| duration.as_secs_f64().max(1e-6).ln();
    let span = log(max) - log(min);
    if span <= 0.0 {
        return 0;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 100"
    )]
    let heat = (100.0 * (log(value) - log(min)) / span).clamp(0.0, 100.0).round() as u8;
    heat
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_slowest_is_the_hottest() {
        let rows = rows(&sample::report().run.stats);
        assert_eq!(rows.len(), REGIONS.len());
        let heats: Vec<_> =
            rows.iter().flat_map(|row| row.cells.iter().flatten()).map(|cell| cell.heat).collect();
        assert_eq!((heats.iter().min(), heats.iter().max()), (Some(&0), Some(&100)));
        let ms = Duration::from_millis;
        assert_eq!(heat(ms(10), ms(1), ms(100)), 50);
        assert_eq!(heat(ms(5), ms(5), ms(5)), 0);
    }
}
