//! Requests at a steady pace, of a kind that a test changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use reqwest::Client;

/// Between two requests.
const PACE: Duration = Duration::from_millis(50);

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Good = 0,
    Failing = 1,
}

pub(crate) struct Traffic {
    kind: Arc<AtomicU8>,
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<()>,
}

impl Traffic {
    /// Begins with good requests.
    pub(crate) fn start(url: &str) -> Self {
        let (kind, stop) =
            (Arc::new(AtomicU8::new(Kind::Good as u8)), Arc::<AtomicBool>::default());
        let (wanted, stopped) = (Arc::clone(&kind), Arc::clone(&stop));
        let url = url.to_owned();
        let task = tokio::spawn(async move {
            let http = Client::new();
            while !stopped.load(Ordering::Relaxed) {
                let failing = wanted.load(Ordering::Relaxed) == Kind::Failing as u8;
                let path = if failing { "/api/simulate-error" } else { "/api/tasks" };
                let answer = http.get(format!("{url}{path}")).send().await.unwrap();
                assert_eq!(answer.status(), if failing { 500 } else { 200 });
                tokio::time::sleep(PACE).await;
            }
        });
        Self { kind, stop, task }
    }

    pub(crate) fn switch(&self, kind: Kind) {
        self.kind.store(kind as u8, Ordering::Relaxed);
    }

    pub(crate) async fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap();
    }
}
