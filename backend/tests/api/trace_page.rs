//! A trace on a page of its own.

use axum::body::Body;
use axum::http::Request;
use backend::config::LinksConfig;
use backend::links::Links;

use crate::harness::{Lab, TRACE_ID};
use crate::intake::{click, post, spans};

#[tokio::test]
async fn a_link_leads_to_the_trace() {
    let config =
        LinksConfig { grafana_url: Some("http://{host}:3000".into()), ..LinksConfig::default() };
    let lab = Lab::start_with(|parts| parts.links = Links::choose(&config).unwrap()).await;
    lab.add("a").await;
    post(&lab, "/otlp/v1/traces", spans("task-frontend", &click())).await;
    lab.trace(TRACE_ID).await;
    let request = Request::get(format!("/traces/{TRACE_ID}")).header("host", "lab.test:8080");
    let page = lab.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-store");
    let body = &page.body;
    assert!(body.contains("data-state=\"complete\"") && body.contains("click add-task"), "{body}");
    assert!(body.contains("http://lab.test:3000/explore?schemaVersion=1"), "{body}");
    assert!(!body.contains("<script"), "it needs none");

    // Somebody looks at a trace: that is a request like any other.
    let metrics = lab.get("/metrics").await.body;
    let counted =
        r#"http_requests_total{endpoint="/traces/{trace_id}",method="GET",status_code="200"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");
}

#[tokio::test]
async fn a_trace_that_is_not_here_is_said_to_be_so() {
    let lab = Lab::start().await;
    let page = lab.get(&format!("/traces/{TRACE_ID}")).await;
    assert_eq!(page.status, 404);
    assert!(page.body.contains("data-state=\"absent\""), "{}", page.body);
    for id in ["0".repeat(32), TRACE_ID.to_uppercase(), "%3Cscript%3E".to_owned()] {
        lab.get(&format!("/traces/{id}")).await.problem(400, "invalid_trace_id");
    }
}
