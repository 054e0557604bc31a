//! Who is let in, and where.

use std::fs;

use crate::lab::{Lab, Ran};
use crate::sshd::key_pair;

/// Nothing has happened on the host.
fn untouched(lab: &Lab, ran: Ran) -> String {
    let said = ran.expect(1);
    assert_eq!(fs::read_dir(lab.path("host")).unwrap().count(), 0);
    assert!(!lab.path("engine/calls").exists());
    said
}

#[test]
fn a_host_with_another_key_is_refused() {
    let lab = Lab::new();
    key_pair(&lab.path("other"));
    let other = fs::read_to_string(lab.path("other.pub")).unwrap();
    fs::write(lab.path("known_hosts"), format!("[127.0.0.1]:{} {other}", lab.sshd.port)).unwrap();
    let said = untouched(&lab, lab.run("deploy", &[]));
    assert!(said.contains("shows another key than the one that is known"), "{said}");
    let said = untouched(&lab, lab.run("releases", &[]));
    assert!(said.contains("shows another key"), "{said}");
}

#[test]
fn a_host_that_nobody_knows_is_refused() {
    let lab = Lab::new();
    fs::write(lab.path("known_hosts"), "").unwrap();
    let said = untouched(&lab, lab.run("deploy", &[]));
    assert!(said.contains("the host's key is not known here"), "{said}");
    assert_eq!(fs::read_to_string(lab.path("known_hosts")).unwrap(), "");
}

#[test]
fn a_key_that_the_host_does_not_know_is_refused() {
    let lab = Lab::new();
    key_pair(&lab.path("stranger"));
    let said = untouched(&lab, lab.run("deploy", &["--identity", "stranger"]));
    assert!(said.contains("the host takes none of the keys"), "{said}");
}

#[test]
fn a_key_that_is_not_there_is_named() {
    let lab = Lab::new();
    let said = untouched(&lab, lab.run("deploy", &["--identity", "nowhere"]));
    assert!(said.contains("--identity: nowhere cannot be read"), "{said}");
}

#[test]
fn a_host_that_is_down_is_said_to_be() {
    let mut lab = Lab::new();
    lab.sshd.stop();
    let said = untouched(&lab, lab.run("deploy", &[]));
    assert!(said.contains("cannot be reached: is it up"), "{said}");
}

#[test]
fn names_of_files_may_have_spaces() {
    let lab = Lab::new();
    for (from, to) in [("ssh/user", "a user's key"), ("known_hosts", "known hosts")] {
        fs::rename(lab.path(from), lab.path(to)).unwrap();
    }
    lab.run("deploy", &["--identity", "a user's key", "--known-hosts", "known hosts"]).expect(0);
}
