//! A target whose disk is full.

use std::fs;
use std::process::Command;

use crate::cuts::noise;
use crate::lab::Lab;

/// A small filesystem; unmounted when it is dropped.
struct Small(std::path::PathBuf);

impl Small {
    /// None where this is not ours to do.
    fn mount(folder: std::path::PathBuf) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=3m", "lab-test"]).arg(&folder);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then_some(Self(folder))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).output();
    }
}

#[test]
fn a_full_disk_leaves_what_runs_alone() {
    let lab = Lab::new();
    let Some(_small) = Small::mount(lab.path("host")) else {
        eprintln!("left out: this user may not mount a small filesystem");
        return;
    };
    lab.deploy();
    lab.write("large", noise(5_000_000));
    lab.commit("v2");
    let said = lab.run("deploy", &[]).expect(1);
    // Whether rsync's own words arrive before the connection ends is chance.
    assert!(said.contains("the disk of") && said.contains("is full"), "{said}");
    assert_eq!((lab.current(), lab.running()), (Some("v1".into()), Some("v1".into())));
    assert_eq!(lab.states(), ["v2 incomplete", "v1 verified current"]);

    // Not a byte is left: not even a state can be written.
    let rest = lab.path("host/rest");
    let _ = fs::write(&rest, noise(5_000_000));
    lab.wait_until_idle();
    let said = lab.run("deploy", &[]).expect(1);
    assert!(said.contains("full"), "{said}");
    lab.wait_until_idle();
    let said = lab.run("rollback", &["--to", "v1"]).expect(1);
    assert!(said.contains("v1 is what runs"), "{said}");
    assert_eq!(lab.states(), ["v2 incomplete", "v1 verified current"]);

    fs::remove_file(rest).unwrap();
    lab.git(&["rm", "--quiet", "large"]);
    lab.commit("v3");
    lab.deploy();
    assert_eq!(lab.states(), ["v3 verified current", "v2 incomplete", "v1 verified previous"]);
}
