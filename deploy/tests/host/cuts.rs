//! Connections that are cut, at every step.

use std::fs;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::lab::{Lab, Running, wait_until};
use crate::relay::{End, Relay};

/// Bytes that no compression makes fewer.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// A lab with v1 deployed and a large v2 to come, and a relay that ends in the middle of it.
/// ssh has two megabytes on the way, which a cut loses.
fn halfway(end: End) -> (Lab, Relay, String) {
    let lab = Lab::new();
    lab.deploy();
    lab.write("a-large-file", noise(2_000_000));
    lab.write("b-large-file", noise(6_000_001));
    lab.commit("v2");
    let relay = Relay::to(lab.sshd.port, 6_000_000, end);
    let known = lab.path("known_hosts");
    let more = fs::read_to_string(&known).unwrap() + &lab.sshd.known_at(relay.port);
    fs::write(known, more).unwrap();
    let host = Lab::host_at(relay.port);
    (lab, relay, host)
}

#[test]
fn a_copy_that_is_cut_is_completed_by_the_next_run() {
    let (lab, _relay, relayed) = halfway(End::Cut);
    let said = lab.run("deploy", &["--host", &relayed]).expect(1);
    assert!(said.contains("was cut; what has arrived stays, and deploying again"), "{said}");
    assert_eq!((lab.current(), lab.running()), (Some("v1".into()), Some("v1".into())));
    lab.wait_until_idle();
    assert_eq!(lab.states(), ["v2 incomplete", "v1 verified current"]);
    let release = lab.path("host/releases/v2");
    wait_until("the first file", || release.join("a-large-file").exists());
    assert!(!release.join("b-large-file").exists());
    let refused = lab.run("rollback", &["--to", "v2"]).expect(1);
    assert!(refused.contains("v2 is incomplete"), "{refused}");

    lab.deploy();
    assert_eq!(lab.running().as_deref(), Some("v2"));
    assert_eq!(fs::read(release.join("b-large-file")).unwrap(), noise(6_000_001));
    assert_eq!(lab.states(), ["v2 verified current", "v1 verified previous"]);
}

#[test]
fn a_deployer_that_dies_while_it_copies_leaves_the_lock_to_the_next() {
    let (lab, relay, relayed) = halfway(End::Stalled);
    let running = lab.start("deploy", &["--host", &relayed]);
    let arrived = lab.path("host/releases/v2/a-large-file");
    wait_until("the first file", || arrived.exists());
    relay.silence();
    running.kill();
    // The host is not told. It gives the lock up after a while; the copy that still runs
    // there is ended by the next one.
    let under_way = lab.listing()["under_way"].to_string();
    assert!(under_way.contains("deploy v2"), "{under_way}");
    lab.run("deploy", &["--lock-wait", "4m"]).expect(0);
    assert_eq!(lab.running().as_deref(), Some("v2"));
}

#[test]
fn an_archive_that_is_cut_is_completed_by_the_next_run() {
    let (lab, _relay, relayed) = halfway(End::Cut);
    lab.git(&["rm", "--quiet", "a-large-file", "b-large-file"]);
    lab.commit("v3");
    let mut images = b"observability-lab/backend:v3\nobservability-lab/verify:v3\n\n".to_vec();
    images.extend(noise(8_000_000));
    fs::write(lab.path("images.tar"), &images).unwrap();
    let arguments = ["--images-from", "images.tar", "--host", &relayed];
    let said = lab.run("deploy", &arguments).expect(1);
    assert!(said.contains("was cut; what has arrived stays"), "{said}");
    assert_eq!((lab.current(), lab.running()), (Some("v1".into()), Some("v1".into())));
    let arrived = || fs::metadata(lab.path("host/incoming/v3.tar")).map_or(0, |file| file.len());
    wait_until("the part that arrived", || arrived() > 1_000_000);
    lab.wait_until_idle();
    // The rest is less than the relay lets through.
    lab.run("deploy", &arguments).expect(0);
    assert_eq!(lab.states(), ["v3 verified current", "v1 verified previous"]);
}

#[test]
fn a_cut_while_it_starts_is_bridged() {
    let lab = Lab::new();
    lab.tell("hold-up", "");
    let running = lab.start("deploy", &[]);
    lab.wait_for("is-starting");
    wait_until("a connection", || is_followed(&lab));
    lab.sshd.cut();
    running.wait_until("the cut to be seen", |said| said.contains("the connection was cut"));
    lab.take_back("hold-up");
    let said = running.end().expect(0);
    assert!(said.contains("  reached again\n"), "{said}");
    assert!(said.contains("v1 runs and is verified"), "{said}");
    assert_eq!(lab.states(), ["v1 verified current"]);
}

