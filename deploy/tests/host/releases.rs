//! What stays on the host, and how it is listed.

use std::fs;

use crate::lab::Lab;

#[test]
fn an_empty_host_has_no_releases() {
    let lab = Lab::new();
    assert_eq!(lab.run("releases", &[]).expect(0), "no releases\n");
    assert_eq!(fs::read_dir(lab.path("host")).unwrap().count(), 0);
}

#[test]
fn people_and_programs_can_read_the_list() {
    let lab = Lab::new();
    lab.deploy();
    lab.deploy_new("v2");
    let table = lab.run("releases", &[]).expect(0);
    let lines: Vec<Vec<_>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    let revision = lab.git(&["rev-parse", "--short=12", "HEAD"]);
    assert_eq!(lines[1][..3], ["v2", "current", "verified"]);
    assert_eq!(lines[1][4], revision.trim());
    assert_eq!(lines[2][..3], ["v1", "previous", "verified"]);
    let listing = lab.listing();
    assert_eq!(listing["under_way"], serde_json::Value::Null);
    assert_eq!(listing["releases"][0]["revision"], revision.trim());
    assert!(listing["releases"][0]["copied"].as_str().unwrap().starts_with("20"));
}

#[test]
fn an_archive_that_nothing_was_made_of_goes_with_the_next_deployment() {
    let lab = Lab::new();
    lab.deploy();
    // The second is what rsync writes to until a file is whole.
    for name in ["v0.tar", ".v0.tar.x7Yz1Q"] {
        fs::write(lab.path("host/incoming").join(name), "a part").unwrap();
    }
    lab.deploy_new("v2");
    let left: Vec<_> = fs::read_dir(lab.path("host/incoming")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn so_many_stay_and_neither_the_current_nor_the_one_before_goes() {
    let lab = Lab::new();
    for tag in ["v1", "v2", "v3", "v4"] {
        lab.write("compose/app.conf", tag);
        if tag != "v1" {
            lab.commit(tag);
        }
        lab.run("deploy", &["--keep", "3", "--version", tag]).expect(0);
    }
    assert_eq!(lab.folders(), ["v2", "v3", "v4"]);
    let images: Vec<_> = fs::read_dir(lab.path("engine/images")).unwrap().collect();
    // Two of each release, and PostgreSQL's, which is not ours.
    assert_eq!(images.len(), 7);
    assert!(lab.calls().iter().any(|call| call == "image rm observability-lab/backend:v1"));

    // Broken ones do not push out what works.
    lab.tell("build-fails", "all");
    for tag in ["v5", "v6", "v7"] {
        lab.commit(tag);
        lab.run("deploy", &["--keep", "2"]).expect(1);
    }
    lab.take_back("build-fails");
    lab.run("deploy", &["--keep", "2", "--version", "v8"]).expect(0);
    assert_eq!(lab.states(), ["v8 verified current", "v7 failed", "v4 verified previous"]);
    assert_eq!(lab.folders(), ["v4", "v7", "v8"]);
}
