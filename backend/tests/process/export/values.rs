//! Every span of a round through the API, to the last value.

use std::collections::BTreeMap;
use std::time::Duration;

use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{PARENT_ID, stop};
use crate::catalogue::drive::Intruder;
use crate::collector::{Collector, Received, hex, text};
use crate::lab::Lab;
use crate::postgres;

const ROW: &str = "id, title, description, completed, created_at, updated_at";

/// By the names of the protocol.
const SERVER: i32 = 2;
const CLIENT: i32 = 3;
const UNSET: i32 = 0;
const ERROR: i32 = 2;

type Attributes = BTreeMap<String, String>;

/// A request and what it leaves.
struct Case {
    method: &'static str,
    path: &'static str,
    body: Option<Value>,
    status: u16,
    route: &'static str,
    /// What its server span has besides what all have.
    attributes: &'static [(&'static str, &'static str)],
    statements: Vec<Statement>,
}

struct Statement {
    operation: &'static str,
    text: String,
    outcome: Outcome,
}

enum Outcome {
    Rows(&'static str),
    Refused,
}

fn statement(operation: &'static str, text: String, rows: &'static str) -> Statement {
    Statement { operation, text, outcome: Outcome::Rows(rows) }
}

fn list() -> String {
    format!(
        "SELECT {ROW} FROM tasks \
         WHERE ($1 IS NULL OR completed = $1) AND ($2 IS NULL OR id < $2) \
         ORDER BY id DESC LIMIT $3"
    )
}

fn round() -> Vec<Case> {
    let case = |method, path, status, route| Case {
        method,
        path,
        body: None,
        status,
        route,
        attributes: &[],
        statements: Vec::new(),
    };
    let insert = format!(
        "INSERT INTO tasks (title, description, completed, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $4) RETURNING {ROW}"
    );
    let get = format!("SELECT {ROW} FROM tasks WHERE id = $1");
    let update = format!(
        "UPDATE tasks SET title = COALESCE($2, title), \
         description = COALESCE($3, description), completed = COALESCE($4, completed), \
         updated_at = $5 WHERE id = $1 RETURNING {ROW}"
    );
    let stats = "SELECT COUNT(*) AS total, COUNT(*) FILTER (WHERE completed) AS completed \
                 FROM tasks";
    let delete = "DELETE FROM tasks WHERE id = $1 RETURNING id";
    let (tasks, task) = ("/api/tasks", "/api/tasks/{id}");
    vec![
        Case {
            body: Some(json!({ "title": "secret plans" })),
            statements: vec![statement("INSERT", insert, "1")],
            ..case("POST", "/api/tasks", 201, tasks)
        },
        Case {
            attributes: &[("url.query", "completed=false&limit=2")],
            statements: vec![
                statement("SELECT", list(), "1"),
                statement("SELECT", stats.to_owned(), "1"),
            ],
            ..case("GET", "/api/tasks?completed=false&limit=2", 200, tasks)
        },
        Case {
            statements: vec![statement("SELECT", get.clone(), "1")],
            ..case("GET", "/api/tasks/1", 200, task)
        },
        Case {
            body: Some(json!({ "completed": true })),
            statements: vec![statement("UPDATE", update, "1")],
            ..case("PUT", "/api/tasks/1", 200, task)
        },
        Case {
            statements: vec![statement("DELETE", delete.to_owned(), "1")],
            ..case("DELETE", "/api/tasks/1", 200, task)
        },
        Case {
            attributes: &[("app.error.code", "task_not_found")],
            statements: vec![statement("SELECT", get, "0")],
            ..case("GET", "/api/tasks/77", 404, task)
        },
        Case {
            attributes: &[("app.error.code", "simulated_error"), ("error.type", "500")],
            ..case("GET", "/api/simulate-error", 500, "/api/simulate-error")
        },
    ]
}

/// The last request: the table is gone.
fn refused() -> Case {
    Case {
        method: "GET",
        path: "/api/tasks",
        body: None,
        status: 500,
        route: "/api/tasks",
        attributes: &[("app.error.code", "database_error"), ("error.type", "500")],
        statements: vec![Statement {
            operation: "SELECT",
            text: list(),
            outcome: Outcome::Refused,
        }],
    }
}

/// The trace of the case at a place.
fn trace_id(place: usize) -> String {
    format!("{:032x}", place + 1)
}

async fn ask(lab: &Lab, place: usize, case: &Case) {
    let method = reqwest::Method::from_bytes(case.method.as_bytes()).unwrap();
    let mut request = reqwest::Client::new()
        .request(method, format!("{}{}", lab.url, case.path))
        .header("traceparent", format!("00-{}-{PARENT_ID}-01", trace_id(place)))
        .header("user-agent", "test/1");
    if let Some(body) = &case.body {
        request = request.json(body);
    }
    let status = request.send().await.unwrap().status();
    assert_eq!(status, case.status, "{} {}", case.method, case.path);
}

/// What every span about the database of this URL has.
fn database(system: &str, url: &str) -> Attributes {
    let name = url.rsplit_once('/').unwrap().1;
    let mut expected = pairs(&[
        ("db.system.name", system),
        ("db.namespace", name),
        ("db.collection.name", "tasks"),
    ]);
    if system == "postgresql" {
        let (host, _) = url.rsplit_once('@').unwrap().1.split_once('/').unwrap();
        let (address, port) = host.split_once(':').unwrap();
        expected.extend(pairs(&[("server.address", address), ("server.port", port)]));
    }
    expected
}

fn pairs(list: &[(&str, &str)]) -> Attributes {
    list.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn attributes(span: &Span) -> Attributes {
    let list = span.attributes.iter();
    list.map(|attribute| (attribute.key.clone(), text(attribute.value.clone()))).collect()
}

/// The code and the message of a span's status.
fn status(span: &Span) -> (i32, &str) {
    span.status.as_ref().map_or((UNSET, ""), |status| (status.code, &status.message))
}

/// The spans of one case, of which statements have `about` besides what is their own.
fn check(received: &Received, url: &str, place: usize, case: &Case, about: &Attributes) {
    let spans: Vec<_> = received
        .spans()
        .into_iter()
        .filter(|span| hex(&span.trace_id) == trace_id(place))
        .collect();
    let what = format!("{} {}: {spans:#?}", case.method, case.path);
    assert_eq!(spans.len(), 1 + case.statements.len(), "{what}");
    let server = *spans.iter().find(|span| span.kind == SERVER).unwrap();
    assert_eq!(server.name, format!("{} {}", case.method, case.route));
    assert_eq!(hex(&server.parent_span_id), PARENT_ID, "{what}");
    let code = if case.status >= 500 { ERROR } else { UNSET };
    assert_eq!(status(server), (code, ""), "{what}");
    assert!(server.events.is_empty() && server.links.is_empty(), "{what}");
    let (address, port) = url.trim_start_matches("http://").split_once(':').unwrap();
    let mut expected = pairs(case.attributes);
    expected.extend(pairs(&[
        ("http.request.method", case.method),
        ("http.route", case.route),
        ("http.response.status_code", &case.status.to_string()),
        ("url.path", case.path.split('?').next().unwrap()),
        ("url.scheme", "http"),
        ("server.address", address),
        ("server.port", port),
        ("client.address", "127.0.0.0"),
        ("user_agent.original", "test/1"),
        ("network.protocol.version", "1.1"),
    ]));
    assert_eq!(attributes(server), expected, "{what}");

    let mut statements: Vec<_> = spans.iter().filter(|span| span.kind == CLIENT).collect();
    statements.sort_by_key(|span| span.start_time_unix_nano);
    assert_eq!(statements.len(), case.statements.len(), "{what}");
    for (span, statement) in statements.into_iter().zip(&case.statements) {
        check_statement(span, server, statement, about, &what);
    }
}

fn check_statement(
    span: &Span,
    server: &Span,
    statement: &Statement,
    about: &Attributes,
    what: &str,
) {
    assert_eq!(span.name, format!("{} tasks", statement.operation), "{what}");
    assert_eq!(span.parent_span_id, server.span_id, "{what}");
    assert!(server.start_time_unix_nano <= span.start_time_unix_nano, "{what}");
    assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{what}");
    assert!(span.end_time_unix_nano <= server.end_time_unix_nano, "{what}");
    assert!(span.events.is_empty(), "{what}");
    let mut expected = about.clone();
    expected.extend(pairs(&[
        ("db.operation.name", statement.operation),
        ("db.query.text", &statement.text),
    ]));
    match statement.outcome {
        Outcome::Rows(rows) => {
            expected.extend(pairs(&[("db.response.returned_rows", rows)]));
            assert_eq!(status(span), (UNSET, ""), "{what}");
        }
        Outcome::Refused => {
            let code = if about["db.system.name"] == "sqlite" { "1" } else { "42P01" };
            expected.extend(pairs(&[
                ("db.response.status_code", code),
                ("error.type", "database_error"),
            ]));
            assert_eq!(status(span), (ERROR, "the database refused a statement"), "{what}");
        }
    }
    assert_eq!(attributes(span), expected, "{what}");
}

async fn every_span_is_right(system: &str, database_url: &str) {
    let (collector, address) = Collector::start(Duration::ZERO).await;
    let lab = Lab::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}")),
        ("DATABASE_URL", database_url),
    ]);
    let mut cases = round();
    for (place, case) in cases.iter().enumerate() {
        ask(&lab, place, case).await;
    }
    Intruder::connect(database_url).await.run("DROP TABLE tasks").await;
    let last = refused();
    ask(&lab, cases.len(), &last).await;
    cases.push(last);
    let url = lab.url.clone();
    stop(lab).await;

    let received = collector.received();
    let about = database(system, database_url);
    for (place, case) in cases.iter().enumerate() {
        check(&received, &url, place, case, &about);
    }
    let count: usize = cases.iter().map(|case| 1 + case.statements.len()).sum();
    assert_eq!(received.spans().len(), count);
    assert!(!format!("{received:?}").contains("secret plans"));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    let folder = TempDir::new().unwrap();
    every_span_is_right("sqlite", &format!("sqlite://{}/lab.db", folder.path().display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    let Some(database) = postgres::database().await else { return };
    every_span_is_right("postgresql", &database).await;
}
