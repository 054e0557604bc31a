//! A database that cannot be written to: reads go on, writes say why, and once the cause
//! is gone they work again.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use nix::unistd::Uid;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;

use crate::lab::{Lab, output, wrapped};
use crate::load::{client, status, stored, until};
use crate::postgres::{self, notice};

/// Adds a task of some size; gives status and `code`.
async fn write(lab: &Lab) -> (u16, String) {
    let task = json!({ "title": "a task", "description": "x".repeat(10_000) });
    let request = client().post(format!("{}/api/tasks", lab.url)).json(&task);
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    if status >= 400 {
        assert_eq!(body["trace_id"].as_str().map(str::len), Some(32), "{body}");
        // The cause is in the log alone.
        assert!(!body["detail"].as_str().unwrap().contains("SQL"), "{body}");
    }
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

/// That tasks can be read, and that the server is well.
async fn assert_readable(lab: &Lab, tasks: usize) {
    assert_eq!(stored(&lab.url).await.len(), tasks);
    for path in ["/health", "/ready", "/metrics", "/"] {
        let url = format!("{}{path}", lab.url);
        // The probe waits a second for the database, whatever the machine does.
        until(path, async || status(&url).await == 200).await;
    }
}

/// Runs a command with mounts of its own; `None`, with a notice, where that is not
/// allowed.
fn unshare() -> Option<Vec<&'static str>> {
    // Whoever is not root becomes it in a user namespace.
    let user: &[_] = if Uid::effective().is_root() { &[] } else { &["--map-root-user"] };
    let words = [&["unshare", "--mount"], user].concat();
    let allowed = Command::new(words[0])
        .args(&words[1..])
        .args(["mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .output()
        .is_ok_and(|ended| ended.status.success());
    if !allowed {
        notice("this machine allows no mounts in a namespace of one's own");
    }
    allowed.then_some(words)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_a_507_until_there_is_room() {
    let Some(unshare) = unshare() else { return };
    let folder = TempDir::new().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let mount = r#"mount -t tmpfs -o size=4m tmpfs "$0" && exec "$@""#;
    let wrapper = [&unshare as &[&str], &["sh", "-c", mount, disk.to_str().unwrap()]].concat();
    let mut command = wrapped(&folder, &wrapper);
    command.env("DATABASE_URL", format!("sqlite://{}/lab.db", disk.display()));
    let lab = Lab::run(command, folder);
    assert_eq!(write(&lab).await.0, 201);

    // The disk as the server sees it.
    let inside = PathBuf::from(format!("/proc/{}/root{}", lab.pid(), disk.display()));
    let filler = inside.join("filler");
    let mut file = File::create(&filler).unwrap();
    while file.write(&[0; 4096]).is_ok() {}
    let mut tasks = 1;
    loop {
        match write(&lab).await {
            // There may be some room in the files that SQLite has.
            (201, _) => tasks += 1,
            (status, code) => {
                assert_eq!((status, code.as_str()), (507, "storage_full"));
                break;
            }
        }
    }
    assert_readable(&lab, tasks).await;
    fs::remove_file(&filler).unwrap();
    drop(file);
    assert_eq!(write(&lab).await.0, 201);
    assert_readable(&lab, tasks + 1).await;
    let (code, _, lines) = tokio::task::spawn_blocking(|| lab.stop()).await.unwrap();
    assert_eq!(code, Some(0));
    assert!(lines.iter().any(|line| line["app.error.code"] == "storage_full"
        && line["level"] == "ERROR"
        && line["exception.message"].as_str().unwrap().contains("disk is full")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fails_is_a_503_until_it_works() {
    let folder = TempDir::new().unwrap();
    // Linux would end the process; ignored, the write fails.
    let lab = Lab::run(wrapped(&folder, &["sh", "-c", r#"trap '' XFSZ; exec "$@""#, "sh"]), folder);
    assert_eq!(write(&lab).await.0, 201);
    let limit = |bytes: &str| {
        let mut prlimit = Command::new("prlimit");
        prlimit.args(["--pid", &lab.pid().to_string(), &format!("--fsize={bytes}:unlimited")]);
        assert!(prlimit.status().unwrap().success());
    };
    limit("0");
    for _ in 0..3 {
        assert_eq!(write(&lab).await, (503, "database_unavailable".to_owned()));
    }
    assert_readable(&lab, 1).await;
    limit("unlimited");
    assert_eq!(write(&lab).await.0, 201);
    assert_readable(&lab, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_opened_for_reading_is_a_503_for_writes() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite://{}/kept.db", folder.path().display());
    let lab = Lab::start(&[("DATABASE_URL", &database)]);
    assert_eq!(write(&lab).await.0, 201);
    drop(lab);
    let lab = Lab::start(&[("DATABASE_URL", &format!("{database}?mode=ro"))]);
    assert_eq!(write(&lab).await, (503, "database_read_only".to_owned()));
    assert_readable(&lab, 1).await;
}

#[test]
fn a_folder_that_is_read_only_is_said_at_the_start() {
    let Some(unshare) = unshare() else { return };
    let folder = TempDir::new().unwrap();
    let path = folder.path().to_str().unwrap();
    let mount = r#"mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@""#;
    let wrapper = [&unshare as &[&str], &["sh", "-c", mount, path]].concat();
    let ended = output(wrapped(&folder, &wrapper));
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("lab.db") && stderr.lines().count() == 1, "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_is_a_503_for_writes_until_it_takes_them() {
    let Some(database) = postgres::database().await else { return };
    let lab = Lab::start(&[("DATABASE_URL", &database)]);
    assert_eq!(write(&lab).await.0, 201);
    // What a standby says, without one: new sessions may only read.
    let mut admin = PgConnection::connect(&database).await.unwrap();
    let set_read_only = async |admin: &mut PgConnection, on: &str| {
        let alter = format!(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {on}', \
             current_database()); END $$"
        );
        admin.execute("SET default_transaction_read_only = off").await.unwrap();
        admin.execute(sqlx::AssertSqlSafe(alter)).await.unwrap();
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        admin.execute(others).await.unwrap();
    };
    set_read_only(&mut admin, "on").await;
    until("a session that may only read", async || write(&lab).await.1 == "database_read_only")
        .await;
    assert_eq!(write(&lab).await, (503, "database_read_only".to_owned()));
    let tasks = stored(&lab.url).await.len();
    assert_readable(&lab, tasks).await;
    set_read_only(&mut admin, "off").await;
    until("a session that may write", async || write(&lab).await.0 == 201).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_under_postgres_is_a_507() {
    let Some(database) = postgres::database().await else { return };
    let lab = Lab::start(&[("DATABASE_URL", &database)]);
    assert_eq!(write(&lab).await.0, 201);
    // What PostgreSQL says then; the disk is that of the whole suite.
    let mut admin = PgConnection::connect(&database).await.unwrap();
    let fill = "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql \
                AS $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$; \
                CREATE TRIGGER fill BEFORE INSERT ON tasks \
                FOR EACH ROW EXECUTE FUNCTION fill()";
    admin.execute(fill).await.unwrap();
    assert_eq!(write(&lab).await, (507, "storage_full".to_owned()));
    assert_readable(&lab, 1).await;
    admin.execute("DROP TRIGGER fill ON tasks").await.unwrap();
    assert_eq!(write(&lab).await.0, 201);
}
