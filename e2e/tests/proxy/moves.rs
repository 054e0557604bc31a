//! A backend that comes back with another address, or comes back at all.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use e2e::backend::Backend;
use e2e::dns::Dns;
use reqwest::Client;
use serde_json::json;

use crate::door;

/// How long Nginx believes the name server.
const VALID: Duration = Duration::from_secs(2);
const FIRST: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const SECOND: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);

/// One request that was made.
#[derive(Clone, Debug)]
struct Made {
    at: Instant,
    status: u16,
    title: String,
}

/// Asks for the list, and adds tasks, again and again.
struct Traffic {
    stop: Arc<AtomicBool>,
    made: Arc<Mutex<Vec<Made>>>,
    clients: Vec<tokio::task::JoinHandle<()>>,
}

impl Traffic {
    /// `patient` clients repeat a 503 once, after the time that it names.
    fn start(url: &str, patient: bool) -> Self {
        let mut traffic = Self { stop: Arc::default(), made: Arc::default(), clients: Vec::new() };
        for client in 0..4 {
            let (stop, made) = (Arc::clone(&traffic.stop), Arc::clone(&traffic.made));
            let url = format!("{url}/api/tasks");
            traffic.clients.push(tokio::spawn(async move {
                let http = Client::new();
                for number in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let title =
                        if client % 2 == 0 { String::new() } else { format!("{client}/{number}") };
                    let (at, mut status) = (Instant::now(), call(&http, &url, &title).await);
                    if patient && let Some(pause) = status.1 {
                        tokio::time::sleep(pause).await;
                        status = call(&http, &url, &title).await;
                    }
                    made.lock().unwrap().push(Made { at, status: status.0, title });
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }));
        }
        traffic
    }

    async fn end(self) -> Vec<Made> {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.await.unwrap();
        }
        let made = self.made.lock().unwrap().clone();
        assert!(made.len() > 100, "only {} requests", made.len());
        made
    }
}

/// A GET without a title, a POST with one: its status, and the pause that a 503 asks for.
async fn call(http: &Client, url: &str, title: &str) -> (u16, Option<Duration>) {
    let request = match title {
        "" => http.get(url),
        title => http.post(url).json(&json!({ "title": title })),
    };
    let answer = request.send().await.unwrap();
    let pause = answer
        .headers()
        .get("retry-after")
        .map(|value| Duration::from_secs(value.to_str().unwrap().parse().unwrap()));
    assert_eq!(pause.is_some(), answer.status() == 503, "{answer:?}");
    (answer.status().as_u16(), pause)
}

fn start(address: Ipv4Addr, port: u16) -> Backend {
    Backend::start(&format!("{address}:{port}"), None, &[]).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_is_found_without_a_reload() {
    let dns = Dns::start().unwrap();
    let first = start(FIRST, 0);
    let port = door::address(&first).port();
    dns.set("backend", &[FIRST]);
    let proxy = door::proxy(&dns, port, &[]);
    let (hasty, patient) =
        (Traffic::start(&proxy.url(""), false), Traffic::start(&proxy.url(""), true));
    tokio::time::sleep(Duration::from_secs(1)).await;

    let _second = start(SECOND, port);
    let moved = Instant::now();
    dns.set("backend", &[SECOND]);
    // At once, while Nginx still believes in the old address.
    drop(first);
    let gone = Instant::now();
    tokio::time::sleep(VALID + Duration::from_secs(4)).await;

    let failed: Vec<_> = hasty.end().await.into_iter().filter(|made| made.status >= 400).collect();
    println!(
        "stopping took {:?}; {} requests failed, the last {:?} after the move",
        gone - moved,
        failed.len(),
        failed.last().map(|made| made.at - moved)
    );
    for made in &failed {
        assert_eq!(made.status, 503, "{made:?}");
        // What changes nothing is asked again by Nginx itself.
        assert!(!made.title.is_empty(), "a GET failed: {made:?}");
        assert!(made.at < gone + VALID + Duration::from_secs(1), "{made:?}, gone at {gone:?}");
    }
    for made in patient.end().await {
        assert!(made.status < 400, "{made:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::TempDir::new().unwrap();
    let database = format!("sqlite://{}/lab.db", folder.path().display());
    let dns = Dns::start().unwrap();
    dns.set("backend", &[FIRST]);
    let backend = Backend::start(&format!("{FIRST}:0"), Some(&database), &[]).unwrap();
    let port = door::address(&backend).port();
    let proxy = door::proxy(&dns, port, &[]);
    let traffic = Traffic::start(&proxy.url(""), false);

    let mut backend = Some(backend);
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        drop(backend.take());
        backend = Some(Backend::start(&format!("{FIRST}:{port}"), Some(&database), &[]).unwrap());
    }
    let back = Instant::now();
    tokio::time::sleep(Duration::from_millis(500)).await;

    let made = traffic.end().await;
    let stored = reqwest::get(proxy.url("/api/tasks?limit=1000")).await.unwrap();
    let stored: serde_json::Value = stored.json().await.unwrap();
    let stored: Vec<_> = stored["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["title"].as_str().unwrap())
        .collect();
    for made in made.iter().filter(|made| !made.title.is_empty()) {
        let times = stored.iter().filter(|title| **title == made.title).count();
        match made.status {
            201 => assert_eq!(times, 1, "{made:?}"),
            503 => assert!(times <= 1, "{made:?}"),
            _ => panic!("{made:?}"),
        }
    }
    let late: Vec<_> = made.iter().filter(|made| made.at > back && made.status >= 400).collect();
    assert!(late.is_empty(), "{late:?}");
}
