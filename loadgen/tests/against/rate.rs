//! The rate that was asked for.

use std::time::Duration;

use crate::latency::{in_one_of_three, run};
use crate::server::{OK, Server};

#[test]
fn the_rate_is_kept() {
    in_one_of_three(|| {
        let server = Server::start(|_, _| OK);
        let run = run(&server, 400.0, 10, 32);
        assert_eq!((run.stats.requests(), run.stats.dropped), (4_000, 0));
        assert_eq!(server.seen().len(), 4_000);
        // The last one is due 2.5 ms before the end.
        let late = run.duration.saturating_sub(Duration::from_secs(10));
        (late < Duration::from_secs(1)).then_some(()).ok_or_else(|| format!("{late:?} late"))
    });
}
