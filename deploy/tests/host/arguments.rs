//! Arguments that are refused before anything is connected to.

use crate::lab::Lab;

#[test]
fn what_could_be_read_as_something_else_is_refused() {
    let lab = Lab::new();
    let log = || std::fs::read_to_string(lab.path("ssh/log")).unwrap_or_default();
    let before = log();
    for (name, value, why) in [
        ("--host", "a b@127.0.0.1", "expected user@host"),
        ("--host", "-oProxyCommand=true", "--host"),
        ("--host=-oProxyCommand=true", "", "expected user@host"),
        ("--host", "u@127.0.0.1:0", "the port must be from 1 to 65535"),
        ("--dir", "srv/lab", "the folder must be absolute"),
        ("--dir", "/srv/../etc", "without `..`"),
        ("--dir", "/srv/$(id)", "letters, digits"),
        ("--version", "a/b", "letters, digits"),
        ("--version", "latest", "the tag of images that belong to no release"),
        ("--project", "Lab", "lower case letters"),
        ("--keep", "1", "1 is not in 2.."),
        ("--up-timeout", "0s", "from 1s to 24h"),
    ] {
        let arguments: Vec<_> = [name, value].into_iter().filter(|word| !word.is_empty()).collect();
        let said = lab.run("deploy", &arguments).expect(2);
        assert!(said.contains(why), "{why}: {said}");
    }
    assert_eq!(std::fs::read_dir(lab.path("host")).unwrap().count(), 0);
    assert_eq!(log(), before);
}

#[test]
fn what_is_no_checkout_cannot_be_deployed() {
    let lab = Lab::new();
    let said = lab.run("deploy", &["--source", "/"]).expect(1);
    assert!(said.contains("only a checkout of git can be deployed"), "{said}");
    lab.git(&["rm", "--quiet", "compose.yaml"]);
    let said = lab.run("deploy", &[]).expect(1);
    assert!(said.contains("has no compose.yaml"), "{said}");
}
