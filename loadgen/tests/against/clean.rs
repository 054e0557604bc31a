//! Tasks that a run made are deleted, also after Ctrl-C.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::program::{loadgen, run, stdout};
use crate::server::{OK, Server};

fn left(server: &Server) -> (usize, BTreeSet<i64>) {
    let seen = server.seen();
    let made = seen
        .iter()
        .filter(|seen| seen.method == "POST" && seen.path == "/api/tasks")
        .filter(|seen| seen.headers["x-operation"] == "add-task")
        .count();
    let mut left: BTreeSet<i64> = (1..=i64::try_from(made).unwrap()).collect();
    for seen in seen.iter().filter(|seen| seen.method == "DELETE") {
        left.remove(&seen.path.rsplit('/').next().unwrap().parse().unwrap());
    }
    (made, left)
}

#[test]
fn nothing_is_left_behind() {
    let server = Server::start(|_, _| OK);
    let output = run(&[
        "run",
        "--target",
        &server.url(),
        "--rate",
        "200",
        "--duration",
        "2s",
        "--max-slip",
        "9s",
    ]);
    assert_eq!(output.status.code(), Some(0));
    let (made, left) = left(&server);
    assert!(made > 20, "{made}");
    assert_eq!(left, BTreeSet::new());
    assert!(stdout(&output).contains("deleted at the end, 0 left"));
}

#[test]
fn nothing_is_left_behind_after_ctrl_c() {
    let server = Server::start(|_, _| OK);
    let target = server.url();
    let mut command = loadgen(&[
        "run",
        "--target",
        &target,
        "--rate",
        "200",
        "--duration",
        "60s",
        "--max-slip",
        "9s",
    ]);
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(2_500));
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let (made, left) = left(&server);
    assert!(made > 20, "{made}");
    assert_eq!(left, BTreeSet::new());
}
