//! Requests that make everything occur: every endpoint, taken and refused.

use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, SqliteConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::lab::PATIENCE;

const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";

/// Somebody else at the lab's database.
pub(crate) enum Intruder {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Intruder {
    pub(crate) async fn connect(url: &str) -> Self {
        if url.starts_with("sqlite:") {
            Self::Sqlite(SqliteConnection::connect(url).await.unwrap())
        } else {
            Self::Postgres(PgConnection::connect(url).await.unwrap())
        }
    }

    /// Keeps everybody else from writing.
    async fn lock(&mut self) {
        match self {
            Self::Sqlite(_) => self.run("BEGIN IMMEDIATE").await,
            Self::Postgres(_) => self.run("BEGIN; LOCK TABLE tasks").await,
        }
    }

    /// Runs a statement, or several.
    pub(crate) async fn run(&mut self, sql: &'static str) {
        let done = match self {
            Self::Sqlite(connection) => sqlx::raw_sql(sql).execute(connection).await.map(drop),
            Self::Postgres(connection) => sqlx::raw_sql(sql).execute(connection).await.map(drop),
        };
        done.unwrap();
    }
}

struct Driver<'l> {
    client: Client,
    url: &'l str,
}

/// Sends all of it; the database has no tasks any more afterwards.
pub(crate) async fn everything(url: &str, intruder: &mut Intruder) {
    let driver = Driver { client: Client::new(), url };
    driver.tasks().await;
    driver.pages().await;
    driver.simulations().await;
    driver.synthetic_traffic().await;
    driver.browser().await;
    driver.alerts().await;
    driver.oddities().await;
    driver.slow_statement(intruder).await;
    intruder.run("DROP TABLE tasks").await;
    for (method, path, body) in [
        ("GET", "/api/tasks", None),
        ("POST", "/api/tasks", Some(json!({ "title": "a" }))),
        ("POST", "/api/smoke/db?ops=2&type=read", None),
    ] {
        driver.expect(method, path, body, 500).await;
    }
}

