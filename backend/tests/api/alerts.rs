//! What Alertmanager tells and what the page is told.

use axum::body::Body;
use axum::http::Request;
use backend::config::LinksConfig;
use backend::links::Links;
use serde_json::{Value, json};

use crate::harness::{Answer, Lab};

fn alert(name: &str, status: &str, starts_at: &str) -> Value {
    json!({
        "status": status,
        "labels": { "alertname": name, "severity": "page", "service": "task-backend" },
        "annotations": {
            "summary": "Most requests fail",
            "description": "100% of the requests of the last 1m failed.",
            "runbook_url": "docs/runbooks/HighErrorRate.md",
            "dashboard_url": "/d/lab-slo",
        },
        "startsAt": starts_at,
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus:9090/graph",
        "fingerprint": "cd9a2d6b4c1a7a2f",
    })
}

/// As Alertmanager 0.34 sends it, fields that we do not read included.
async fn notify(lab: &Lab, alerts: &[Value]) -> Answer {
    let body = json!({
        "version": "4",
        "groupKey": "{}:{alertname=\"HighErrorRate\"}",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "lab",
        "groupLabels": { "alertname": "HighErrorRate" },
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager:9093",
        "notification_reason": "new alerts",
        "alerts": alerts,
    });
    post(lab, body).await
}

async fn post(lab: &Lab, body: impl ToString) -> Answer {
    let request = Request::post("/internal/alerts")
        .header("content-type", "application/json")
        .header("user-agent", "Alertmanager/0.34.0")
        .body(Body::from(body.to_string()))
        .unwrap();
    lab.send(request).await
}

#[tokio::test]
async fn what_fires_is_listed_newest_first_until_it_is_over() {
    let lab = Lab::start().await;
    assert_eq!(lab.get("/api/alerts").await.json(), json!({ "alerts": [] }));
    let old = alert("BackendDown", "firing", "2026-01-31T11:00:00.000Z");
    let new = alert("HighErrorRate", "firing", "2026-01-31T12:55:00.123456789+01:00");
    assert_eq!(notify(&lab, &[old, new]).await.status, 204);

    let answer = lab.get("/api/alerts").await;
    assert_eq!(answer.status, 200);
    let alerts = answer.json();
    assert_eq!(alerts["alerts"][1]["name"], "BackendDown");
    assert_eq!(
        alerts["alerts"][0],
        json!({
            "name": "HighErrorRate",
            "severity": "page",
            "summary": "Most requests fail",
            "description": "100% of the requests of the last 1m failed.",
            "runbook_url": "docs/runbooks/HighErrorRate.md",
            "dashboard_url": "/d/lab-slo",
            "starts_at": "2026-01-31T11:55:00.123456Z",
            "labels": {
                "alertname": "HighErrorRate",
                "severity": "page",
                "service": "task-backend",
            },
        })
    );

    let over = alert("HighErrorRate", "resolved", "2026-01-31T11:55:00.123456789Z");
    notify(&lab, &[over]).await;
    let alerts = lab.get("/api/alerts").await.json();
    assert_eq!(alerts["alerts"].as_array().unwrap().len(), 1, "{alerts}");
    assert_eq!(alerts["alerts"][0]["name"], "BackendDown");
}

#[tokio::test]
async fn each_change_is_one_line_and_a_repetition_is_none() {
    let lab = Lab::start().await;
    for status in ["firing", "firing", "resolved", "resolved"] {
        notify(&lab, &[alert("HighErrorRate", status, "2026-01-31T11:55:00Z")]).await;
    }
    let lines: Vec<_> = lab.lines().into_iter().filter(|line| line["target"] == "alerts").collect();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    for (line, (level, state)) in lines.iter().zip([("WARN", "firing"), ("INFO", "resolved")]) {
        assert_eq!(line["level"], level);
        assert_eq!(line["message"], format!("Alert HighErrorRate is {state}"));
        for (field, value) in [
            ("alert.name", "HighErrorRate"),
            ("alert.severity", "page"),
            ("alert.state", state),
            ("alert.service", "task-backend"),
            ("alert.summary", "Most requests fail"),
            ("alert.starts_at", "2026-01-31T11:55:00.000000Z"),
        ] {
            assert_eq!(line[field], value, "{line}");
        }
    }
}

#[tokio::test]
async fn neither_call_is_a_users_request() {
    let lab = Lab::start().await;
    notify(&lab, &[alert("HighErrorRate", "firing", "2026-01-31T11:55:00Z")]).await;
    lab.get("/api/alerts").await;
    let metrics = lab.get("/metrics").await.body;
    assert!(!metrics.contains("alerts"), "{metrics}");
    let lines = lab.lines();
    assert!(lines.iter().all(|line| line["target"] != "access"), "{lines:#?}");
    assert!(lines.iter().all(|line| line["trace_id"].is_null()), "{lines:#?}");
}

