//! An alert's way to the page and back.

use reqwest::Method;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::Stack;
use crate::http::{Failure, until};
use crate::need::Need;
use crate::report::Report;

const NAME: &str = "DeploymentCheck";
const NEEDS: [Need; 3] = [Need::Alertmanager, Need::Frontend, Need::Backend];

/// A test alert reaches the backend, and its end does too.
pub(crate) async fn check(stack: &Stack<'_>, report: &mut Report) {
    let run = Uuid::new_v4().simple().to_string();
    let (run, start) = (run.as_str(), OffsetDateTime::now_utc());
    let fires = report
        .check("a test alert reaches the page", "in GET /api/alerts", &NEEDS, async {
            tell(stack, run, start, start + time::Duration::minutes(5)).await?;
            let look = || async {
                if shown(stack, run).await? {
                    Ok(String::new())
                } else {
                    Err("not there".to_owned())
                }
            };
            until(stack.patience(), look).await
        })
        .await;
    if !fires {
        return;
    }
    report
        .check("its end reaches the page", "no longer in GET /api/alerts", &NEEDS, async {
            tell(stack, run, start, OffsetDateTime::now_utc()).await?;
            let look = || async {
                if shown(stack, run).await? {
                    Err("still there".to_owned())
                } else {
                    Ok(String::new())
                }
            };
            until(stack.patience(), look).await
        })
        .await;
}

async fn tell(
    stack: &Stack<'_>,
    run: &str,
    start: OffsetDateTime,
    end: OffsetDateTime,
) -> Result<(), Failure> {
    let time = |time: OffsetDateTime| time.format(&Rfc3339).map_err(|error| error.to_string());
    let alert = json!([{
        "labels": { "alertname": NAME, "severity": "info", "service": "verify", "run": run },
        "annotations": {
            "summary": "The deployment check tries the way of alerts",
            "description": "It ends by itself.",
        },
        "startsAt": time(start)?,
        "endsAt": time(end)?,
    }]);
    let url = format!("{}/api/v2/alerts", stack.config.alertmanager);
    stack.http.send(Method::POST, &url, &[], &alert).await.map(drop)
}

async fn shown(stack: &Stack<'_>, run: &str) -> Result<bool, Failure> {
    let answer = stack.http.json(&format!("{}/api/alerts", stack.config.base)).await?;
    let is_it = |alert: &Value| alert["name"] == NAME && alert["labels"]["run"] == run;
    Ok(answer["alerts"].as_array().into_iter().flatten().any(is_it))
}
