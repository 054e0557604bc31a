//! Addresses with queries in them.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// `base` and `path` with parameters.
pub(crate) fn with_query(base: &str, path: &str, parameters: &[(&str, &str)]) -> String {
    let encoded = |(name, value): &(&str, &str)| {
        format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
    };
    let query: Vec<_> = parameters.iter().map(encoded).collect();
    format!("{base}{path}?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded() {
        assert_eq!(
            with_query("http://h:1", "/q", &[("a", "x y"), ("b", "{é}")]),
            "http://h:1/q?a=x%20y&b=%7B%C3%A9%7D"
        );
    }
}
