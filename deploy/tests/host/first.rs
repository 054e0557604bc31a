//! What a deployment does when nothing goes wrong.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use serde_json::Value;

use crate::lab::Lab;

#[test]
fn the_first_release_is_copied_built_started_and_verified() {
    let lab = Lab::new();
    lab.write("untracked", "not committed");
    let said = lab.run("deploy", &["--json", "report.json"]).expect(0);
    assert!(said.contains("v1 runs and is verified"), "{said}");
    assert!(said.contains("1 files are left out: git does not track them"), "{said}");
    for step in ["[1/6] checks … ", "[2/6] lock … ", "[3/6] copy … ", "[4/6] images … "] {
        assert!(said.contains(step), "{step}: {said}");
    }
    assert!(said.contains("[5/6] start … ") && said.contains("[6/6] verify … "), "{said}");
    assert_eq!(lab.current().as_deref(), Some("v1"));
    assert_eq!(lab.running().as_deref(), Some("v1"));
    assert_eq!(lab.states(), ["v1 verified current"]);

    let release = lab.path("host/releases/v1");
    assert_eq!(fs::read_to_string(release.join("compose/app.conf")).unwrap(), "one\n");
    assert!(!release.join("untracked").exists() && !release.join(".git").exists());
    let mode = |name: &str| fs::metadata(release.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("start.sh"), mode("compose.yaml"), mode("compose")), (0o755, 0o644, 0o755));

    let root = release.canonicalize().unwrap();
    let calls = lab.calls();
    let up = calls.iter().find(|call| call.contains(" up ")).unwrap();
    assert!(up.starts_with("[v1] compose -p lab"), "{up}");
    assert!(up.contains(&format!("--project-directory {}", root.display())), "{up}");
    let order = ["build", "pull --quiet postgres:18.4", " up -d --wait", "run --rm -T verify"];
    let order = order.map(|call| calls.iter().position(|seen| seen.contains(call)).unwrap());
    assert!(order.is_sorted(), "{calls:?}");

    let report: Value =
        serde_json::from_slice(&fs::read(lab.path("report.json")).unwrap()).unwrap();
    assert_eq!(report["result"], "working");
    assert_eq!(report["version"], "v1");
    assert_eq!(report["current"], "v1");
    assert_eq!(report["previous"], Value::Null);
    assert_eq!(report["steps"].as_array().unwrap().len(), 6);
    let log = fs::read_to_string(lab.path("host/deployments.log")).unwrap();
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains("\tdeploy\tv1\t-\tworking\t"), "{log}");
}

#[test]
fn what_is_unchanged_is_linked_and_the_old_release_stays() {
    let lab = Lab::new();
    lab.deploy();
    lab.git(&["rm", "--quiet", "start.sh"]);
    let said = lab.deploy_new("v2");
    assert!(said.contains("v1 runs; if this fails, v1 is started again"), "{said}");
    assert_eq!(lab.current().as_deref(), Some("v2"));
    assert_eq!(lab.running().as_deref(), Some("v2"));
    assert_eq!(lab.folders(), ["v1", "v2"]);
    assert_eq!(lab.states(), ["v2 verified current", "v1 verified previous"]);
    let inode = |name: &str| fs::metadata(lab.path("host/releases").join(name)).unwrap().ino();
    assert_eq!(inode("v1/compose.yaml"), inode("v2/compose.yaml"));
    assert_ne!(inode("v1/compose/app.conf"), inode("v2/compose/app.conf"));
    assert!(lab.path("host/releases/v1/start.sh").exists());
    assert!(!lab.path("host/releases/v2/start.sh").exists());
    lab.calls();
}

#[test]
fn the_same_again_changes_no_file_and_verifies_again() {
    let lab = Lab::new();
    lab.deploy();
    let before = fs::metadata(lab.path("host/releases/v1/compose.yaml")).unwrap().mtime_nsec();
    let said = lab.deploy();
    assert!(said.contains("v1 is there already, with the same"), "{said}");
    let after = fs::metadata(lab.path("host/releases/v1/compose.yaml")).unwrap().mtime_nsec();
    assert_eq!(before, after);
    assert_eq!(lab.calls().iter().filter(|call| call.ends_with("verify")).count(), 2);
    assert_eq!(lab.states(), ["v1 verified current"]);
}

