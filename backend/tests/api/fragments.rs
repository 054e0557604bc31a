//! Parts of the page for the app to put into it.

use serde_json::json;

use crate::harness::{Answer, Lab, TRACE_ID};
use crate::intake::{click, post, spans};

async fn look(lab: &Lab, query: &str) -> Answer {
    lab.get(&format!("/fragments/traces/{TRACE_ID}?{query}")).await
}

#[tokio::test]
async fn a_list_has_its_counts_and_its_rows_alone_follow() {
    let lab = Lab::start().await;
    for number in 1..=30 {
        lab.add(&format!("task number {number}.")).await;
    }
    let list = lab.get("/fragments/tasks?completed=false").await;
    assert_eq!(list.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(list.header("cache-control"), "no-store");
    assert!(list.body.starts_with("<div id=\"task-view\" data-completed=\"false\">"));
    assert!(list.body.contains("<b id=\"stats-pending\">30</b>"), "{}", list.body);
    assert_eq!(list.body.matches("<li class=\"task\"").count(), 25);
    assert!(list.body.contains("href=\"/?completed=false&#38;after=6\""), "{}", list.body);

    let rest = lab.get("/fragments/tasks?completed=false&after=6").await.body;
    assert!(rest.starts_with("<li class=\"task\" data-id=\"5\""), "{rest}");
    assert_eq!(rest.matches("<li class=\"task\"").count(), 5);
    assert!(!rest.contains("stats-total") && !rest.contains("Show older"));
    lab.get("/fragments/tasks?after=x").await.problem(400, "invalid_cursor");
}

#[tokio::test]
async fn a_list_is_a_users_request_and_a_panel_is_not() {
    let lab = Lab::start().await;
    lab.get("/fragments/tasks").await;
    look(&lab, "turn=0").await;
    let metrics = lab.get("/metrics").await.body;
    let counted =
        r#"http_requests_total{endpoint="/fragments/tasks",method="GET",status_code="200"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");
    assert!(!metrics.contains("/fragments/traces"), "{metrics}");
}

#[tokio::test]
async fn a_panel_waits_and_then_says_what_is_missing() {
    let lab = Lab::start().await;
    lab.add("a").await;
    lab.trace(TRACE_ID).await;
    let early = look(&lab, "span=b7ad6b7169203331&turn=0").await;
    assert_eq!(early.status, 200);
    assert!(early.body.contains("data-state=\"loading\""), "{}", early.body);
    assert!(early.body.contains(">POST /api/tasks<") && early.body.contains(">INSERT tasks<"));
    let late = look(&lab, "span=b7ad6b7169203331&turn=6").await.body;
    assert!(late.contains("data-state=\"partial\""), "{late}");
    let missing = "not arrived: the browser&#39;s span of the action; \
                   the parent that 1 span hangs on.";
    assert!(late.contains(missing), "{late}");

    // The server's span hangs on this one.
    post(&lab, "/otlp/v1/traces", spans("task-frontend", &click())).await;
    let whole = look(&lab, "span=b7ad6b7169203331&turn=1").await.body;
    assert!(whole.contains("data-state=\"complete\""), "{whole}");
    assert!(whole.contains("1 error") && whole.contains("data-status=\"error\""), "{whole}");
    assert!(whole.contains("<dt>form.field</dt><dd>title</dd>"), "{whole}");
    assert!(whole.contains("Created task 1") && whole.contains("3 spans"), "{whole}");
}

#[tokio::test]
async fn a_trace_of_which_nothing_is_here_is_waited_for() {
    let lab = Lab::start().await;
    let early = look(&lab, "turn=0").await;
    assert_eq!((early.status.as_u16(), early.body.as_str()), (204, ""));
    for (query, state, words) in [
        ("turn=6", "absent", "it is too old, its spans were lost"),
        ("turn=99999999999999999", "absent", "Look again"),
        ("sampled=false&turn=0", "unsampled", "none will arrive"),
    ] {
        let panel = look(&lab, query).await;
        assert_eq!(panel.status, 200);
        assert!(panel.body.contains(&format!("data-state=\"{state}\"")), "{}", panel.body);
        assert!(panel.body.contains(words), "{}", panel.body);
    }
    for query in ["", "turn=x", "turn=-1"] {
        look(&lab, query).await.problem(400, "invalid_query");
    }
    lab.get("/fragments/traces/XYZ?turn=0").await.problem(400, "invalid_trace_id");
}

#[tokio::test]
async fn what_programs_send_never_becomes_markup() {
    const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'&";
    let lab = Lab::start().await;
    let mut span = click();
    span["name"] = json!(HOSTILE);
    span["attributes"] = json!([{ "key": HOSTILE, "value": { "stringValue": HOSTILE } }]);
    span["events"] = json!([{ "name": HOSTILE, "timeUnixNano": "1769860800001000000" }]);
    post(&lab, "/otlp/v1/traces", spans("task-frontend", &span)).await;
    let record = json!({ "resourceLogs": [{ "scopeLogs": [{ "logRecords": [{
        "timeUnixNano": "1769860800000002000",
        "severityText": HOSTILE,
        "severityNumber": 9,
        "body": { "stringValue": HOSTILE },
        "traceId": TRACE_ID,
        "spanId": "b7ad6b7169203331",
    }] }] }] });
    post(&lab, "/otlp/v1/logs", record).await;
    let panel = look(&lab, "turn=6").await.body;
    assert!(!panel.contains("<img") && !panel.contains("alert(1)>\""), "{panel}");
    // The name, an attribute's key and value, an event, and the line in two places.
    assert!(panel.matches("&#60;img src=x onerror=alert(1)&#62;").count() >= 6, "{panel}");
    assert!(!panel.contains("style=") && !panel.contains("<script"), "{panel}");
}

#[tokio::test]
async fn a_large_trace_is_shown_in_part() {
    let lab = Lab::start().await;
    let batch: Vec<_> = (1..=1000)
        .map(|number| {
            json!({
                "traceId": TRACE_ID,
                "spanId": format!("{number:016x}"),
                "parentSpanId": if number == 1 { String::new() } else { format!("{:016x}", 1) },
                "name": format!("span {number}"),
                "startTimeUnixNano": (1_769_860_800_000_000_000_u64 + number * 1_000_000).to_string(),
                "endTimeUnixNano": (1_769_860_800_000_500_000_u64 + number * 1_000_000).to_string(),
            })
        })
        .collect();
    for part in batch.chunks(500) {
        let mut request = spans("task-frontend", &part[0]);
        request["resourceSpans"][0]["scopeSpans"][0]["spans"] = json!(part);
        assert_eq!(post(&lab, "/otlp/v1/traces", request).await.status, 200);
    }
    let panel = look(&lab, "turn=6").await.body;
    assert_eq!(panel.matches("<li class=\"span ").count(), 300);
    assert!(panel.contains("The first 300 of 1000 spans are shown."), "no word of the rest");
    assert!(panel.len() < 1_000_000, "{}", panel.len());
}
