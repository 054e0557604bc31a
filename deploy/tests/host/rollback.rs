//! Going back by hand.

use crate::lab::Lab;

/// Three releases that work.
fn three() -> Lab {
    let lab = Lab::new();
    lab.deploy();
    lab.deploy_new("v2");
    lab.deploy_new("v3");
    lab
}

#[test]
fn the_release_before_is_started_and_verified() {
    let lab = three();
    let said = lab.run("rollback", &[]).expect(0);
    assert!(said.contains("from v3 to v2") && said.contains("v2 runs and is verified"), "{said}");
    assert_eq!((lab.current(), lab.running()), (Some("v2".into()), Some("v2".into())));
    // What was gone back from is no place to go back to.
    assert_eq!(lab.states(), ["v2 verified current", "v3 withdrawn", "v1 verified previous"]);
    lab.run("rollback", &[]).expect(0);
    assert_eq!(lab.running().as_deref(), Some("v1"));
    let said = lab.run("rollback", &[]).expect(1);
    assert!(said.contains("there is no release before v1 that has worked"), "{said}");
    // Nothing was built: the images of a release are kept with it.
    assert_eq!(lab.calls().iter().filter(|call| call.ends_with(" build")).count(), 3);
    // It may be deployed again.
    lab.deploy();
    assert_eq!(lab.running().as_deref(), Some("v3"));
}

#[test]
fn a_release_can_be_named() {
    let lab = three();
    lab.run("rollback", &["--to", "v1"]).expect(0);
    assert_eq!((lab.current(), lab.running()), (Some("v1".into()), Some("v1".into())));
    for (version, why) in [("v9", "there is no release v9"), ("v1", "v1 is what runs")] {
        let said = lab.run("rollback", &["--to", version]).expect(1);
        assert!(said.contains(why), "{said}");
    }
    assert_eq!(lab.running().as_deref(), Some("v1"));
}

#[test]
fn only_what_runs_can_be_left() {
    let lab = three();
    let said = lab.run("rollback", &["--from", "v2"]).expect(0);
    assert!(said.contains("nothing to do: v3 runs"), "{said}");
    assert_eq!(lab.running().as_deref(), Some("v3"));
    lab.run("rollback", &["--from", "v3"]).expect(0);
    assert_eq!(lab.running().as_deref(), Some("v2"));
}

#[test]
fn a_rollback_that_fails_is_itself_rolled_back() {
    let lab = three();
    lab.tell("verify-fails", "v2");
    let said = lab.run("rollback", &[]).expect(3);
    assert!(said.contains("v2 failed (verify); v3 runs again and is verified"), "{said}");
    assert_eq!(lab.states(), ["v3 verified current", "v2 failed", "v1 verified previous"]);
}

#[test]
fn images_that_are_gone_are_built_from_the_releases_files() {
    let lab = three();
    std::fs::remove_file(lab.path("engine/images/observability-lab%backend:v2")).unwrap();
    lab.run("rollback", &[]).expect(0);
    let mut builds = lab.calls().into_iter().filter(|call| call.ends_with(" build"));
    assert!(builds.next_back().unwrap().starts_with("[v2]"));
}

#[test]
fn there_is_nothing_to_go_back_to_at_first() {
    let lab = Lab::new();
    let said = lab.run("rollback", &[]).expect(1);
    assert!(said.contains("no release is deployed here"), "{said}");
    let said = lab.run("rollback", &["--from", "v1", "--json", "a/b/report.json"]).expect(0);
    assert!(said.contains("nothing to do: no release runs"), "{said}");
    let report = std::fs::read_to_string(lab.path("a/b/report.json")).unwrap();
    assert!(report.contains("\"result\": \"working\""), "{report}");
}
