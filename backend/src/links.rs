//! Links to the programs beside the lab: Grafana, Prometheus, Tempo, Alertmanager.
//!
//! A link is shown when its URL is configured. `{host}` in a URL stands for the host name
//! that the page was asked for, so that one setting serves every machine that the stack
//! runs on.

use axum::http::header::HOST;
use axum::http::{HeaderMap, Uri};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use thiserror::Error;

use crate::config::LinksConfig;

const PLACEHOLDER: &str = "{host}";
/// The uid of the Tempo data source in Grafana.
const TEMPO_UID: &str = "tempo";
/// How far Explore looks to both sides of a trace, in microseconds.
const MARGIN_US: i64 = 300_000_000;

/// The configured programs.
#[derive(Clone, Debug, Default)]
pub struct Links {
    grafana: Option<Base>,
    others: Vec<(&'static str, Base)>,
}

/// A link as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The program's name.
    pub name: &'static str,
    /// Where it answers.
    pub url: String,
}

/// A URL without a slash at its end; it may hold the placeholder.
#[derive(Clone, Debug)]
struct Base(String);

/// A URL that is no link.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "{variable} must be an http or https URL such as http://{{host}}:3000, without user, query \
     and fragment"
)]
pub struct InvalidLink {
    variable: &'static str,
}

impl Links {
    /// Checks the configured URLs; an empty one counts as none.
    pub fn choose(config: &LinksConfig) -> Result<Self, InvalidLink> {
        let base = |variable, url: &Option<String>| {
            let url = url.as_deref().filter(|url| !url.is_empty());
            url.map(|url| Base::parse(url).ok_or(InvalidLink { variable })).transpose()
        };
        let others = [
            ("Prometheus", base("LAB_PROMETHEUS_URL", &config.prometheus_url)?),
            ("Tempo", base("LAB_TEMPO_URL", &config.tempo_url)?),
            ("Alertmanager", base("LAB_ALERTMANAGER_URL", &config.alertmanager_url)?),
        ];
        Ok(Self {
            grafana: base("LAB_GRAFANA_URL", &config.grafana_url)?,
            others: others.into_iter().filter_map(|(name, base)| Some((name, base?))).collect(),
        })
    }

    /// The links of a page that was asked with these headers.
    #[must_use]
    pub fn shown(&self, headers: &HeaderMap) -> Vec<Link> {
        let host = host_name(headers);
        let grafana = self.grafana.iter().map(|base| ("Grafana", base));
        grafana
            .chain(self.others.iter().map(|(name, base)| (*name, base)))
            .filter_map(|(name, base)| Some(Link { name, url: base.url(host)? }))
            .collect()
    }

    /// A dashboard by its URL, or by its path in Grafana.
    #[must_use]
    pub fn dashboard(&self, headers: &HeaderMap, url: &str) -> Option<String> {
        if is_address(url) {
            return Some(url.to_owned());
        }
        let base = self.grafana.as_ref()?.url(host_name(headers))?;
        url.starts_with('/').then(|| format!("{base}{url}"))
    }

    /// A trace in Grafana's Explore; its times are in microseconds since the Unix epoch.
    #[must_use]
    pub fn explore(
        &self,
        headers: &HeaderMap,
        trace_id: &str,
        start_us: i64,
        end_us: i64,
    ) -> Option<String> {
        let base = self.grafana.as_ref()?.url(host_name(headers))?;
        let ms = |us: i64| (us / 1000).to_string();
        // Grafana's "Explore URL schema", version 1, with one pane.
        let panes = json!({ "lab": {
            "datasource": TEMPO_UID,
            "queries": [{
                "refId": "A",
                "datasource": { "type": "tempo", "uid": TEMPO_UID },
                "queryType": "traceql",
                "query": trace_id,
            }],
            "range": {
                "from": ms(start_us.saturating_sub(MARGIN_US)),
                "to": ms(end_us.saturating_add(MARGIN_US)),
            },
        }});
        let panes = panes.to_string();
        let panes = utf8_percent_encode(&panes, NON_ALPHANUMERIC);
        Some(format!("{base}/explore?schemaVersion=1&orgId=1&panes={panes}"))
    }
}

