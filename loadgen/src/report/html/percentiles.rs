//! The percentile curve: every nine takes as much room as the one before.

use std::time::Duration;

use super::chart::{Chart, Drawing, Legend, Line, Sheet, both};
use super::course::{powers, ticks};
use super::scale::{Scale, decade, decades};
use crate::histogram::Histogram;
use crate::report::text::ms;
use crate::stats::Stats;

/// Nines at the right end.
const NINES: u32 = 4;
/// Places between two nines.
const STEPS: u32 = 50;
/// Nines with a name.
const NAMES: [(f64, &str); 5] = [
    (std::f64::consts::LOG10_2, "50 %"),
    (1.0, "90 %"),
    (2.0, "99 %"),
    (3.0, "99.9 %"),
    (4.0, "99.99 %"),
];

/// Latency beside service time.
pub(super) fn percentiles(stats: &Stats) -> Chart {
    let (latency, service) = (&stats.total.latency, &stats.total.service);
    let in_ms = |duration: Duration| duration.as_secs_f64() * 1e3;
    let min = latency.quantile(0.0).min(service.quantile(0.0));
    let (low, high) = decades(in_ms(min), in_ms(latency.max()));
    let draw = |sheet: Sheet| {
        let mut drawing = Drawing::new(sheet);
        let x = Scale::new((0.0, f64::from(NINES)), (Sheet::LEFT, sheet.right()));
        let y = Scale::new((low, high), (sheet.bottom(), Sheet::TOP));
        drawing.y = ticks(&powers(low, high), |power| y.at(power), decade);
        drawing.x = NAMES
            .iter()
            .map(|(nines, name)| super::chart::Tick { at: x.at(*nines), label: (*name).to_owned() })
            .collect();
        let line = |class, histogram: &Histogram| {
            let places = curve(histogram)
                .map(|(nines, value)| Some((x.at(nines), y.at(in_ms(value).max(1e-3).log10()))));
            Line::through(class, places)
        };
        drawing.lines = vec![line("p99", latency), line("service", service)];
        drawing
    };
    let told = |histogram: &Histogram| {
        [(0.9, "p90"), (0.99, "p99"), (0.999, "p99.9"), (0.9999, "p99.99")]
            .map(|(share, name)| format!("{name} {}", ms(histogram.quantile(share))))
            .join(", ")
    };
    Chart {
        id: "percentiles",
        title: "Percentiles",
        description: format!(
            "From the intended time: {}. Service time: {}.",
            told(latency),
            told(service),
        ),
        legend: vec![
            Legend { class: "p99", name: "from the intended time" },
            Legend { class: "service", name: "service time" },
        ],
        drawings: both(draw),
    }
}

/// Values by their nines, as far as there are requests enough to tell.
fn curve(histogram: &Histogram) -> impl Iterator<Item = (f64, Duration)> + '_ {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 requests")]
    let most = (histogram.count().max(1) as f64).log10();
    (0..=NINES * STEPS)
        .map(|step| f64::from(step) / f64::from(STEPS))
        .take_while(move |nines| *nines <= most)
        .map(|nines| (nines, histogram.quantile(1.0 - 10f64.powf(-nines))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_requests_have_few_nines() {
        let mut histogram = Histogram::fine();
        for ms in 1..=100 {
            histogram.record(Duration::from_millis(ms));
        }
        let curve: Vec<_> = curve(&histogram).collect();
        assert_eq!(curve.len(), 101);
        let (nines, value) = curve[50];
        assert!((nines - 1.0).abs() < 1e-9);
        assert!(value.as_millis().abs_diff(90) <= 1, "{value:?}");
    }
}
