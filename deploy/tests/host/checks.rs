//! Hosts that are not fit to be deployed to.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};

use crate::lab::Lab;
use crate::sshd::free_port;

/// Deploys in vain: one check fails, its advice is given, nothing has changed.
fn refused(lab: &Lab, arguments: &[&str], check: &str, advice: &str) -> String {
    let before = lab.snapshot();
    let said = lab.run("deploy", arguments).expect(1);
    assert!(said.contains("the host is not ready; nothing was changed"), "{said}");
    let failed: Vec<_> = said.lines().filter(|line| line.starts_with("  FAILED")).collect();
    assert_eq!(failed.len(), 1, "{said}");
    assert!(failed[0].contains(check), "{said}");
    assert!(said.contains(advice), "{said}");
    assert_eq!(lab.snapshot(), before);
    said
}

#[test]
fn an_old_compose_is_refused() {
    let lab = Lab::new();
    lab.tell("compose-version", "2.3.3");
    let said = refused(&lab, &[], "compose plugin", "2.3.3 is there, 2.26.0 is needed");
    assert!(said.contains("compose plugin  2.26.0 or newer"), "{said}");
}

#[test]
fn an_engine_that_is_down_is_refused() {
    let lab = Lab::new();
    lab.tell("engine-down", "");
    let said = refused(&lab, &[], "docker", "systemctl start docker");
    assert!(said.contains("Cannot connect to the Docker daemon"), "{said}");
}

#[test]
fn a_taken_port_is_refused_unless_it_is_the_labs_own() {
    let lab = Lab::new();
    let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, lab.door)).unwrap();
    let taken = format!("listens on {} (LAB_PORT); stop it", lab.door);
    refused(&lab, &[], "ports", &taken);
    lab.tell("ports", &format!("0.0.0.0:{0}->8080/tcp, [::]:{0}->8080/tcp", lab.door));
    lab.deploy();
    lab.take_back("ports");
    // Or it is moved, by settings that are there or sent.
    let other = free_port();
    fs::write(lab.path("host/shared/.env"), format!("LAB_PORT={other}\n")).unwrap();
    lab.deploy();
    fs::write(lab.path("new.env"), format!("LAB_PORT={}\n", lab.door)).unwrap();
    refused(&lab, &["--env-file", "new.env"], "ports", &taken);
}

#[test]
fn a_clock_that_is_wrong_is_refused() {
    let lab = Lab::new();
    lab.tell("skew", "-90");
    refused(&lab, &[], "clock", "timedatectl set-ntp true");
    lab.tell("skew", "3600");
    refused(&lab, &[], "clock", "timedatectl set-ntp true");
    lab.run("deploy", &["--max-skew", "2h"]).expect(0);
}

#[test]
fn too_little_room_is_refused() {
    let lab = Lab::new();
    let before = lab.snapshot();
    let said = lab.run("deploy", &["--min-free", "999999999"]).expect(1);
    assert!(said.contains("  FAILED  disk ") && said.contains("docker builder prune"), "{said}");
    assert_eq!(lab.snapshot(), before);
}

#[test]
fn a_folder_that_cannot_be_made_is_refused() {
    let lab = Lab::new();
    // Nobody can make a folder in /proc, whoever they are, but root may seem to.
    let said = lab.run("deploy", &["--dir", "/proc/lab"]).expect(1);
    assert!(said.contains("/proc"), "{said}");
}

#[test]
fn a_project_of_another_folder_is_refused() {
    let lab = Lab::new();
    lab.tell("root", "/home/somebody/lab");
    let advice = "the containers of project lab were started from /home/somebody/lab";
    refused(&lab, &[], "project", advice);
    lab.take_back("root");
    lab.deploy();
    // Its own is as good as none, whatever the release.
    lab.write("compose/app.conf", "second");
    lab.run("deploy", &["--version", "second"]).expect(0);
    lab.tell("root", "/home/somebody/lab");
    let before = lab.snapshot();
    assert!(lab.run("rollback", &[]).expect(1).contains(advice));
    assert_eq!(lab.snapshot(), before);
}
