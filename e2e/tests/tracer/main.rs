//! The browser's tracer: what reaches the intake, by value.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod events;
mod fetch;
mod hostile;
mod leave;
mod load;
mod outbox;
mod route;
mod sampling;
mod session;
mod tabs;
mod vitals;

use e2e::browser::Browser;
use e2e::front::Front;
use e2e::lab::Lab;

/// The lab behind a recording server, and a browser that has opened it.
struct Stage {
    front: Front,
    lab: Lab,
    browser: Browser,
}

impl Stage {
    async fn open() -> Self {
        let stage = Self::set(&[]).await;
        stage.browser.open(&stage.front.url).await.unwrap();
        stage
    }

    /// The same before the page is opened, with variables for the lab.
    async fn set(vars: &[(&str, &str)]) -> Self {
        let lab = Lab::start_with(vars).await.unwrap();
        let front = Front::start(Some(&lab.url)).unwrap();
        let browser = Browser::start().await.unwrap();
        Self { front, lab, browser }
    }

    /// Adds a task as a person does.
    async fn add(&self, title: &str) {
        self.browser.enter("#title", title).await.unwrap();
        self.browser.click("#task-form button[type=submit]").await.unwrap();
    }

    /// Runs a script of the page's own origin: of others, and of the driver's, a browser
    /// tells errors without their text.
    async fn run_own(&self, script: &str) {
        self.front.add("/own.js", "text/javascript", script.to_owned());
        self.browser.run("return import('/own.js').then(() => 0)").await.unwrap();
    }

    async fn close(self) {
        self.browser.close().await.unwrap();
    }
}
