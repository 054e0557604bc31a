//! Takes the pictures in `docs/screenshots`: the page and its trace panel at the widths of
//! a phone, a tablet and a desk, in light and dark. `cargo xtask screenshots` calls it.

use std::path::PathBuf;

use anyhow::Context;
use e2e::browser::Browser;
use e2e::lab::Lab;

const WIDTHS: [(u32, u32); 3] = [(360, 780), (768, 1024), (1440, 900)];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).context("name a folder")?;
    std::fs::create_dir_all(&folder)?;
    let grafana = ("LAB_GRAFANA_URL", "http://{host}:3000");
    let lab = Lab::start_with(&[grafana, ("LAB_PROMETHEUS_URL", "http://{host}:9090")]).await?;
    for (title, description) in [
        ("Read the SRE workbook, chapter 5", ""),
        ("Write the burn-rate alerts", "14.4 over an hour pages, 1 over three days is a ticket."),
        ("Rehearse the error-budget demo", ""),
    ] {
        lab.add(title, description).await?;
    }
    let browser = Browser::start().await?;
    for scheme in ["light", "dark"] {
        for (width, height) in WIDTHS {
            browser.emulate(width, height, scheme).await?;
            browser.open(&lab.url).await?;
            browser.run("sessionStorage.clear()").await?;
            browser.open(&lab.url).await?;
            let loaded = browser.shown_trace("").await?;
            browser.enter("#title", "Show the SRE team one whole trace").await?;
            browser.enter("#description", "From the click to the INSERT.").await?;
            browser.click("#add").await?;
            let added = browser.shown_trace(&loaded).await?;
            browser.click(".task:nth-child(2) .task-toggle").await?;
            let completed = browser.shown_trace(&added).await?;
            browser.find("#toasts:not(:has(.toast))").await?;
            // The pointer rests where it changes nothing.
            browser.click("h1").await?;
            browser
                .picture(width, scheme, &folder.join(format!("page-{width}-{scheme}.png")))
                .await?;
            browser.click(".task:nth-child(2) .task-toggle").await?;
            browser.shown_trace(&completed).await?;
            let newest = lab.json("/api/tasks?limit=1").await?["tasks"][0]["id"].clone();
            lab.call("DELETE", &format!("/api/tasks/{newest}")).await?;

            browser.emulate(width, height, scheme).await?;
            browser.visit(&format!("{}/traces/{added}", lab.url)).await?;
            browser.click(".span:nth-child(3) summary").await?;
            browser
                .picture(width, scheme, &folder.join(format!("trace-{width}-{scheme}.png")))
                .await?;
        }
    }
    browser.close().await
}
