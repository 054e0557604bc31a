//! Starting: what works, and what is refused in one clear line.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::lab::{Lab, command, output};

#[tokio::test]
async fn it_is_ready_when_it_says_so_and_ends_on_ctrl_c() {
    let lab = Lab::start(&[]);
    let answer = reqwest::get(format!("{}/ready", lab.url)).await.unwrap();
    assert_eq!(answer.status(), 200);
    lab.signal(Signal::SIGINT);
    let (code, _, lines) = lab.wait();
    assert_eq!(code, Some(0));
    assert!(lines.iter().any(|line| line["signal"] == "SIGINT"), "{lines:?}");
}

#[test]
fn unusable_settings_end_with_64_and_name_the_variable() {
    for (name, value) in [
        ("OTEL_TRACES_EXPORTER", "zipkin"),
        ("OTEL_PROPAGATORS", "b3"),
        ("RUST_LOG", "=nonsense="),
        ("LAB_GRAFANA_URL", "grafana"),
        ("TEMPO_URL", "tempo:3200"),
        ("LOKI_URL", "https://loki"),
        ("LAB_LISTEN", "8080"),
        ("LAB_REQUEST_TIMEOUT", "40"),
        ("LAB_HEADER_TIMEOUT", "0s"),
        ("LAB_DRAIN_TIMEOUT", "2h"),
        ("LAB_MAX_CONNECTIONS", "0"),
        ("LAB_MAX_CONCURRENT_REQUESTS", "-1"),
        ("LAB_DB_MAX_CONNECTIONS", "many"),
        ("LAB_DB_ACQUIRE_TIMEOUT", ""),
        ("LAB_DB_STATEMENT_TIMEOUT", "1e3s"),
    ] {
        let folder = TempDir::new().unwrap();
        let mut command = command(&folder);
        command.env(name, value);
        let ended = output(command);
        let stderr = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(64), "{stderr}");
        assert!(stderr.contains(name) && stderr.lines().count() == 1, "{stderr}");
    }
}

#[test]
fn a_database_that_is_not_supported_is_refused_without_its_password() {
    let folder = TempDir::new().unwrap();
    let mut command = command(&folder);
    command.env("DATABASE_URL", "mysql://user:hunter2@host/db");
    let ended = output(command);
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(64), "{stderr}");
    assert!(stderr.contains("DATABASE_URL") && !stderr.contains("hunter2"), "{stderr}");
}

#[test]
fn a_port_in_use_is_said() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = TempDir::new().unwrap();
    let mut command = command(&folder);
    command.args(["--listen", &address]);
    let ended = output(command);
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains(&address) && stderr.contains("in use"), "{stderr}");
}

#[test]
fn a_file_that_is_no_database_is_said_and_kept() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("lab.db");
    std::fs::write(&file, "these are my notes, not a database ".repeat(100)).unwrap();
    let before = std::fs::read(&file).unwrap();
    let ended = output(command(&folder));
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("lab.db"), "{stderr}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

/// A container's first process gets no signal that it does not ask for. The one database is
/// absent, the other's file is another process's.
#[test]
fn a_signal_while_the_database_is_waited_for_ends_the_start_in_order() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = TempDir::new().unwrap();
    let lock = File::create(folder.path().join("lab.db-migrate")).unwrap();
    lock.lock().unwrap();
    let absent = format!("postgres://lab@{closed}/lab");
    let locked = format!("sqlite://{}/lab.db", folder.path().display());
    let works = [("serve", 0), ("migrate", 1)];
    for (url, (work, code)) in
        [&absent, &locked].into_iter().flat_map(|url| works.map(|work| (url, work)))
    {
        let mut backend = std::process::Command::new(env!("CARGO_BIN_EXE_backend"));
        backend.arg(work).current_dir(folder.path()).stdout(std::process::Stdio::piped());
        backend.env("DATABASE_URL", url);
        let mut child = backend.env("LAB_LISTEN", "127.0.0.1:0").spawn().unwrap();
        let pid = Pid::from_raw(child.id().try_into().unwrap());
        // Its thread for signals is there, whatever else is.
        let tasks = format!("/proc/{pid}/task");
        let is_watching = || {
            let threads = std::fs::read_dir(&tasks).unwrap();
            let mut names = threads.filter_map(|thread| {
                std::fs::read_to_string(thread.ok()?.path().join("comm")).ok()
            });
            names.any(|name| name.trim() == "signals")
        };
        while !is_watching() {
            assert_eq!(child.try_wait().unwrap(), None, "{work} has ended");
            thread::sleep(Duration::from_millis(10));
        }
        kill(pid, Signal::SIGTERM).unwrap();
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stdout).unwrap();
        assert_eq!(ended.status.code(), Some(code), "{said}");
        assert!(said.contains("the database was not open yet"), "{said}");
    }
}

#[test]
fn migrate_makes_the_schema_and_ends() {
    let folder = TempDir::new().unwrap();
    let mut migrate = std::process::Command::new(env!("CARGO_BIN_EXE_backend"));
    let url = format!("sqlite://{}/lab.db", folder.path().display());
    migrate.args(["migrate", "--database-url", &url]);
    for _ in 0..2 {
        let ended = migrate.output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
    }
    assert!(folder.path().join("lab.db").exists());
}

#[test]
fn servers_that_start_at_once_migrate_one_after_the_other() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}/lab.db", folder.path().display());
    let start = || {
        std::process::Command::new(env!("CARGO_BIN_EXE_backend"))
            .args(["migrate", "--database-url", &url])
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn nobody_opens_a_file_that_another_process_migrates() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("lab.db");
    let lock = File::create(folder.path().join("lab.db-migrate")).unwrap();
    lock.lock().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_backend"))
        .args(["migrate", "--database-url", &format!("sqlite://{}", file.display())])
        .spawn()
        .unwrap();
    thread::sleep(Duration::from_millis(500));
    assert!(!file.exists());
    drop(lock);
    assert!(child.wait().unwrap().success());
    assert!(file.exists());
}

fn healthcheck(listen: &str) -> Option<i32> {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_backend"));
    command.args(["healthcheck", "--listen", listen]).env_remove("LAB_LISTEN");
    let ended = command.output().unwrap();
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.stdout.is_empty(), "{:?}", ended.stdout);
    assert_eq!(stderr.lines().count(), usize::from(!ended.status.success()), "{stderr}");
    ended.status.code()
}

#[test]
fn healthcheck_tells_a_ready_server_from_others() {
    let lab = Lab::start(&[]);
    let address = lab.url.trim_start_matches("http://").to_owned();
    assert_eq!(healthcheck(&address), Some(0));
    let port = address.rsplit_once(':').unwrap().1;
    assert_eq!(healthcheck(&format!("0.0.0.0:{port}")), Some(0));
    lab.stop();
    assert_eq!(healthcheck(&address), Some(1), "nobody is there");
}

#[test]
fn healthcheck_believes_a_200_alone() {
    for (answer, code) in [
        ("HTTP/1.1 503 Service Unavailable\r\n\r\n", 1),
        ("HTTP/1.1 200 OK\r\n\r\n", 0),
        ("", 1),
        ("nonsense", 1),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let length = stream.read(&mut request).unwrap();
            assert!(request[..length].starts_with(b"GET /ready HTTP/1.1\r\n"));
            stream.write_all(answer.as_bytes()).unwrap();
        });
        assert_eq!(healthcheck(&address), Some(code), "{answer:?}");
        server.join().unwrap();
    }
}