/// True for an address of the web. In a link, a path of another host's would lead nowhere,
/// and `javascript:` would run.
pub(crate) fn is_address(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

impl Base {
    fn parse(url: &str) -> Option<Self> {
        let uri: Uri = url.replace(PLACEHOLDER, "host").parse().ok()?;
        let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        let plain = !authority.host().is_empty() && !url.contains(['?', '#']);
        (is_http && plain).then(|| Self(url.trim_end_matches('/').to_owned()))
    }

    fn url(&self, host: Option<&str>) -> Option<String> {
        if self.0.contains(PLACEHOLDER) {
            Some(self.0.replace(PLACEHOLDER, host?))
        } else {
            Some(self.0.clone())
        }
    }
}

/// The name in the `Host` header, if it is one: a name, an address or a bracketed one.
fn host_name(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(HOST)?.to_str().ok()?;
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => name,
        _ => host,
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let is_v6 = |name: &str| name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
    let bracketed = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let fits = bracketed.map_or_else(|| name.bytes().all(is_name), is_v6);
    (fits && (1..=253).contains(&name.len())).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(grafana: &str, tempo: &str) -> Result<Links, InvalidLink> {
        Links::choose(&LinksConfig {
            grafana_url: Some(grafana.into()),
            tempo_url: Some(tempo.into()),
            ..LinksConfig::default()
        })
    }

    fn shown(links: &Links, host: &str) -> Vec<(&'static str, String)> {
        let headers = HeaderMap::from_iter([(HOST, host.parse().unwrap())]);
        links.shown(&headers).into_iter().map(|link| (link.name, link.url)).collect()
    }

    #[test]
    fn the_host_is_the_one_that_was_asked() {
        let links = links("http://{host}:3000/", "https://tempo.example/api").unwrap();
        for (host, name) in
            [("lab.example:8080", "lab.example"), ("10.0.0.7", "10.0.0.7"), ("[::1]:80", "[::1]")]
        {
            let expected = [
                ("Grafana", format!("http://{name}:3000")),
                ("Tempo", "https://tempo.example/api".to_owned()),
            ];
            assert_eq!(shown(&links, host), expected);
        }
    }

    #[test]
    fn a_host_that_is_none_makes_no_link() {
        let links = links("http://{host}:3000", "").unwrap();
        for host in ["", "a b", "x/../y", "\"onclick=", "evil@host", "[::1", "[g]", "a%2f"] {
            assert_eq!(shown(&links, host), [], "{host:?}");
        }
        assert!(links.shown(&HeaderMap::new()).is_empty());
    }

    #[test]
    fn other_urls_are_refused_by_name() {
        for url in [
            "javascript:alert(1)",
            "grafana:3000",
            "//grafana",
            "http://",
            "ftp://grafana",
            "http://user:secret@grafana",
            "http://grafana/?x=1",
            "http://grafana/#x",
            "http://{port}",
            "http://a b",
        ] {
            let error = links(url, "").unwrap_err();
            assert_eq!(error, InvalidLink { variable: "LAB_GRAFANA_URL" }, "{url}");
            assert!(!error.to_string().contains("secret"));
        }
        assert!(links("", "nonsense").unwrap_err().to_string().contains("LAB_TEMPO_URL"));
    }

    #[test]
    fn a_dashboard_is_grafanas_unless_it_says_otherwise() {
        let headers = HeaderMap::new();
        let links = links("http://grafana:3000", "").unwrap();
        let dashboard = |url| links.dashboard(&headers, url);
        assert_eq!(dashboard("/d/lab-slo").unwrap(), "http://grafana:3000/d/lab-slo");
        assert_eq!(dashboard("https://x.example/d").unwrap(), "https://x.example/d");
        assert_eq!(dashboard("docs/x.md"), None);
        assert_eq!(Links::default().dashboard(&headers, "/d/lab-slo"), None);
    }

    #[test]
    fn explore_opens_the_trace_in_tempo() {
        let links = links("http://{host}:3000", "").unwrap();
        let headers = HeaderMap::from_iter([(HOST, "lab:8080".parse().unwrap())]);
        let url = links.explore(&headers, "ab", 1_000_000_000_000, 1_000_000_002_000).unwrap();
        let (base, panes) = url.split_once("&panes=").unwrap();
        assert_eq!(base, "http://lab:3000/explore?schemaVersion=1&orgId=1");
        let panes = percent_encoding::percent_decode_str(panes).decode_utf8().unwrap();
        let panes: serde_json::Value = serde_json::from_str(&panes).unwrap();
        let pane = &panes["lab"];
        assert_eq!(pane["datasource"], "tempo");
        assert_eq!(pane["queries"][0]["query"], "ab");
        assert_eq!(pane["queries"][0]["datasource"]["uid"], "tempo");
        assert_eq!(pane["range"], json!({ "from": "999700000", "to": "1000300002" }));
        assert_eq!(Links::default().explore(&headers, "ab", 0, 0), None);
    }
}
