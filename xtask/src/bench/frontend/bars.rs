//! What is promised of the browser's tracer.

use super::page::{OURS, PAGES, STACK};
use super::reading::cost;
use super::report::Report;
use crate::bench::bars::{Bar, Bars};
use crate::bench::number;
use crate::frontend::BUDGET;

/// The promises with what a run measured.
pub(super) fn of(report: &Report) -> Bars {
    let page = report.sizes.first().and_then(|page| u32::try_from(page.gzip).ok());
    promises(page.map_or(f64::NAN, f64::from), cost(report, STACK) / cost(report, OURS))
}

fn promises(page_gzip: f64, cheaper: f64) -> Bars {
    let name = PAGES[STACK].name;
    Bars::new(vec![
        Bar::at_most("the whole page, gzip", number(BUDGET), page_gzip).unit(" B"),
        Bar::at_least(format!("CPU of tracing a request, {name}/the lab's"), 6.0, cheaper),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_promise_is_judged_at_its_limit() {
        let kept = promises(40_000.0, 6.0);
        assert!(kept.judge().is_ok(), "{kept}");
        let error = promises(40_001.0, 5.99).judge().expect_err("both were missed").to_string();
        assert!(error.contains("gzip: 40001 B, not ≤ 40000 B"), "{error}");
        assert!(error.contains("the lab's: 5.99, not ≥ 6.00"), "{error}");
        let unknown = promises(f64::NAN, f64::NAN).judge().expect_err("nothing was measured");
        assert_eq!(unknown.to_string().matches("NaN").count(), 2, "{unknown}");
    }
}
