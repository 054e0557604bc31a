//! From a failing request to a notification, and back.

use std::time::Instant;

use e2e::alertmanager::Alertmanager;
use e2e::backend::Backend;
use e2e::prometheus::{DOCS_URL, GRAFANA_URL, Prometheus, target};
use serde_json::{Value, json};

use crate::inbox::Inbox;
use crate::traffic::{Kind, Traffic};

fn is(alert: &Value, status: &str, name: &str) -> bool {
    alert["status"] == status && alert["labels"]["alertname"] == name
}

fn is_fast_burn(alert: &Value, status: &str) -> bool {
    is(alert, status, "AvailabilityErrorBudgetBurn") && alert["labels"]["burn_rate"] == "14.4"
}

async fn firing(backend: &Backend) -> Vec<String> {
    let alerts = reqwest::get(format!("{}/api/alerts", backend.url)).await.unwrap();
    let alerts: Value = alerts.json().await.unwrap();
    let names = alerts["alerts"].as_array().unwrap().iter();
    names
        .filter(|alert| alert["severity"] == "page")
        .map(|alert| {
            format!("{} {}", alert["name"].as_str().unwrap(), alert["labels"]["burn_rate"])
        })
        .collect()
}

/// Waits for the next scrape. What begins now fills the one after it: a scrape of few errors
/// would let a ticket fire an evaluation before the page that inhibits it.
async fn after_a_scrape(prometheus: &Prometheus) {
    let last = r#"timestamp(up{job="backend"})"#;
    let before = prometheus.query(last).await.unwrap();
    prometheus.until(last, |samples| samples != before.as_slice()).await.unwrap();
}

/// With the rules of `demo`: production's, with windows 15 times shorter.
#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_told_and_so_is_its_end() {
    let backend = Backend::start("127.0.0.1:0", None, &[]).unwrap();
    let inbox = Inbox::start(&backend.url).await;
    let slack = format!("{}/slack", inbox.url);
    let alertmanager =
        Alertmanager::start(&format!("{}/alerts", inbox.url), &[("slack_url", &slack)])
            .await
            .unwrap();
    let prometheus = Prometheus::start(
        "demo",
        &[
            ("backend", target(backend.url.strip_prefix("http://").unwrap())),
            ("alertmanager", target(&alertmanager.address.to_string())),
        ],
    )
    .await
    .unwrap();

    let traffic = Traffic::start(&backend.url);
    let rate = r#"sum(increase(slo:sli_total:sum{sloth_slo="availability"}[20s]))"#;
    prometheus.until(rate, |samples| samples.iter().any(|s| s.value > 100.0)).await.unwrap();
    let burn = r#"slo:sli_error:ratio_rate5m{sloth_slo="availability"}"#;
    prometheus.until(burn, |samples| samples.iter().any(|s| s.value == 0.0)).await.unwrap();
    let early =
        prometheus.query(r#"ALERTS{alertstate="firing",alertname!="Watchdog"}"#).await.unwrap();
    assert_eq!(early, []);
    assert!(inbox.alerts().is_empty(), "{:?}", inbox.alerts());

    after_a_scrape(&prometheus).await;
    traffic.switch(Kind::Failing);
    let fault = Instant::now();
    let high = inbox.alert("HighErrorRate", |alert| is(alert, "firing", "HighErrorRate")).await;
    println!("HighErrorRate was told after {:?}", fault.elapsed());
    let burn = inbox.alert("fast burn", |alert| is_fast_burn(alert, "firing")).await;
    println!("the burn rate of 14.4 was told after {:?}", fault.elapsed());

    assert_eq!(high["labels"]["severity"], "page");
    assert_eq!(burn["labels"]["slo"], "availability");
    assert_eq!(burn["labels"]["service"], "task-backend");
    assert_eq!(
        (&burn["labels"]["long_window"], &burn["labels"]["short_window"]),
        (&json!("4m"), &json!("20s"))
    );
    assert!(burn["labels"]["docs_url"].is_null(), "{burn}");
    let runbook = format!("{DOCS_URL}docs/runbooks/AvailabilityErrorBudgetBurn.md");
    assert_eq!(burn["annotations"]["runbook_url"], runbook);
    assert_eq!(burn["annotations"]["dashboard_url"], format!("{GRAFANA_URL}/d/lab-slo"));
    assert!(
        burn["annotations"]["description"]
            .as_str()
            .unwrap()
            .contains("% of the events of the last 20s")
    );
    let shown = firing(&backend).await;
    assert!(shown.contains(&"HighErrorRate null".to_owned()), "{shown:?}");
    assert!(shown.contains(&"AvailabilityErrorBudgetBurn \"14.4\"".to_owned()), "{shown:?}");

    traffic.switch(Kind::Good);
    let repair = Instant::now();
    inbox.alert("end of HighErrorRate", |alert| is(alert, "resolved", "HighErrorRate")).await;
    println!("the end of HighErrorRate was told after {:?}", repair.elapsed());
    inbox.alert("end of the fast burn", |alert| is_fast_burn(alert, "resolved")).await;
    println!("the end of the burn rate of 14.4 was told after {:?}", repair.elapsed());
    let shown = firing(&backend).await;
    assert!(!shown.contains(&"HighErrorRate null".to_owned()), "{shown:?}");
    assert!(!shown.contains(&"AvailabilityErrorBudgetBurn \"14.4\"".to_owned()), "{shown:?}");

    // Whoever is paged for an objective gets no ticket for it.
    let known = alertmanager.alerts().await.unwrap();
    let tickets: Vec<_> = known
        .iter()
        .filter(|alert| alert["labels"]["severity"] == "ticket")
        .filter(|alert| alert["labels"]["slo"] == "availability")
        .collect();
    assert!(!tickets.is_empty(), "{known:#?}");
    for ticket in tickets {
        assert_ne!(ticket["status"]["inhibitedBy"], json!([]), "{ticket:#}");
    }
    assert!(
        inbox
            .alerts()
            .iter()
            .all(|alert| alert["labels"]["slo"].is_null() || alert["labels"]["severity"] == "page")
    );

    // Slack was switched on by its file, and got what its template says.
    let messages = inbox.slack();
    let high = messages
        .iter()
        .find(|message| message.to_string().contains("PAGE HighErrorRate (task-backend)"))
        .unwrap_or_else(|| panic!("{messages:#?}"));
    assert_eq!(high["attachments"][0]["title"], "[FIRING 1] PAGE HighErrorRate (task-backend)");
    let text = high["attachments"][0]["text"].as_str().unwrap();
    assert!(text.contains("*Most requests to task-backend fail*"), "{text}");
    assert!(text.contains(&format!("{DOCS_URL}docs/runbooks/HighErrorRate.md")), "{text}");
    traffic.end().await;
}
