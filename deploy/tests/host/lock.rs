//! Two deployments at once.

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
