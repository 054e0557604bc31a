//! Recording rules: the counters, the error ratio over each window, and the budget.
//!
//! Names and labels are sloth's (prometheus/v1), so that its public dashboards work.
//! Two things differ, both in docs/adr/0012: the ratio over the whole period weighs by
//! requests, not by time, and without traffic the ratio is 0, not NaN.

use std::collections::BTreeSet;

use super::definition::{Counted, Definition, Set, Slo, decimal};
use super::duration::Seconds;

/// Windows above this one are evaluated at the slow interval.
const SHORT: Seconds = Seconds(6 * 3_600);

/// The groups of recording rules.
pub(super) fn groups(definition: &Definition, set: &Set, slo: &Slo) -> String {
    let windows: BTreeSet<Seconds> = definition
        .burns
        .iter()
        .flat_map(|burn| [burn.short, burn.long])
        .chain([slo.period])
        .collect();
    let (short, long): (Vec<_>, Vec<_>) = windows.into_iter().partition(|window| *window <= SHORT);
    let ratios = |windows: &[Seconds]| -> String {
        windows.iter().map(|window| ratio_rule(set, slo, *window)).collect()
    };
    let id = slo.id();
    [
        head(&format!("slo-sli-recordings-{id}"), set.interval),
        counters(slo),
        ratios(&short),
        head(&format!("slo-sli-long-recordings-{id}"), set.slow_interval),
        ratios(&long),
        head(&format!("slo-meta-recordings-{id}"), set.slow_interval),
        budget(definition, set, slo),
    ]
    .concat()
}

/// The first lines of a group.
pub(super) fn head(name: &str, interval: Seconds) -> String {
    format!("  - name: {name}\n    interval: {interval}\n    rules:\n")
}

/// The matcher of one objective's series.
pub(super) fn series(name: &str, slo: &Slo) -> String {
    format!("{name}{{sloth_id=\"{}\"}}", slo.id())
}

/// The name of the error ratio over a window; the demo keeps production's names.
pub(super) fn ratio_name(window: Seconds) -> String {
    format!("slo:sli_error:ratio_rate{window}")
}

/// All events in a window, of all processes.
fn total(slo: &Slo, window: Seconds) -> String {
    increase("slo:sli_total:sum", slo, window)
}

/// Bad events in a window, of all processes.
pub(super) fn bad(slo: &Slo, window: Seconds) -> String {
    match slo.counted() {
        Counted::Bad(_) => increase("slo:sli_error:sum", slo, window),
        Counted::Good(_) => {
            format!("{} - {}", total(slo, window), increase("slo:sli_good:sum", slo, window))
        }
    }
}

/// Bad events per event in a window; nothing where there are no events.
pub(super) fn ratio(slo: &Slo, window: Seconds) -> String {
    let total = total(slo, window);
    match slo.counted() {
        Counted::Bad(_) => format!("{} / ({total} > 0)", bad(slo, window)),
        Counted::Good(_) => {
            let good = increase("slo:sli_good:sum", slo, window);
            format!("clamp_min(1 - {good} / ({total} > 0), 0)")
        }
    }
}

fn increase(name: &str, slo: &Slo, window: Seconds) -> String {
    format!("sum without (job, instance) (increase({}[{window}]))", series(name, slo))
}

fn counters(slo: &Slo) -> String {
    let (name, counter) = match slo.counted() {
        Counted::Bad(bad) => ("slo:sli_error:sum", bad),
        Counted::Good(good) => ("slo:sli_good:sum", good),
    };
    rule("slo:sli_total:sum", &slo.total, slo, "") + &rule(name, counter, slo, "")
}

fn ratio_rule(set: &Set, slo: &Slo, nominal: Seconds) -> String {
    let window = set.window(nominal);
    let expression =
        format!("{}\n          or\n          {} * 0", ratio(slo, window), total(slo, window));
    rule(&ratio_name(nominal), &expression, slo, &format!("          sloth_window: {window}\n"))
}

fn budget(definition: &Definition, set: &Set, slo: &Slo) -> String {
    let current = definition.burns.iter().map(|burn| burn.short).min().unwrap_or(slo.period);
    let budget = series("slo:error_budget:ratio", slo);
    let burn_over = |window| {
        let ratio = series(&ratio_name(window), slo);
        format!("max without (sloth_window) ({ratio}) / {budget}")
    };
    let days = set.window(slo.period).0 / 86_400;
    let objective = decimal(slo.objective / 100.0);
    [
        rule("slo:objective:ratio", &format!("vector({objective})"), slo, ""),
        rule("slo:error_budget:ratio", &format!("vector({})", decimal(slo.budget())), slo, ""),
        rule("slo:time_period:days", &format!("vector({days})"), slo, ""),
        rule("slo:current_burn_rate:ratio", &burn_over(current), slo, ""),
        rule("slo:period_burn_rate:ratio", &burn_over(slo.period), slo, ""),
        rule(
            "slo:period_error_budget_remaining:ratio",
            &format!("1 - {}", series("slo:period_burn_rate:ratio", slo)),
            slo,
            "",
        ),
        rule(
            "sloth_slo_info",
            "vector(1)",
            slo,
            &format!(
                "          sloth_objective: \"{}\"\n          sloth_mode: {}\n",
                decimal(slo.objective),
                set.name
            ),
        ),
    ]
    .concat()
}

fn rule(name: &str, expression: &str, slo: &Slo, more_labels: &str) -> String {
    format!(
        "      - record: {name}\n        expr: |-\n          {expression}\n        labels:\n\
         \x20         sloth_id: {}\n          sloth_service: {}\n          sloth_slo: {}\n{more_labels}",
        slo.id(),
        slo.service,
        slo.name
    )
}
