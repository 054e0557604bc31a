//! Requests that change state come from the lab's own pages or from programs.

use axum::http::{HeaderMap, header};

/// Whether a request may change state. Programs send neither header and pass.
///
/// `Sec-Fetch-Site` decides where the browser sends it (the Fetch Metadata draft), else
/// the host in `Origin` must be the one that was asked.
pub(super) fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = text(header::HOST.as_str());
            origin.split_once("://").is_some_and(|(_, origin)| Some(origin) == host)
        }
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same_site(headers: &[(&'static str, &'static str)]) -> bool {
        is_same_site(
            &headers
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect(),
        )
    }

    #[test]
    fn own_pages_and_programs_pass() {
        assert!(same_site(&[("host", "lab:8080")]));
        assert!(same_site(&[("host", "lab:8080"), ("sec-fetch-site", "same-origin")]));
        assert!(same_site(&[("host", "lab:8080"), ("origin", "http://lab:8080")]));
    }

    #[test]
    fn other_sites_do_not() {
        for headers in [
            [("host", "lab:8080"), ("sec-fetch-site", "cross-site")],
            [("host", "lab:8080"), ("sec-fetch-site", "same-site")],
            [("host", "lab:8080"), ("origin", "http://evil:8080")],
            [("host", "lab:8080"), ("origin", "null")],
        ] {
            assert!(!same_site(&headers), "{headers:?}");
        }
    }
}
