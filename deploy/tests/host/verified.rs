//! The verification of what runs, without a deployment.

use std::fs;

use serde_json::Value;

use crate::lab::Lab;

#[test]
fn what_runs_is_verified_with_its_own_files() {
    let lab = Lab::new();
    lab.deploy();
    let before = lab.snapshot();
    let said = lab.run("verify-host", &["--json", "new/verify.json"]).expect(0);
    assert!(said.contains("verify on ") && said.contains(": ok"), "{said}");
    let report = fs::read(lab.path("new/verify.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["passed"], true);
    let call = lab.calls().pop().unwrap();
    for wanted in ["[v1] ", "/releases/v1 ", "/state/v1/env ", "run --rm -T verify --json"] {
        assert!(call.contains(wanted), "no {wanted} in {call}");
    }
    assert_eq!(lab.snapshot(), before);
}

#[test]
fn what_does_not_work_has_a_report_as_well() {
    let lab = Lab::new();
    lab.deploy();
    lab.tell("verify-fails", "v1");
    let said = lab.run("verify-host", &["--json", "verify.json"]).expect(1);
    assert!(said.contains("error: verify on "), "{said}");
    let report = fs::read_to_string(lab.path("verify.json")).unwrap();
    assert!(report.contains(r#""passed": false"#), "{report}");
    assert!(lab.run("verify-host", &[]).expect(1).contains(r#""passed": false"#));
}

#[test]
fn nothing_is_verified_where_nothing_runs() {
    let said = Lab::new().run("verify-host", &[]).expect(1);
    assert!(said.contains("no release is deployed here"), "{said}");
}

#[test]
fn it_has_to_be_said_who_logs_in() {
    let said = Lab::new().run("verify-host", &["--host", "127.0.0.1"]).expect(1);
    assert!(said.contains("--host must be USER@HOST"), "{said}");
}
