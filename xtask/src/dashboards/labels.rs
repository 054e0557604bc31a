//! The labels, fields and attributes that queries name must be ones that somebody has: a
//! query with a wrong one runs, and finds nothing.

use std::collections::BTreeSet;

use super::known::Known;
use super::source::Source;

/// Words whose parentheses hold labels.
const GROUPING: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];
/// Words that are neither metrics nor labels.
const WORDS: [&str; 6] = ["and", "or", "unless", "bool", "offset", "unwrap"];

/// What a query says beside functions and numbers.
#[derive(Debug, Default, PartialEq)]
struct Parts<'q> {
    /// Words that stand alone, with the labels of the braces behind them.
    words: Vec<(&'q str, Vec<&'q str>)>,
    /// In the parentheses of `by` and the like.
    groups: Vec<&'q str>,
}

/// What a query names and nobody has.
pub(super) fn unknown(known: &Known, source: Source, query: &str, legend: &str) -> Vec<String> {
    match source {
        Source::Prometheus => promql(known, query, legend),
        Source::Loki => logql(known, query),
        Source::Tempo => traceql(known, query),
    }
}

/// Of our own metrics alone; what others call their labels is theirs to say.
fn promql(known: &Known, query: &str, legend: &str) -> Vec<String> {
    let parts = parts(query);
    let mut unknown = Vec::new();
    let mut shared = BTreeSet::new();
    let mut are_ours = true;
    for (metric, matchers) in &parts.words {
        let Some(labels) = known.labels(metric) else {
            are_ours = false;
            continue;
        };
        let strangers = matchers.iter().filter(|label| !labels.contains(**label));
        unknown.extend(strangers.map(|label| format!("{metric} has no label {label}")));
        shared.extend(labels);
    }
    if are_ours {
        let named = parts.groups.iter().copied().chain(named(legend));
        let strangers = named.filter(|label| !shared.iter().any(|known| known == label));
        unknown.extend(strangers.map(|label| format!("no metric of it has a label {label}")));
    }
    unknown
}

fn logql(known: &Known, query: &str) -> Vec<String> {
    let parts = parts(query);
    let alone = parts.words.iter().map(|(word, _)| *word);
    let in_braces = parts.words.iter().flat_map(|(_, labels)| labels.iter().copied());
    let fields = alone.chain(in_braces).chain(parts.groups.iter().copied());
    let strangers = fields.filter(|name| !name.is_empty() && !known.is_field(name));
    strangers.map(|name| format!("no line has a field {name}")).collect()
}

fn traceql(known: &Known, query: &str) -> Vec<String> {
    let attributes = ["span.", "resource."].into_iter().flat_map(|scope| {
        query.split(scope).skip(1).map(|rest| {
            let is_name = |letter: char| letter.is_ascii_alphanumeric() || "._".contains(letter);
            &rest[..rest.find(|letter| !is_name(letter)).unwrap_or(rest.len())]
        })
    });
    let strangers = attributes.filter(|name| !known.is_attribute(name));
    strangers.map(|name| format!("no span has an attribute {name}")).collect()
}

/// The labels in a legend.
fn named(legend: &str) -> impl Iterator<Item = &str> {
    legend.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0.trim()))
}

/// Reads `PromQL` and `LogQL` alike: both put labels into braces and parentheses.
fn parts(query: &str) -> Parts<'_> {
    let mut parts = Parts::default();
    let mut rest = query;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '"' | '\'' | '`' => after(&rest[1..], first),
            '[' => after(&rest[1..], ']'),
            '{' => {
                let (labels, following) = braces(&rest[1..]);
                match parts.words.last_mut() {
                    // A metric stands right before its braces.
                    Some((_, of)) if query[..query.len() - rest.len()].ends_with(is_name) => {
                        of.extend(labels);
                    }
                    _ => parts.words.push(("", labels)),
                }
                following
            }
            _ if is_name(first) => {
                let end = rest.find(|letter| !is_name(letter)).unwrap_or(rest.len());
                let (word, following) = rest.split_at(end);
                let opened = following.trim_start().strip_prefix('(');
                match opened {
                    Some(inner) if GROUPING.contains(&word) => {
                        let (labels, following) = inner.split_once(')').unwrap_or((inner, ""));
                        let labels = labels.split(',').map(str::trim);
                        parts.groups.extend(labels.filter(|label| !label.is_empty()));
                        following
                    }
                    _ => {
                        let is_function = opened.is_some() || opens_later(following);
                        let is_number = first.is_ascii_digit();
                        if !is_function && !is_number && !WORDS.contains(&word) {
                            parts.words.push((word, Vec::new()));
                        }
                        following
                    }
                }
            }
            other => &rest[other.len_utf8()..],
        };
    }
    parts
}

