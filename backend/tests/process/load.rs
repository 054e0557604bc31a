//! Clients that ask all the time, and what became of each request.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::lab::PATIENCE;

/// Clients that create and list tasks in turn.
pub(crate) struct Load {
    answers: Arc<Mutex<Vec<Answer>>>,
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
}

/// What a request came to.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) start: Instant,
    pub(crate) took: Duration,
    /// `None` where there was none.
    pub(crate) status: Option<u16>,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Value,
}

impl Load {
    pub(crate) fn start(url: &str, clients: usize) -> Self {
        let answers = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let clients = (0..clients)
            .map(|_| {
                let (answers, stop) = (Arc::clone(&answers), Arc::clone(&stop));
                tokio::spawn(ask(format!("{url}/api/tasks"), answers, stop))
            })
            .collect();
        Self { answers, stop, clients }
    }

    /// Waits until the answers so far are as `enough` wants them.
    pub(crate) async fn until(&self, enough: impl Fn(&[Answer]) -> bool) {
        until("answers", async || enough(&self.answers.lock().unwrap())).await;
    }

    /// Waits for some more answers of a kind.
    pub(crate) async fn some_more(&self, is_one: impl Fn(&Answer) -> bool) {
        let now = Instant::now();
        let is_new = |answer: &&Answer| answer.start > now && is_one(answer);
        self.until(|answers| answers.iter().filter(is_new).count() >= 20).await;
    }

    /// Lets the last requests end.
    pub(crate) async fn end(self) -> Vec<Answer> {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.await.unwrap();
        }
        std::mem::take(&mut *self.answers.lock().unwrap())
    }
}

impl Answer {
    /// The id of the task whose creation was acknowledged.
    pub(crate) fn created(&self) -> Option<i64> {
        (self.status == Some(201)).then(|| self.body["id"].as_i64().unwrap())
    }

    pub(crate) fn is_ok(&self) -> bool {
        matches!(self.status, Some(200 | 201))
    }

    pub(crate) fn is_unavailable(&self) -> bool {
        self.status == Some(503)
            && self.retry_after.as_deref() == Some("1")
            && self.body["code"] == "database_unavailable"
    }
}

async fn ask(url: String, answers: Arc<Mutex<Vec<Answer>>>, stop: Arc<AtomicBool>) {
    let client = client();
    for turn in 0_u64.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let request = if turn % 2 == 0 {
            client.post(&url).json(&json!({ "title": "kept" }))
        } else {
            client.get(format!("{url}?limit=1"))
        };
        let start = Instant::now();
        let mut answer = Answer {
            start,
            took: Duration::ZERO,
            status: None,
            retry_after: None,
            body: Value::Null,
        };
        if let Ok(response) = request.send().await {
            let status = response.status().as_u16();
            let retry = response.headers().get("retry-after").cloned();
            // An answer that breaks off is none.
            if let Ok(body) = response.json().await {
                answer.status = Some(status);
                answer.retry_after = retry.map(|value| value.to_str().unwrap().to_owned());
                answer.body = body;
            }
        }
        answer.took = start.elapsed();
        answers.lock().unwrap().push(answer);
        // Leaves some of the machine to the server.
        sleep(Duration::from_millis(2)).await;
    }
}

/// A client that takes a hang for an error.
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().timeout(PATIENCE).build().unwrap()
}

/// The status of a GET.
pub(crate) async fn status(url: &str) -> u16 {
    client().get(url).send().await.unwrap().status().as_u16()
}

/// The body of a GET.
pub(crate) async fn text(url: &str) -> String {
    client().get(url).send().await.unwrap().text().await.unwrap()
}

/// Waits for what is sure to come.
pub(crate) async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !condition().await {
        assert!(start.elapsed() < PATIENCE, "still waiting for {what}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// The ids of all tasks. A connection that has just been replaced may be a 503 first.
pub(crate) async fn stored(url: &str) -> BTreeSet<i64> {
    let mut ids = BTreeSet::new();
    let mut after = String::new();
    loop {
        let page = page(&format!("{url}/api/tasks?limit=1000{after}")).await;
        let tasks = page["tasks"].as_array().unwrap();
        ids.extend(tasks.iter().filter_map(|task| task["id"].as_i64()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return ids,
        }
    }
}

async fn page(url: &str) -> Value {
    let start = Instant::now();
    loop {
        let answer = client().get(url).send().await.unwrap();
        if answer.status() != 503 {
            return answer.json().await.unwrap();
        }
        assert!(start.elapsed() < PATIENCE, "still waiting for a page");
        sleep(Duration::from_millis(10)).await;
    }
}
