//! A query string as a span may show it.

/// The parameters that the API knows; a test compares them with its description.
const KNOWN: [&str; 6] = ["after", "completed", "delay", "limit", "ops", "type"];

/// What stands in place of a value, as the semantic conventions word it.
const REDACTED: &str = "REDACTED";

/// The value of `url.query`: the conventions (1.44) name values to scrub, and this goes
/// further. A value stays only where the API knows its parameter and it looks as such
/// values do; everything else may be somebody's secret. Names stay.
pub(super) fn redacted(query: &str) -> String {
    let mut text = String::with_capacity(query.len());
    for (place, parameter) in query.split('&').enumerate() {
        if place > 0 {
            text.push('&');
        }
        match parameter.split_once('=') {
            Some((name, value)) if KNOWN.contains(&name) && is_plain(value) => {
                text.push_str(parameter);
            }
            Some((name, _)) => {
                text.push_str(name);
                text.push('=');
                text.push_str(REDACTED);
            }
            None if parameter.is_empty() || KNOWN.contains(&parameter) => text.push_str(parameter),
            None => text.push_str(REDACTED),
        }
    }
    text
}

/// Numbers, flags and words.
fn is_plain(value: &str) -> bool {
    value.len() <= 32
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn only_the_apis_own_values_stay() {
        for (query, shown) in [
            ("limit=10&after=7", "limit=10&after=7"),
            ("delay=-1e9&type=rw&ops=", "delay=-1e9&type=rw&ops="),
            ("token=abc&limit=10", "token=REDACTED&limit=10"),
            ("limit=a@b.c", "limit=REDACTED"),
            ("limit=a%40b.c", "limit=REDACTED"),
            ("%6Cimit=10", "%6Cimit=REDACTED"),
            ("eyJhbGciOiJIUzI1NiJ9", "REDACTED"),
            ("completed", "completed"),
            ("sig=a=b", "sig=REDACTED"),
            ("&", "&"),
            ("", ""),
        ] {
            assert_eq!(redacted(query), shown, "{query}");
        }
        let long = format!("after={}", "1".repeat(33));
        assert_eq!(redacted(&long), "after=REDACTED");
    }

    #[test]
    fn the_parameters_are_those_of_the_description() {
        let document = serde_json::to_value(crate::openapi::document()).unwrap();
        let methods = document["paths"].as_object().unwrap().values();
        let operations = methods.flat_map(|methods| methods.as_object().unwrap().values());
        let described: BTreeSet<_> = operations
            .flat_map(|operation| operation["parameters"].as_array().into_iter().flatten())
            .filter(|parameter| parameter["in"] == "query")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        assert_eq!(described, BTreeSet::from(KNOWN));
    }
}
