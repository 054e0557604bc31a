//! The end of a run whose time is over.

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use loadgen::engine::{self, End, Model, Size, Tick, Watcher};
use loadgen::schedule::Stage;
use loadgen::worker::closed::Load;

use crate::latency::{Nobody, common, scenario};
use crate::server::{Answer, OK, Server};

/// Takes longer to say that it does not want the end than the run has left.
struct Slow;

impl Watcher for Slow {
    fn tick(&mut self, _: &Tick<'_>) {}

    fn wants_end(&mut self) -> Option<End> {
        thread::sleep(Duration::from_millis(300));
        None
    }
}

/// Two threads tell the connections to stop, for two reasons; neither takes it back.
#[test]
fn a_watcher_that_is_asked_at_the_end_does_not_undo_it() {
    // The connection is busy while the time ends and the watcher answers.
    let server = Server::start(|_, _| Answer::Status(200, Duration::from_secs(1)));
    let common = common(&server, Duration::from_secs(10));
    let load = Load::Path("/".parse().unwrap());
    let model = Model::Closed(load, Duration::from_millis(100));
    let (sender, ended) = mpsc::channel();
    // Not scoped: a run without an end is to fail the test, not to hold it.
    thread::spawn(move || {
        let size = Size { threads: 1, connections: 1 };
        sender.send(engine::run(&model, size, &common, &mut Slow).end)
    });
    assert_eq!(ended.recv_timeout(Duration::from_mins(1)), Ok(None), "the run has no end");
}

/// Connections that do not divide by the threads: none draws the steps of another.
#[test]
fn no_two_requests_of_a_closed_run_share_a_span() {
    let server = Server::start(|_, _| OK);
    let common = common(&server, Duration::from_mins(1));
    let scenario = scenario(Stage::steady("", 1.0, Duration::from_secs(1)));
    let model = Model::Closed(Load::Sessions(scenario), Duration::from_secs(3));
    let size = Size { threads: 3, connections: 4 };
    engine::run(&model, size, &common, &mut Nobody);
    let seen = server.seen();
    let spans: BTreeSet<_> = seen.iter().map(|seen| &seen.headers["traceparent"]).collect();
    assert!(spans.len() >= 4, "{}", spans.len());
    assert_eq!(spans.len(), seen.len());
}
