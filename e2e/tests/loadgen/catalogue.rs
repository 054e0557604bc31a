//! The catalogue of telemetry against what the generator sends, in both directions.

#[path = "../../../backend/tests/process/catalogue/document.rs"]
mod document;
#[path = "../shared/json.rs"]
mod json;
#[path = "../../../backend/tests/process/catalogue/spans.rs"]
mod spans;

use e2e::backend::Backend;

use crate::collector::Collector;
use crate::program::{loadgen, text};

const SERVICE: &str = "lab-loadgen";

#[tokio::test(flavor = "multi_thread")]
async fn the_generator_sends_what_the_catalogue_says() {
    let collector = Collector::start().await;
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
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url);
    command.env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();

    let (seen, resources) = json::read(&collector.bodies());
    assert_eq!(seen.len(), 200, "{}", text(&output));
    let mut complaints = spans::differences(SERVICE, "", &seen);
    for resource in &resources {
        complaints.extend(spans::resource_differences(SERVICE, resource));
    }
    assert!(complaints.is_empty(), "docs/TELEMETRY.md:\n{}", complaints.join("\n"));
}
