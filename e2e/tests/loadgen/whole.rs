//! Traces arrive whole, and nothing stays behind.

use e2e::backend::Backend;
use serde_json::Value;

use crate::program::{code, loadgen, text};

#[tokio::test]
async fn every_trace_of_the_sample_is_one_tree() {
    let backend = Backend::start("127.0.0.1:0", None, &[]).unwrap();
    let words = ["--target", &backend.url, "--rate", "40", "--duration", "6s", "--verify-traces"];
    let output = loadgen(&words).output().unwrap();
    let told = text(&output);
    assert_eq!(code(&output), 0, "{told}");
    let line = told.lines().find(|line| line.starts_with("traces ")).unwrap();
    assert!(line.ends_with("arrived whole, 100.0 %"), "{told}");
    let checked: u32 = line.split_whitespace().nth(3).unwrap().parse().unwrap();
    assert!(checked >= 15, "{line}");

    let tasks: Value =
        reqwest::get(format!("{}/api/tasks", backend.url)).await.unwrap().json().await.unwrap();
    assert_eq!(tasks["stats"]["total"], 0, "{tasks}");
    // What was malformed, and what failed on request, is told apart from what is wrong.
    let words = [
        "--target",
        &backend.url,
        "--rate",
        "40",
        "--duration",
        "3s",
        "--errors",
        "0.1",
        "--malformed",
        "0.2",
        "--slow",
        "0.05",
        "--slow-for",
        "100ms",
    ];
    let output = loadgen(&words).output().unwrap();
    let told = text(&output);
    assert_eq!(code(&output), 2, "{told}");
    assert!(told.contains("failed because they were asked to"), "{told}");
    assert!(!told.contains("answered otherwise"), "{told}");
}
