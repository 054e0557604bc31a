//! The report as one HTML file: no script, and nothing that is loaded from elsewhere.

mod chart;
mod course;
mod heat;
mod percentiles;
mod scale;
mod tables;

use api_types::synthetic::DEVICES;
use askama::Template;
use jiff::Timestamp;

use super::Report;
use super::text::{QUANTILES, ended, ms, sentence};
use crate::stats::share;
use crate::verdict::Verdict;
use tables::{ExemplarList, Fact, ObjectiveRow, Row, StageRow};

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'r> {
    report: &'r Report,
    written: Timestamp,
    written_text: String,
    sentence: String,
    ended: Option<String>,
    verdict_word: &'static str,
    verdict_class: &'static str,
    figures: Vec<Fact>,
    objectives: [ObjectiveRow; 2],
    charts: Vec<String>,
    stages: Vec<StageRow<'r>>,
    quantiles: [&'static str; QUANTILES.len()],
    endpoints: Vec<Row>,
    totals: [Row; 3],
    regions: Vec<Row>,
    devices: [&'static str; DEVICES.len()],
    heat: Vec<heat::HeatRow>,
    exemplars: Vec<ExemplarList>,
    facts: Vec<Fact>,
}

/// The report as an HTML page that was written then.
pub fn html(report: &Report, written: Timestamp) -> Result<String, askama::Error> {
    let stats = &report.run.stats;
    let mut charts = Vec::new();
    if !report.run.course.is_empty() {
        charts.push(course::rate(report).render()?);
        charts.push(course::latency(report).render()?);
        charts.push(percentiles::percentiles(stats).render()?);
        // The closed model has no schedule to be late on.
        if !report.stages.is_empty() {
            charts.push(course::slip(report).render()?);
        }
    }
    let (verdict_word, verdict_class) = match report.judgement.verdict {
        Verdict::Met => ("Met", "good"),
        Verdict::Breached => ("Missed", "bad"),
        Verdict::FellBehind => ("Fell behind", "warn"),
        Verdict::Unreachable => ("Unreachable", "bad"),
    };
    let page = Page {
        report,
        written,
        written_text: written.strftime("%-d %B %Y, %H:%M UTC").to_string(),
        sentence: sentence(report),
        ended: ended(report),
        verdict_word,
        verdict_class,
        figures: vec![
            Fact::new("Requests", stats.requests()),
            Fact::new("Requests/s", format!("{:.1}", report.rate())),
            Fact::new(
                "Errors",
                format!("{:.2} %", 100.0 * share(stats.total.bad, stats.requests())),
            ),
            Fact::new("Latency p50", ms(stats.total.latency.quantile(0.5))),
            Fact::new("Latency p99", ms(stats.total.latency.quantile(0.99))),
            Fact::new("Slip p99", ms(stats.slip.quantile(0.99))),
            Fact::new("Not sent", stats.dropped),
        ],
        objectives: tables::objectives(report),
        charts,
        stages: tables::stages(&report.stages),
        quantiles: QUANTILES.map(|(_, name)| name),
        endpoints: tables::endpoints(stats),
        totals: tables::totals(stats),
        regions: tables::regions(stats),
        devices: DEVICES,
        heat: heat::rows(stats),
        exemplars: tables::exemplars(report),
        facts: tables::facts(report),
    };
    page.render()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Run;
    use crate::report::sample;
    use crate::stats::Stats;
    use crate::verdict::Judgement;

    fn page(report: &Report) -> String {
        html(report, "2026-01-02T03:04:05Z".parse().unwrap()).unwrap()
    }

    #[test]
    fn the_verdict_comes_first_and_nothing_is_loaded() {
        let page = page(&sample::report());
        let body = &page[page.find("<body>").unwrap()..];
        let verdict = body.find("The objectives were missed: availability by").unwrap();
        assert!(verdict < body.find("Exit code 2").unwrap());
        assert!(verdict < body.find("<table>").unwrap());
        assert!(body.contains("2 January 2026, 03:04 UTC"));
        for loading in ["<script", "src=", "@import", "url(", "<link rel=\"stylesheet"] {
            assert!(!page.contains(loading), "{loading}");
        }
        assert!(page.contains("default-src 'none'"));
    }

    #[test]
    fn charts_have_titles_and_stages_are_named_as_text() {
        let page = page(&sample::report());
        assert_eq!(page.matches("role=\"img\"").count(), 8);
        assert_eq!(page.matches("<title id=").count(), 8);
        assert!(page.contains("error burst"));
        assert!(page.contains("&#60;recovery&#62;"), "names are escaped");
        assert!(!page.contains("<recovery>"));
        assert!(!page.contains("NaN") && !page.contains("inf"));
    }

    #[test]
    fn traces_lead_to_the_lab() {
        let report = sample::report();
        let page = page(&report);
        let id = crate::trace::trace_id(report.run.stats.exemplars.failed[0].trace_id);
        assert!(page.contains(&format!("href=\"http://127.0.0.1:8080/traces/{id}\"")));
    }

    #[test]
    fn a_run_without_an_answer_has_a_report() {
        let mut report = sample::report();
        let stats = Stats::default();
        report.judgement = Judgement::of(&stats, &report.objectives);
        report.run = Run { stats, course: Vec::new(), ..report.run };
        let page = page(&report);
        assert!(page.contains("could not be reached"));
        assert!(!page.contains("<svg") && !page.contains("NaN"));
    }
}
