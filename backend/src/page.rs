//! The pages as the server renders them, and the parts of them that the app fetches anew.

pub(crate) mod alerts;
pub(crate) mod panel;
pub(crate) mod tasks;

use api_types::simulate::DELAY_MAX_SECONDS;
use api_types::{Problem, limits, routes};
use askama::Template;

use crate::assets::Assets;
use crate::links::Link;
use crate::state::AppState;
use alerts::AlertBanner;
use panel::Panel;
use tasks::TaskView;

/// The task manager.
#[derive(Debug, Template)]
#[template(path = "page.html")]
pub(crate) struct Page {
    tasks: TaskView,
    panel: Panel,
    alerts: AlertBanner,
    links: Vec<Link>,
    traceparent: Option<String>,
    sample_ratio: f64,
    script: Option<String>,
    wasm: Option<String>,
    stylesheet: Option<String>,
    favicon: Option<String>,
    error: Option<String>,
    title_value: String,
    description_value: String,
    version: &'static str,
}

/// A plain form that was refused, and what had been typed into it.
#[derive(Debug, Default)]
pub(crate) struct Refused {
    pub(crate) error: String,
    pub(crate) title: String,
    pub(crate) description: String,
}

impl Page {
    /// The page for a view of the tasks.
    pub(crate) fn new(
        tasks: TaskView,
        alerts: AlertBanner,
        links: Vec<Link>,
        traceparent: Option<String>,
        refused: Option<Refused>,
        state: &AppState,
    ) -> Self {
        let assets = &state.assets;
        let error = refused.as_ref().map(|refused| refused.error.clone());
        let Refused { title, description, .. } = refused.unwrap_or_default();
        Self {
            tasks,
            panel: Panel::idle(),
            alerts,
            links,
            traceparent,
            sample_ratio: state.sample_ratio,
            script: assets.url("app.js"),
            wasm: assets.url("app.wasm"),
            stylesheet: assets.url("app.css"),
            favicon: assets.url("favicon.svg"),
            error,
            title_value: title,
            description_value: description,
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// One trace on a page of its own.
#[derive(Debug, Template)]
#[template(path = "trace-page.html")]
pub(crate) struct TracePage {
    trace_id: String,
    panel: Panel,
    links: Vec<Link>,
    stylesheet: Option<String>,
    favicon: Option<String>,
}

impl TracePage {
    /// The page for `panel`.
    pub(crate) fn new(panel: Panel, links: Vec<Link>, assets: &Assets) -> Self {
        let (stylesheet, favicon) = (assets.url("app.css"), assets.url("favicon.svg"));
        Self { trace_id: panel.trace_id().to_owned(), panel, links, stylesheet, favicon }
    }
}

/// An error as a person reads it who opened the address in a browser.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub(crate) struct ProblemPage<'p> {
    problem: &'p Problem,
    stylesheet: Option<String>,
    favicon: Option<String>,
}

impl<'p> ProblemPage<'p> {
    /// The page for `problem`.
    pub(crate) fn new(problem: &'p Problem, assets: &Assets) -> Self {
        Self { problem, stylesheet: assets.url("app.css"), favicon: assets.url("favicon.svg") }
    }
}
