//! Requests that are no use: each is told what is wrong, with a stable code.

use axum::body::Body;
use axum::http::{Method, Request};
use backend::error::Code;

use crate::harness::Lab;

#[test]
fn the_documentation_lists_every_code_with_status_and_meaning() {
    let document = include_str!("../../../docs/API.md");
    let (_, errors) = document.split_once("\n## Errors\n").unwrap();
    let documented: Vec<_> = errors.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    let row =
        |code: &Code| format!("| {} | `{code}` | {} |", code.status().as_u16(), code.meaning());
    let expected: Vec<_> = Code::ALL.iter().map(row).collect();
    assert!(documented == expected, "docs/API.md should say:\n{}", expected.join("\n"));
}

#[test]
fn no_code_has_two_meanings() {
    for (at, code) in Code::ALL.iter().enumerate() {
        let text = code.as_str();
        assert!(text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{text}");
        assert!(Code::ALL[..at].iter().all(|other| other.as_str() != text), "{text}");
        assert!(code.status().is_client_error() || code.status().is_server_error(), "{text}");
    }
}

#[tokio::test]
async fn queries_are_taken_to_the_letter() {
    let lab = Lab::start().await;
    for (method, path, code) in [
        ("GET", "/api/tasks?limti=5", "invalid_query"),
        ("GET", "/api/tasks?limit=1&limit=2", "invalid_query"),
        ("GET", "/api/tasks?limit=%zz", "invalid_query"),
        ("GET", "/api/tasks?completed=%FF", "invalid_query"),
        ("GET", "/api/tasks?completed=yes", "invalid_query"),
        ("GET", "/api/tasks?limit=", "invalid_query"),
        ("GET", "/api/tasks?limit=1.5", "invalid_query"),
        ("GET", "/api/tasks?limit=-1", "limit_out_of_range"),
        ("GET", "/api/tasks?after=", "invalid_cursor"),
        ("GET", "/api/tasks?after=0", "invalid_cursor"),
        ("GET", "/api/tasks?after=-7", "invalid_cursor"),
        ("GET", "/api/tasks?after=%2B7", "invalid_cursor"),
        ("GET", "/api/tasks?after=9223372036854775808", "invalid_cursor"),
        ("GET", "/api/tasks?after=eyJpZCI6N30", "invalid_cursor"),
        ("POST", "/api/tasks?title=a", "invalid_query"),
        ("GET", "/api/tasks/1?fields=title", "invalid_query"),
        ("PUT", "/api/tasks/1?completed=true", "invalid_query"),
        ("PATCH", "/api/tasks/1?completed=true", "invalid_query"),
        ("DELETE", "/api/tasks/1?force", "invalid_query"),
        ("GET", "/api/simulate-error?code=503", "invalid_query"),
        ("GET", "/api/simulate-slow?delay=1&jitter=2", "invalid_query"),
        ("GET", "/api/simulate-slow?delay=", "invalid_query"),
        ("POST", "/api/smoke/db?ops=1&type=read&table=tasks", "invalid_query"),
        ("POST", "/api/smoke/db?ops=1e2", "invalid_query"),
        ("POST", "/api/smoke/db?type=", "unknown_smoke_type"),
        ("POST", "/api/trace/synthetic/x?region=mars", "invalid_query"),
        ("GET", "/api/traces/0af7651916cd43dd8448eb211c80319c?full=1", "invalid_query"),
        ("GET", "/api/alerts?severity=page", "invalid_query"),
        ("GET", "/?after=0", "invalid_cursor"),
    ] {
        lab.json(method, path, "{\"title\":\"a\"}").await.problem(400, code);
    }
    assert_eq!(lab.get("/api/tasks").await.json()["count"], 0);
    // A cursor outlives its task, and people arrive by links of all kinds.
    for path in ["/api/tasks?after=7", "/api/tasks?", "/?utm_source=mail"] {
        assert_eq!(lab.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn paths_are_taken_to_the_letter() {
    let lab = Lab::start().await;
    lab.add("kept").await;
    for (path, status, code) in [
        ("/api/tasks/", 404, "route_not_found"),
        ("/api/tasks/1/", 404, "route_not_found"),
        ("//api/tasks", 404, "route_not_found"),
        ("/API/tasks", 404, "route_not_found"),
        ("/api/../api/tasks", 404, "route_not_found"),
        ("/api/tasks/+1", 400, "invalid_task_id"),
        ("/api/tasks/1.0", 400, "invalid_task_id"),
        ("/api/tasks/%00", 400, "invalid_task_id"),
        ("/api/tasks/%zz", 400, "invalid_task_id"),
        ("/api/tasks/%", 400, "invalid_task_id"),
        ("/api/tasks/%F0%9F%91%A9", 400, "invalid_task_id"),
        ("/api/traces/%FF", 400, "invalid_trace_id"),
        ("/api/traces/%00", 400, "invalid_trace_id"),
    ] {
        lab.get(path).await.problem(status, code);
    }
    let body = "{\"region\":\"\",\"timezone\":\"\",\"device\":\"\",\"network_type\":\"\"}";
    let answer = lab.json("POST", "/api/trace/synthetic/%FF", body).await;
    answer.problem(400, "invalid_synthetic_id");
    let long = format!("/api/tasks?after={}", "1".repeat(8000));
    lab.get(&long).await.problem(414, "uri_too_long");
    lab.get(&format!("/{}", "x".repeat(8000))).await.problem(414, "uri_too_long");
    lab.get(&format!("/api/traces/{}", "0".repeat(60_000))).await.problem(414, "uri_too_long");
    lab.get(&format!("/{}", "x".repeat(7999))).await.problem(404, "route_not_found");
}

#[tokio::test]
async fn every_route_names_the_methods_it_knows() {
    let lab = Lab::start().await;
    for (path, allow) in [
        ("/", "GET,HEAD"),
        ("/tasks", "POST"),
        ("/api/tasks", "GET,HEAD,POST"),
        ("/api/tasks/1", "DELETE,GET,HEAD,PATCH,PUT"),
        ("/api/simulate-error", "GET,HEAD"),
        ("/api/simulate-slow", "GET,HEAD"),
        ("/api/smoke/db", "POST"),
        ("/api/trace/synthetic/x", "POST"),
        ("/api/traces/x", "GET,HEAD"),
        ("/api/alerts", "GET,HEAD"),
        ("/internal/alerts", "POST"),
        ("/otlp/v1/traces", "POST"),
        ("/otlp/v1/logs", "POST"),
        ("/health", "GET,HEAD"),
        ("/ready", "GET,HEAD"),
        ("/metrics", "GET,HEAD"),
        ("/openapi.json", "GET,HEAD"),
    ] {
        let known: Vec<_> = allow.split(',').collect();
        for method in
            ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"]
        {
            if known.contains(&method) {
                continue;
            }
            let answer = lab.json(method, path, "").await;
            // The answer to HEAD has no body to say why.
            if method == "HEAD" {
                assert_eq!((answer.status.as_u16(), answer.body.as_str()), (405, ""));
            } else {
                answer.problem(405, "method_not_allowed");
            }
            let mut named: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
            named.sort_unstable();
            assert_eq!(named, known, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn requests_for_no_path_at_all_are_answered() {
    let lab = Lab::start().await;
    for (method, uri) in [(Method::OPTIONS, "*"), (Method::CONNECT, "lab.test:443")] {
        let request = Request::builder().method(method).uri(uri).body(Body::empty()).unwrap();
        lab.send(request).await.problem(404, "route_not_found");
    }
}

#[tokio::test]
async fn the_api_answers_json_whatever_is_accepted() {
    let lab = Lab::start().await;
    let get = async |path: &str, accept: &str| {
        let request = Request::get(path).header("accept", accept).body(Body::empty()).unwrap();
        lab.send(request).await
    };
    for accept in ["text/html", "application/xml", "image/png;q=0.1", "garbage", "", "*/*;q=0"] {
        let answer = get("/api/tasks", accept).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (200, "application/json")
        );
    }
    // Errors alone come as a page to those who would rather have one.
    for accept in ["application/xml", "text/html;q=0, */*", "application/json, text/html"] {
        get("/api/tasks/7", accept).await.problem(404, "task_not_found");
    }
    let page = get("/api/tasks/7", "text/html, */*;q=0.8").await;
    assert_eq!(
        (page.status.as_u16(), page.header("content-type")),
        (404, "text/html; charset=utf-8")
    );
    assert!(page.body.contains("task_not_found"), "{}", page.body);
}
