//! The report on a terminal.

use std::fmt;
use std::io::IsTerminal as _;
use std::time::Duration;

use api_types::synthetic::REGIONS;

use super::Report;
use crate::cleanup::Cleaned;
use crate::engine::End;
use crate::observation::Outcome;
use crate::plan::action::ENDPOINTS;
use crate::stats::exemplars::Exemplar;
use crate::stats::{EndpointStats, Stats, share};
use crate::trace;
use crate::verdict::{Judged, Verdict};
use crate::verify::Completeness;

/// The longest line of words; tables take up to 120.
const WIDTH: usize = 100;

/// A report as text.
#[derive(Debug)]
pub struct Text<'r> {
    /// What it tells.
    pub report: &'r Report,
    /// The verdict alone.
    pub is_short: bool,
    /// The verdict in its colour.
    pub is_colored: bool,
}

/// Whether standard output shows colours, and nobody minds (<https://no-color.org>).
#[must_use]
pub fn wants_color() -> bool {
    std::io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|no_color| no_color.is_empty())
}

/// Milliseconds with as many digits as one can use.
#[must_use]
pub fn ms(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1e3;
    if ms < 10.0 {
        format!("{ms:.2} ms")
    } else if ms < 100.0 {
        format!("{ms:.1} ms")
    } else if ms < 10_000.0 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", ms / 1e3)
    }
}

/// Percentiles that are told.
pub const QUANTILES: [(f64, &str); 7] = [
    (0.5, "p50"),
    (0.9, "p90"),
    (0.95, "p95"),
    (0.99, "p99"),
    (0.999, "p99.9"),
    (0.9999, "p99.99"),
    (1.0, "max"),
];

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_short {
            self.measured(f)?;
        }
        self.verdict(f)
    }
}

impl Text<'_> {
    fn measured(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { run, .. } = self.report;
        let stats = &run.stats;
        writeln!(
            f,
            "\n{} · {} · seed {} · {} requests in {:.1} s, {:.1} req/s",
            self.report.target,
            self.report.mode,
            self.report.seed,
            stats.requests(),
            run.duration.as_secs_f64(),
            self.report.rate(),
        )?;
        write!(f, "\n{:<32}{:>10}{:>8}", "latency from the intended time", "requests", "errors")?;
        QUANTILES.iter().try_for_each(|(_, name)| write!(f, "{name:>10}"))?;
        writeln!(f)?;
        for (endpoint, stats) in ENDPOINTS.iter().zip(&stats.endpoints) {
            if let Some(stats) = stats {
                row(f, &endpoint.to_string(), stats)?;
            }
        }
        row(f, "all", &stats.total)?;
        write!(f, "{:<50}", "  service time")?;
        for (share, _) in QUANTILES {
            write!(f, "{:>10}", ms(stats.total.service.quantile(share)))?;
        }
        write!(f, "\n{:<50}", "  schedule slip")?;
        for (share, _) in QUANTILES {
            write!(f, "{:>10}", ms(stats.slip.quantile(share)))?;
        }
        writeln!(f)?;
        self.regions(f)?;
        self.failures(f)?;
        exemplars(f, "slowest traces", &stats.exemplars.slowest)?;
        exemplars(f, "failed traces", &stats.exemplars.failed)
    }

    fn regions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let regions = self.report.run.stats.by_region();
        if regions.is_empty() {
            return Ok(());
        }
        writeln!(
            f,
            "\n{:<18}{:>9}{:>9}{:>11}{:>11}{:>16}{:>16}",
            "region", "requests", "errors", "p50", "p99", "p50 with way", "p99 with way"
        )?;
        for (region, stats) in regions {
            writeln!(
                f,
                "{:<18}{:>9}{:>9}{:>11}{:>11}{:>16}{:>16}",
                REGIONS[usize::from(region)],
                stats.latency.count(),
                stats.bad,
                ms(stats.latency.quantile(0.5)),
                ms(stats.latency.quantile(0.99)),
                ms(stats.experienced.quantile(0.5)),
                ms(stats.experienced.quantile(0.99)),
            )?;
        }
        Ok(())
    }

    fn failures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stats = &self.report.run.stats;
        writeln!(f, "\nanswers  {}", answers(stats))?;
        if stats.injected > 0 {
            writeln!(f, "         {} failed because they were asked to", stats.injected)?;
        }
        if stats.unexpected > 0 {
            writeln!(f, "         {} were answered otherwise than they should", stats.unexpected)?;
        }
        let tasks = tasks(self.report.cleaned);
        if !tasks.is_empty() {
            writeln!(f, "tasks    {tasks}")?;
        }
        if let Some(completeness) = &self.report.completeness {
            writeln!(f, "traces   {}", arrived(completeness))?;
            for (trace_id, missing) in &completeness.missing {
                writeln!(f, "         {} lacks {missing}", trace::trace_id(*trace_id))?;
            }
        }
        if self.report.spans_dropped > 0 {
            writeln!(f, "spans    {} did not arrive", self.report.spans_dropped)?;
        }
        Ok(())
    }

    fn verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let judgement = &self.report.judgement;
        writeln!(
            f,
            "\n{:<32}{:>11}{:>11}{:>10}{:>16}",
            "objective", "promised", "seen", "bad", "budget burned"
        )?;
        judged(f, "availability, no 5xx", &judgement.availability)?;
        let threshold = self.report.objectives.threshold;
        judged(f, &format!("latency, within {}", ms(threshold)), &judgement.latency)?;
        if let Some(ended) = ended(self.report) {
            writeln!(f, "\n{}", wrapped(&ended))?;
        }
        let (on, off) =
            if self.is_colored { (color(judgement.verdict), "\x1b[0m") } else { ("", "") };
        writeln!(f, "\n{on}{}{off}", wrapped(&sentence(self.report)))
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, stats: &EndpointStats) -> fmt::Result {
    write!(f, "{name:<32}{:>10}{:>8}", stats.latency.count(), stats.bad)?;
    for (share, _) in QUANTILES {
        write!(f, "{:>10}", ms(stats.latency.quantile(share)))?;
    }
    writeln!(f)
}

