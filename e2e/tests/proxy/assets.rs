//! The frontend's files.

use std::fs;
use std::path::Path;

use reqwest::Client;
use serde_json::Value;

use crate::door::Door;

const FOR_EVER: &str = "public, max-age=31536000, immutable";

#[tokio::test(flavor = "multi_thread")]
async fn hashed_files_come_compressed_and_stay() {
    let door = Door::open(&[]);
    let http = Client::new();
    let folder = door.proxy.www().join("assets");
    let manifest: Value =
        serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    for (logical, media_type) in
        [("app.js", "/javascript"), ("app.wasm", "application/wasm"), ("app.css", "text/css")]
    {
        let name = manifest[logical].as_str().unwrap_or_else(|| panic!("no {logical}: {manifest}"));
        let url = door.proxy.url(&format!("/assets/{name}"));
        let plain = http.get(&url).send().await.unwrap();
        assert_eq!(plain.status(), 200, "{name}");
        // Newer releases call it text/javascript.
        let found = plain.headers()["content-type"].to_str().unwrap();
        assert!(found.ends_with(media_type), "{name}: {found}");
        assert_eq!(plain.headers()["cache-control"], FOR_EVER);
        assert!(!plain.headers().contains_key("content-encoding"));
        let tag = plain.headers()["etag"].clone();
        assert_eq!(plain.bytes().await.unwrap(), fs::read(folder.join(name)).unwrap());

        let gzip = http.get(&url).header("accept-encoding", "gzip").send().await.unwrap();
        assert_eq!(gzip.headers()["content-encoding"], "gzip", "{name}");
        assert_eq!(gzip.headers()["vary"], "Accept-Encoding");
        let file = fs::read(folder.join(format!("{name}.gz"))).unwrap();
        assert_eq!(gzip.bytes().await.unwrap(), file, "the file that was made beforehand");

        let same = http.get(&url).header("if-none-match", tag).send().await.unwrap();
        assert_eq!(same.status(), 304);
    }
    let list = http.get(door.proxy.url("/assets/manifest.json")).send().await.unwrap();
    assert_eq!(list.headers()["cache-control"], "no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_this_version_lacks_the_backend_may_have() {
    let door = Door::open(&[]);
    let assets = door.proxy.www().join("assets");
    let manifest: Value =
        serde_json::from_slice(&fs::read(assets.join("manifest.json")).unwrap()).unwrap();
    let name = manifest["app.js"].as_str().unwrap();
    fs::remove_file(assets.join(name)).unwrap();
    fs::remove_file(assets.join(format!("{name}.gz"))).unwrap();
    let answer = reqwest::get(door.proxy.url(&format!("/assets/{name}"))).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["cache-control"]),
        (200, &FOR_EVER.parse().unwrap())
    );
    // Neither has it: not to be kept, since the next version may.
    let answer = reqwest::get(door.proxy.url("/assets/app-0000.js")).await.unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
}

#[tokio::test(flavor = "multi_thread")]
async fn brotli_is_used_where_nginx_has_it() {
    let door = Door::open(&[]);
    if !Path::new("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so").exists() {
        println!("skipped: this nginx has no brotli module");
        return;
    }
    let assets = door.proxy.www().join("assets");
    fs::write(assets.join("x-01.js"), "plain").unwrap();
    fs::write(assets.join("x-01.js.br"), "compressed beforehand").unwrap();
    let request = Client::new().get(door.proxy.url("/assets/x-01.js"));
    let answer = request.header("accept-encoding", "br, gzip").send().await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "br");
    assert_eq!(answer.text().await.unwrap(), "compressed beforehand");
}
