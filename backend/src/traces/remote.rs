//! Traces beyond this process' memory: Tempo's spans and Loki's lines complete what is here.
//! - `TEMPO_URL`, `--tempo`: such as `http://tempo:3200`; nothing is asked without it.
//! - `LOKI_URL`, `--loki`: such as `http://loki:3100`; likewise.
//!
//! Whoever looks at a trace waits for the stores, so each has a deadline, a bound on how much
//! it may answer and on how many ask at once. One that fails is named, never a failure.

mod loki;
mod store;
mod tempo;

use std::collections::HashSet;

use api_types::Timestamp;
use api_types::trace::{LogLine, Span, Trace, is_connected};
use axum::http::Uri;
use opentelemetry::trace::TraceId;
use thiserror::Error;

use crate::config::TraceStoresConfig;
use store::Store;

/// The stores that are set.
#[derive(Debug, Default)]
pub struct RemoteStores {
    tempo: Option<Store>,
    loki: Option<Store>,
}

/// Their URLs, without a slash at the end.
#[derive(Clone, Debug, Default)]
pub struct StoreUrls {
    tempo: Option<String>,
    loki: Option<String>,
}

/// A URL that no store can have. The text never repeats it.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{variable} must be an http URL such as http://{host}, without user, query and fragment")]
pub struct InvalidStore {
    variable: &'static str,
    host: &'static str,
}

impl StoreUrls {
    /// Checks the configured URLs; an empty one counts as none.
    pub fn choose(config: &TraceStoresConfig) -> Result<Self, InvalidStore> {
        let url = |variable, host, url: &Option<String>| {
            let url = url.as_deref().filter(|url| !url.is_empty());
            url.map(|url| base(url).ok_or(InvalidStore { variable, host })).transpose()
        };
        Ok(Self {
            tempo: url("TEMPO_URL", "tempo:3200", &config.tempo)?,
            loki: url("LOKI_URL", "loki:3100", &config.loki)?,
        })
    }
}

fn base(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
    let plain = !authority.host().is_empty() && !url.contains(['?', '#']);
    (uri.scheme_str() == Some("http") && plain).then(|| url.trim_end_matches('/').to_owned())
}

impl RemoteStores {
    /// Nothing connects before somebody asks.
    #[must_use]
    pub fn new(urls: &StoreUrls) -> Self {
        let store = |name, url: &Option<String>| url.as_ref().map(|url| Store::new(name, url));
        Self { tempo: store("tempo", &urls.tempo), loki: store("loki", &urls.loki) }
    }

    /// Adds to `known`, which may be nothing, what the stores have of the trace. What is
    /// known already stays as it is. `now` bounds the search for lines without a span.
    pub async fn complete(&self, trace_id: TraceId, known: Option<Trace>, now: Timestamp) -> Trace {
        let mut trace = known.unwrap_or_else(|| nothing(trace_id));
        if let Some(tempo) = &self.tempo {
            match tempo::spans(tempo, trace_id).await {
                Ok(spans) => add_spans(&mut trace, spans, tempo.name()),
                Err(store::Failed) => trace.unavailable.push(tempo.name().to_owned()),
            }
        }
        if let Some(loki) = &self.loki {
            match loki::lines(loki, trace_id, &trace, now.unix_micros()).await {
                Ok(lines) => add_lines(&mut trace, lines, loki.name()),
                Err(store::Failed) => trace.unavailable.push(loki.name().to_owned()),
            }
        }
        trace.complete = is_connected(&trace.spans);
        trace
    }
}

fn nothing(trace_id: TraceId) -> Trace {
    Trace {
        trace_id: trace_id.to_string(),
        spans: Vec::new(),
        logs: Vec::new(),
        complete: false,
        sources: Vec::new(),
        unavailable: Vec::new(),
    }
}

fn add_spans(trace: &mut Trace, spans: Vec<Span>, store: &str) {
    if spans.is_empty() {
        return;
    }
    trace.sources.push(store.to_owned());
    let mut known: HashSet<String> = trace.spans.iter().map(|span| span.span_id.clone()).collect();
    trace.spans.extend(spans.into_iter().filter(|span| known.insert(span.span_id.clone())));
    trace.spans.sort_by_key(|span| span.start_time);
}

/// A line has no id. Two of the same service with the same text in the same microsecond are
/// one that came both ways.
fn add_lines(trace: &mut Trace, lines: Vec<LogLine>, store: &str) {
    if lines.is_empty() {
        return;
    }
    trace.sources.push(store.to_owned());
    let known: HashSet<_> = trace
        .logs
        .iter()
        .map(|line| (line.timestamp, line.service.clone(), line.message.clone()))
        .collect();
    trace.logs.extend(lines.into_iter().filter(|line| {
        !known.contains(&(line.timestamp, line.service.clone(), line.message.clone()))
    }));
    trace.logs.sort_by_key(|line| line.timestamp);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(tempo: &str, loki: &str) -> Result<StoreUrls, InvalidStore> {
        let config = TraceStoresConfig { tempo: Some(tempo.into()), loki: Some(loki.into()) };
        StoreUrls::choose(&config)
    }

    #[test]
    fn an_empty_url_is_none() {
        let urls = choose("http://tempo:3200/", "").unwrap();
        assert_eq!(urls.tempo.as_deref(), Some("http://tempo:3200"));
        assert_eq!(urls.loki, None);
    }

    #[test]
    fn other_urls_are_refused_by_name_without_their_secrets() {
        for url in ["tempo:3200", "https://tempo", "http://u:secret@tempo", "http://tempo?x", "/x"]
        {
            let error = choose(url, "").unwrap_err().to_string();
            assert!(error.starts_with("TEMPO_URL") && !error.contains("secret"), "{error}");
        }
        assert!(choose("", "x").unwrap_err().to_string().starts_with("LOKI_URL"));
    }
}