#[tokio::test]
async fn unusable_notifications_change_nothing() {
    let lab = Lab::start().await;
    let good = alert("HighErrorRate", "firing", "2026-01-31T11:55:00Z");
    let with = |key: &str, value: Value| {
        let mut alert = good.clone();
        alert[key] = value;
        alert
    };
    for bad in [
        with("labels", json!({})),
        with("labels", json!({ "alertname": 7 })),
        with("startsAt", json!("yesterday")),
        with("status", json!("maybe")),
    ] {
        notify(&lab, &[good.clone(), bad]).await.problem(400, "invalid_body");
    }
    notify(&lab, &vec![good.clone(); 101]).await.problem(400, "invalid_body");
    post(&lab, json!({ "version": "5", "alerts": [] })).await.problem(400, "invalid_body");
    post(&lab, "{").await.problem(400, "malformed_json");
    post(&lab, "[]").await.problem(400, "invalid_body");
    let large = with("annotations", json!({ "summary": "x".repeat(256 * 1024) }));
    notify(&lab, &[large]).await.problem(413, "body_too_large");
    let form = Request::post("/internal/alerts").body(Body::from("alerts=1")).unwrap();
    lab.send(form).await.problem(415, "unsupported_media_type");
    let other_site = Request::post("/internal/alerts")
        .header("content-type", "application/json")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from(json!({ "version": "4", "alerts": [] }).to_string()))
        .unwrap();
    lab.send(other_site).await.problem(403, "cross_site");
    lab.get("/internal/alerts").await.problem(405, "method_not_allowed");
    assert_eq!(lab.get("/api/alerts").await.json(), json!({ "alerts": [] }));
}

#[tokio::test]
async fn a_hundred_alerts_of_full_length_fit() {
    let lab = Lab::start().await;
    let many: Vec<_> = (0..100)
        .map(|number| {
            let mut alert = alert("HostDiskLow", "firing", "2026-01-31T11:55:00Z");
            alert["labels"]["instance"] = json!(format!("host-{number}"));
            alert["annotations"]["description"] = json!("d".repeat(1000));
            alert
        })
        .collect();
    assert_eq!(notify(&lab, &many).await.status, 204);
    assert_eq!(lab.get("/api/alerts").await.json()["alerts"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn what_fires_stands_on_the_page_as_text() {
    let lab = Lab::start_with(|parts| {
        let grafana = Some("http://grafana:3000".to_owned());
        let config = LinksConfig { grafana_url: grafana, ..LinksConfig::default() };
        parts.links = Links::choose(&config).unwrap();
    })
    .await;
    assert_eq!(lab.get("/fragments/alerts").await.body, "");
    let mut alerts: Vec<_> = (0..7)
        .map(|number| alert(&format!("N{number}"), "firing", "2026-01-31T11:00:00.000Z"))
        .collect();
    alerts[0]["startsAt"] = json!("2026-01-31T11:30:00Z");
    alerts[0]["annotations"]["summary"] = json!("<img src=x onerror=alert(1)>");
    alerts[0]["annotations"]["runbook_url"] = json!("https://runbooks.example/x");
    assert_eq!(notify(&lab, &alerts).await.status, 204);
    let banner = lab.get("/fragments/alerts").await.body;
    assert!(banner.contains("<b>N0</b>") && banner.contains("2026-01-31 11:30"), "{banner}");
    assert!(banner.contains("&#60;img") && !banner.contains("<img"), "{banner}");
    assert!(banner.contains("href=\"https://runbooks.example/x\""), "{banner}");
    assert!(banner.contains("href=\"http://grafana:3000/d/lab-slo\""), "{banner}");
    assert_eq!(banner.matches("data-severity=\"page\"").count(), 5);
    assert!(banner.contains("and 2 more") && !banner.contains("docs/runbooks"), "{banner}");
    assert!(lab.get("/").await.body.contains(&banner));
}

#[tokio::test]
async fn a_runbook_is_a_link_only_where_it_is_an_address_of_the_web() {
    for (url, is_link) in [
        ("https://runbooks.example/x", true),
        ("http://runbooks.example/x", true),
        ("docs/runbooks/HighErrorRate.md", false),
        ("/docs/runbooks/HighErrorRate.md", false),
        ("//runbooks.example/x", false),
        ("http-errors.md", false),
        ("https", false),
        ("javascript:alert(1)", false),
        ("JavaScript:alert(1)", false),
        (" javascript:alert(1)", false),
        ("data:text/html,<script>alert(1)</script>", false),
        ("", false),
    ] {
        let lab = Lab::start().await;
        let mut fires = alert("N", "firing", "2026-01-31T11:00:00.000Z");
        fires["annotations"]["runbook_url"] = json!(url);
        assert_eq!(notify(&lab, &[fires]).await.status, 204);
        let banner = lab.get("/fragments/alerts").await.body;
        assert!(banner.contains("<b>N</b>"), "{banner}");
        assert_eq!(banner.contains("<a "), is_link, "{url}: {banner}");
        assert_eq!(banner.contains(&format!("href=\"{url}\"")), is_link, "{url}: {banner}");
    }
}
