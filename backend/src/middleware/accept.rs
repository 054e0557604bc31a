//! What a client would rather read: only errors come in two forms.

use api_types::headers::PROBLEM_JSON;
use axum::http::{HeaderMap, header};

/// Whether HTML is preferred to JSON (RFC 9110, section 12.5.1). Browsers prefer it when
/// a person opens an address; programs, and whoever has no preference, get JSON.
pub(super) fn prefers_html(headers: &HeaderMap) -> bool {
    let mut html = Quality::default();
    let mut json = Quality::default();
    for value in headers.get_all(header::ACCEPT) {
        for range in value.to_str().unwrap_or_default().split(',') {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(weight).unwrap_or(1.0);
            html.see(&name, "text/*", &["text/html"], weight);
            json.see(&name, "application/*", &["application/json", PROBLEM_JSON], weight);
        }
    }
    html.weight > json.weight
}

/// The weight of one media type by the most specific range that names it.
#[derive(Default)]
struct Quality {
    rank: u8,
    weight: f32,
}

impl Quality {
    fn see(&mut self, range: &str, kind: &str, types: &[&str], weight: f32) {
        let rank = match range {
            "*/*" => 1,
            _ if range == kind => 2,
            _ if types.contains(&range) => 3,
            _ => return,
        };
        if rank > self.rank || (rank == self.rank && weight > self.weight) {
            *self = Self { rank, weight };
        }
    }
}

/// The value of a `q` parameter, from 0 to 1.
fn weight(parameter: &str) -> Option<f32> {
    let (name, value) = parameter.split_once('=')?;
    let value = value.trim().parse::<f32>().ok().filter(|value| (0.0..=1.0).contains(value));
    name.trim().eq_ignore_ascii_case("q").then(|| value.unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(values: &[&'static str]) -> bool {
        let headers = values.iter().map(|value| (header::ACCEPT, value.parse().unwrap()));
        prefers_html(&headers.collect())
    }

    #[test]
    fn people_get_html() {
        for accept in [
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
            "text/html",
            "TEXT/HTML;charset=utf-8",
            "text/*",
            "application/json;q=0.5, text/html ; Q=0.6",
            "*/*;q=0.1, text/html;q=0.2",
        ] {
            assert!(html(&[accept]), "{accept}");
        }
        assert!(html(&["application/json;q=0.1", "text/html"]));
    }

    #[test]
    fn programs_get_json() {
        for accept in [
            "*/*",
            "",
            "application/json",
            "application/problem+json, text/html",
            "application/json, text/html",
            "text/html;q=0, */*",
            "text/html;q=many",
            "application/xml",
            "text/plain, text/html;level=1;q=0.3, application/*;q=0.4",
            "text/html;q=0.4, application/problem+json;q=0.5, application/json;q=0.1",
        ] {
            assert!(!html(&[accept]), "{accept}");
        }
        assert!(!html(&[]));
    }
}
