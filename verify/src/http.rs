//! Requests with a deadline, and patience.

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use reqwest::{Client, Method, Response, Url};
use serde_json::Value;

/// For one request; whoever has to wait asks again.
const DEADLINE: Duration = Duration::from_secs(10);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// A client.
#[derive(Debug)]
pub(crate) struct Http(Client);

/// Why something is not as it should be.
pub(crate) type Failure = String;

impl Http {
    pub(crate) fn new() -> Result<Self> {
        let client = Client::builder().timeout(DEADLINE).no_proxy().build();
        Ok(Self(client.context("could not make an HTTP client")?))
    }

    /// The status of a GET.
    pub(crate) async fn status(&self, url: &str) -> Result<u16, Failure> {
        Ok(self.request(Method::GET, url, &[], None).await?.status().as_u16())
    }

    /// The JSON that a GET answers with 200.
    pub(crate) async fn json(&self, url: &str) -> Result<Value, Failure> {
        body(self.request(Method::GET, url, &[], None).await?).await
    }

    /// What a GET answers with 200, as it is.
    pub(crate) async fn text(&self, url: &str) -> Result<String, Failure> {
        good(self.request(Method::GET, url, &[], None).await?).await.map(|(_, text)| text)
    }

    /// The JSON that a request with a body answers with a 2xx; null without any.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        json: &Value,
    ) -> Result<Value, Failure> {
        body(self.request(method, url, headers, Some(json)).await?).await
    }

    async fn request(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        json: Option<&Value>,
    ) -> Result<Response, Failure> {
        let mut request = self.0.request(method, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(json) = json {
            request = request.json(json);
        }
        request.send().await.map_err(|error| explain(url, &error))
    }
}

/// The address and the text of an answer that is a 2xx.
async fn good(response: Response) -> Result<(Url, String), Failure> {
    let (status, url) = (response.status(), response.url().clone());
    let text = response.text().await.map_err(|error| explain(url.as_str(), &error))?;
    if !status.is_success() {
        let start: String = text.chars().take(200).collect();
        return Err(format!("{status} from {}: {start}", url.path()));
    }
    Ok((url, text))
}

async fn body(response: Response) -> Result<Value, Failure> {
    let (url, text) = good(response).await?;
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).map_err(|error| format!("{} gives no JSON: {error}", url.path()))
}

fn explain(url: &str, error: &reqwest::Error) -> Failure {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    format!("{url}: {cause}")
}

/// Looks until it is as it should be, or patience ends at `by`; then the last failure counts.
pub(crate) async fn until<T, F>(by: Instant, mut look: impl FnMut() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let start = Instant::now();
    loop {
        match look().await {
            Ok(found) => return Ok(found),
            Err(failure) if Instant::now() >= by => {
                return Err(format!("{failure} (after {} s)", start.elapsed().as_secs()));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
