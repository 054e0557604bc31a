//! A seed replays identically, personas and all.

use crate::program::{patient, run};
use crate::server::{OK, Seen, Server};

fn burst(seed: &str) -> Vec<Seen> {
    let server = Server::start(|_, _| OK);
    let target = server.url();
    let words = ["burst", "--target", &target, "--seed", seed, "--rate", "200", "--no-network"];
    assert_eq!(run(&patient(&words)).status.code(), Some(0));
    server.seen()
}

/// What a persona says of itself; ids of traces and sessions differ from run to run.
fn told(seen: &Seen) -> (String, String, Vec<String>, String) {
    let baggage = seen.headers["baggage"].split(',');
    let lasting =
        baggage.filter(|m| !m.starts_with("session.id") && !m.starts_with("app.synthetic_id"));
    // Reports end in the session's id; tasks get theirs in the order of their arrival.
    let is_numbered = seen.path.starts_with("/api/trace/synthetic/")
        || seen.path.strip_prefix("/api/tasks/").is_some_and(|id| id != "first");
    let end = if is_numbered { seen.path.rfind('/').unwrap() } else { seen.path.len() };
    let path = seen.path[..end].to_owned();
    let persona = lasting.map(str::to_owned).collect();
    (seen.method.clone(), path, persona, seen.headers["x-operation"].clone())
}

#[test]
fn a_seed_replays_identically() {
    let requests = |seed| {
        let mut all: Vec<_> = burst(seed).iter().map(told).collect();
        // Neighbours may overtake each other on two connections.
        all.sort();
        all
    };
    let first = requests("3");
    // 20 cycles of 7, and 1 + 3 % 5 malformed ones.
    assert_eq!(first.len(), 20 * 7 + 4);
    assert_eq!(first, requests("3"));
    assert_ne!(first, requests("4"));
    let modes = first
        .iter()
        .filter(|(_, _, persona, _)| persona.contains(&"app.traffic_mode=burst".to_owned()));
    assert_eq!(modes.count(), first.len());
}
