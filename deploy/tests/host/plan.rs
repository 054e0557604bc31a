//! What would be done.

use crate::lab::Lab;

#[test]
fn a_dry_run_says_every_command_and_changes_nothing() {
    let lab = Lab::new();
    lab.deploy();
    lab.commit("v2");
    let (before, calls) = (lab.snapshot(), lab.calls().len());
    let said = lab.run("deploy", &["--dry-run"]).expect(0);
    for part in [
        "Nothing was changed. It would be done:",
        "flock ",
        "here: rsync --recursive",
        "LAB_VERSION=v2 timeout -k 20 3600 docker compose -p lab --project-directory",
        "--profile verify build",
        "ln -sfn releases/v2",
        "mv -fT",
        "up -d --wait --no-build",
        "run --rm -T verify",
        "and if one of these fails, back to v1:",
        "ln -sfn releases/v1",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(lab.snapshot(), before);
    assert!(lab.calls()[calls..].iter().all(|call| !call.starts_with('[')), "{:?}", lab.calls());

    lab.deploy();
    let before = lab.snapshot();
    let said = lab.run("rollback", &["--dry-run"]).expect(0);
    assert!(said.contains("ln -sfn releases/v1"), "{said}");
    assert!(said.contains("and if one of these fails, back to v2:"), "{said}");
    assert_eq!(lab.snapshot(), before);
}

#[test]
fn a_dry_run_to_an_empty_host_leaves_it_empty() {
    let lab = Lab::new();
    let said = lab.run("deploy", &["--dry-run"]).expect(0);
    assert!(said.contains("there would be no release to go back to"), "{said}");
    assert_eq!(std::fs::read_dir(lab.path("host")).unwrap().count(), 0);
}
