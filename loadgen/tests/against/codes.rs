//! Exit codes, and the sentence that goes with each.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Output;
use std::time::Duration;

use crate::program::{loadgen, patient, run, stderr, stdout};
use crate::server::{Answer, OK, Server};

fn run_for_two_seconds(server: &Server, rate: &str, words: &[&str]) -> Output {
    let target = server.url();
    let first = ["run", "--target", &target, "--rate", rate, "--duration", "2s"];
    run(&patient(&[&first, words].concat()))
}

#[test]
fn a_good_target_is_0() {
    let server = Server::start(|_, _| OK);
    let output = run_for_two_seconds(&server, "100", &[]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("The objectives were met."), "{text}");
    assert!(text.contains("asia-south-1"), "{text}");
}

#[test]
fn standard_output_can_be_the_report_alone() {
    let server = Server::start(|_, _| OK);
    let output = run_for_two_seconds(&server, "50", &["--quiet", "--json", "-"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["total"]["requests"], 100, "{report}");
    assert!(stderr(&output).contains("The objectives were met."), "{}", stderr(&output));
    let loud = run_for_two_seconds(&server, "50", &["--json", "-"]);
    assert_eq!(loud.status.code(), Some(1));
    assert!(stderr(&loud).contains("add --quiet"), "{}", stderr(&loud));
}

#[test]
fn what_is_asked_wrongly_is_1() {
    for words in [
        &["run", "--rate", "0"][..],
        &["run", "--rate", "many"],
        &["run", "--stage", "5"],
        &["run", "--target", "https://localhost"],
        &["run", "--target", "http://203.0.113.1"],
        &["run", "--errors", "0.7", "--slow", "0.7"],
        &["run", "--scenario", "/nonexistent.toml"],
        &["max", "--path", "http://localhost/x"],
        &["cron", "--rate", "1e-18"],
        &["dance"],
    ] {
        let output = run(words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        assert!(!stderr(&output).is_empty(), "{words:?}");
    }
    assert_eq!(run(&["--help"]).status.code(), Some(0));
}

#[test]
fn a_broken_promise_is_2() {
    let server = Server::start(|number, _| {
        if number.is_multiple_of(20) { Answer::Status(503, Duration::ZERO) } else { OK }
    });
    let output = run_for_two_seconds(&server, "100", &[]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("availability by 4.00 percentage points"), "{text}");
    // Five times the budget of 1 %.
    assert!(text.contains("500 %  missed"), "{text}");
}

#[test]
fn slowness_is_2_too() {
    let server = Server::start(|_, _| Answer::Status(200, Duration::from_millis(80)));
    let output = run_for_two_seconds(&server, "50", &["--threshold", "40ms"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains("latency by 95.00 percentage points"));
}

#[test]
fn a_generator_that_falls_behind_is_3() {
    let server = Server::start(|_, _| Answer::Status(200, Duration::from_millis(100)));
    let narrow = "--connections 1 --threads 1 --no-network --timeout 30s --max-slip 50ms";
    let words: Vec<_> = narrow.split(' ').collect();
    let output = run_for_two_seconds(&server, "2000", &words);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("fell behind") && text.contains("not sent"), "{text}");
}

#[test]
fn nobody_there_is_4() {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let output = run(&["run", "--target", &format!("http://127.0.0.1:{port}")]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("cannot be reached"), "{}", stderr(&output));
}

#[test]
fn a_target_that_dies_ends_the_run() {
    let mut server = Server::start(|_, _| OK);
    let target = server.url();
    let words = "--rate 50 --duration 60s --no-network --patience 2s";
    let mut command = loadgen(&["run", "--target", &target]);
    command.args(words.split(' '));
    let child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    server.wait_for(50);
    server.stop();
    let start = std::time::Instant::now();
    let output = child.wait_with_output().unwrap();
    let text = stdout(&output);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("no connection"), "{text}");
    let why = "before its time: the target took no connection for 2s";
    assert!(text.replace('\n', " ").contains(why), "{text}");
}
