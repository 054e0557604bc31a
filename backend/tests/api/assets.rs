//! The built frontend's files.

use crate::harness::Lab;

#[tokio::test]
async fn files_with_hashed_names_may_be_kept_for_ever() {
    let lab = Lab::start().await;
    let page = lab.get("/").await.body;
    assert!(page.contains("src=\"/assets/app-0123.js\""), "{page}");
    let script = lab.get("/assets/app-0123.js").await;
    assert_eq!((script.status.as_u16(), script.body.as_str()), (200, "export {};"));
    assert_eq!(script.header("content-type"), "text/javascript");
    assert_eq!(script.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(lab.get("/assets/manifest.json").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn what_is_missing_may_not_be_kept() {
    let lab = Lab::start().await;
    for path in ["/assets/app-89ab.js", "/assets/../new/lab.db", "/assets/%2e%2e/new/lab.db"] {
        let answer = lab.get(path).await;
        answer.problem(404, "route_not_found");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}
