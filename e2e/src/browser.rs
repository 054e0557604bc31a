//! A real headless Chromium, driven through `chromedriver`.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
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

/// Starts a driver and gives its port.
fn drive() -> anyhow::Result<(Process, u16)> {
    let mut command = Command::new("chromedriver");
    command.arg("--port=0");
    Process::start(command, |line| {
        line.strip_prefix("ChromeDriver was started successfully on port ")?
            .trim_end_matches('.')
            .parse()
            .ok()
    })
    .context("chromedriver is needed; `cargo xtask test` installs it")
}

impl Browser {
    /// Starts a browser with an empty profile.
    pub async fn start() -> anyhow::Result<Self> {
        // It takes a port that is free on IPv4, and ends where that is taken on IPv6.
        let (driver, port) = drive().or_else(|error| {
            println!("chromedriver is started once more: {error:#}");
            drive()
        })?;
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
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.as_object().cloned().unwrap_or_default());
        // A machine under load now and then kills a Chromium that comes up too slowly.
        let client = match builder.connect(&driver_url).await {
            Ok(client) => client,
            Err(error) => {
                println!("Chromium is started once more: {error}");
                builder.connect(&driver_url).await.context("could not start Chromium")?
            }
        };
        let session = client.session_id().await?.context("the driver has no session")?;
        Ok(Self { client, driver_url, session, _driver: driver, _profile: profile })
    }

    /// Opens the lab's page and waits until the app has taken it over.
    pub async fn open(&self, url: &str) -> anyhow::Result<()> {
        self.client.goto(url).await?;
        if let Err(error) = self.find("html[data-app=ready]").await {
            return Err(error.context(format!("the console says {:#?}", self.console().await?)));
        }
        Ok(())
    }

    /// Opens any page and waits until it has loaded.
    pub async fn visit(&self, url: &str) -> anyhow::Result<()> {
        Ok(self.client.goto(url).await?)
    }

    /// Goes back in the history, as the button does.
    pub async fn back(&self) -> anyhow::Result<()> {
        Ok(self.client.back().await?)
    }

    /// Opens an empty tab, turns to it and gives its handle.
    pub async fn new_tab(&self) -> anyhow::Result<String> {
        let handle = self.client.new_window(true).await?.handle;
        self.turn_to(&String::from(handle.clone())).await?;
        Ok(handle.into())
    }

    /// Opens a page in a tab behind the one on show, and gives its handle.
    pub async fn open_behind(&self, url: &str) -> anyhow::Result<String> {
        let before = self.client.windows().await?;
        self.devtools("Target.createTarget", json!({ "url": url, "background": true })).await?;
        let after = self.client.windows().await?;
        let new = after.into_iter().find(|handle| !before.contains(handle));
        Ok(new.context("there is no new tab")?.into())
    }

    /// The tab that commands go to.
    pub async fn tab(&self) -> anyhow::Result<String> {
        Ok(self.client.window().await?.into())
    }

    /// Lets commands go to a tab, wherever it is.
    pub async fn command(&self, tab: &str) -> anyhow::Result<()> {
        Ok(self.client.switch_to_window(tab.to_owned().try_into()?).await?)
    }

    /// Turns to a tab and brings it to the front, which hides the one before.
    pub async fn turn_to(&self, tab: &str) -> anyhow::Result<()> {
        self.command(tab).await?;
        self.devtools("Page.bringToFront", json!({})).await?;
        Ok(())
    }

    /// Closes the tab that commands go to.
    pub async fn close_tab(&self) -> anyhow::Result<()> {
        Ok(self.client.close_window().await?)
    }

    /// Performs a command of the Chrome `DevTools` protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) -> anyhow::Result<Value> {
        let url = format!("{}/session/{}/goog/cdp/execute", self.driver_url, self.session);
        let body = json!({ "cmd": command, "params": parameters });
        let answer: Value =
            reqwest::Client::new().post(url).json(&body).send().await?.json().await?;
        let value = &answer["value"];
        ensure!(value["error"].is_null(), "{command}: {value}");
        Ok(value.clone())
    }

    /// Runs a script in every page from now on, before the page's own.
    pub async fn run_first(&self, script: &str) -> anyhow::Result<()> {
        let parameters = json!({ "source": script });
        self.devtools("Page.addScriptToEvaluateOnNewDocument", parameters).await?;
        Ok(())
    }

    /// Lets no timer of this length fire in any page from now on until
    /// [`release_timers`](Self::release_timers) says that its time is over: what a test
    /// does meanwhile may take as long as it takes.
    pub async fn hold_timers(&self, ms: u32) -> anyhow::Result<()> {
        let script = format!(
            "window.held ??= []; window.setTimeout = ((wait) => (call, ms, ...rest) => \
             Math.round(ms) === {ms} ? -held.push(call) : wait(call, ms, ...rest))\
             (window.setTimeout.bind(window));"
        );
        self.run_first(&script).await
    }

    /// Fires the timers that are held by now.
    pub async fn release_timers(&self) -> anyhow::Result<()> {
        self.run("held.splice(0).forEach((call) => call())").await?;
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

    /// The same once there is one to read: of what fades in, nothing is at first.
    pub async fn text_shown(&self, css: &str) -> anyhow::Result<String> {
        let start = Instant::now();
        loop {
            let text = self.text(css).await?;
            if !text.is_empty() {
                return Ok(text);
            }
            ensure!(start.elapsed() < PATIENCE, "{css} shows no text");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Clicks with the pointer, in the middle of the window where the page is long enough.
    pub async fn click(&self, css: &str) -> anyhow::Result<()> {
        let element = self.find(css).await?;
        let target = serde_json::to_value(&element)?;
        let scroll = "arguments[0].scrollIntoView({ block: 'center' })";
        self.client.execute(scroll, vec![target]).await?;
        Ok(element.click().await?)
    }

    /// Types into an element, `\n` being the Enter key.
    pub async fn enter(&self, css: &str, text: &str) -> anyhow::Result<()> {
        let element = self.find(css).await?;
        Ok(element.send_keys(&text.replace('\n', "\u{e007}")).await?)
    }

    /// Empties a field.
    pub async fn clear(&self, css: &str) -> anyhow::Result<()> {
        let select = format!("document.querySelector({css:?}).select()");
        self.run(&select).await?;
        self.enter(css, "\u{e003}").await
    }

    /// What stands in a field.
    pub async fn value(&self, css: &str) -> anyhow::Result<String> {
        let element = self.find(css).await?;
        element.prop("value").await?.with_context(|| format!("{css} has no value"))
    }

    /// Types where the focus is, with the control key held down if asked.
    pub async fn press(&self, keys: &str, control: bool) -> anyhow::Result<()> {
        let mut actions = KeyActions::new("keyboard".to_owned());
        let control = control.then_some('\u{e009}');
        if let Some(value) = control {
            actions = actions.then(KeyAction::Down { value });
        }
        for value in keys.chars() {
            actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        if let Some(value) = control {
            actions = actions.then(KeyAction::Up { value });
        }
        Ok(self.client.perform_actions(actions).await?)
    }

    /// A property of the element that has the focus.
    pub async fn focused(&self, property: &str) -> anyhow::Result<Value> {
        self.run(&format!("return document.activeElement[{property:?}]")).await
    }

    /// Runs a script's body in the page and gives what it returns.
    pub async fn run(&self, script: &str) -> anyhow::Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// Waits until the trace panel shows a whole trace other than `before`, and gives
    /// its id.
    pub async fn shown_trace(&self, before: &str) -> anyhow::Result<String> {
        let css = format!("#trace[data-state=complete]:not([data-trace-id='{before}'])");
        let panel = match self.find(&css).await {
            Ok(panel) => panel,
            Err(error) => {
                let told = "const { dataset, innerText } = document.querySelector('#trace'); \
                            return { ...dataset, text: innerText }";
                let told = self.run(told).await?;
                return Err(error.context(format!("the panel is {told:#}")));
            }
        };
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

    /// Gives the page a screen of this size, and a person who prefers light or dark.
    pub async fn emulate(&self, width: u32, height: u32, scheme: &str) -> anyhow::Result<()> {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await?;
        let scheme = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": [scheme] })).await?;
        Ok(())
    }

    /// Writes a picture of the whole page, what one has to scroll for included: its screen
    /// becomes as high as it is.
    pub async fn picture(&self, width: u32, scheme: &str, file: &Path) -> anyhow::Result<()> {
        let height = self.run("return document.documentElement.scrollHeight").await?;
        let height = height.as_u64().and_then(|height| u32::try_from(height).ok());
        self.emulate(width, height.context("the page has no height")?, scheme).await?;
        Ok(std::fs::write(file, self.client.screenshot().await?)?)
    }

    /// Ends the browser.
    pub async fn close(self) -> anyhow::Result<()> {
        Ok(self.client.close().await?)
    }
}
