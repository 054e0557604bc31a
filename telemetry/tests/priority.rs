//! Which of the process's threads give way.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use std::{fs, thread};

use telemetry::{Config, Dropped, Signal, Sink};

const TIMEOUT: Duration = Duration::from_secs(10);

struct Nowhere;

impl Sink for Nowhere {
    fn accept(&mut self, _batch: Vec<Signal>, _dropped: &Dropped) {}
}

/// The nice value of each of the process's threads by its name.
fn nice_values() -> BTreeMap<String, i64> {
    let threads = fs::read_dir("/proc/self/task").unwrap();
    // A thread may be gone by now.
    let stats =
        threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("stat")).ok());
    stats
        .map(|stat| {
            // proc(5): the name stands in parentheses, the nice value is the 19th field.
            let (start, fields) = stat.rsplit_once(") ").unwrap();
            let name = start.split_once('(').unwrap().1.to_owned();
            (name, fields.split(' ').nth(16).unwrap().parse().unwrap())
        })
        .collect()
}

// One test: the threads are those of the process.
#[test]
fn what_writes_and_sends_gives_way_and_nothing_else() {
    let before = nice_values();
    let own = *before.values().next().unwrap();
    assert!(before.values().all(|nice| *nice == own), "{before:?}");

    let config = Config::from_lookup("test-service", "1.2.3", &|name| {
        // Nobody listens there.
        (name == "OTEL_EXPORTER_OTLP_ENDPOINT").then(|| "http://127.0.0.1:1".to_owned())
    });
    let pipeline =
        telemetry::build(&config.unwrap(), std::io::sink(), Some(Box::new(Nowhere))).unwrap();
    let lower = (own + 10).min(19);
    let mut expected = before;
    for name in [
        "forward-logs",
        "forward-spans",
        "log-writer",
        "otlp-io",
        "otlp-logs",
        "otlp-spans",
        "trace-store",
    ] {
        expected.insert(name.to_owned(), lower);
    }
    // A thread gives itself its name once it runs.
    let start = Instant::now();
    while nice_values() != expected && start.elapsed() < TIMEOUT {
        thread::yield_now();
    }
    assert_eq!(nice_values(), expected);
    drop(pipeline);
}
