//! A real headless Chromium, driven through `chromedriver`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::Process;

/// How long an expected change of the page may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(15);

/// The flags that keep Chromium to the pages that a test opens.
const FLAGS: [&str; 10] = [
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
];

/// One browser with one window.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    driver_url: String,
    session: String,
    _driver: Process,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser with an empty profile.
    pub async fn start() -> anyhow::Result<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        let (driver, port) = Process::start(command, |line| {
            line.strip_prefix("ChromeDriver was started successfully on port ")?
                .trim_end_matches('.')
                .parse::<u16>()
                .ok()
        })
        .context("chromedriver is needed; `cargo xtask test` installs it")?;
        let profile = TempDir::new().context("no temporary folder")?;
        let mut args: Vec<String> = FLAGS.map(str::to_owned).to_vec();
        args.push(format!("--user-data-dir={}", profile.path().display()));
        if nix::unistd::Uid::effective().is_root() {
            // Chromium's sandbox refuses to run as root.
            args.push("--no-sandbox".to_owned());
        }
        let capabilities = json!({
            "goog:chromeOptions": { "args": args },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let driver_url = format!("http://127.0.0.1:{port}");
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().cloned().unwrap_or_default())
            .connect(&driver_url)
            .await
            .context("could not start Chromium")?;
        let session = client.session_id().await?.context("the driver has no session")?;
        Ok(Self { client, driver_url, session, _driver: driver, _profile: profile })
    }

    /// Opens the lab's page and waits until the app has taken it over.
    pub async fn open(&self, url: &str) -> anyhow::Result<()> {
        self.client.goto(url).await?;
        self.find("html[data-app=ready]").await?;
        Ok(())
    }

    /// Leaves the page for an empty one.
    pub async fn leave(&self) -> anyhow::Result<()> {
        Ok(self.client.goto("about:blank").await?)
    }

    /// The first element that matches, once there is one.
    pub async fn find(&self, css: &str) -> anyhow::Result<Element> {
        self.client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await
            .with_context(|| format!("nothing matches {css}"))
    }

    /// Every element that matches now.
    pub async fn all(&self, css: &str) -> anyhow::Result<Vec<Element>> {
        Ok(self.client.find_all(Locator::Css(css)).await?)
    }

    /// The text of the first element that matches.
    pub async fn text(&self, css: &str) -> anyhow::Result<String> {
        Ok(self.find(css).await?.text().await?)
    }

    /// Clicks with the pointer.
    pub async fn click(&self, css: &str) -> anyhow::Result<()> {
        Ok(self.find(css).await?.click().await?)
    }

    /// Types into an element, `\n` being the Enter key.
    pub async fn enter(&self, css: &str, text: &str) -> anyhow::Result<()> {
        let element = self.find(css).await?;
        Ok(element.send_keys(&text.replace('\n', "\u{e007}")).await?)
    }

    /// Runs a script's body in the page and gives what it returns.
    pub async fn run(&self, script: &str) -> anyhow::Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// Runs a script in every page that is opened from now on, before the page's own.
    pub async fn prepare(&self, script: &str) -> anyhow::Result<()> {
        let url = format!("{}/session/{}/goog/cdp/execute", self.driver_url, self.session);
        let cmd = "Page.addScriptToEvaluateOnNewDocument";
        let body = json!({ "cmd": cmd, "params": { "source": script } });
        reqwest::Client::new().post(url).json(&body).send().await?.error_for_status()?;
        Ok(())
    }

    /// Waits until the trace panel shows a whole trace other than `before`, and gives
    /// its id.
    pub async fn shown_trace(&self, before: &str) -> anyhow::Result<String> {
        let css = format!("#trace[data-state=complete]:not([data-trace-id='{before}'])");
        let panel = self.find(&css).await?;
        panel.attr("data-trace-id").await?.context("the panel names no trace")
    }

    /// What the page wrote to the console since the last call: violations of the
    /// content security policy and failed requests among it.
    pub async fn console(&self) -> anyhow::Result<Vec<Value>> {
        let url = format!("{}/session/{}/se/log", self.driver_url, self.session);
        let body = json!({ "type": "browser" });
        let answer: Value =
            reqwest::Client::new().post(url).json(&body).send().await?.json().await?;
        Ok(answer["value"].as_array().cloned().unwrap_or_default())
    }

    /// Writes a picture of the window.
    pub async fn screenshot(&self, file: &Path) -> anyhow::Result<()> {
        Ok(std::fs::write(file, self.client.screenshot().await?)?)
    }

    /// Ends the browser.
    pub async fn close(self) -> anyhow::Result<()> {
        Ok(self.client.close().await?)
    }
}
