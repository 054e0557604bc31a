//! A trace in a few lines: how long it was in each tier, and who it had to wait for.

use api_types::trace::Span;
use api_types::waterfall::{Bar, Waterfall, duration_text};

use super::{colour, text};

/// Tiers by the services that make them up.
const TIERS: [(&str, &str); 4] = [
    ("Load generator", "lab-loadgen"),
    ("Browser", "task-frontend"),
    ("Proxy", "lab-proxy"),
    ("Backend", "task-backend"),
];

/// One tier that a trace passed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tier {
    pub(super) name: &'static str,
    pub(super) colour: usize,
    /// Time spent in it, the tiers below it included.
    pub(super) duration: String,
    pub(super) note: String,
}

/// A stretch of the critical path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ribbon {
    pub(super) colour: usize,
    pub(super) bar: Bar,
}

/// One service's part of the critical path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) name: String,
    pub(super) colour: usize,
    pub(super) duration: String,
    /// Of the trace's duration, rounded.
    pub(super) percent: u64,
}

/// The tiers that a trace shows, from the person to the data.
pub(super) fn passed(spans: &[Span]) -> Vec<Tier> {
    let mut tiers = Vec::new();
    for (name, service) in TIERS {
        let longest =
            spans.iter().filter(|span| span.service == service).map(|span| span.duration_us).max();
        if let Some(duration_us) = longest {
            let duration = duration_text(duration_us);
            let colour = colour::of_service(service, 0);
            tiers.push(Tier { name, colour, duration, note: String::new() });
        }
    }
    let statements = spans.iter().filter(|span| colour::database(span).is_some());
    let (count, duration_us) = statements
        .fold((0, 0_u64), |(count, sum), span| (count + 1, sum.saturating_add(span.duration_us)));
    if count > 0 {
        tiers.push(Tier {
            name: "Database",
            colour: colour::DATABASE,
            duration: duration_text(duration_us),
            note: format!("{count} statement{}", if count == 1 { "" } else { "s" }),
        });
    }
    tiers
}

/// The critical path as one line of colours.
pub(super) fn ribbon(spans: &[Span], waterfall: &Waterfall) -> Vec<Ribbon> {
    let mut ribbon: Vec<_> = waterfall
        .rows
        .iter()
        .flat_map(|row| {
            let colour = colour::of_bar(&spans[row.span], row.service);
            row.critical.iter().map(move |bar| Ribbon { colour, bar: *bar })
        })
        .collect();
    ribbon.sort_by_key(|part| part.bar.left);
    // Neighbours of one colour are one stretch: fewer elements, no seams.
    ribbon.dedup_by(|part, before| {
        let joins =
            part.colour == before.colour && part.bar.left <= before.bar.left + before.bar.width + 1;
        if joins {
            before.bar.width = part.bar.left + part.bar.width - before.bar.left;
        }
        joins
    });
    ribbon
}

/// The critical path by service, the database apart, the largest part first; services
/// off the path come last, with nothing.
pub(super) fn shares(spans: &[Span], waterfall: &Waterfall) -> Vec<Share> {
    let mut sums: Vec<(&str, usize, u64)> = Vec::new();
    let mut add = |name, colour, us| match sums.iter_mut().find(|sum| sum.0 == name) {
        Some(sum) => sum.2 += us,
        None => sums.push((name, colour, us)),
    };
    for row in &waterfall.rows {
        let span = &spans[row.span];
        let name = colour::database(span).unwrap_or(&span.service);
        add(name, colour::of_bar(span, row.service), 0);
    }
    for segment in &waterfall.critical {
        let span = &spans[segment.span];
        let name = colour::database(span).unwrap_or(&span.service);
        add(name, 0, segment.duration_us());
    }
    sums.sort_by_key(|(_, _, us)| std::cmp::Reverse(*us));
    let total_us = waterfall.duration_us.max(1);
    sums.into_iter()
        .map(|(name, colour, us)| Share {
            name: text::name(name),
            colour,
            duration: duration_text(us),
            percent: (us.saturating_mul(100) + total_us / 2) / total_us,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use api_types::Timestamp;
    use api_types::trace::{Attributes, SpanKind, SpanStatus};
    use api_types::waterfall::layout;

    use super::*;

    fn span(id: &str, parent: Option<&str>, service: &str, start: i64, duration_us: u64) -> Span {
        Span {
            span_id: id.into(),
            parent_span_id: parent.map(Into::into),
            service: service.into(),
            name: id.into(),
            kind: SpanKind::Client,
            start_time: Timestamp::from_unix_micros(start),
            duration_us,
            status: SpanStatus::Unset,
            attributes: Attributes::new(),
            events: Vec::new(),
        }
    }

    fn statement(id: &str, start: i64, duration_us: u64) -> Span {
        let mut span = span(id, Some("server"), "task-backend", start, duration_us);
        span.attributes.insert("db.system.name".into(), "sqlite".into());
        span
    }

    fn click() -> [Span; 5] {
        [
            span("click", None, "task-frontend", 0, 1000),
            span("request", Some("click"), "task-frontend", 100, 800),
            span("server", Some("request"), "task-backend", 300, 400),
            statement("one", 350, 100),
            statement("two", 500, 150),
        ]
    }

    #[test]
    fn a_click_passes_every_tier() {
        let shown: Vec<_> = passed(&click())
            .into_iter()
            .map(|tier| (tier.name, tier.colour, tier.duration, tier.note))
            .collect();
        assert_eq!(
            shown,
            [
                ("Browser", 0, "1.0 ms".into(), String::new()),
                ("Backend", 2, "400 µs".into(), String::new()),
                ("Database", 4, "250 µs".into(), "2 statements".into()),
            ]
        );
        assert_eq!(passed(&[]), []);
    }

    #[test]
    fn the_shares_of_the_path_sum_up_to_the_trace() {
        let click = click();
        let shown: Vec<_> = shares(&click, &layout(&click))
            .into_iter()
            .map(|share| (share.name, share.colour, share.duration, share.percent))
            .collect();
        assert_eq!(
            shown,
            [
                ("task-frontend".into(), 0, "600 µs".into(), 60),
                ("sqlite".into(), 4, "250 µs".into(), 25),
                ("task-backend".into(), 2, "150 µs".into(), 15),
            ]
        );
    }

    #[test]
    fn a_service_off_the_path_has_no_share() {
        let spans = [
            span("click", None, "task-frontend", 0, 1000),
            span("beside", Some("click"), "other", 100, 0),
        ];
        let shares = shares(&spans, &layout(&spans));
        assert_eq!((shares[1].name.as_str(), shares[1].percent), ("other", 0));
    }

    #[test]
    fn neighbours_of_one_colour_are_one_stretch() {
        let click = click();
        let ribbon = ribbon(&click, &layout(&click));
        let colours: Vec<_> = ribbon.iter().map(|part| part.colour).collect();
        assert_eq!(colours, [0, 2, 4, 2, 4, 2, 0]);
        assert_eq!(ribbon[0].bar, Bar { left: 0, width: 3000 });
    }
}
