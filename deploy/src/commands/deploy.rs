//! `deploy`: a checkout becomes what runs on a host.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::{plan, run, who};
use crate::arguments::Deploy;
use crate::checks::{self, Port, Wanted};
use crate::copy::Copy;
use crate::remote::{Begun, Remote, Session, Situation, Work};
use crate::report::{Facts, Report};
use crate::source::Source;

const STEPS: [&str; 6] = ["checks", "lock", "copy", "images", "start", "verify"];

/// How large a file of settings may be, in bytes.
const SETTINGS: u64 = 64 * 1024;

/// Does it, or says what it would do.
pub(crate) fn deploy(args: &Deploy) -> Result<()> {
    let remote = Remote::new(&args.target)?;
    if let Some(archive) = &args.images_from {
        fs::File::open(archive).with_context(|| format!("--images-from {}", archive.display()))?;
    }
    let settings = args.env_file.as_deref().map(read_settings).transpose()?;
    let source = Source::of(args.source.as_deref(), args.version.as_ref())?;
    let facts = Facts {
        command: "deploy",
        host: remote.host.to_string(),
        project: remote.project.to_string(),
        version: Some(source.version.to_string()),
        previous: None,
        current: None,
        checks: Vec::new(),
    };
    println!("{} to {}:{} as project {}", source.version, remote.host, remote.dir, remote.project);
    if source.untracked > 0 {
        println!("{} files are left out: git does not track them", source.untracked);
    }
    let mut report = Report::new(&STEPS, facts);
    let task = Task { args, remote, source, settings };
    let outcome = task.run(&mut report);
    report.write(args.run.json.as_deref(), &outcome)?;
    outcome
}

struct Task<'a> {
    args: &'a Deploy,
    remote: Remote,
    source: Source,
    settings: Option<String>,
}

impl Task<'_> {
    fn run(&self, report: &mut Report) -> Result<()> {
        report.step("checks", |facts| self.check(facts))?;
        if self.args.run.dry_run {
            return self.plan();
        }
        let (mut session, situation) = report.step("lock", |facts| self.lock(facts))?;
        report.step("copy", |_| self.copy(&mut session, &situation))?;
        run::finish(&self.remote, session, &self.args.run, report)
    }

    fn check(&self, facts: &mut Facts) -> Result<()> {
        let mut ports = checks::ports(&self.source.compose()?);
        for Port { variable, set, .. } in &mut ports {
            let value = self.settings.as_deref().and_then(|file| checks::settings(file, variable));
            *set = value.and_then(|value| value.parse().ok());
        }
        let Deploy { min_free, max_skew, .. } = *self.args;
        let wanted = Wanted { min_free_mib: min_free, max_skew, ports };
        facts.checks = checks::all(&self.remote, &wanted)?;
        checks::report(&facts.checks)
    }

    fn lock(&self, facts: &mut Facts) -> Result<(Session, Situation)> {
        let version = self.source.version.to_string();
        let archive = self.args.images_from.as_ref().map(|_| format!("{version}.tar"));
        let mut arguments = run::arguments(&self.args.run, "deploy");
        arguments.extend([
            ("version", version),
            ("revision", self.source.revision.clone()),
            ("archive", archive.unwrap_or_default()),
            ("who", who()),
        ]);
        let work = Work { arguments, wait: self.args.run.lock_wait };
        let Begun::Ready(session, situation) = Session::begin(&self.remote, &work)? else {
            bail!("{} has nothing to do, which a deployment always has", self.remote.host);
        };
        facts.previous.clone_from(&situation.current);
        facts.current.clone_from(&situation.current);
        println!(
            "  {} runs; {}",
            situation.current.as_deref().unwrap_or("no release"),
            match &situation.previous {
                Some(previous) => format!("if this fails, {previous} is started again"),
                None => "if this fails, there is none to go back to".to_owned(),
            }
        );
        Ok((session, situation))
    }

    fn copy(&self, session: &mut Session, situation: &Situation) -> Result<()> {
        // Each of these goes over a connection of its own, which does not know of the lock.
        if let Some(settings) = &self.settings {
            session.held()?;
            self.remote.call("settings", &[], settings.as_bytes(), SETTLED)?;
        }
        let version = &situation.version;
        let deadline = Instant::now() + self.args.copy_timeout;
        let copy = self.tree(situation.current.as_deref());
        session.held()?;
        if situation.compare {
            let differences = copy.differences(deadline)?;
            if let Some(first) = differences.first() {
                bail!(
                    "release {version} has run on {} with other files ({} differ, such as {}); \
                     what has run is never changed: give this one another --version",
                    self.remote.host,
                    differences.len(),
                    first.split_whitespace().last().unwrap_or_default()
                );
            }
            println!("  {version} is there already, with the same {} files", self.source.files());
        } else {
            copy.run(deadline)?;
        }
        if let Some(archive) = self.archive() {
            session.held()?;
            archive.run(deadline)?;
        }
        if !situation.compare {
            session.copied()?;
            println!("  {} files", self.source.files());
        }
        Ok(())
    }

    fn tree(&self, current: Option<&str>) -> Copy<'_> {
        let version = self.source.version.to_string();
        Copy::tree(
            &self.remote,
            self.source.path(),
            &version,
            current.filter(|link| *link != version),
        )
    }

    fn archive(&self) -> Option<Copy<'_>> {
        let archive = self.args.images_from.as_deref()?;
        Some(Copy::archive(&self.remote, archive, &self.source.version.to_string()))
    }

    fn plan(&self) -> Result<()> {
        let version = self.source.version.to_string();
        let mut local = vec![self.tree(Some("CURRENT")).shown()];
        local.extend(self.archive().map(|archive| archive.shown()));
        if self.args.env_file.is_some() {
            local.insert(0, format!("(the settings) > {}/shared/.env", self.remote.dir));
        }
        let archive = self.args.images_from.as_ref().map(|_| format!("{version}.tar"));
        let more = [("version", version), ("archive", archive.unwrap_or_default())];
        plan::print(&self.remote, &self.args.run, "deploy", &local, &more)
    }
}

/// How long the host may take to write its settings.
const SETTLED: Duration = Duration::from_mins(1);

fn read_settings(file: &Path) -> Result<String> {
    let shown = || format!("--env-file {}", file.display());
    let length = fs::metadata(file).with_context(shown)?.len();
    if length > SETTINGS {
        bail!("{}: {length} bytes are more than settings need", shown());
    }
    fs::read_to_string(file).with_context(shown)
}
