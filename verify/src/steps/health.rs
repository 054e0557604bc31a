//! Does every program answer, and does the front door hide what is behind it?

use crate::config::Config;
use crate::http::{Http, until};
use crate::report::Report;

/// Gives whether Grafana is there.
pub(crate) async fn check(config: &Config, http: &Http, report: &mut Report) -> bool {
    for (program, base, path) in [
        ("frontend", &config.base, "/healthz"),
        ("backend", &config.base, "/ready"),
        ("otel-collector", &config.collector, "/"),
        ("tempo", &config.tempo, "/ready"),
        ("loki", &config.loki, "/ready"),
        ("prometheus", &config.prometheus, "/-/ready"),
        ("alertmanager", &config.alertmanager, "/-/ready"),
    ] {
        let url = format!("{base}{path}");
        let look = || async { expect(http, &url, 200).await };
        let step = format!("{program} is ready");
        report.check(&step, "200", until(config.patience(), look)).await;
    }
    for path in ["/metrics", "/internal/alerts", "/stub_status"] {
        let url = format!("{}{path}", config.base);
        let step = format!("{path} is hidden");
        report.check(&step, "404 from the front door", expect(http, &url, 404)).await;
    }
    let url = format!("{}/api/health", config.grafana);
    let step = "grafana is ready";
    match http.status(&url).await {
        Ok(200) => report.check(step, "200", async { Ok("200".to_owned()) }).await,
        Ok(other) => report.check(step, "200", async { Err(format!("{other} from {url}")) }).await,
        Err(failure) => {
            report.leave_out(step, "200", &failure);
            false
        }
    }
}

async fn expect(http: &Http, url: &str, status: u16) -> Result<String, String> {
    match http.status(url).await? {
        seen if seen == status => Ok(seen.to_string()),
        seen => Err(format!("{seen} from {url}")),
    }
}
