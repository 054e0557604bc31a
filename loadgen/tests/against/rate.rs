//! The rate that was asked for.

use std::time::Duration;

use crate::latency::run;
use crate::server::{OK, Server};

#[test]
fn the_rate_is_kept() {
    let server = Server::start(|_, _| OK);
    let run = run(&server, 400.0, 10, 32);
    assert_eq!((run.stats.requests(), run.stats.dropped), (4_000, 0));
    // The last one is due 2.5 ms before the end.
    let late = run.duration.saturating_sub(Duration::from_secs(10));
    assert!(late < Duration::from_secs(1), "{late:?}");
    let arrived = server.seen().len();
    assert_eq!(arrived, 4_000);
}
