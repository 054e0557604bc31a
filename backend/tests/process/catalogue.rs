//! `docs/TELEMETRY.md` against what the program emits, in both directions.

mod allowed;
mod document;
pub(crate) mod drive;
mod logs;
mod metrics;
mod spans;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use api_types::synthetic::{DEVICES, MODES, OTHER, REGIONS};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;
use serde_json::Value;
use tempfile::TempDir;

use crate::collector::{Collector, Received, attribute, text};
use crate::lab::{self, Lab};
use crate::postgres;
use document::Table;
use drive::Intruder;
use logs::Line;
use spans::Seen;

/// Prometheus' own checker; `cargo xtask test` says here where it is.
const PROMTOOL: &str = "LAB_PROMTOOL";

/// Everything that one run of the program emitted.
struct Emitted {
    received: Received,
    lines: Vec<Value>,
    metrics: String,
}

async fn run(database: &str) -> Emitted {
    let (collector, address) = Collector::start(Duration::ZERO).await;
    let lab = Lab::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}")),
        ("DATABASE_URL", database),
    ]);
    let mut intruder = Intruder::connect(database).await;
    drive::everything(&lab.url, &mut intruder).await;
    let metrics = reqwest::get(format!("{}/metrics", lab.url)).await.unwrap();
    let metrics = metrics.text().await.unwrap();
    let (code, _, lines) = tokio::task::spawn_blocking(|| lab.stop()).await.unwrap();
    assert_eq!(code, Some(0));
    Emitted { received: collector.received(), lines, metrics }
}

async fn check(system: &str, database: &str) {
    let emitted = run(database).await;
    let mut lines: Vec<_> = emitted.lines.iter().map(Line::printed).collect();
    lines.extend(other_lines());
    let mut complaints = spans::differences("task-backend", system, &exported(&emitted.received));
    complaints.extend(resources(&emitted.received));
    complaints.extend(logs::differences(&lines, true));
    complaints.extend(logs::differences(&records(&emitted.received), false));
    complaints.extend(metrics::differences(&emitted.metrics));
    assert!(complaints.is_empty(), "docs/TELEMETRY.md:\n{}", complaints.join("\n"));
    promtool(&emitted.metrics);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_it_is_what_comes_out() {
    let folder = TempDir::new().unwrap();
    check("sqlite", &format!("sqlite://{}/lab.db", folder.path().display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_it_is_what_comes_out() {
    let Some(database) = postgres::database().await else { return };
    check("postgresql", &database).await;
}

#[test]
fn the_enumerations_are_those_of_the_code() {
    for (label, known) in [("region", &REGIONS[..]), ("device", &DEVICES), ("mode", &MODES)] {
        let table = Table::below("Label values");
        let row = table.rows().find(|row| row.code("label") == label).unwrap();
        let expected: Vec<_> = known.iter().copied().chain([OTHER]).collect();
        assert_eq!(row.codes("values"), expected, "{label}");
    }
}

/// Lines of programs that do something else than serve.
fn other_lines() -> Vec<Line> {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}/lab.db", folder.path().display());
    let mut migrate = Command::new(env!("CARGO_BIN_EXE_backend"));
    migrate.args(["migrate", "--database-url", &url]);
    let mut broken = lab::command(&folder);
    std::fs::write(folder.path().join("notes"), "these are no tasks ".repeat(100)).unwrap();
    broken.env("DATABASE_URL", format!("sqlite://{}/notes", folder.path().display()));
    let mut lines = Vec::new();
    for command in [migrate, broken] {
        let output = lab::output(command);
        let text = String::from_utf8(output.stdout).unwrap();
        lines.extend(text.lines().map(|line| Line::printed(&serde_json::from_str(line).unwrap())));
    }
    // Nobody listens on port 9 (discard).
    let lonely = Lab::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")]);
    let (_, _, unheard) = lonely.stop();
    lines.extend(unheard.iter().map(Line::printed));
    lines
}

fn is_backend(resource: Option<&Resource>) -> bool {
    let attributes = &resource.unwrap().attributes;
    attribute(attributes, "service.name").unwrap() == "task-backend"
}

fn exported(received: &Received) -> Vec<Seen> {
    let resources = received.traces.iter().flat_map(|request| &request.resource_spans);
    let ours = resources.filter(|spans| is_backend(spans.resource.as_ref()));
    let spans = ours.flat_map(|spans| &spans.scope_spans).flat_map(|scope| &scope.spans);
    spans
        .map(|span| Seen {
            name: span.name.clone(),
            kind: match span.kind {
                1 => "INTERNAL",
                2 => "SERVER",
                3 => "CLIENT",
                _ => "",
            },
            attributes: types(&span.attributes),
            events: span
                .events
                .iter()
                .map(|event| (event.name.clone(), types(&event.attributes).into_keys().collect()))
                .collect(),
        })
        .collect()
}

fn types(attributes: &[KeyValue]) -> BTreeMap<String, &'static str> {
    let kind =
        |attribute: &KeyValue| match attribute.value.as_ref().and_then(|any| any.value.as_ref()) {
            Some(Any::StringValue(_)) => "string",
            Some(Any::IntValue(_)) => "int",
            Some(Any::BoolValue(_)) => "bool",
            Some(Any::DoubleValue(_)) => "double",
            _ => "",
        };
    attributes.iter().map(|attribute| (attribute.key.clone(), kind(attribute))).collect()
}

fn records(received: &Received) -> Vec<Line> {
    let resources = received.logs.iter().flat_map(|request| &request.resource_logs);
    let ours = resources.filter(|logs| is_backend(logs.resource.as_ref()));
    let scopes = ours.flat_map(|logs| &logs.scope_logs);
    let record = |target: &str, record: &LogRecord| Line {
        message: text(record.body.clone()),
        level: record.severity_text.clone(),
        target: target.to_owned(),
        fields: types(&record.attributes).into_keys().collect(),
    };
    scopes
        .flat_map(|logs| {
            // OTLP has no field for the target: the scope's name is it.
            let target = &logs.scope.as_ref().unwrap().name;
            logs.log_records.iter().map(move |found| record(target, found))
        })
        .collect()
}

/// Both signals carry the same resource.
fn resources(received: &Received) -> Vec<String> {
    let of_spans = received.traces.iter().flat_map(|request| &request.resource_spans);
    let of_logs = received.logs.iter().flat_map(|request| &request.resource_logs);
    let all = of_spans
        .map(|spans| spans.resource.as_ref())
        .chain(of_logs.map(|logs| logs.resource.as_ref()));
    let ours = all.filter(|resource| is_backend(*resource));
    let sets: BTreeSet<BTreeSet<String>> =
        ours.map(|resource| types(&resource.unwrap().attributes).into_keys().collect()).collect();
    sets.iter().flat_map(|set| spans::resource_differences("task-backend", set)).collect()
}

/// Names, help, units and types, as Prometheus' authors want them.
fn promtool(metrics: &str) {
    let Some(program) = std::env::var_os(PROMTOOL).map(PathBuf::from) else {
        eprintln!("skipped: {PROMTOOL} names no program; `cargo xtask test` installs it");
        return;
    };
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("metrics");
    std::fs::write(&file, metrics).unwrap();
    let checked = Command::new(program)
        .args(["check", "metrics"])
        .stdin(std::fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&checked.stdout),
        String::from_utf8_lossy(&checked.stderr)
    );
    // It also complains with exit code 3, and says nothing when all is well.
    assert!(checked.status.success() && said.trim().is_empty(), "promtool: {said}\n{metrics}");
}