#[test]
fn each_cut_is_bridged_anew() {
    let lab = Lab::new();
    lab.tell("hold-up", "");
    // Each pause before the next connection is two seconds: together more than these.
    let running = lab.start("deploy", &["--reconnect", "5s", "--verbose"]);
    lab.wait_for("is-starting");
    // Only what the deployer has heard counts. What shows the output on the host says nothing:
    // it goes on after a cut, or ends, as it happens to write.
    for times in 1..=4 {
        running.wait_until("a connection", |said| reached(said) == times);
        lab.sshd.cut();
    }
    running.wait_until("a connection", |said| reached(said) == 5);
    lab.take_back("hold-up");
    let said = running.end().expect(0);
    assert_eq!(reached(&said), 5, "{said}");
}

/// How often the deployer says that it has reached the host's run, again or for the first time.
fn reached(said: &str) -> usize {
    said.lines().filter(|line| ["  reached", "  reached again"].contains(line)).count()
}

/// Whether something on the host shows a run's output.
fn is_followed(lab: &Lab) -> bool {
    let words = format!("\0follow\0dir={}\0", lab.path("host").display());
    commands().any(|(_, line)| line.starts_with("sh\0") && line.contains(&words))
}

/// v1 runs, and v2 is in the middle of its start.
fn starting() -> (Lab, Running) {
    let lab = Lab::new();
    lab.deploy();
    lab.tell("hold-up", "");
    lab.take_back("is-starting");
    lab.commit("v2");
    let running = lab.start("deploy", &[]);
    lab.wait_for("is-starting");
    wait_until("a connection", || is_followed(&lab));
    (lab, running)
}

#[test]
fn a_host_that_is_left_alone_finishes_by_itself() {
    let (lab, running) = starting();
    running.kill();
    lab.sshd.cut();
    let listing = lab.listing();
    let under_way = listing["under_way"].as_str().unwrap();
    assert!(under_way.starts_with("deploy v2 by "), "{under_way}");
    assert_eq!(listing["releases"][0]["state"], "starting");
    lab.take_back("hold-up");
    lab.wait_until_idle();
    assert_eq!(lab.states(), ["v2 verified current", "v1 verified previous"]);
    let said = lab.deploy();
    assert!(said.contains("v2 is there already"), "{said}");
    assert!(said.contains("v2 runs and is verified"), "{said}");
}

#[test]
fn a_host_that_is_left_alone_goes_back_by_itself() {
    let (lab, running) = starting();
    lab.tell("unhealthy", "v2");
    running.kill();
    lab.sshd.cut();
    lab.take_back("hold-up");
    lab.wait_until_idle();
    assert_eq!((lab.current(), lab.running()), (Some("v1".into()), Some("v1".into())));
    assert_eq!(lab.states(), ["v2 failed", "v1 verified current"]);
    // The second run completes what the first began.
    lab.take_back("unhealthy");
    lab.deploy();
    assert_eq!(lab.states(), ["v2 verified current", "v1 verified previous"]);
}

#[test]
fn a_host_that_cannot_be_reached_again_is_said_to_go_on() {
    let mut lab = Lab::new();
    lab.tell("hold-up", "");
    let running = lab.start("deploy", &["--reconnect", "1s"]);
    lab.wait_for("is-starting");
    wait_until("a connection", || is_followed(&lab));
    lab.sshd.stop();
    let said = running.end().expect(5);
    assert!(said.contains("the host goes on by itself"), "{said}");
    lab.sshd.restart();
    lab.take_back("hold-up");
    lab.wait_until_idle();
    assert_eq!(lab.states(), ["v1 verified current"]);
}

/// What a restart of the host does: the run is ended without a word.
#[test]
fn a_run_that_is_killed_is_completed_by_the_next() {
    let (lab, running) = starting();
    kill_runs(&lab);
    let said = running.end().expect(4);
    assert!(said.contains("was ended before it was done"), "{said}");
    lab.take_back("hold-up");
    assert_eq!(lab.states(), ["v2 interrupted current", "v1 verified previous"]);
    lab.deploy();
    assert_eq!(lab.states(), ["v2 verified current", "v1 verified previous"]);
}

/// Kills the processes whose commands name this lab's runs or its stand-in.
fn kill_runs(lab: &Lab) {
    let runs = lab.path("host/runs").display().to_string();
    let docker = lab.path("bin/docker").display().to_string();
    for (pid, command) in commands() {
        if command.contains(&runs) || command.contains(&docker) {
            // It may have ended by itself.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

/// Every process with its command, words separated by NUL.
fn commands() -> impl Iterator<Item = (i32, String)> {
    fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let entry = entry.ok()?;
        let pid = entry.file_name().to_str()?.parse().ok()?;
        Some((pid, fs::read_to_string(entry.path().join("cmdline")).ok()?))
    })
}
