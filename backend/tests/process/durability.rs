//! An acknowledged write is there after the process was killed.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::lab::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn killing_the_server_loses_no_acknowledged_task() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite://{}/kept.db", folder.path().display());
    let vars = [("DATABASE_URL", database.as_str())];
    let mut acknowledged = BTreeSet::new();
    for round in 0..3 {
        let lab = Lab::start(&vars);
        let ids = Arc::new(Mutex::new(Vec::new()));
        let writers: Vec<_> = (0..8)
            .map(|_| {
                let (url, ids) = (format!("{}/api/tasks", lab.url), Arc::clone(&ids));
                tokio::spawn(async move {
                    let client = reqwest::Client::new();
                    let body = json!({ "title": format!("round {round}") });
                    while let Ok(answer) = client.post(&url).json(&body).send().await {
                        let Ok(task) = answer.json::<Value>().await else { return };
                        ids.lock().unwrap().extend(task["id"].as_i64());
                    }
                })
            })
            .collect();
        // Killed in the middle of work, however slow the disk is.
        let start = Instant::now();
        while ids.lock().unwrap().len() < 50 {
            assert!(start.elapsed() < Duration::from_secs(30));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        lab.signal(Signal::SIGKILL);
        for writer in writers {
            writer.await.unwrap();
        }
        let ids = ids.lock().unwrap();
        acknowledged.extend(ids.iter().copied());
    }
    let lab = Lab::start(&vars);
    let mut kept = BTreeSet::new();
    let mut after = String::new();
    loop {
        let url = format!("{}/api/tasks?limit=1000{after}", lab.url);
        let page: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        kept.extend(
            page["tasks"].as_array().unwrap().iter().filter_map(|task| task["id"].as_i64()),
        );
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), acknowledged.len());
}
