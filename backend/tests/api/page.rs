//! The page as the server renders it.

use axum::body::Body;
use axum::http::Request;
use backend::config::LinksConfig;
use backend::links::Links;

use crate::harness::{Answer, Lab};

const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'&";

async fn submit(lab: &Lab, body: String) -> Answer {
    let request = Request::post("/tasks")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .unwrap();
    lab.send(request).await
}

#[tokio::test]
async fn the_page_holds_the_tasks_and_names_its_trace() {
    let lab = Lab::start().await;
    lab.add("buy milk").await;
    let page = lab.get("/").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.body.contains("buy milk"), "{}", page.body);

    let timing = page.header("server-timing");
    let traceparent = timing.strip_prefix("traceparent;desc=\"").unwrap().trim_end_matches('"');
    assert!(page.body.contains(&format!("<meta name=\"traceparent\" content=\"{traceparent}\"")));
    assert!(page.body.contains("<meta name=\"trace-sample-ratio\" content=\"0.25\">"));
    let fields: Vec<_> = traceparent.split('-').collect();
    let trace = lab.trace(fields[1]).await;
    let server =
        trace["spans"].as_array().unwrap().iter().find(|span| span["name"] == "GET /").unwrap();
    assert_eq!(server["span_id"], fields[2]);
    assert_eq!(page.header("cache-control"), "no-store");
    let csp = page.header("content-security-policy");
    assert!(csp.starts_with("default-src 'none';") && !csp.contains("unsafe-inline"));
}

#[tokio::test]
async fn text_from_people_never_becomes_markup() {
    let lab = Lab::start().await;
    let body = serde_json::json!({ "title": HOSTILE, "description": HOSTILE });
    lab.json("POST", "/api/tasks", body).await;
    let page = lab.get("/").await.body;
    assert!(!page.contains("<img") && page.contains("&#60;img"), "{page}");

    let long = format!("{HOSTILE}{}", "x".repeat(200));
    let encoded = long.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
    let refused = submit(&lab, format!("title={encoded}&description={encoded}")).await;
    assert_eq!(refused.status, 400);
    assert!(!refused.body.contains("<img") && refused.body.contains("&#60;img"));
}

#[tokio::test]
async fn the_plain_form_adds_and_leads_back() {
    let lab = Lab::start().await;
    let answer = submit(&lab, "title=walk&description=a%0D%0Ab".into()).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/"));
    let task = lab.get("/api/tasks").await.json()["tasks"][0].clone();
    assert_eq!((&task["title"], &task["description"]), (&"walk".into(), &"a\nb".into()));

    let refused = submit(&lab, "title=+&description=kept".into()).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("The title is empty") && refused.body.contains("kept"));
}

#[tokio::test]
async fn older_tasks_are_a_link_away_without_scripts() {
    let lab = Lab::start().await;
    for number in 1..=26 {
        lab.add(&format!("task number {number}.")).await;
    }
    let first = lab.get("/").await.body;
    assert!(first.contains("task number 2.") && !first.contains("task number 1."));
    assert!(first.contains("href=\"/?after=2\""), "{first}");
    let second = lab.get("/?after=2").await.body;
    assert!(second.contains("task number 1.") && !second.contains("rel=\"next\""));
    lab.get("/?after=x").await.problem(400, "invalid_cursor");
}

#[tokio::test]
async fn the_filter_is_a_link_too() {
    let lab = Lab::start().await;
    lab.add("still open").await;
    let done = lab.add("long done").await;
    lab.json("PUT", &format!("/api/tasks/{done}"), serde_json::json!({ "completed": true })).await;
    for (query, shown, hidden, current) in [
        ("?completed=false", "still open", "long done", "href=\"/?completed=false\""),
        ("?completed=true", "long done", "still open", "href=\"/?completed=true\""),
    ] {
        let page = lab.get(&format!("/{query}")).await.body;
        assert!(page.contains(shown) && !page.contains(hidden), "{page}");
        assert!(page.contains(&format!("{current} data-do=\"filter\" aria-current")), "{page}");
        assert!(page.contains("<b id=\"stats-total\">2</b>"), "{page}");
    }
    lab.get("/?completed=maybe").await.problem(400, "invalid_query");
}

#[tokio::test]
async fn consoles_are_shown_where_they_are_configured() {
    let none = Lab::start().await.get("/").await.body;
    assert!(!none.contains("Consoles"), "{none}");
    let config = LinksConfig {
        grafana_url: Some("http://{host}:3000/".into()),
        prometheus_url: Some("https://prometheus.example".into()),
        ..LinksConfig::default()
    };
    let lab = Lab::start_with(|parts| parts.links = Links::choose(&config).unwrap()).await;
    let page = |host: &'static str| {
        lab.send(Request::get("/").header("host", host).body(Body::empty()).unwrap())
    };
    let shown = page("lab.example:8080").await.body;
    assert!(shown.contains("href=\"http://lab.example:3000\""), "{shown}");
    assert!(shown.contains("href=\"https://prometheus.example\""), "{shown}");
    let hostile = page("\"><script>").await.body;
    assert!(!hostile.contains(">Grafana<") && hostile.contains(">Prometheus<"), "{hostile}");
}

#[tokio::test]
async fn a_person_gets_an_error_as_a_page() {
    let lab = Lab::start().await;
    let request = Request::get("/no/such/page")
        .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
        .body(Body::empty())
        .unwrap();
    let answer = lab.send(request).await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert!(answer.body.contains("There is nothing at this address."), "{}", answer.body);
    assert!(answer.body.contains("route_not_found"));
}
