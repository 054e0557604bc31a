//! Grafana, where it runs.

use super::Stack;
use crate::need::Need;
use crate::report::Report;

const SOURCES: [&str; 3] = ["prometheus", "tempo", "loki"];

/// Its data sources reach what they name.
pub(crate) async fn check(stack: &Stack<'_>, report: &mut Report) {
    let base = &stack.config.grafana;
    for uid in SOURCES {
        let step = format!("Grafana's data source {uid} works");
        if stack.config.without_grafana {
            report.leave_out(&step, "status OK", "Grafana was said not to run here");
            continue;
        }
        let url = format!("{base}/api/datasources/uid/{uid}/health");
        report
            .check(&step, "status OK", &[Need::Grafana], async {
                let answer = stack.http.json(&url).await?;
                let message = answer["message"].as_str().unwrap_or_default().to_owned();
                if answer["status"] == "OK" { Ok(message) } else { Err(answer.to_string()) }
            })
            .await;
    }
}
