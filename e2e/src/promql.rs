//! The metrics that a PromQL expression reads.

use std::collections::BTreeSet;

/// Words that are no metrics.
const WORDS: [&str; 9] =
    ["and", "or", "unless", "bool", "offset", "inf", "nan", "atan2", "group_left"];
/// Words whose parentheses hold labels.
const LABELS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];

/// Every metric's name, without strings, matchers, ranges, labels and functions.
#[must_use]
pub fn metrics(expression: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '"' | '\'' | '`' => after(&rest[1..], first),
            '{' => after_braces(&rest[1..]),
            '[' => after(&rest[1..], ']'),
            _ if is_name(first) => {
                let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                let (word, following) = rest.split_at(end);
                let next = following.trim_start();
                let opens = next.starts_with('(');
                let aggregates = ["by", "without"].iter().any(|word| next.starts_with(word));
                if LABELS.contains(&word) && opens {
                    after(following, ')')
                } else {
                    let is_metric = !opens
                        && !aggregates
                        && !first.is_ascii_digit()
                        && !WORDS.contains(&word.to_lowercase().as_str());
                    if is_metric {
                        names.insert(word.to_owned());
                    }
                    following
                }
            }
            other => &rest[other.len_utf8()..],
        };
    }
    names
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == ':'
}

fn after(text: &str, end: char) -> &str {
    text.find(end).map_or("", |at| &text[at + end.len_utf8()..])
}

/// Behind a matcher's closing brace; strings in it may hold braces.
fn after_braces(mut text: &str) -> &str {
    while let Some(at) = text.find(['"', '}']) {
        if text[at..].starts_with('}') {
            return &text[at + 1..];
        }
        text = after(&text[at + 1..], '"');
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_nothing_else() {
        for (expression, expected) in [
            ("up == 0", &["up"][..]),
            (
                "histogram_quantile(0.95, sum by (le) (rate(a_bucket{job=\"b\"}[5m]))) > 0.25",
                &["a_bucket"],
            ),
            ("x{a=~\"}|{\"} / on (job, instance) group_left y:sum * 1e3", &["x", "y:sum"]),
            ("sum without (a, b) (increase(c[1h])) or vector(1)", &["c"]),
            ("absent(up{job=\"x\"}) unless bool_metric offset 5m", &["bool_metric", "up"]),
        ] {
            assert_eq!(metrics(expression), expected.iter().map(ToString::to_string).collect());
        }
    }
}