#[test]
fn what_has_run_is_never_changed() {
    let lab = Lab::new();
    lab.run("deploy", &["--version", "a"]).expect(0);
    lab.run("deploy", &["--version", "b"]).expect(0);
    lab.write("compose/app.conf", "two\n");
    for version in ["a", "b"] {
        let said = lab.run("deploy", &["--version", version]).expect(1);
        assert!(said.contains(&format!("release {version} has run on")), "{said}");
        assert!(said.contains("1 differ, such as compose/app.conf"), "{said}");
        lab.wait_until_idle();
        let file = lab.path("host/releases").join(version).join("compose/app.conf");
        assert_eq!(fs::read_to_string(file).unwrap(), "one\n");
    }
    assert_eq!(lab.states(), ["b verified current", "a verified previous"]);
}

#[test]
fn a_changed_checkout_has_a_name_of_its_own() {
    let lab = Lab::new();
    lab.write("compose/app.conf", "edited");
    lab.deploy();
    let first = lab.current().unwrap();
    assert!(first.starts_with("v1-dirty-") && first.len() == "v1-dirty-".len() + 8, "{first}");
    lab.write("compose/app.conf", "edited again");
    lab.deploy();
    assert_ne!(lab.current().unwrap(), first);
    assert_eq!(lab.folders().len(), 2);
}

#[test]
fn settings_belong_to_the_host_and_outlive_releases() {
    let lab = Lab::new();
    lab.deploy();
    let settings = lab.path("host/shared/.env");
    assert_eq!(fs::metadata(&settings).unwrap().permissions().mode() & 0o777, 0o600);
    fs::write(&settings, "LAB_DB_PASSWORD=of-the-host\n").unwrap();
    let said = lab.deploy_new("v2");
    assert!(!said.contains("of-the-host"), "{said}");
    let used = || fs::read_to_string(lab.path("engine/settings")).unwrap();
    assert_eq!(used(), "LAB_DB_PASSWORD=of-the-host\n");

    fs::write(lab.path("new.env"), "LAB_DB_PASSWORD=sent\n").unwrap();
    let said = lab.run("deploy", &["--env-file", "new.env", "--verbose"]).expect(0);
    assert!(!said.contains("sent\n"), "{said}");
    assert_eq!(used(), "LAB_DB_PASSWORD=sent\n");
    assert_eq!(fs::metadata(&settings).unwrap().permissions().mode() & 0o777, 0o600);
    // The way back leads to the settings that worked there, too.
    lab.run("rollback", &[]).expect(0);
    assert_eq!(used(), "");
}

#[test]
fn images_can_come_from_an_archive() {
    let lab = Lab::new();
    let images = "observability-lab/backend:v1\nobservability-lab/verify:v1\n";
    fs::write(lab.path("images.tar"), images).unwrap();
    let said = lab.run("deploy", &["--images-from", "images.tar"]).expect(1);
    assert!(
        said.contains("neither the archive nor this host has the image postgres:18.4"),
        "{said}"
    );
    assert!(said.contains("nothing was switched"), "{said}");
    assert_eq!((lab.current(), lab.running()), (None, None));

    fs::write(lab.path("images.tar"), format!("{images}postgres:18.4\n")).unwrap();
    lab.run("deploy", &["--images-from", "images.tar"]).expect(0);
    assert_eq!(lab.running().as_deref(), Some("v1"));
    let calls = lab.calls();
    assert!(
        !calls.iter().any(|call| call.ends_with("build") || call.starts_with("pull")),
        "{calls:?}"
    );
    assert_eq!(fs::read_dir(lab.path("host/incoming")).unwrap().count(), 0);
}
