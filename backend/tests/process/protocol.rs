//! Requests as bytes: what no HTTP client sends, and what only the wire shows.

use serde_json::Value;
use tempfile::TempDir;

use crate::lab::{Lab, command, output};
use crate::wire::exchange;

fn head(answer: &str) -> &str {
    answer.split("\r\n\r\n").next().unwrap()
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_head_is_the_head_alone() {
    let lab = Lab::start(&[]);
    for path in ["/api/tasks", "/api/tasks/77", "/api/simulate-error", "/", "/metrics", "/nothing"]
    {
        let ask = async |method: &str| {
            let close = "Host: lab\r\nConnection: close\r\n\r\n";
            exchange(&lab, &format!("{method} {path} HTTP/1.1\r\n{close}")).await
        };
        let (get, head_alone) = (ask("GET").await, ask("HEAD").await);
        assert_eq!(body(&head_alone), "", "{path}");
        // Times and ids differ, what kind of answer it is does not.
        let kind = |answer: &str| {
            let lines = head(answer).lines().map(str::to_ascii_lowercase);
            let fixed = ["http/", "content-type:", "cache-control:", "content-security-policy:"];
            lines.filter(|line| fixed.iter().any(|name| line.starts_with(name))).collect::<Vec<_>>()
        };
        assert_eq!(kind(&head_alone), kind(&get), "{path}");
    }
    // A body that should not be there would be read as the next answer's head.
    let two = "HEAD /api/tasks/77 HTTP/1.1\r\nHost: lab\r\n\r\n\
               GET /health HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n";
    let answers = exchange(&lab, two).await;
    assert!(body(&answers).starts_with("HTTP/1.1 200 "), "{answers}");
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_requests_get_a_clear_answer() {
    let lab = Lab::start(&[]);
    let long = "1".repeat(8000);
    for (line, status, code) in [
        ("OPTIONS *", 404, "route_not_found"),
        ("CONNECT lab.test:443", 404, "route_not_found"),
        ("get /api/tasks", 405, "method_not_allowed"),
        ("PROPFIND /api/tasks", 405, "method_not_allowed"),
        ("OPTIONS /api/tasks", 405, "method_not_allowed"),
        ("GET http://elsewhere.test/api/tasks/0", 400, "invalid_task_id"),
        ("GET /api/tasks/%zz", 400, "invalid_task_id"),
        ("GET /api/tasks?limit=%", 400, "invalid_query"),
        (&format!("GET /api/tasks?after={long}"), 414, "uri_too_long"),
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n");
        let answer = exchange(&lab, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {answer}");
        let problem: Value = serde_json::from_str(body(&answer)).unwrap();
        assert_eq!(problem["code"], code, "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_http_is_refused_and_reaches_no_handler() {
    let lab = Lab::start(&[]);
    let long = format!("GET /{} HTTP/1.1\r\nHost: lab\r\n\r\n", "x".repeat(70_000));
    let post = "POST /api/tasks HTTP/1.1\r\nHost: lab\r\nContent-Type: application/json\r\n";
    for (request, status) in [
        ("NONSENSE\r\n\r\n", "400"),
        ("GET /api/ta sks HTTP/1.1\r\nHost: lab\r\n\r\n", "400"),
        ("GET /\u{0} HTTP/1.1\r\nHost: lab\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nBad Name: x\r\n\r\n", "400"),
        (&long, "431"),
        // Two lengths: a proxy and we could disagree where the next request begins.
        (
            &format!("{post}Content-Length: 13\r\nContent-Length: 1\r\n\r\n{{\"title\":\"a\"}}"),
            "400",
        ),
        (&format!("{post}Content-Length: x\r\n\r\n{{\"title\":\"a\"}}"), "400"),
        (&format!("{post}Transfer-Encoding: chunked\r\n\r\nzz\r\n"), "400"),
    ] {
        let answer = exchange(&lab, request).await;
        let expected = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&expected), "{request:.60} {answer}");
    }
    let listed: Value =
        reqwest::get(format!("{}/api/tasks", lab.url)).await.unwrap().json().await.unwrap();
    assert_eq!(listed["count"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_a_proxy_is_a_setting() {
    for (proxies, network) in
        [("", "192.0.2.0"), ("none", "127.0.0.0"), ("10.0.0.0/8", "127.0.0.0")]
    {
        let lab = Lab::start(&[("LAB_TRUSTED_PROXIES", proxies)]);
        let request = reqwest::Client::new().get(format!("{}/api/tasks", lab.url));
        request.header("x-forwarded-for", "192.0.2.7").send().await.unwrap();
        let (_, _, lines) = tokio::task::spawn_blocking(|| lab.stop()).await.unwrap();
        let access = lines.iter().find(|line| line["target"] == "access").unwrap();
        assert_eq!(access["client.address"], network, "{proxies:?}");
    }
    let folder = TempDir::new().unwrap();
    let mut wrong = command(&folder);
    wrong.env("LAB_TRUSTED_PROXIES", "10.0.0.0/8,nginx");
    let ended = output(wrong);
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert!(!ended.status.success() && stderr.contains("\"nginx\" is no network"), "{stderr}");
}
