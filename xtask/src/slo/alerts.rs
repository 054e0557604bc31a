//! Alerts: how fast the budget burns, whether most requests fail, whether anything is
//! measured at all.

use super::definition::{Burn, Definition, Outage, Set, Slo, decimal};
use super::duration::Seconds;
use super::recordings::{bad, head, ratio, ratio_name, series};

/// How long the counters may be absent before somebody is called: a restart is shorter.
const ABSENT: Seconds = Seconds(300);

/// The group of all alerts of an objective.
pub(super) fn group(definition: &Definition, set: &Set, slo: &Slo) -> String {
    let burns: String = definition.burns.iter().map(|burn| burn_alert(set, slo, burn)).collect();
    let outage = slo.outage.as_ref().map(|outage| outage_alert(set, slo, outage));
    [
        head(&format!("slo-alerts-{}", slo.id()), set.interval),
        burns,
        outage.unwrap_or_default(),
        absent_alert(set, slo),
    ]
    .concat()
}

/// Both windows burn, and there are enough bad events to speak of. The long window says
/// that it matters, the short one that it still goes on.
fn burn_alert(set: &Set, slo: &Slo, burn: &Burn) -> String {
    let (long, short) = (set.window(burn.long), set.window(burn.short));
    let rate = decimal(burn.rate);
    let threshold = format!("{rate} * {}", decimal(slo.budget()));
    let burns = |nominal| {
        let ratio = series(&ratio_name(nominal), slo);
        format!("max without (sloth_window) ({ratio}) > {threshold}")
    };
    let expression = format!(
        "{}\n          and\n          {}\n          and\n          {} >= {}",
        burns(burn.short),
        burns(burn.long),
        bad(slo, long),
        slo.floor
    );
    let labels = format!(
        "          burn_rate: \"{rate}\"\n          long_window: {long}\n          short_window: {short}\n"
    );
    alert(&Alert {
        name: &slo.alert,
        expression: &expression,
        wait: None,
        severity: burn.severity.label(),
        labels: &labels,
        summary: &format!("The {} budget of {} burns {rate} times too fast", slo.name, slo.service),
        description: &format!(
            "{{{{ $value | humanizePercentage }}}} of the events of the last {short} are bad, and more \
             than {} % of those of the last {long}. The objective: {}.",
            decimal(burn.rate * slo.budget() * 100.0),
            slo.description
        ),
        slo,
    })
}

fn outage_alert(set: &Set, slo: &Slo, outage: &Outage) -> String {
    let window = set.window(outage.window);
    // Over the same window as the shortest burn, so that a quiet service is heard too.
    let floor = set.window(Seconds(outage.window.0 * 5));
    let expression = format!(
        "{} >= {}\n          and\n          {} >= {}",
        ratio(slo, window),
        decimal(outage.ratio),
        bad(slo, floor),
        slo.floor
    );
    alert(&Alert {
        name: &outage.alert,
        expression: &expression,
        wait: Some(set.wait(outage.r#for)),
        severity: "page",
        labels: "",
        summary: &format!("Most requests to {} fail", slo.service),
        description: &format!(
            "{{{{ $value | humanizePercentage }}}} of the requests of the last {window} failed. The \
             objective: {}.",
            slo.description
        ),
        slo,
    })
}

/// Without the counters no other alert of this objective can fire.
fn absent_alert(set: &Set, slo: &Slo) -> String {
    alert(&Alert {
        name: "SLOMetricAbsent",
        expression: &format!("absent({})", series("slo:sli_total:sum", slo)),
        wait: Some(set.wait(ABSENT)),
        severity: "page",
        labels: "",
        summary: &format!("Nobody measures the {} of {}", slo.name, slo.service),
        description: &format!(
            "Prometheus has no counters for the objective: {}. Its other alerts are silent.",
            slo.description
        ),
        slo,
    })
}

struct Alert<'a> {
    name: &'a str,
    expression: &'a str,
    wait: Option<Seconds>,
    severity: &'a str,
    labels: &'a str,
    summary: &'a str,
    description: &'a str,
    slo: &'a Slo,
}

fn alert(alert: &Alert<'_>) -> String {
    let Alert { name, expression, severity, labels, summary, description, slo, .. } = alert;
    let wait = alert.wait.map(|wait| format!("        for: {wait}\n")).unwrap_or_default();
    format!(
        "      - alert: {name}\n        expr: |-\n          {expression}\n{wait}        labels:\n\
         \x20         severity: {severity}\n          service: {}\n          slo: {}\n{labels}\
         \x20       annotations:\n          summary: {summary}\n          description: >-\n            {description}\n\
         \x20         runbook_url: '{{{{ $externalLabels.docs_url }}}}docs/runbooks/{name}.md'\n\
         \x20         dashboard_url: '{{{{ $externalLabels.grafana_url }}}}/d/lab-slo'\n",
        slo.service, slo.name
    )
}