fn judged(f: &mut fmt::Formatter<'_>, name: &str, judged: &Judged) -> fmt::Result {
    writeln!(
        f,
        "{name:<32}{:>9.2} %{:>9.2} %{:>10}{:>16}  {}",
        100.0 * judged.objective,
        100.0 * judged.seen,
        judged.bad,
        burned(judged),
        if judged.is_met() { "met" } else { "missed" },
    )
}

/// How much of the error budget burned.
#[must_use]
pub fn burned(judged: &Judged) -> String {
    let burned = 100.0 * judged.burn_rate();
    if burned.is_finite() { format!("{burned:.0} %") } else { "there is none".to_owned() }
}

/// How many requests were answered how, or not at all.
#[must_use]
pub fn answers(stats: &Stats) -> String {
    let mut kinds: Vec<String> =
        stats.statuses.iter().map(|(status, count)| format!("{status}: {count}")).collect();
    for (kind, count) in [
        ("no connection", stats.no_connection),
        ("broken connection", stats.broken),
        ("timeout", stats.timeouts),
        ("not sent", stats.dropped),
    ] {
        if count > 0 {
            kinds.push(format!("{kind}: {count}"));
        }
    }
    kinds.join(" · ")
}

/// What became of the tasks; empty where there were none.
#[must_use]
pub fn tasks(cleaned: Cleaned) -> String {
    let Cleaned { deleted, left, unknown } = cleaned;
    if deleted + left + unknown == 0 {
        return String::new();
    }
    let doubt = if unknown > 0 {
        format!(", {unknown} unknown: their creation had no answer, and the list none either")
    } else {
        String::new()
    };
    format!("{deleted} deleted at the end, {left} left{doubt}")
}

/// How many traces of the sample arrived whole.
#[must_use]
pub fn arrived(completeness: &Completeness) -> String {
    let Completeness { checked, complete, .. } = completeness;
    format!("{complete} of {checked} arrived whole, {:.1} %", 100.0 * completeness.share())
}

/// Bold, and green, red or yellow, as terminals are told.
fn color(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "\x1b[1;32m",
        Verdict::Breached | Verdict::Unreachable => "\x1b[1;31m",
        Verdict::FellBehind => "\x1b[1;33m",
    }
}

