//! A server between the browser and the lab: it records the browser's telemetry, answers
//! for the intake as a test wants it, can be taken down, and serves a test's own files.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;
use tokio::runtime::{self, Runtime};

use crate::intake::{Intake, Manner, Received, Wish, decode};
use crate::proxy::private_address;

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
const HTTP_DATE: StaticFormatDescription = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);
/// How long the end of its connections may take.
const DOWN: Duration = Duration::from_secs(5);
/// Bytes of a body at the most.
const BODY_MAX: usize = 16 << 20;

/// A request that went on to the lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// `POST /api/tasks`.
    pub call: String,
    /// The `traceparent` header.
    pub traceparent: Option<String>,
    /// The `baggage` header.
    pub baggage: Option<String>,
}

/// The server.
#[derive(Debug)]
pub struct Front {
    /// Where it answers.
    pub url: String,
    /// What came for `/otlp`.
    pub intake: Arc<Intake>,
    address: SocketAddr,
    shared: Arc<Shared>,
    running: Option<Runtime>,
}

#[derive(Debug)]
struct Shared {
    lab: Option<String>,
    files: Mutex<BTreeMap<String, (&'static str, Bytes)>>,
    passed: Mutex<Vec<Passed>>,
    intake: Arc<Intake>,
    http: reqwest::Client,
    keeps_pages: AtomicBool,
    count: Mutex<(usize, usize)>,
}

impl Front {
    /// Starts it before the lab at `lab`, or alone.
    pub fn start(lab: Option<&str>) -> anyhow::Result<Self> {
        let intake = Arc::new(Intake::default());
        let shared = Arc::new(Shared {
            lab: lab.map(str::to_owned),
            files: Mutex::default(),
            passed: Mutex::default(),
            intake: intake.clone(),
            http: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?,
            keeps_pages: AtomicBool::new(false),
            count: Mutex::default(),
        });
        // While it is down nobody else may take its port.
        let address = SocketAddr::from((private_address(), 0));
        let mut front = Self { url: String::new(), intake, address, shared, running: None };
        front.up()?;
        front.url = format!("http://{}", front.address);
        Ok(front)
    }

    /// Serves `text` at `path`.
    pub fn add(&self, path: &str, media_type: &'static str, text: impl Into<Bytes>) {
        let mut files = self.shared.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.insert(path.to_owned(), (media_type, text.into()));
    }

    /// The requests that went on to the lab, telemetry excepted.
    #[must_use]
    pub fn passed(&self) -> Vec<Passed> {
        self.shared.passed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests with a body came since [`Front::forget`], and the bytes of these
    /// bodies; wherever they went.
    #[must_use]
    pub fn received(&self) -> (usize, usize) {
        let count = self.shared.count.lock().unwrap_or_else(PoisonError::into_inner);
        *count
    }

    /// Starts that count, and the intake's record, anew.
    pub fn forget(&self) {
        *self.shared.count.lock().unwrap_or_else(PoisonError::into_inner) = (0, 0);
        self.intake.forget();
    }

    /// Takes `Cache-Control: no-store` off the lab's answers, which keeps Chromium from
    /// putting a page into its back/forward cache.
    pub fn keep_pages(&self) {
        self.shared.keeps_pages.store(true, Ordering::Relaxed);
    }

    /// Takes it down: connections are broken when this returns, new ones are refused.
    pub fn down(&mut self) {
        if let Some(running) = self.running.take() {
            tokio::task::block_in_place(|| running.shutdown_timeout(DOWN));
        }
    }

    /// Brings it up again at the same address.
    pub fn up(&mut self) -> anyhow::Result<()> {
        let listener = TcpListener::bind(self.address).context("the port is taken")?;
        listener.set_nonblocking(true)?;
        self.address = listener.local_addr()?;
        // A runtime of its own: with it go all connections.
        let running =
            runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let router = Router::new().fallback(answer).with_state(self.shared.clone());
        running.spawn(async move {
            match tokio::net::TcpListener::from_std(listener) {
                Ok(listener) => axum::serve(listener, router).await,
                Err(error) => Err(error),
            }
        });
        self.running = Some(running);
        Ok(())
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.down();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let Ok(body) = axum::body::to_bytes(body, BODY_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    if !body.is_empty() {
        let mut count = shared.count.lock().unwrap_or_else(PoisonError::into_inner);
        *count = (count.0 + 1, count.1 + body.len());
    }
    let file = {
        let files = shared.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.get(&path).cloned()
    };
    if let Some((media_type, bytes)) = file {
        return ([(header::CONTENT_TYPE, media_type)], bytes).into_response();
    }
    let lab = shared.lab.as_ref().map(|lab| format!("{lab}{}", parts.uri));
    if !path.starts_with("/otlp/") {
        let text = |name| Some(parts.headers.get(name)?.to_str().ok()?.to_owned());
        shared.passed.lock().unwrap_or_else(PoisonError::into_inner).push(Passed {
            call: format!("{} {path}", parts.method),
            traceparent: text("traceparent"),
            baggage: text("baggage"),
        });
        return match lab {
            Some(url) => pass_on(&shared, &url, &parts, body).await,
            None => StatusCode::NOT_FOUND.into_response(),
        };
    }
    let at = Instant::now();
    let content = decode(&path, &body);
    let (bytes, traced) = (body.len(), parts.headers.contains_key("traceparent"));
    let response = match (shared.intake.manner(), lab) {
        (Manner::Refuses(status, wish), _) => refuse(status, wish),
        (Manner::TakesAllBut(count), _) => {
            let name =
                if path.ends_with("traces") { "rejectedSpans" } else { "rejectedLogRecords" };
            let answer = json!({ "partialSuccess": { name: count.to_string() } });
            axum::Json(answer).into_response()
        }
        (Manner::Takes, Some(url)) => pass_on(&shared, &url, &parts, body).await,
        (Manner::Takes, None) => axum::Json(json!({})).into_response(),
    };
    let status = response.status().as_u16();
    shared.intake.add(Received { at, path, status, bytes, traced, content });
    response
}

fn refuse(status: u16, wish: Option<Wish>) -> Response {
    let mut headers = HeaderMap::new();
    let text = match wish {
        Some(Wish::Seconds(seconds)) => Some(seconds.to_string()),
        Some(Wish::Date(seconds)) => {
            let at = OffsetDateTime::now_utc() + Duration::from_secs(seconds);
            at.format(HTTP_DATE).ok()
        }
        None => None,
    };
    if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(header::RETRY_AFTER, value);
    }
    (StatusCode::from_u16(status).unwrap_or_default(), headers).into_response()
}

async fn pass_on(
    shared: &Shared,
    url: &str,
    parts: &axum::http::request::Parts,
    body: Bytes,
) -> Response {
    let request = shared.http.request(parts.method.clone(), url).headers(parts.headers.clone());
    let answer = match request.body(body).send().await {
        Ok(answer) => answer,
        Err(error) => return (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    // The length may differ and the framing is this connection's own.
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    if shared.keeps_pages.load(Ordering::Relaxed) {
        headers.remove(header::CACHE_CONTROL);
    }
    let body = answer.bytes().await.unwrap_or_default();
    (status, headers, Body::from(body)).into_response()
}