impl Driver<'_> {
    async fn tasks(&self) {
        let task = json!({ "title": "a" });
        self.expect("POST", "/api/tasks", Some(task.clone()), 201).await;
        self.expect("POST", "/api/tasks", Some(json!({ "title": "" })), 400).await;
        self.expect("GET", "/api/tasks?limit=1", None, 200).await;
        self.expect("GET", "/api/tasks?limit=0", None, 400).await;
        for (path, found) in [("/api/tasks/1", 200), ("/api/tasks/77", 404)] {
            self.expect("GET", path, None, found).await;
            self.expect("PUT", path, Some(json!({ "completed": true })), found).await;
            self.expect("PATCH", path, Some(json!({ "title": "b" })), found).await;
            self.expect("DELETE", path, None, found).await;
        }
    }

    async fn pages(&self) {
        self.expect("GET", "/", None, 200).await;
        self.expect("GET", "/?after=x", None, 400).await;
        for (form, status) in [("title=a", 200), ("title=", 400)] {
            let request = self.client.post(format!("{}/tasks", self.url)).body(form);
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            assert_eq!(request.send().await.unwrap().status(), status);
        }
        for path in ["/health", "/ready", "/openapi.json"] {
            self.expect("GET", path, None, 200).await;
        }
        self.scrape().await;
        self.expect("GET", &format!("/api/traces/{TRACE_ID}"), None, 404).await;
        self.expect("GET", "/assets/none.js", None, 404).await;
        self.expect("GET", "/fragments/tasks", None, 200).await;
        self.expect("GET", &format!("/fragments/traces/{TRACE_ID}?turn=0"), None, 204).await;
        self.expect("GET", &format!("/traces/{TRACE_ID}"), None, 404).await;
    }

    async fn simulations(&self) {
        self.expect("GET", "/api/simulate-error", None, 500).await;
        self.expect("GET", "/api/simulate-slow?delay=0", None, 200).await;
        self.expect("GET", "/api/simulate-slow?delay=-1", None, 400).await;
        for (query, status) in [("ops=4", 200), ("ops=1&type=read", 200), ("ops=0", 400)] {
            self.expect("POST", &format!("/api/smoke/db?{query}"), None, status).await;
        }
    }

    async fn synthetic_traffic(&self) {
        let persona = json!({
            "region": "eu-west-1",
            "timezone": "Europe/Dublin",
            "device": "iphone",
            "network_type": "5g",
        });
        self.expect("POST", "/api/trace/synthetic/x", Some(persona), 202).await;
        self.expect("POST", "/api/trace/synthetic/x", Some(json!({})), 400).await;
        let baggage = "app.region=eu-west-1,app.device=iphone,app.network_type=5g,\
            app.traffic_mode=burst,app.timezone=Europe/Dublin,app.synthetic_id=x,\
            session.id=0af7651916cd43dd,user_agent.synthetic.type=test,user.email=a@b.c,app.colour=red";
        self.with_header("GET", "/api/tasks", "baggage", baggage).await;
    }

    async fn browser(&self) {
        let span = json!({ "traceId": TRACE_ID, "spanId": "b7ad6b7169203331", "name": "click x" });
        let traces = json!({ "resourceSpans": [{ "scopeSpans": [{ "spans": [span] }] }] });
        self.expect("POST", "/otlp/v1/traces", Some(traces), 200).await;
        self.expect("POST", "/otlp/v1/traces", Some(json!([])), 400).await;
        let record = json!({ "traceId": TRACE_ID, "body": { "stringValue": "x" } });
        let logs = json!({ "resourceLogs": [{ "scopeLogs": [{ "logRecords": [record] }] }] });
        self.expect("POST", "/otlp/v1/logs", Some(logs), 200).await;
        self.expect("POST", "/otlp/v1/logs", Some(json!([])), 400).await;
    }

    async fn alerts(&self) {
        let alert = |status: &str, labels: Value| {
            json!({
                "status": status,
                "labels": labels,
                "annotations": { "summary": "c" },
                "startsAt": "2026-01-31T11:00:00Z",
            })
        };
        for status in ["firing", "resolved"] {
            let alerts = [
                alert(status, json!({ "alertname": "a", "severity": "page", "service": "b" })),
                alert(status, json!({ "alertname": "a", "severity": "page" })),
            ];
            let notification = json!({ "version": "4", "alerts": alerts });
            self.expect("POST", "/internal/alerts", Some(notification), 204).await;
            self.expect("GET", "/api/alerts", None, 200).await;
        }
        self.expect("POST", "/internal/alerts", Some(json!({})), 400).await;
    }

    async fn oddities(&self) {
        self.expect("GET", "/nothing?token=x", None, 404).await;
        self.expect("DELETE", "/api/tasks", None, 405).await;
        self.expect("PROPFIND", "/api/tasks", None, 405).await;
        self.expect("BREW", "/coffee", None, 404).await;
        self.with_header("GET", "/api/tasks", "x-operation", "list").await;
        self.with_header("GET", "/api/tasks", "user-agent", "test/1").await;
        self.with_header("GET", "/api/tasks", "host", "lab.test").await;
        self.with_header("GET", "/api/tasks", "x-forwarded-for", "192.0.2.7").await;
        // A client of before HTTP/1.1 need not say which host it asks.
        let address = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /api/tasks HTTP/1.0\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
    }

    /// Scrapes until the tasks have been counted: a scrape does not wait for long, and
    /// later on there is no table any more.
    async fn scrape(&self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.request("GET", "/metrics").send().await.unwrap();
            assert_eq!(answer.status(), 200);
            if answer.text().await.unwrap().contains("\ntasks{") {
                return;
            }
            assert!(Instant::now() < deadline, "the tasks are never counted");
        }
    }

    /// Locks the database until a statement has waited for more than a second.
    async fn slow_statement(&self, intruder: &mut Intruder) {
        for attempt in 1..=10 {
            let trace_id = format!("{attempt:032x}");
            let create = self
                .request("POST", "/api/tasks")
                .header("traceparent", format!("00-{trace_id}-b7ad6b7169203331-01"))
                .json(&json!({ "title": "late" }))
                .send();
            intruder.lock().await;
            let unlock = async {
                tokio::time::sleep(Duration::from_millis(1_300)).await;
                intruder.run("ROLLBACK").await;
            };
            let (created, ()) = tokio::join!(create, unlock);
            let status = created.unwrap().status();
            // The machine was busy and the lock held for longer than requests wait.
            if status == 503 {
                continue;
            }
            assert_eq!(status, 201);
            if self.is_slow(&trace_id).await {
                return;
            }
        }
        panic!("no statement was slow");
    }

    /// Whether a trace says so, once it is there.
    async fn is_slow(&self, trace_id: &str) -> bool {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let answer = self.request("GET", &format!("/api/traces/{trace_id}")).send().await;
            let trace = answer.unwrap().text().await.unwrap();
            if trace.contains("POST /api/tasks 201") || Instant::now() > deadline {
                return trace.contains("Slow statement");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn with_header(&self, method: &str, path: &str, name: &str, value: &str) {
        let request = self.request(method, path).header(name, value);
        assert_eq!(request.send().await.unwrap().status(), 200, "{name}");
    }

    async fn expect(&self, method: &str, path: &str, body: Option<Value>, status: u16) {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{method} {path}");
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.client.request(method, format!("{}{path}", self.url))
    }
}
