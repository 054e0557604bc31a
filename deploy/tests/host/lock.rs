//! Two deployments at once.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::lab::Lab;

#[test]
fn the_second_is_refused_and_touches_nothing() {
    let lab = Lab::new();
    lab.tell("hold-up", "");
    let first = lab.start("deploy", &[]);
    lab.wait_for("is-starting");
    let (before, calls) = (lab.snapshot(), lab.calls());
    lab.write("compose/app.conf", "second");
    let said = lab.run("deploy", &["--version", "second", "--json", "report.json"]).expect(6);
    assert!(said.contains("another deployment is under way"), "{said}");
    assert!(said.contains("deploy v1 by ") && said.contains(" since 20"), "{said}");
    assert_eq!(lab.snapshot(), before);
    let changing = |call: &String| call.starts_with('[');
    let seen = lab.calls().into_iter().filter(changing).count();
    assert_eq!(seen, calls.into_iter().filter(changing).count());
    let report = std::fs::read_to_string(lab.path("report.json")).unwrap();
    assert!(report.contains("\"result\": \"locked\""), "{report}");
    let said = lab.run("rollback", &[]).expect(6);
    assert!(said.contains("another deployment is under way"), "{said}");

    // One that waits comes next.
    let third = lab.start("deploy", &["--version", "third", "--lock-wait", "2m"]);
    lab.take_back("hold-up");
    first.end().expect(0);
    third.end().expect(0);
    assert_eq!(lab.states(), ["third verified current", "v1 verified previous"]);
}

/// What comes of a deployer that is stopped for longer than the host listens to silence.
#[test]
fn what_has_lost_the_lock_copies_nothing_more() {
    let lab = Lab::new();
    fs::write(lab.path("images.tar"), "\n").unwrap();
    // The session ends while the tree is copied, which comes before the archive.
    let (rsync, lock) = (lab.path("bin/rsync"), lab.path("host/lock"));
    let stand_in = format!(
        "#!/bin/sh\n\
         kill $(find /proc/[0-9]*/fd -lname {} 2>/dev/null | cut -d / -f 3 | sort -u)\n\
         exec /usr/bin/rsync \"$@\"\n",
        lock.display()
    );
    fs::write(&rsync, stand_in).unwrap();
    fs::set_permissions(&rsync, fs::Permissions::from_mode(0o755)).unwrap();
    let said = lab.run("deploy", &["--images-from", "images.tar"]).expect(1);
    assert!(said.contains("is no longer held, and nothing was switched"), "{said}");
    assert!(lab.path("host/releases/v1/compose.yaml").exists());
    assert!(!lab.path("host/incoming/v1.tar").exists());
    assert_eq!(lab.states(), ["v1 incomplete"]);
}