/// `sum by (le) (…)`: a function with its grouping before its parentheses.
fn opens_later(following: &str) -> bool {
    let next = following.trim_start();
    ["by", "without"]
        .iter()
        .any(|word| next.strip_prefix(word).is_some_and(|rest| rest.trim_start().starts_with('(')))
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == ':'
}

fn after(text: &str, end: char) -> &str {
    text.find(end).map_or("", |at| &text[at + end.len_utf8()..])
}

/// The labels up to the closing brace, and what follows it; values may hold braces.
fn braces(mut text: &str) -> (Vec<&str>, &str) {
    let mut labels = Vec::new();
    loop {
        text = text.trim_start_matches([' ', ',', '=', '!', '~', '<', '>']);
        match text.chars().next() {
            None => return (labels, ""),
            Some('}') => return (labels, &text[1..]),
            Some(quote @ ('"' | '\'' | '`')) => text = after(&text[1..], quote),
            Some(first) if is_name(first) => {
                let end = text.find(|letter| !is_name(letter)).unwrap_or(text.len());
                labels.push(&text[..end]);
                text = &text[end..];
            }
            Some(other) => text = &text[other.len_utf8()..],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known::read(
            "`http.route` `http.response.status_code` `region`\n\
             \n### Instruments\n\n| n | t | l |\n|---|---|---|\n\
             | `a_total` | counter | `region` |\n| `b_seconds` | histogram | `region` |\n",
        )
    }

    fn of(source: Source, query: &str) -> Vec<String> {
        unknown(&known(), source, query, "")
    }

    #[test]
    fn a_query_is_taken_apart() {
        let query = r#"sum by (a, b) (rate(x_total{c="}",d=~"e|f"}[5m])) / on () group_left () sum(y) by (z) * 1e3 or vector(0)"#;
        let parts = parts(query);
        assert_eq!(parts.words, [("x_total", vec!["c", "d"]), ("y", vec![])]);
        assert_eq!(parts.groups, ["a", "b", "z"]);
    }

    #[test]
    fn labels_of_our_metrics_are_those_of_the_catalogue() {
        let prometheus = |query| of(Source::Prometheus, query);
        let good =
            "histogram_quantile(0.95, sum by (le, region) (rate(b_seconds_bucket{job=\"x\"}[5m])))";
        assert_eq!(prometheus(good), Vec::<String>::new());
        let wrong = prometheus("sum by (zone) (rate(a_total{place=\"x\"}[1m]))");
        assert_eq!(wrong, ["a_total has no label place", "no metric of it has a label zone"]);
        assert_eq!(prometheus("sum by (x) (theirs{y=\"z\"})"), Vec::<String>::new());
        let legend = unknown(&known(), Source::Prometheus, "a_total", "{{region}} {{zone}}");
        assert_eq!(legend, ["no metric of it has a label zone"]);
    }

    #[test]
    fn fields_and_attributes_are_those_of_the_catalogue() {
        let good = r#"sum by (region) (rate({service_name=~"$service"} | http_response_status_code >= 500 [1m]))"#;
        assert_eq!(of(Source::Loki, good), Vec::<String>::new());
        let wrong = of(Source::Loki, r#"{service="x"} | level="ERROR" | unwrap size [1m]"#);
        let expected =
            ["level", "size", "service"].map(|name| format!("no line has a field {name}"));
        assert_eq!(wrong, expected);
        assert_eq!(of(Source::Tempo, r#"{span.http.route="/" && status=error}"#), [""; 0]);
        let wrong = of(Source::Tempo, r#"{span.http.target="/"}"#);
        assert_eq!(wrong, ["no span has an attribute http.target"]);
    }
}
