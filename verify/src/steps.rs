//! The steps, in the order in which one follows from the other.

mod action;
mod alert;
mod classics;
mod dashboards;
mod exceptions;
mod grafana;
mod graph;
mod health;
mod logs;
mod metrics;
#[cfg(test)]
mod stand_in;
mod trace;
mod traffic;

use std::time::Instant;

use time::OffsetDateTime;

use crate::config::Config;
use crate::http::Http;
use crate::report::Report;

/// What every step needs.
pub(crate) struct Stack<'s> {
    pub(crate) config: &'s Config,
    pub(crate) http: &'s Http,
    /// When the check began.
    pub(crate) start: OffsetDateTime,
}

impl Stack<'_> {
    /// When patience with what is looked for from now on ends.
    fn patience(&self) -> Instant {
        Instant::now() + self.config.patience()
    }
}

/// Goes through all of them; a failure ends what depends on it alone.
pub(crate) async fn run(config: &Config, http: &Http, report: &mut Report) {
    let stack = Stack { config, http, start: OffsetDateTime::now_utc() };
    health::check(&stack, report).await;
    let edges = graph::before(&stack, report).await;
    let action = action::perform(&stack, report).await;
    trace::check(&stack, &action, report).await;
    logs::check(&stack, &action, report).await;
    trace::check_panel(&stack, &action, report).await;
    metrics::check(&stack, report).await;
    graph::check(&stack, &edges, report).await;
    let is_fed = traffic::check(&stack, report).await;
    alert::check(&stack, report).await;
    classics::check(&stack, is_fed, report).await;
    dashboards::check(&stack, is_fed, report).await;
    grafana::check(&stack, report).await;
}
