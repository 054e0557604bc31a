//! A trace in one line: how long it was in the browser, the backend and the database.

use crate::json::Found;
use crate::tracer::names;

const PROXY: &str = "lab-proxy";
const BACKEND: &str = "task-backend";

/// One tier that a trace passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// As the panel names it.
    pub name: &'static str,
    /// The colour's number, that of the service.
    pub colour: usize,
    /// Time spent in it, the tiers below it included.
    pub duration_us: u64,
    /// How many statements ran: none but in the database.
    pub statements: usize,
}

/// The number of a service's colour. The known ones keep theirs over all traces;
/// `index` tells the others of one trace apart.
#[must_use]
pub fn colour(service: &str, index: usize) -> usize {
    match service {
        names::SERVICE => 0,
        PROXY => 1,
        BACKEND => 2,
        "lab-loadgen" => 3,
        _ => 4 + index % 2,
    }
}

/// The tiers that a trace shows, from the person to the data.
#[must_use]
pub fn tiers(found: &Found) -> Vec<Tier> {
    let mut tiers = Vec::new();
    for (name, service) in [("Browser", names::SERVICE), ("Proxy", PROXY), ("Backend", BACKEND)] {
        let mut duration_us = None;
        for span in &found.spans {
            if span.service == service {
                duration_us = duration_us.max(Some(span.duration_us));
            }
        }
        if let Some(duration_us) = duration_us {
            tiers.push(Tier { name, colour: colour(service, 0), duration_us, statements: 0 });
        }
    }
    let mut database = Tier { name: "Database", colour: 4, duration_us: 0, statements: 0 };
    for span in &found.spans {
        if span.database.is_some() {
            database.duration_us += span.duration_us;
            database.statements += 1;
        }
    }
    if database.statements > 0 {
        tiers.push(database);
    }
    tiers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::settled::tests::{found, span};

    #[test]
    fn a_click_passes_every_tier() {
        let mut click = span("a", None, "task-frontend", "internal");
        click.duration_us = 300;
        let mut insert = span("d", Some("c"), "task-backend", "client");
        insert.duration_us = 40;
        let mut count = insert.clone();
        count.duration_us = 2;
        let mut found = found(&[
            click,
            span("b", Some("a"), "task-frontend", "client"),
            span("c", Some("b"), "task-backend", "server"),
            insert,
            count,
        ]);
        for statement in &mut found.spans[3..] {
            statement.database = Some("sqlite".into());
        }
        let shown: Vec<_> = tiers(&found)
            .into_iter()
            .map(|tier| (tier.name, tier.duration_us, tier.statements))
            .collect();
        assert_eq!(shown, [("Browser", 300, 0), ("Backend", 100, 0), ("Database", 42, 2)]);
    }

    #[test]
    fn absent_tiers_are_left_out() {
        assert_eq!(tiers(&Found::default()), []);
        let server = span("c", None, "task-backend", "server");
        assert_eq!(tiers(&found(&[server])).len(), 1);
    }
}
