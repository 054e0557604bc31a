//! `rollback`: a release that is on the host runs again.

use anyhow::Result;

use super::{plan, run, who};
use crate::arguments::Rollback;
use crate::checks;
use crate::remote::{Begun, Remote, Session, Work};
use crate::report::{Facts, Report};

const STEPS: [&str; 5] = ["checks", "lock", "images", "start", "verify"];

/// Does it, or says what it would do.
pub(crate) fn rollback(args: &Rollback) -> Result<()> {
    let remote = Remote::new(&args.target)?;
    let facts = Facts {
        command: "rollback",
        host: remote.host.to_string(),
        project: remote.project.to_string(),
        version: args.to.as_ref().map(ToString::to_string),
        previous: None,
        current: None,
        checks: Vec::new(),
    };
    println!("rollback on {}:{}, project {}", remote.host, remote.dir, remote.project);
    let mut report = Report::new(&STEPS, facts);
    let outcome = go_back(args, &remote, &mut report);
    report.write(args.run.json.as_deref(), &outcome)?;
    outcome
}

fn go_back(args: &Rollback, remote: &Remote, report: &mut Report) -> Result<()> {
    report.step("checks", |facts| {
        facts.checks = checks::programs(remote)?;
        checks::report(&facts.checks)
    })?;
    let to = args.to.as_ref().map(ToString::to_string).unwrap_or_default();
    if args.run.dry_run {
        return plan::print(remote, &args.run, "rollback", &[], &[("version", to)]);
    }
    let from = args.from.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut arguments = run::arguments(&args.run, "rollback");
    arguments.extend([("version", to), ("only_from", from), ("who", who())]);
    let work = Work { arguments, wait: args.run.lock_wait };
    let begun = report.step("lock", |facts| {
        let begun = Session::begin(remote, &work)?;
        match &begun {
            Begun::Ready(_, situation) => {
                facts.version = Some(situation.version.clone());
                facts.previous.clone_from(&situation.current);
                println!(
                    "  from {} to {}",
                    situation.current.as_deref().unwrap_or("nothing"),
                    situation.version
                );
            }
            Begun::Nothing { current } => facts.current.clone_from(current),
        }
        Ok(begun)
    })?;
    match begun {
        Begun::Ready(session, _) => run::finish(remote, session, &args.run, report),
        Begun::Nothing { current } => {
            let current = current.as_deref().unwrap_or("no release");
            println!("nothing to do: {current} runs, not the one that is to be left");
            Ok(())
        }
    }
}
