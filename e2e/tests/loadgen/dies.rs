//! The backend is killed in the middle of a run.

use std::process::Stdio;
use std::time::{Duration, Instant};

use e2e::backend::Backend;

use crate::program::{code, loadgen, text};

/// How many requests the backend has answered.
async fn answered(backend: &Backend) -> u64 {
    let metrics = reqwest::get(format!("{}/metrics", backend.url)).await.unwrap();
    let metrics = metrics.text().await.unwrap();
    let counts = metrics.lines().filter(|line| line.starts_with("http_requests_total{"));
    counts.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

#[tokio::test]
async fn a_killed_backend_ends_the_run_with_a_sentence() {
    let backend = Backend::start("127.0.0.1:0", None, &[]).unwrap();
    let words = ["--target", &backend.url, "--rate", "50", "--duration", "60s", "--no-network"];
    let child = loadgen(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while answered(&backend).await < 50 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    backend.process.kill().unwrap();
    let start = Instant::now();
    let output = child.wait_with_output().unwrap();
    let told = text(&output);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert_eq!(code(&output), 2, "{told}");
    assert!(told.contains("The objectives were missed: availability by"), "{told}");
    assert!(told.contains("no connection: "), "{told}");
}
