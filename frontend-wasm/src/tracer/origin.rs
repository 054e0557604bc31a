//! Where requests go: the semantic conventions' `server.*`, and who may learn a trace's
//! id.

use api_types::decimal;

/// The page's own server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// `https://host:port`, as `Location.origin` writes it.
    pub text: String,
    /// The host, an IPv6 address with its brackets.
    pub host: String,
    /// The port, the scheme's own when the URL names none.
    pub port: u16,
}

impl Origin {
    /// An origin from `Location`'s parts. Its `port` is empty where it is the scheme's
    /// own.
    #[must_use]
    pub fn new(text: String, host: String, port: &str) -> Self {
        let default_port = if text.starts_with("https") { 443 } else { 80 };
        let port = decimal::parse(port.as_bytes()).and_then(|port| u16::try_from(port).ok());
        Self { text, host, port: port.unwrap_or(default_port) }
    }

    /// The path of a URL that leads to this origin, as a page of this origin sees it. In
    /// doubt there is none: a trace's id belongs to nobody else.
    #[must_use]
    pub fn path_of<'a>(&self, url: &'a str) -> Option<&'a str> {
        let path = url.strip_prefix(self.text.as_str()).unwrap_or(url);
        let mut bytes = path.bytes();
        let leads_here = bytes.next() == Some(b'/')
            && bytes.next() != Some(b'/')
            // Browsers drop tabs and line ends from a URL and read `\` as `/`, so that
            // `/\elsewhere` leads elsewhere.
            && !path.bytes().any(|byte| byte < b' ' || byte == b'\\');
        leads_here.then_some(path)
    }
}

/// A URL without its fragment, which never leaves the browser.
#[must_use]
pub fn without_fragment(mut url: String) -> String {
    if let Some(fragment) = url.bytes().position(|byte| byte == b'#') {
        url.truncate(fragment);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str, port: &str) -> Origin {
        Origin::new(text.into(), "lab.example".into(), port)
    }

    #[test]
    fn the_schemes_port_is_implied() {
        assert_eq!(origin("http://lab.example:8080", "8080").port, 8080);
        assert_eq!(origin("http://lab.example", "").port, 80);
        assert_eq!(origin("https://lab.example", "").port, 443);
    }

    #[test]
    fn a_fragment_is_cut() {
        for (url, cut) in [("http://a/b?c#d#e", "http://a/b?c"), ("/é#", "/é"), ("/", "/")] {
            assert_eq!(without_fragment(url.into()), cut);
        }
    }

    #[test]
    fn only_the_own_origin_learns_trace_ids() {
        let own = origin("http://lab.example", "");
        for (url, path) in [
            ("/", "/"),
            ("/api/tasks?after=1", "/api/tasks?after=1"),
            ("http://lab.example/api/tasks", "/api/tasks"),
        ] {
            assert_eq!(own.path_of(url), Some(path), "{url}");
        }
        for url in [
            "",
            "api/tasks",
            "//elsewhere.example/",
            "/\\elsewhere.example/",
            "/\t/elsewhere.example/",
            "http://lab.example.elsewhere/",
            "http://lab.example@elsewhere/",
            "http://lab.example:81/",
            "https://lab.example/",
            "http://lab.example//elsewhere",
            "data:,",
        ] {
            assert_eq!(own.path_of(url), None, "{url}");
        }
    }
}
