//! What the sources do not say by themselves: that `sqlx::migrate!` reads a folder at
//! compile time, and which commit is being built.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=../migrations");
    println!("cargo::rerun-if-env-changed=LAB_REVISION");
    let given = env::var("LAB_REVISION").ok().filter(|revision| !revision.is_empty());
    let revision = given.or_else(commit).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=LAB_REVISION={revision}");
}

/// The commit that is checked out, as twelve digits; `None` where there is no git or
/// this is no repository of ours.
fn commit() -> Option<String> {
    // Sources unpacked inside of another repository must not take that one's commit. In
    // a worktree this is a file.
    if !Path::new("../.git").exists() {
        return None;
    }
    // HEAD changes with the branch; its log, which a worktree has of its own, with each
    // commit. A path that is not there would make cargo run this every time.
    for name in ["HEAD", "logs/HEAD"] {
        let path = git(&["rev-parse", "--git-path", name])?;
        if Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
