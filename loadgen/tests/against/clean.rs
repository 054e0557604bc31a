//! Tasks that a run made are deleted, also after Ctrl-C.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::program::{loadgen, patient, run, stdout};
use crate::server::{Answer, OK, Server};

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
    let target = server.url();
    let words = ["run", "--target", &target, "--rate", "200", "--duration", "2s"];
    let output = run(&patient(&words));
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
    let words = ["run", "--target", &target, "--rate", "200", "--duration", "60s"];
    let child = loadgen(&patient(&words)).stdout(Stdio::piped()).spawn().unwrap();
    while left(&server).0 <= 20 {
        std::thread::sleep(Duration::from_millis(20));
    }
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let (made, left) = left(&server);
    assert!(made > 20, "{made}");
    assert_eq!(left, BTreeSet::new());
}

/// Runs 200 requests of which every tenth is carried out and not answered; `last` is what
/// those that clean up get.
fn with_lost_answers(last: Answer) -> (Server, String) {
    let server = Server::start(move |number, _| match number {
        200.. => last,
        _ if number % 10 == 9 => Answer::Lost,
        _ => OK,
    });
    let target = server.url();
    let words = ["run", "--target", &target, "--rate", "100", "--duration", "2s"];
    let output = run(&patient(&words));
    assert_eq!(output.status.code(), Some(2));
    (server, stdout(&output))
}

#[test]
fn a_task_is_found_though_nobody_said_that_it_was_made() {
    let (server, text) = with_lost_answers(OK);
    let searched = server.seen().iter().filter(|seen| seen.path.contains("limit=100")).count();
    assert!(searched > 0, "no creation among the lost ones");
    assert_eq!(server.tasks(), 0, "{text}");
    assert!(text.contains("deleted at the end, 0 left\n"), "{text}");
}

#[test]
fn what_is_not_known_is_said() {
    let (server, text) = with_lost_answers(Answer::Reset);
    assert!(server.tasks() > 0, "{text}");
    assert!(text.contains(" unknown: their creation had no answer"), "{text}");
}
