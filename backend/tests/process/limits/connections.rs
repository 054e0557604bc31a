//! Connections beyond what the process may open, and connections nobody reads from.

use std::fs;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::sleep;

use crate::lab::{Lab, wrapped};
use crate::load::{status, until};
use crate::wire::connect;

/// The time of a processor that the process has used, by Linux's count of 1/100 s.
fn processor_time(lab: &Lab) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{}/stat", lab.pid())).unwrap();
    // The name in parentheses may hold blanks.
    let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11..13].iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

fn open_sockets(lab: &Lab) -> usize {
    let files = fs::read_dir(format!("/proc/{}/fd", lab.pid())).unwrap().flatten();
    let targets = files.filter_map(|file| fs::read_link(file.path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_file_to_open_the_server_waits_for_one_in_peace() {
    let folder = TempDir::new().unwrap();
    let command = wrapped(&folder, &["prlimit", "--nofile=64"]);
    let lab = Lab::run(command, folder);
    let health = format!("{}/health", lab.url);
    let mut held = Vec::new();
    for _ in 0..100 {
        held.push(connect(&lab).await);
    }
    lab.wait_for_line(|line| {
        line["level"] == "ERROR"
            && line["message"].as_str().unwrap().contains("Too many open files")
    });
    // It neither ends nor spins.
    let (before, pause) = (processor_time(&lab), Duration::from_millis(1500));
    sleep(pause).await;
    let used = processor_time(&lab).checked_sub(before).unwrap();
    assert!(used < pause / 4, "{used:?}");
    drop(held);
    assert_eq!(status(&health).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_reads_is_given_up() {
    let assets = TempDir::new().unwrap();
    // More than the kernel keeps for both sides.
    fs::write(assets.path().join("large.bin"), vec![b'x'; 64 * 1024 * 1024]).unwrap();
    let lab = Lab::start(&[
        ("LAB_ASSETS_DIR", assets.path().to_str().unwrap()),
        ("LAB_HEADER_TIMEOUT", "1s"),
    ]);
    let before = open_sockets(&lab);
    let mut stream = connect(&lab).await;
    let request = b"GET /assets/large.bin HTTP/1.1\r\nHost: lab\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut begin = [0; 12];
    stream.read_exact(&mut begin).await.unwrap();
    assert_eq!(&begin, b"HTTP/1.1 200");
    assert_eq!(open_sockets(&lab), before + 1);
    until("the server to close its side", async || open_sockets(&lab) == before).await;
}
