//! The page as the server renders it.

use api_types::Problem;
use api_types::task::{Stats, Task, TaskList};
use askama::Template;

use crate::assets::Assets;

/// What the template shows.
#[derive(Debug, Template)]
#[template(path = "page.html")]
pub(crate) struct Page {
    tasks: Vec<Task>,
    stats: Stats,
    next: Option<String>,
    traceparent: Option<String>,
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
    /// The page for `list`.
    pub(crate) fn new(
        list: TaskList,
        traceparent: Option<String>,
        refused: Option<Refused>,
        assets: &Assets,
    ) -> Self {
        let error = refused.as_ref().map(|refused| refused.error.clone());
        let Refused { title, description, .. } = refused.unwrap_or_default();
        Self {
            tasks: list.tasks,
            stats: list.stats,
            next: list.next,
            traceparent,
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

    /// Renders it; every text is escaped.
    pub(crate) fn html(&self) -> askama::Result<String> {
        self.render()
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

    /// Renders it; every text is escaped.
    pub(crate) fn html(&self) -> askama::Result<String> {
        self.render()
    }
}
