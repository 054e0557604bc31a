//! Releases that do not work.

use std::fs;

use serde_json::Value;

use crate::lab::Lab;

#[test]
fn what_does_not_come_up_gives_way_to_the_release_before() {
    let lab = Lab::new();
    lab.deploy();
    lab.tell("unhealthy", "v2");
    lab.write("compose/app.conf", "broken");
    lab.commit("v2");
    let said = lab.run("deploy", &["--json", "report.json"]).expect(3);
    assert!(said.contains("error: v2 failed (start); v1 runs again and is verified"), "{said}");
    assert!(said.contains("container v2-backend-1 is unhealthy"), "{said}");
    assert!(said.contains("    backend-1  | no\n") && !said.contains('\u{1b}'), "{said}");
    assert!(said.contains("[back] start v1 … ") && said.contains("[back] verify v1 … "), "{said}");
    assert_eq!(lab.current().as_deref(), Some("v1"));
    assert_eq!(lab.running().as_deref(), Some("v1"));
    let root = fs::read_to_string(lab.path("engine/root")).unwrap();
    assert!(root.trim_end().ends_with("/releases/v1"), "{root}");
    assert_eq!(lab.states(), ["v2 failed", "v1 verified current"]);
    let report: Value =
        serde_json::from_slice(&fs::read(lab.path("report.json")).unwrap()).unwrap();
    assert_eq!((&report["result"], &report["exit_code"]), (&"rolled_back".into(), &3.into()));
    assert_eq!((&report["version"], &report["current"]), (&"v2".into(), &"v1".into()));
    lab.calls();
}

#[test]
fn what_exits_at_once_gives_way() {
    let lab = Lab::new();
    lab.deploy();
    lab.tell("exits", "v2");
    lab.commit("v2");
    let said = lab.run("deploy", &[]).expect(3);
    assert!(said.contains("v2 failed (start); v1 runs again and is verified"), "{said}");
    assert!(said.contains("container v2-backend-1 exited (64)"), "{said}");
    assert!(said.contains("    backend  Exited (64)\n") && !said.contains("no end"), "{said}");
    assert_eq!((lab.current(), lab.running()), (Some("v1".into()), Some("v1".into())));
    assert_eq!(lab.states(), ["v2 failed", "v1 verified current"]);
    lab.calls();
}

/// Five seconds: the release before has to come up within them as well.
#[test]
fn what_never_gets_green_gives_way_when_its_time_is_over() {
    let lab = Lab::new();
    lab.deploy();
    lab.tell("never-green", "v2");
    lab.commit("v2");
    let said = lab.run("deploy", &["--up-timeout", "5s"]).expect(3);
    assert!(said.contains("v2 failed (start); v1 runs again and is verified"), "{said}");
    assert!(said.contains("    no end within 5 s: docker compose\n"), "{said}");
    assert!(said.contains("not everything came up within 5 s"), "{said}");
    assert!(said.contains("    backend  Up (health: starting)\n"), "{said}");
    assert_eq!((lab.current(), lab.running()), (Some("v1".into()), Some("v1".into())));
    assert_eq!(lab.states(), ["v2 failed", "v1 verified current"]);
    lab.calls();
}

#[test]
fn a_verification_without_an_end_gives_way_when_its_time_is_over() {
    let lab = Lab::new();
    lab.deploy();
    lab.tell("verify-hangs", "v2");
    lab.commit("v2");
    let said = lab.run("deploy", &["--verify-timeout", "5s"]).expect(3);
    assert!(said.contains("v2 failed (verify); v1 runs again and is verified"), "{said}");
    assert!(said.contains("    no end within 5 s: docker compose\n"), "{said}");
    assert_eq!((lab.current(), lab.running()), (Some("v1".into()), Some("v1".into())));
    lab.calls();
}

#[test]
fn a_build_without_an_end_changes_nothing_when_its_time_is_over() {
    let lab = Lab::new();
    lab.deploy();
    lab.tell("build-hangs", "v2");
    lab.commit("v2");
    let said = lab.run("deploy", &["--build-timeout", "5s"]).expect(1);
    // In whole seconds, of which one may be over when it begins.
    assert!(
        said.contains("    no end within 5 s: ") || said.contains("    no end within 4 s: "),
        "{said}"
    );
    assert!(said.contains("images of v2 could not be made; nothing was switched"), "{said}");
    assert_eq!((lab.current(), lab.running()), (Some("v1".into()), Some("v1".into())));
    assert_eq!(lab.states(), ["v2 failed", "v1 verified current"]);
    lab.calls();
}

#[test]
fn what_is_not_verified_gives_way_too() {
    let lab = Lab::new();
    lab.deploy();
    lab.tell("verify-fails", "v2");
    lab.commit("v2");
    let said = lab.run("deploy", &[]).expect(3);
    assert!(said.contains("v2 failed (verify); v1 runs again and is verified"), "{said}");
    assert!(said.contains("FAILED  the trace is not in Tempo"), "{said}");
    assert_eq!((lab.current(), lab.running()), (Some("v1".into()), Some("v1".into())));
    // The next one does not take the broken one for the release before.
    lab.commit("v3");
    assert!(lab.deploy().contains("v1 runs; if this fails, v1 is started again"));
    assert_eq!(lab.states(), ["v3 verified current", "v2 failed", "v1 verified previous"]);
    lab.calls();
}

#[test]
fn what_cannot_be_built_is_not_started() {
    let lab = Lab::new();
    lab.deploy();
    lab.tell("build-fails", "v2");
    lab.commit("v2");
    let said = lab.run("deploy", &[]).expect(1);
    assert!(said.contains("error: could not compile"), "{said}");
    assert!(said.contains("images of v2 could not be made; nothing was switched"), "{said}");
    assert_eq!((lab.current(), lab.running()), (Some("v1".into()), Some("v1".into())));
    assert!(!lab.calls().iter().any(|call| call.starts_with("[v2]") && call.contains(" up ")));
    // It may be completed, and then it works.
    lab.take_back("build-fails");
    lab.deploy();
    assert_eq!(lab.states(), ["v2 verified current", "v1 verified previous"]);
}

#[test]
fn a_first_release_that_fails_is_left_for_inspection() {
    let lab = Lab::new();
    lab.tell("unhealthy", "all");
    let said = lab.run("deploy", &[]).expect(4);
    assert!(said.contains("there is no release before it that has worked"), "{said}");
    assert!(said.contains("left as it is for inspection"), "{said}");
    assert_eq!(lab.running().as_deref(), Some("v1"));
    assert_eq!(lab.states(), ["v1 failed current"]);
    lab.take_back("unhealthy");
    let said = lab.deploy_new("v2");
    assert!(said.contains("v1 runs; if this fails, there is none to go back to"), "{said}");
    assert_eq!(lab.states(), ["v2 verified current", "v1 failed"]);
    lab.calls();
}

#[test]
fn a_way_back_that_fails_is_said_to() {
    let lab = Lab::new();
    lab.deploy();
    lab.tell("unhealthy", "all");
    lab.commit("v2");
    let said = lab.run("deploy", &[]).expect(4);
    assert!(said.contains("v2 failed (start), and so did the way back to v1 (start v1)"), "{said}");
    assert_eq!(lab.current().as_deref(), Some("v1"));
    lab.take_back("unhealthy");
    lab.deploy();
    assert_eq!(lab.states(), ["v2 verified current", "v1 verified previous"]);
}
