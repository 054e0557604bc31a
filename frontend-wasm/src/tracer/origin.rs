//! Where requests go: the semantic conventions' `server.*`, and who may learn a trace's
//! id.

use api_types::decimal;

use super::names::PLAIN_PARAMETERS;

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

/// A URL as a span may show it: without its fragment, and with `REDACTED`, the semantic
/// conventions' word, for values that may be secret. The server shows `url.query` alike.
#[must_use]
pub fn redacted(url: String) -> String {
    let url = without_fragment(url);
    let (path, mut query) = cut(&url, b'?');
    let mut text = String::from(path);
    let mut before = '?';
    while let Some(rest) = query {
        let (parameter, next) = cut(rest, b'&');
        query = next;
        text.push(before);
        before = '&';
        let (name, value) = cut(parameter, b'=');
        let is_told = parameter.is_empty()
            || PLAIN_PARAMETERS.contains(&name) && is_plain(value.unwrap_or_default());
        if is_told {
            text.push_str(parameter);
        } else {
            if value.is_some() {
                text.push_str(name);
                text.push('=');
            }
            text.push_str("REDACTED");
        }
    }
    text
}

/// What comes before the first `separator`, and after it where there is one. Slicing that
/// cannot panic: a panic's text would bring a formatter along.
fn cut(text: &str, separator: u8) -> (&str, Option<&str>) {
    let at = text.bytes().position(|byte| byte == separator).unwrap_or(text.len());
    (text.get(..at).unwrap_or_default(), text.get(at + 1..))
}

/// Numbers, flags and words.
fn is_plain(value: &str) -> bool {
    value.len() <= 32
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-_".contains(&byte))
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
    fn values_that_may_be_secret_are_not_told() {
        for (url, told) in [
            ("http://a/b", "http://a/b"),
            ("http://a/?", "http://a/?"),
            ("/?completed=true&after=-7#x", "/?completed=true&after=-7"),
            ("http://a/?token=abc&limit=10", "http://a/?token=REDACTED&limit=10"),
            ("http://a/?limit=a@b.c", "http://a/?limit=REDACTED"),
            ("http://a/?%6Cimit=10", "http://a/?%6Cimit=REDACTED"),
            ("http://a/?eyJhbGciOiJIUzI1NiJ9", "http://a/?REDACTED"),
            ("http://a/?sig=a=b&&limit", "http://a/?sig=REDACTED&&limit"),
            ("http://a/?é=ü?", "http://a/?é=REDACTED"),
        ] {
            assert_eq!(redacted(url.into()), told);
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
