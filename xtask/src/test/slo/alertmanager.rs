//! amtool on the routes, the channels and what people read.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::tools::{Tools, Version};
use crate::{process, workspace};

/// The first release whose webhooks read their address from a file.
const HEARTBEAT: Version = Version::new(0, 26);

/// Labels, and the receivers that an alert with them reaches.
const ROUTES: [(&[&str], &str); 5] = [
    (&["alertname=HighErrorRate", "severity=page"], "lab,slack,email"),
    (&["alertname=DatabaseSlow", "severity=ticket"], "lab,slack"),
    (&["alertname=HostRestarted", "severity=info"], "lab"),
    (&["alertname=SomethingElse"], "lab"),
    (&["alertname=Watchdog", "severity=info"], "heartbeat"),
];

/// Files that switch channels on. Contents that YAML would stumble over among them.
const SLACK: &[(&str, &str)] = &[("slack_url", "https://slack.test/hook")];
const EMAIL: &[(&str, &str)] = &[
    ("email_to", "ops@lab.test"),
    ("email_from", "\"The lab: it's alive\" <lab@lab.test>"),
    ("email_smarthost", "mail.lab.test:587"),
    ("email_username", "o'neil: #1"),
    ("email_password", "hunter2"),
];
const PULSE: &[(&str, &str)] = &[("heartbeat_url", "https://pulse.test/lab")];

pub(super) fn check(tools: &Tools) -> Result<()> {
    let source = workspace::root().join("compose/alertmanager");
    let config = source.join("alertmanager.yml");
    process::capture(tools.amtool().arg("check-config").arg(&config))?;
    maintenance(tools, &config)?;
    for (labels, expected) in ROUTES {
        let mut test = tools.amtool();
        test.args(["config", "routes", "test", "--config.file"]).arg(&config).args(labels);
        let reached = process::capture(&mut test)?;
        ensure!(reached.trim() == expected, "{labels:?} reach {}, not {expected}", reached.trim());
    }
    for channels in [&[][..], &[SLACK], &[EMAIL], &[SLACK, EMAIL], &[SLACK, EMAIL, PULSE]] {
        if !channels.contains(&PULSE) || tools.amtool_version >= HEARTBEAT {
            channels_start(tools, &source, &channels.concat())?;
        }
    }
    texts(tools, &source)
}

/// The window of the example is a configuration too, once somebody wants it.
fn maintenance(tools: &Tools, config: &Path) -> Result<()> {
    const OFF: &str = "# mute_time_intervals: [maintenance]";
    let text = fs::read_to_string(config).context("could not read alertmanager.yml")?;
    ensure!(text.contains(OFF), "alertmanager.yml has no example of a maintenance window");
    let folder = workspace::target().join("slo-check");
    fs::create_dir_all(&folder).context("could not make a folder")?;
    let file = folder.join("maintenance.yml");
    let templates = config.with_file_name("templates");
    let on = text
        .replace(OFF, OFF.trim_start_matches("# "))
        .replace("- templates/", &format!("- {}/", templates.display()));
    fs::write(&file, on).context("could not write the configuration")?;
    process::capture(tools.amtool().arg("check-config").arg(&file)).map(drop)
}

/// What `start.sh` makes of these secrets is a configuration, with them in it.
fn channels_start(tools: &Tools, source: &Path, secrets: &[(&str, &str)]) -> Result<()> {
    let folder = workspace::target().join("slo-check/secrets");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("could not remove the last run's secrets")?;
    }
    fs::create_dir_all(&folder).context("could not make a folder")?;
    for (name, content) in secrets {
        // Editors end the last line, shells may not.
        let end = if name.len() % 2 == 0 { "\n" } else { "" };
        fs::write(folder.join(name), format!("{content}{end}")).context("could not write")?;
    }
    let mut start = Command::new("sh");
    start.arg(source.join("start.sh")).arg("--print").env("LAB_ALERT_SECRETS", &folder);
    let rendered = process::capture(start.env("LAB_ALERT_WEBHOOK", "http://lab.test/hook"))?;
    for wanted in secrets.iter().filter(|(name, _)| name.starts_with("email_")) {
        let inline = *wanted != ("email_password", "hunter2");
        ensure!(rendered.contains(wanted.1) == inline, "{wanted:?} in\n{rendered}");
    }
    ensure!(rendered.contains("- url: http://lab.test/hook"), "no webhook in\n{rendered}");
    let file = folder.with_file_name("alertmanager.yml");
    fs::write(&file, rendered).context("could not write alertmanager.yml")?;
    process::capture(tools.amtool().arg("check-config").arg(&file)).map(drop)
}

const NOTIFICATION: &str = r#"{
  "status": "firing", "receiver": "email",
  "groupLabels": { "alertname": "BackendDown", "service": "task-backend" },
  "commonLabels": { "alertname": "BackendDown", "service": "task-backend", "severity": "page" },
  "commonAnnotations": {},
  "alerts": [
    { "status": "firing", "startsAt": "2026-01-31T12:00:00Z", "endsAt": "0001-01-01T00:00:00Z",
      "labels": { "alertname": "BackendDown", "instance": "<b:1>" },
      "annotations": { "summary": "The backend <b:1> does not answer", "description": "Since then.",
        "runbook_url": "docs/runbooks/BackendDown.md", "dashboard_url": "/d/lab-backend" } },
    { "status": "resolved", "startsAt": "2026-01-31T11:00:00Z", "endsAt": "2026-01-31T11:30:00Z",
      "labels": { "alertname": "BackendDown", "instance": "b:2" },
      "annotations": { "summary": "The backend b:2 does not answer" } }
  ]
}"#;

/// Subject, Slack text and e-mail of a notification.
fn texts(tools: &Tools, source: &Path) -> Result<()> {
    let data = workspace::target().join("slo-check/notification.json");
    fs::write(&data, NOTIFICATION).context("could not write the notification")?;
    let render = |template: &str, kind: &str| {
        let mut render = tools.amtool();
        render.args(["template", "render", "--template.type", kind, "--template.data"]).arg(&data);
        render.arg("--template.glob").arg(source.join("templates/*.tmpl"));
        process::capture(
            render.args(["--template.text", &format!("{{{{ template {template:?} . }}}}")]),
        )
    };
    let subject = render("lab.subject", "text")?;
    ensure!(subject == "[FIRING 1] PAGE BackendDown (task-backend)", "the subject is {subject:?}");
    let slack = render("lab.slack.text", "text")?;
    ensure!(
        slack.starts_with(
            "*The backend <b:1> does not answer*\nSince then.\nSince 2026-01-31 12:00:00 UTC · \
             runbook: docs/runbooks/BackendDown.md · dashboard: /d/lab-backend\n\
             *Over: The backend b:2 does not answer*\n"
        ),
        "Slack's text is {slack}"
    );
    let email = render("lab.email.html", "html")?;
    for wanted in [
        "<h2>The backend &lt;b:1&gt; does not answer</h2>",
        "<h2>Over: The backend b:2 does not answer</h2>",
        "<li>instance: &lt;b:1&gt;</li>",
        "until 2026-01-31 11:30:00 UTC",
    ] {
        ensure!(email.contains(wanted), "no {wanted} in {email}");
    }
    Ok(())
}
