//! Does every program answer, and does the front door hide what is behind it?

use super::Stack;
use crate::http::{Http, until};
use crate::need::Need;
use crate::report::Report;

/// Programs, by which of their paths they tell. What one of them is asked through comes
/// before it.
const PROGRAMS: [(Need, &[Need], &str); 8] = [
    (Need::Frontend, &[], "/healthz"),
    (Need::Backend, &[Need::Frontend], "/ready"),
    (Need::Collector, &[], "/"),
    (Need::Tempo, &[], "/ready"),
    (Need::Loki, &[], "/ready"),
    (Need::Prometheus, &[], "/-/ready"),
    (Need::Alertmanager, &[], "/-/ready"),
    (Need::Grafana, &[], "/api/health"),
];
const HIDDEN: [&str; 3] = ["/metrics", "/internal/alerts", "/stub_status"];

/// Notes what later steps have to do without. All programs together have one patience.
pub(crate) async fn check(stack: &Stack<'_>, report: &mut Report) {
    let by = stack.patience();
    for (program, needs, path) in PROGRAMS {
        let step = format!("{} is ready", program.name());
        if program == Need::Grafana && stack.config.without_grafana {
            report.leave_out(&step, "200", "it was said not to run here");
            continue;
        }
        let url = format!("{}{path}", base(stack, program));
        let look = || async { expect(stack.http, &url, 200).await };
        if !report.check(&step, "200", needs, until(by, look)).await {
            report.lose(program, "is not ready");
        }
    }
    for path in HIDDEN {
        let url = format!("{}{path}", stack.config.base);
        let step = format!("{path} is hidden");
        let look = expect(stack.http, &url, 404);
        report.check(&step, "404 from the front door", &[Need::Frontend], look).await;
    }
}

fn base<'s>(stack: &Stack<'s>, program: Need) -> &'s str {
    let config = stack.config;
    match program {
        Need::Collector => &config.collector,
        Need::Tempo => &config.tempo,
        Need::Loki => &config.loki,
        Need::Prometheus => &config.prometheus,
        Need::Alertmanager => &config.alertmanager,
        Need::Grafana => &config.grafana,
        Need::Frontend | Need::Backend | Need::Click | Need::Traffic => &config.base,
    }
}

async fn expect(http: &Http, url: &str, status: u16) -> Result<String, String> {
    match http.status(url).await? {
        seen if seen == status => Ok(seen.to_string()),
        seen => Err(format!("{seen} from {url}")),
    }
}
