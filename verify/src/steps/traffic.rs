//! A minute of synthetic traffic: do the stores count what the generator counted?

mod generator;

use std::future::Future;
use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;

use super::{Stack, metrics};
use crate::http::{Failure, until};
use crate::need::Need;
use crate::report::Report;
use crate::urls::with_query;
use generator::Sent;

/// How far a count may be from the generator's, as a share of it.
const TOLERANCE: f64 = 0.05;
/// Requests per second of others above which counts say nothing about ours.
const QUIET: f64 = 0.5;
const OTHERS: &str = r#"sum(rate(http_requests_total{endpoint=~"/api/.*"}[1m]))"#;
const STEP: &str = "a minute's traffic is counted";
const EXPECTED: &str = "within 5 % of the generator's own count";

/// Seconds after which nothing is left to be seen of the processes before: a Prometheus that
/// was started anew shows what the one before saw last for five minutes, unless it is asked
/// for what is young.
const SETTLED: f64 = 45.0;
/// Each is scraped every 15 seconds at least.
const YOUNGEST: &str = "time() - max(last_over_time(\
    process_start_time_seconds{job=~\"backend|prometheus|tempo\"}[20s]))";

/// Counters, and which of the generator's counts each must have grown by. Tempo sends its
/// own every 15 seconds.
const COUNTERS: [(&str, Of, &str); 5] = [
    (
        "Prometheus has the requests",
        Of::Requests,
        r#"sum(last_over_time(http_requests_total{endpoint=~"/api/.*"}[40s]))"#,
    ),
    ("Prometheus has the errors", Of::Errors, "sum(last_over_time(http_errors_total[40s]))"),
    (
        "Prometheus has the reports by region",
        Of::Reports,
        r#"sum(last_over_time(synthetic_requests_total{outcome="accepted"}[40s]))"#,
    ),
    (
        "Tempo's span metrics have the requests",
        Of::Planned,
        r#"sum(last_over_time(traces_spanmetrics_calls_total{service="lab-loadgen"}[40s]))"#,
    ),
    (
        "Tempo's span metrics have the errors",
        Of::Errors,
        r#"sum(last_over_time(traces_spanmetrics_calls_total{service="lab-loadgen",status_code="STATUS_CODE_ERROR"}[40s]))"#,
    ),
];
/// Lines of the time since the start, found by what only synthetic requests carry.
const LINES: [(&str, Of, &str); 2] = [
    ("Loki has the requests", Of::Planned, ""),
    ("Loki has the errors", Of::Errors, " | http_response_status_code >= 500"),
];

/// One of the generator's counts.
#[derive(Clone, Copy)]
enum Of {
    /// Requests of personas and those that delete their tasks in the end.
    Requests,
    /// Requests of personas.
    Planned,
    /// Answers with a 5xx.
    Errors,
    /// `POST /api/trace/synthetic/{id}`.
    Reports,
}

impl Of {
    fn count(self, sent: &Sent) -> f64 {
        match self {
            Self::Requests => sent.requests + sent.cleanups,
            Self::Planned => sent.requests,
            Self::Errors => sent.errors,
            Self::Reports => sent.reports,
        }
    }
}

/// Sends the traffic and compares; true when it was answered. Leaves that out where it
/// cannot tell anything.
pub(crate) async fn check(stack: &Stack<'_>, report: &mut Report) -> bool {
    let (seconds, Some(program)) = (stack.config.traffic, &stack.config.loadgen) else {
        report.leave_out(STEP, EXPECTED, "no load generator is named");
        return false;
    };
    if seconds == 0 {
        report.leave_out(STEP, EXPECTED, "0 seconds were asked for");
        return false;
    }
    if let Some(Ok(others)) = report.prepare(sum(stack, OTHERS)).await
        && others > QUIET
    {
        let why = format!("others ask {others:.1} times a second, which is counted as well");
        report.leave_out(STEP, EXPECTED, &why);
        return false;
    }
    let mut before = [0.0; COUNTERS.len()];
    let mut start = OffsetDateTime::now_utc();
    let expected = format!("{seconds} s at {} requests a second", generator::RATE);
    let needs = [Need::Frontend, Need::Backend, Need::Collector, Need::Prometheus];
    let sent = report
        .find("synthetic traffic is answered", &expected, &needs, async {
            settle(stack).await?;
            before = counted(stack).await?;
            start = OffsetDateTime::now_utc();
            generator::run(program, stack.config).await
        })
        .await;
    if sent.is_none() {
        report.lose(Need::Traffic, "was not answered");
    }
    let (by, is_answered) = (stack.patience(), sent.is_some());
    let sent = sent.unwrap_or_default();
    for ((step, of, query), before) in COUNTERS.into_iter().zip(before) {
        let look = || async { Ok(sum(stack, query).await? - before) };
        let work = Box::pin(until(by, || compare(of.count(&sent), look())));
        report.check(step, EXPECTED, &[Need::Prometheus, Need::Traffic], work).await;
    }
    for (step, of, filter) in LINES {
        let look = || async { lines(stack, filter, start).await };
        let work = Box::pin(until(by, || compare(of.count(&sent), look())));
        report.check(step, EXPECTED, &[Need::Loki, Need::Traffic], work).await;
    }
    is_answered
}