/// Breaks lines between words.
fn wrapped(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len());
    let mut width = 0;
    for word in text.split(' ') {
        let letters = word.chars().count();
        if width > 0 {
            let fits = width + 1 + letters <= WIDTH;
            wrapped.push(if fits { ' ' } else { '\n' });
            width = if fits { width + 1 } else { 0 };
        }
        wrapped.push_str(word);
        width += letters;
    }
    wrapped
}

fn exemplars(f: &mut fmt::Formatter<'_>, title: &str, exemplars: &[Exemplar]) -> fmt::Result {
    if exemplars.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{title}")?;
    for exemplar in exemplars.iter().take(5) {
        let endpoint = ENDPOINTS[usize::from(exemplar.endpoint)];
        writeln!(
            f,
            "  {}  {:>9}  {:<18}{endpoint}",
            trace::trace_id(exemplar.trace_id),
            ms(exemplar.latency),
            outcome(exemplar.outcome),
        )?;
    }
    Ok(())
}

/// An outcome in a word.
#[must_use]
pub fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Status(status) => status.to_string(),
        Outcome::NoConnection => "no connection".to_owned(),
        Outcome::Broken => "broken connection".to_owned(),
        Outcome::Timeout => "timeout".to_owned(),
    }
}

/// Why the run ended before its time, if it did.
#[must_use]
pub fn ended(report: &Report) -> Option<String> {
    let why = match report.run.end? {
        End::Asked => "somebody asked for it".to_owned(),
        End::Lost(patience) => format!(
            "the target took no connection for {} (--patience)",
            humantime::format_duration(patience)
        ),
    };
    let seconds = report.run.duration.as_secs_f64();
    Some(format!("The run ended after {seconds:.1} s, before its time: {why}."))
}

/// The verdict as a person says it.
#[must_use]
pub fn sentence(report: &Report) -> String {
    let stats = &report.run.stats;
    match report.judgement.verdict {
        Verdict::Met => "The objectives were met.".to_owned(),
        Verdict::Breached => {
            let missed: Vec<_> = [
                ("availability", report.judgement.availability),
                ("latency", report.judgement.latency),
            ]
            .into_iter()
            .filter(|(_, judged)| !judged.is_met())
            .map(|(name, judged)| {
                let short = 100.0 * (judged.objective - judged.seen);
                format!("{name} by {short:.2} percentage points")
            })
            .collect();
            format!("The objectives were missed: {}.", missed.join(", "))
        }
        Verdict::FellBehind => format!(
            "The generator fell behind: 99 % of the requests were taken up within {}, {:.2} % were \
             not sent. What it measured is its own limit; lower the rate, or give it more \
             --threads or --connections.",
            ms(stats.slip.quantile(0.99)),
            100.0 * share(stats.dropped, stats.dropped + stats.requests()),
        ),
        Verdict::Unreachable => {
            format!("{} could not be reached.", report.target)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn text(is_short: bool, is_colored: bool) -> String {
        Text { report: &sample::report(), is_short, is_colored }.to_string()
    }

    #[test]
    fn lines_fit() {
        for line in text(false, false).lines() {
            assert!(line.chars().count() <= 120, "{line}");
        }
        let mut report = sample::report();
        report.judgement.verdict = Verdict::FellBehind;
        let text = Text { report: &report, is_short: true, is_colored: false }.to_string();
        let longest = text.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(WIDTH), "{text}");
        assert!(text.contains("within 0.20 ms, 0.00 % were not sent."), "{text}");
    }

    #[test]
    fn columns_stand_below_their_names() {
        let text = text(false, false);
        let of = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap();
        let width = of("latency from").chars().count();
        for name in ["GET /api/tasks ", "all ", "  service time", "  schedule slip"] {
            assert_eq!(of(name).chars().count(), width, "{name}");
        }
    }

    #[test]
    fn the_verdict_alone_is_short_and_has_its_colour_on_a_terminal() {
        let plain = text(true, false);
        assert!(!plain.contains('\x1b') && !plain.contains("region"), "{plain}");
        assert!(text(true, true).contains("\x1b[1;31mThe objectives were missed"));
    }
}
