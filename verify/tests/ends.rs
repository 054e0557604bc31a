//! The program where nothing answers: it ends by itself, and says what it has seen.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The programs' addresses, by the flags that name them.
const PROGRAMS: [&str; 7] =
    ["base", "prometheus", "tempo", "loki", "alertmanager", "collector", "grafana"];

/// The program, with all of the stack behind `address`.
fn start(address: &str, more: &[&str]) -> Child {
    let mut verify = Command::new(env!("CARGO_BIN_EXE_verify"));
    for program in PROGRAMS {
        verify.args([format!("--{program}"), format!("http://{address}")]);
    }
    verify.arg("--json").args(more).stdout(Stdio::piped()).spawn().unwrap()
}

/// The steps with their outcomes and what was seen, once it has ended with a failure.
fn steps(verify: Child) -> Vec<(String, String, String)> {
    let ended = verify.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(report["passed"], false);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let steps = report["steps"].as_array().unwrap().iter();
    steps.map(|step| (text(&step["step"]), text(&step["outcome"]), text(&step["seen"]))).collect()
}

/// Where nobody listens.
fn closed() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn what_needs_an_absent_program_is_not_run() {
    let steps = steps(start(&closed(), &["--patience", "0"]));
    for (step, outcome, seen) in &steps {
        match outcome.as_str() {
            "failed" => assert!(step.ends_with(" is ready"), "{step}: {seen}"),
            "not_run" => assert!(seen.starts_with("it needs "), "{step}: {seen}"),
            // No load generator is named, and where cargo starts tests lie no dashboards.
            "left_out" => assert!(step.contains("traffic") || step == "dashboards", "{step}"),
            other => panic!("{step} {other}: {seen}"),
        }
    }
    let failed = steps.iter().filter(|(_, outcome, _)| outcome == "failed").count();
    assert_eq!(failed, 7, "{steps:?}");
    let named =
        |name: &str| steps.iter().any(|(step, outcome, _)| step == name && outcome == "not_run");
    assert!(named("backend is ready") && named("the trace is in Tempo"), "{steps:?}");
    assert!(named("Grafana's data source tempo works"), "{steps:?}");
}

#[test]
fn grafana_may_be_said_not_to_run() {
    let steps = steps(start(&closed(), &["--patience", "0", "--without-grafana"]));
    for name in ["grafana is ready", "Grafana's data source loki works"] {
        let (_, outcome, seen) = steps.iter().find(|(step, ..)| step == name).unwrap();
        assert_eq!(outcome, "left_out", "{name}: {seen}");
    }
}

#[test]
fn after_the_deadline_it_reports_and_ends() {
    // It takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let begin = Instant::now();
    let verify = start(&silent.local_addr().unwrap().to_string(), &["--deadline", "1"]);
    let steps = steps(verify);
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert_eq!(steps[0].2, "cut off: the deadline of 1 s is over");
    let (last, outcome, seen) = steps.last().unwrap();
    assert_eq!(
        (outcome.as_str(), seen.as_str()),
        ("not_run", "the deadline of 1 s is over"),
        "{last}"
    );
}

#[test]
fn on_sigterm_it_reports_and_ends() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let verify = start(&silent.local_addr().unwrap().to_string(), &[]);
    // Once it has asked for something, it listens for signals.
    drop(silent.accept().unwrap());
    let kill = Command::new("kill").args(["-TERM", &verify.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let steps = steps(verify);
    assert_eq!(steps[0].2, "cut off: SIGTERM came");
    assert!(steps[1..].iter().all(|(_, outcome, _)| outcome != "passed"), "{steps:?}");
}
