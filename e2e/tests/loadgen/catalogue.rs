//! The catalogue of telemetry against what the generator sends, in both directions.

#[path = "../../../backend/tests/process/catalogue/document.rs"]
mod document;
#[path = "../shared/json.rs"]
mod json;
#[path = "../../../backend/tests/process/catalogue/spans.rs"]
mod spans;

use std::sync::{Arc, Mutex};

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use e2e::backend::Backend;
use serde_json::Value;

use crate::program::{loadgen, text};

const SERVICE: &str = "lab-loadgen";

type Bodies = Arc<Mutex<Vec<Value>>>;

#[tokio::test(flavor = "multi_thread")]
async fn the_generator_sends_what_the_catalogue_says() {
    let bodies = Bodies::default();
    let take = async |State(bodies): State<Bodies>, Json(body): Json<Value>| {
        bodies.lock().unwrap().push(body);
    };
    let app = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&bodies));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let collector = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, app).into_future());

    let backend = Backend::start("127.0.0.1:0", None, &[]).unwrap();
    let words = [
        "--target",
        &backend.url,
        "--rate",
        "50",
        "--duration",
        "4s",
        "--no-network",
        "--errors",
        "0.1",
        "--malformed",
        "0.1",
        "--slow",
        "0.1",
        "--slow-for",
        "3s",
        "--timeout",
        "1s",
    ];
    let mut command = loadgen(&words);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector);
    command.env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();

    let (seen, resources) = json::read(&bodies.lock().unwrap());
    assert_eq!(seen.len(), 200, "{}", text(&output));
    let mut complaints = spans::differences(SERVICE, "", &seen);
    for resource in &resources {
        complaints.extend(spans::resource_differences(SERVICE, resource));
    }
    assert!(complaints.is_empty(), "docs/TELEMETRY.md:\n{}", complaints.join("\n"));
}
