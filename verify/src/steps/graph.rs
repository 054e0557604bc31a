//! Tempo's service graph: does it lead from the browser to the database?

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Stack, metrics};
use crate::http::{Failure, until};
use crate::need::Need;
use crate::report::Report;

const TOTAL: &str = "traces_service_graph_request_total";

/// How long an answer is waited for before the click, which waits meanwhile.
const SOON: Duration = Duration::from_secs(10);

const NEEDS: [Need; 4] = [Need::Tempo, Need::Collector, Need::Prometheus, Need::Click];

/// Who calls whom, and the kind of the connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    client: String,
    server: String,
    kind: String,
}

/// How often each edge was seen.
#[derive(Debug, Default)]
pub(crate) struct Edges(BTreeMap<Edge, f64>);

/// What the graph has before the click, or why that is not known.
pub(crate) async fn before(stack: &Stack<'_>, report: &mut Report) -> Result<Edges, Failure> {
    let by = Instant::now() + stack.config.patience().min(SOON);
    let asked = report.prepare(until(by, || edges(stack))).await;
    asked.unwrap_or_else(|| Err("it was cut off".to_owned()))
}

/// The click's edges have grown since. Tempo pairs a CLIENT span with the SERVER span below
/// it: the proxy, which makes SERVER spans alone, ends an edge and begins none. The step from
/// the proxy to the backend is the trace's to show.
pub(crate) async fn check(stack: &Stack<'_>, before: &Result<Edges, Failure>, report: &mut Report) {
    let by = stack.patience();
    for (step, expected, is_it) in [
        (
            "the graph leads from the browser to a server",
            "task-frontend → lab-proxy or task-backend, more than before",
            Edge::enters as fn(&Edge) -> bool,
        ),
        (
            "the graph leads from the backend to the database",
            "task-backend → a database, more than before",
            Edge::stores,
        ),
    ] {
        let work = async {
            let before = before
                .as_ref()
                .map_err(|why| format!("what the graph had before is not known: {why}"))?;
            until(by, || async { grown(before, &edges(stack).await?, is_it) }).await
        };
        report.check(step, expected, &NEEDS, work).await;
    }
}

impl Edge {
    fn enters(&self) -> bool {
        let Self { client, server, .. } = self;
        client == "task-frontend" && ["lab-proxy", "task-backend"].contains(&server.as_str())
    }

    /// Tempo calls a database by the address of its server.
    fn stores(&self) -> bool {
        self.client == "task-backend" && self.kind == "database" && !self.server.is_empty()
    }
}

async fn edges(stack: &Stack<'_>) -> Result<Edges, Failure> {
    let started = metrics::started(stack, &stack.config.tempo).await?;
    let series = metrics::query(stack, &counts(started)).await?;
    Ok(Edges(series.iter().filter_map(edge).collect()))
}

/// Requests by edge, as the Tempo counts them that was started then: Prometheus shows for five
/// minutes what one that is gone sent last, and its successor begins with nothing.
fn counts(started: f64) -> String {
    format!("sum by (client, server, connection_type) ({TOTAL} and timestamp({TOTAL}) > {started})")
}

fn edge(series: &Value) -> Option<(Edge, f64)> {
    let label = |name: &str| series["metric"][name].as_str().unwrap_or_default().to_owned();
    let edge =
        Edge { client: label("client"), server: label("server"), kind: label("connection_type") };
    Some((edge, metrics::value(series)?.parse().ok()?))
}

/// The edge of this kind that was seen more often than before.
fn grown(before: &Edges, now: &Edges, is_it: fn(&Edge) -> bool) -> Result<String, Failure> {
    let mut seen = Vec::new();
    for (edge, count) in now.0.iter().filter(|(edge, _)| is_it(edge)) {
        let earlier = before.0.get(edge).copied().unwrap_or_default();
        let text = format!("{} → {}: {earlier}, then {count}", edge.client, edge.server);
        if *count > earlier {
            return Ok(text);
        }
        seen.push(text);
    }
    Err(if seen.is_empty() { "there is no such edge".to_owned() } else { seen.join("; ") })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde_json::json;
    use time::OffsetDateTime;

    use super::*;
    use crate::config::Config;
    use crate::end::End;
    use crate::http::Http;
    use crate::steps::stand_in;

    fn series(client: &str, server: &str, kind: &str, count: &str) -> Value {
        json!({
            "metric": { "client": client, "server": server, "connection_type": kind },
            "value": [0, count],
        })
    }

    /// The edges from the browser to the database, each seen so often.
    fn path(count: &str) -> Value {
        json!([
            series("task-frontend", "lab-proxy", "", count),
            series("task-backend", "postgres", "database", count),
        ])
    }

    /// Whether the graph is found to have grown.
    async fn has_grown(config: Config) -> bool {
        let http = Http::new().unwrap();
        let stack = Stack { config: &config, http: &http, start: OffsetDateTime::now_utc() };
        let mut report = Report::new(false, End::new(Duration::from_mins(1)).unwrap());
        let edges = before(&stack, &mut report).await;
        check(&stack, &edges, &mut report).await;
        report.passed()
    }

    #[tokio::test]
    async fn what_was_before_has_to_be_known() {
        // Edges that stay as they are have not grown, whether or not they were seen before.
        for failures in [0, 1] {
            assert!(!has_grown(stand_in::prometheus(failures, &path("3"), "0")).await);
        }
    }

    /// The first sample is of before Tempo was started, the second of after it; Prometheus
    /// has that one from the third request on.
    #[tokio::test]
    async fn what_a_tempo_counted_that_is_gone_is_no_measure() {
        let asked = AtomicUsize::new(0);
        let config = stand_in::stores(0, "10", move |query| {
            let now = asked.fetch_add(1, Ordering::Relaxed);
            let (time, count) = if now < 2 { (999.0, "2815") } else { (1015.5, "1") };
            let after: f64 =
                query.trim_end_matches(')').rsplit(" > ").next().unwrap().parse().unwrap();
            if time > after { path(count) } else { json!([]) }
        });
        assert!(has_grown(config).await);
    }

    fn edges(counts: &[(&str, &str, &str, &str)]) -> Edges {
        let series = counts.iter().map(|(client, server, kind, count)| {
            edge(&series(client, server, kind, count)).unwrap()
        });
        Edges(series.collect())
    }

    #[test]
    fn an_edge_has_to_grow() {
        let before = edges(&[("task-frontend", "lab-proxy", "", "3")]);
        let same = grown(&before, &before, Edge::enters);
        assert_eq!(same, Err("task-frontend → lab-proxy: 3, then 3".to_owned()));
        let more = edges(&[("task-frontend", "lab-proxy", "", "4")]);
        let grew = grown(&before, &more, Edge::enters);
        assert_eq!(grew, Ok("task-frontend → lab-proxy: 3, then 4".to_owned()));
        assert!(grown(&Edges::default(), &more, Edge::enters).is_ok());
    }

    #[test]
    fn others_edges_prove_nothing() {
        let others = edges(&[
            ("lab-loadgen", "task-backend", "", "9"),
            ("task-frontend", "elsewhere", "", "9"),
            ("task-backend", "elsewhere", "", "9"),
        ]);
        let none = Err("there is no such edge".to_owned());
        assert_eq!(grown(&Edges::default(), &others, Edge::enters), none);
        assert_eq!(grown(&Edges::default(), &others, Edge::stores), none);
        let database = edges(&[("task-backend", "postgres", "database", "1")]);
        assert!(grown(&Edges::default(), &database, Edge::stores).is_ok());
    }
}
