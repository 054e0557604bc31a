//! A lab of the test's own, on free ports and with a fresh database.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::backend::Backend;
use crate::database;
use crate::dns::Dns;
use crate::proxy::Proxy;

/// `compose` starts the lab behind Nginx and on PostgreSQL, as the compose stack does; an
/// address is that of a running one, without any task; anything else starts the embedded
/// lab, the backend alone on SQLite.
const STACK: &str = "LAB_TEST_STACK";
/// Clients that fill it.
const WRITERS: usize = 8;

/// A running lab.
#[derive(Debug)]
pub struct Lab {
    /// Where a browser finds it, such as `http://127.0.0.1:40123`.
    pub url: String,
    /// Its database: `db.system.name` and `db.namespace`.
    pub database: (&'static str, String),
    http: reqwest::Client,
    /// `client.address` of a browser on this machine; none where that is not known.
    pub client_address: Option<&'static str>,
    _proxy: Option<Proxy>,
    /// None where the lab was there before.
    backend: Option<Backend>,
}

impl Lab {
    /// Starts the lab that `LAB_TEST_STACK` names.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(&[]).await
    }

    /// The same with variables of the test's own for the backend.
    pub async fn start_with(vars: &[(&str, &str)]) -> anyhow::Result<Self> {
        let http = reqwest::Client::new();
        let stack = std::env::var(STACK).unwrap_or_default();
        if stack.starts_with("http://") {
            ensure!(vars.is_empty(), "{STACK} names a lab that runs already");
            return Ok(Self {
                url: stack.trim_end_matches('/').to_owned(),
                database: ("postgresql", "lab".to_owned()),
                http,
                client_address: None,
                _proxy: None,
                backend: None,
            });
        }
        if stack != "compose" {
            let backend = Backend::start("127.0.0.1:0", None, vars)?;
            return Ok(Self {
                url: backend.url.clone(),
                database: ("sqlite", "lab.db".to_owned()),
                http,
                client_address: Some("127.0.0.0"),
                _proxy: None,
                backend: Some(backend),
            });
        }
        let (url, name) = database::create().await?;
        let backend = Backend::start("127.0.0.1:0", Some(&url), vars)?;
        let address: SocketAddr =
            backend.url.strip_prefix("http://").context("no address")?.parse()?;
        let dns = Dns::start()?;
        dns.set("backend", &[Ipv4Addr::LOCALHOST]);
        let proxy = Proxy::start(&[
            ("LAB_RESOLVER", &dns.address.to_string()),
            ("BACKEND_UPSTREAM", &format!("http://backend:{}", address.port())),
            ("OTLP_UPSTREAM", &format!("http://backend:{}/otlp", address.port())),
        ])?;
        Ok(Self {
            url: proxy.url(""),
            database: ("postgresql", name),
            http,
            client_address: Some("127.0.0.0"),
            _proxy: Some(proxy),
            backend: Some(backend),
        })
    }

    /// The JSON that `path` answers.
    pub async fn json(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await?;
        Ok(answer.json().await?)
    }

    /// The text that `path` answers.
    pub async fn text(&self, path: &str) -> anyhow::Result<String> {
        Ok(self.http.get(format!("{}{path}", self.url)).send().await?.text().await?)
    }

    /// Stores a task without the browser.
    pub async fn add(&self, title: &str, description: &str) -> anyhow::Result<Value> {
        let body = serde_json::json!({ "title": title, "description": description });
        let answer = self.http.post(format!("{}/api/tasks", self.url)).json(&body).send().await?;
        ensure!(answer.status() == 201, "{}", answer.status());
        Ok(answer.json().await?)
    }

    /// Stores so many tasks, several at a time.
    pub async fn fill(&self, count: usize) -> anyhow::Result<()> {
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let (http, url) = (self.http.clone(), format!("{}/api/tasks", self.url));
            writers.spawn(async move {
                for number in (writer..count).step_by(WRITERS) {
                    let body = serde_json::json!({ "title": format!("task {number}") });
                    let answer = http.post(&url).json(&body).send().await?;
                    ensure!(answer.status() == 201, "{}", answer.status());
                }
                Ok(())
            });
        }
        while let Some(outcome) = writers.join_next().await {
            outcome??;
        }
        Ok(())
    }

    /// Tells the backend of an alert, as Alertmanager does; the proxy lets nobody else.
    pub async fn notify(&self, alert: &Value) -> anyhow::Result<()> {
        let body = serde_json::json!({ "version": "4", "alerts": [alert] });
        let backend = self.backend.as_ref().context("the backend is not ours to tell")?;
        let url = format!("{}/internal/alerts", backend.url);
        let answer = self.http.post(url).json(&body).send().await?;
        ensure!(answer.status() == 204, "{}: {}", answer.status(), answer.text().await?);
        Ok(())
    }

    /// Calls the API without the browser; what it answers is not looked at.
    pub async fn call(&self, method: &str, path: &str) -> anyhow::Result<()> {
        let url = format!("{}{path}", self.url);
        self.http.request(method.parse()?, url).send().await?;
        Ok(())
    }

    /// The trace once `enough` says so, or as it is after fifteen seconds.
    pub async fn trace(
        &self,
        trace_id: &str,
        enough: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        let deadline = Instant::now() + Duration::from_secs(15);
        loop {
            let trace = self.json(&format!("/api/traces/{trace_id}")).await?;
            if enough(&trace) || Instant::now() > deadline {
                return Ok(trace);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
