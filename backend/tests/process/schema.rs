//! The API against its own description, by schemathesis, on both databases.

use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::lab::{Lab, PATIENCE};
use crate::postgres::{self, notice};

/// The program; `cargo xtask test` installs it and says here where it is.
const PROGRAM: &str = "LAB_SCHEMATHESIS";

fn check(vars: &[(&str, &str)]) {
    let Some(program) = std::env::var_os(PROGRAM).map(PathBuf::from) else {
        notice(&format!("{PROGRAM} names no program; `cargo xtask test` installs it"));
        return;
    };
    // A machine that is busy is no fault of the API; what happens then others test.
    let patient = [
        ("LAB_REQUEST_TIMEOUT", "5m"),
        ("LAB_DB_ACQUIRE_TIMEOUT", "1m"),
        ("LAB_DB_STATEMENT_TIMEOUT", "1m"),
    ];
    let lab = Lab::start(&[vars, &patient].concat());
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/process/schemathesis.toml");
    // It keeps a folder of what it found; every run starts without.
    let folder = TempDir::new().unwrap();
    let run = Command::new(program)
        .current_dir(&folder)
        .args(["--config-file", config, "run", &format!("{}/openapi.json", lab.url)])
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{report}");
    let count = |name: &str| {
        let count = report.lines().find_map(|line| line.trim().strip_prefix(name));
        count.unwrap_or_else(|| panic!("{name} is missing: {report}")).trim().to_owned()
    };
    let tested: usize = count("Tested:").parse().unwrap();
    // Of all operations one is left out by the configuration.
    assert_eq!(count("Selected:"), format!("{tested}/{}", tested + 1), "{report}");
    assert_ready(&lab);
    let (code, _, _) = lab.stop();
    assert_eq!(code, Some(0));
}

/// What the run leaves out: that the probe is well after all of it.
fn assert_ready(lab: &Lab) {
    let address = lab.url.trim_start_matches("http://");
    let start = Instant::now();
    loop {
        let mut probe = Command::new(env!("CARGO_BIN_EXE_backend"));
        probe.args(["healthcheck", "--listen", address]).env_remove("LAB_LISTEN");
        if probe.status().unwrap().success() {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "it is not ready any more");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn sqlite_keeps_to_the_description() {
    check(&[]);
}

#[tokio::test]
async fn postgres_keeps_to_the_description() {
    let Some(database) = postgres::database().await else { return };
    check(&[("DATABASE_URL", &database)]);
}
