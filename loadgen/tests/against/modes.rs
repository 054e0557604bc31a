//! Short runs of the modes that other tests do not play.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Output;

use serde_json::Value;

use crate::program::{patient, run, stderr};
use crate::server::{OK, Seen, Server};

/// Runs it to its end; what the server saw, and the report.
fn play(mode: &str, words: &[&str]) -> (Vec<Seen>, Value) {
    let server = Server::start(|_, _| OK);
    let target = server.url();
    let first = [mode, "--target", &target, "--quiet", "--json", "-"];
    let output: Output = run(&patient(&[&first, words].concat()));
    assert_eq!(output.status.code(), Some(0), "{mode}: {}", stderr(&output));
    (server.seen(), serde_json::from_slice(&output.stdout).unwrap())
}

/// Requests without those that clean up.
fn measured(seen: &[Seen]) -> impl Iterator<Item = &Seen> {
    seen.iter()
        .filter(|seen| seen.headers.get("x-operation").is_none_or(|o| o != "loadgen-cleanup"))
}

fn modes(seen: &[Seen]) -> BTreeSet<&str> {
    measured(seen).map(|seen| seen.headers["x-traffic-mode"].as_str()).collect()
}

fn operations(seen: &[Seen]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for seen in measured(seen) {
        *counts.entry(seen.headers["x-operation"].as_str()).or_default() += 1;
    }
    counts
}

/// The requests that work on a task, by method.
fn on_tasks(seen: &[Seen], method: &str) -> usize {
    let is_one = |seen: &&Seen| {
        let id = seen.path.strip_prefix("/api/tasks/");
        seen.method == method && id.is_some_and(|id| id.parse::<u64>().is_ok())
    };
    measured(seen).filter(is_one).count()
}

#[test]
fn cron_goes_through_its_cycles() {
    let (seen, report) = play("cron", &["--rate", "50"]);
    assert_eq!(report["total"]["requests"], 3 * 7, "{report}");
    assert_eq!(modes(&seen), ["cron"].into());
    let of_all = operations(&seen);
    for operation in ["report-persona", "add-task", "open-task", "complete-task", "delete-task"] {
        assert_eq!(of_all[operation], 3, "{of_all:?}");
    }
}

/// Twenty milliseconds apart and on networks that delay some more than others, what works on
/// a task still comes after its creation.
#[test]
fn a_bursts_networks_keep_each_sessions_order() {
    let (seen, _) = play("burst", &["--rate", "50", "--seed", "3"]);
    for (operation, method) in
        [("open-task", "GET"), ("complete-task", "PUT"), ("delete-task", "DELETE")]
    {
        assert_eq!(operations(&seen)[operation], 20);
        assert_eq!(on_tasks(&seen, method), 20, "{operation} fell back to the list");
    }
}

#[test]
fn max_asks_as_fast_as_it_is_answered() {
    // However slow the machine: each connection asks again and again.
    let (seen, report) = play("max", &["--duration", "1s", "--connections", "4"]);
    assert_eq!(modes(&seen), ["max"].into());
    assert!(report["total"]["requests"].as_u64().unwrap() >= 12, "{report}");
    assert_eq!(report["tasks"]["left"], 0);

    let (seen, report) =
        play("max", &["--duration", "1s", "--path", "/api/tasks?limit=1", "--connections", "4"]);
    assert!(report["total"]["requests"].as_u64().unwrap() >= 12, "{report}");
    assert!(seen.iter().all(|seen| seen.path == "/api/tasks?limit=1"));
    assert!(seen.iter().all(|seen| !seen.headers.contains_key("traceparent")));
}

/// A day in two seconds that begins at midnight in London.
#[test]
fn a_day_passes() {
    let day = ["--diurnal", "--time-scale", "43200", "--day-start", "2026-01-15T00:00:00Z"];
    let (seen, report) =
        play("continuous", &[&day[..], &["--rate", "200", "--duration", "2s"]].concat());
    assert_eq!(modes(&seen), ["continuous"].into());
    // The rate is the day's mean.
    let requests = report["total"]["requests"].as_u64().unwrap();
    assert!((360..=440).contains(&requests), "{requests}");
    let regions: BTreeSet<_> = measured(&seen)
        .filter_map(|seen| {
            seen.headers["baggage"].split(',').find(|m| m.starts_with("app.region="))
        })
        .collect();
    assert!(regions.len() > 5, "{regions:?}");
}

#[test]
fn stages_follow_each_other() {
    let stages = ["--stage", "20..80:1s", "--stage", "0:500ms", "--stage", "100:1s"];
    let (_, report) = play("run", &stages);
    // 50, none and 100.
    assert_eq!(report["total"]["requests"], 150, "{report}");
    assert!(report["run"]["duration_s"].as_f64().unwrap() >= 2.4, "{report}");
}
