//! What Alertmanager sends: kept, and handed on to the backend as in the compose stack.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;
use tokio::net::TcpListener;

/// How long an alert may take.
const PATIENCE: Duration = Duration::from_mins(2);

#[derive(Clone)]
pub(crate) struct Inbox {
    pub(crate) url: String,
    backend: String,
    alerts: Arc<Mutex<Vec<Value>>>,
    slack: Arc<Mutex<Vec<Value>>>,
}

impl Inbox {
    pub(crate) async fn start(backend: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let inbox = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            backend: backend.to_owned(),
            alerts: Arc::default(),
            slack: Arc::default(),
        };
        let app = Router::new()
            .route("/alerts", post(receive))
            .route("/slack", post(slack))
            .with_state(inbox.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        inbox
    }

    /// Every alert of every notification so far.
    pub(crate) fn alerts(&self) -> Vec<Value> {
        self.alerts.lock().unwrap().clone()
    }

    /// The messages to Slack so far.
    pub(crate) fn slack(&self) -> Vec<Value> {
        self.slack.lock().unwrap().clone()
    }

    /// The first alert that `wanted` accepts.
    pub(crate) async fn alert(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(alert) = self.alerts().into_iter().find(&wanted) {
                return alert;
            }
            assert!(Instant::now() < deadline, "no {what} among {:#?}", self.alerts());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn receive(State(inbox): State<Inbox>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let notification: Value = serde_json::from_slice(&body).unwrap();
    let alerts = notification["alerts"].as_array().unwrap().clone();
    let answer = reqwest::Client::new()
        .post(format!("{}/internal/alerts", inbox.backend))
        .header("content-type", headers["content-type"].clone())
        .body(body)
        .send()
        .await
        .unwrap();
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap();
    assert_eq!(status, 204, "{}", answer.text().await.unwrap());
    inbox.alerts.lock().unwrap().extend(alerts);
    status
}

async fn slack(State(inbox): State<Inbox>, Json(message): Json<Value>) -> &'static str {
    inbox.slack.lock().unwrap().push(message);
    "ok"
}
