//! The steps, in the order in which one follows from the other.

mod action;
mod alert;
mod classics;
mod dashboards;
mod grafana;
mod health;
mod logs;
mod metrics;
mod trace;
mod traffic;

use crate::config::Config;
use crate::http::Http;
use crate::report::Report;

/// What every step needs.
pub(crate) struct Stack<'s> {
    pub(crate) config: &'s Config,
    pub(crate) http: &'s Http,
    /// Whether Grafana answers; it is the one program that may be absent.
    pub(crate) grafana: bool,
}

/// Goes through all of them; a failure ends what depends on it alone.
pub(crate) async fn run(config: &Config, http: &Http, report: &mut Report) {
    let grafana = health::check(config, http, report).await;
    let stack = Stack { config, http, grafana };
    if let Some(action) = action::perform(&stack, report).await {
        trace::check(&stack, &action, report).await;
        logs::check(&stack, &action, report).await;
        trace::check_panel(&stack, &action, report).await;
        action::tidy(&stack, &action, report).await;
    }
    metrics::check(&stack, report).await;
    let is_fed = traffic::check(&stack, report).await;
    alert::check(&stack, report).await;
    classics::check(&stack, report).await;
    dashboards::check(&stack, is_fed, report).await;
    grafana::check(&stack, report).await;
}