/// Waits until nothing of the processes before is seen any more.
async fn settle(stack: &Stack<'_>) -> Result<(), Failure> {
    let age = until(stack.patience(), || sum(stack, YOUNGEST))
        .await
        .map_err(|why| format!("how long the stack runs is not known: {why}"))?;
    if (0.0..SETTLED).contains(&age) {
        tokio::time::sleep(Duration::from_secs_f64(SETTLED - age)).await;
    }
    Ok(())
}

/// What was counted before the traffic. Without it, all that was ever counted would be taken
/// for this traffic.
async fn counted(stack: &Stack<'_>) -> Result<[f64; COUNTERS.len()], Failure> {
    let by = stack.patience();
    let mut counts = [0.0; COUNTERS.len()];
    for (count, (_, _, query)) in counts.iter_mut().zip(COUNTERS) {
        *count = until(by, || sum(stack, query))
            .await
            .map_err(|why| format!("what was counted before is not known: {why}"))?;
    }
    Ok(counts)
}

async fn compare(
    sent: f64,
    count: impl Future<Output = Result<f64, Failure>>,
) -> Result<String, Failure> {
    let seen = count.await?;
    let text = format!("{seen} of {sent}");
    if agrees(seen, sent) { Ok(text) } else { Err(text) }
}

fn agrees(seen: f64, sent: f64) -> bool {
    (seen - sent).abs() <= sent * TOLERANCE
}

/// The one value of an instant query; 0 while there is no series.
async fn sum(stack: &Stack<'_>, query: &str) -> Result<f64, Failure> {
    Ok(metrics::query(stack, query).await?.first().map_or(0.0, number))
}

async fn lines(stack: &Stack<'_>, filter: &str, start: OffsetDateTime) -> Result<f64, Failure> {
    let age = (OffsetDateTime::now_utc() - start).whole_seconds() + 1;
    let query = format!(
        r#"sum(count_over_time({{service_name="task-backend"}} | app_region != ""{filter} [{age}s]))"#
    );
    let url = with_query(&stack.config.loki, "/loki/api/v1/query", &[("query", &query)]);
    let answer = stack.http.json(&url).await?;
    Ok(answer.pointer("/data/result/0").map_or(0.0, number))
}

fn number(series: &Value) -> f64 {
    metrics::value(series).and_then(|text| text.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::Http;
    use crate::steps::stand_in;

    /// What was counted before, where Prometheus fails so many times and is then asked again.
    async fn counted_after(failures: usize, patience: &str) -> Result<f64, Failure> {
        let config = stand_in::prometheus(failures, &json!([{ "value": [0, "7"] }]), patience);
        let http = Http::new().unwrap();
        let stack = Stack { config: &config, http: &http, start: OffsetDateTime::now_utc() };
        counted(&stack).await.map(|counts| counts.iter().sum())
    }

    #[tokio::test]
    async fn what_was_counted_before_is_asked_for_with_patience() {
        assert_eq!(counted_after(1, "60").await, Ok(7.0 * 5.0));
    }

    #[tokio::test]
    async fn what_was_counted_before_has_to_be_known() {
        let why = counted_after(1, "0").await.unwrap_err();
        assert!(why.starts_with("what was counted before is not known: 503"), "{why}");
    }

    #[test]
    fn a_twentieth_is_near_enough() {
        assert!(agrees(1000.0, 1000.0) && agrees(950.0, 1000.0) && agrees(1050.0, 1000.0));
        assert!(!agrees(949.0, 1000.0) && !agrees(1051.0, 1000.0) && !agrees(0.0, 10.0));
    }

    #[test]
    fn what_deletes_tasks_counts_where_it_is_seen() {
        let sent = Sent { requests: 100.0, errors: 4.0, reports: 20.0, cleanups: 7.0 };
        let counts = [Of::Requests, Of::Planned, Of::Errors, Of::Reports].map(|of| of.count(&sent));
        assert_eq!(format!("{counts:?}"), "[107.0, 100.0, 4.0, 20.0]");
    }
}
