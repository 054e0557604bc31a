//! The API against its own description, by schemathesis, on both databases.

use std::path::PathBuf;
use std::process::Command;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

use crate::lab::Lab;

/// The program; `cargo xtask test` installs it and says here where it is.
const PROGRAM: &str = "LAB_SCHEMATHESIS";
const SERVER: &str = "LAB_TEST_POSTGRES_URL";

fn check(vars: &[(&str, &str)]) {
    let Some(program) = std::env::var_os(PROGRAM).map(PathBuf::from) else {
        eprintln!("skipped: {PROGRAM} names no program; `cargo xtask test` installs it");
        return;
    };
    let lab = Lab::start(vars);
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
    let (code, _, _) = lab.stop();
    assert_eq!(code, Some(0));
}

#[test]
fn sqlite_keeps_to_the_description() {
    check(&[]);
}

#[tokio::test]
async fn postgres_keeps_to_the_description() {
    let Ok(server) = std::env::var(SERVER) else {
        eprintln!("skipped: {SERVER} names no server; `cargo xtask test` starts one");
        return;
    };
    let mut admin = PgConnection::connect(&server).await.unwrap();
    let name = format!("schema_{}", uuid::Uuid::new_v4().simple());
    // Made of letters and digits just now.
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    check(&[("DATABASE_URL", &format!("{base}/{name}"))]);
}
