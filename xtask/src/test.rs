//! `cargo xtask test`: every check, from the format to a click in a real browser.

mod apt;
mod delivery;
mod programs;
mod schemathesis;
mod slo;
mod stack;

use std::path::PathBuf;
use std::thread;

use anyhow::{Context, Result};
use clap::ValueEnum;
use postgres_fixture::{Durability, Postgres};

use crate::steps::{self, Step};
use crate::{frontend, lint, npm, process, workspace};

/// What the page's accessibility and speed are judged with, and Google's library whose
/// values the tracer's must equal. Lighthouse 13 wants a newer Node than Debian has.
const PACKAGES: [&str; 3] = ["axe-core@4.14.1", "lighthouse@12.8.2", "web-vitals@6.2.3"];

/// Options of `cargo xtask test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Run one part alone
    #[arg(long, value_name = "PART")]
    only: Option<Part>,
    /// Write what became of each step as `JUnit` XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// A part that makes sense by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// What `cargo xtask lint` checks
    Lint,
    /// The tests of every crate but `e2e`
    Unit,
    /// The rules and routes of alerts
    Slo,
    /// The compose stack's files, as far as the programs that read them are here
    Stack,
    /// The pipeline, run by Groovy, and the target host's files
    Delivery,
    /// Browser, proxy and alerts, with the real servers
    E2e,
}

/// Runs the checks in order and stops at the first that fails.
pub(crate) fn run(args: &Args) -> Result<()> {
    let steps = match args.only {
        Some(Part::Lint) => lint::checks(),
        Some(Part::Unit) => vec![programs(), unit()],
        Some(Part::Slo) => vec![programs(), slo()],
        Some(Part::Stack) => vec![stack()],
        Some(Part::Delivery) => vec![programs(), delivery()],
        Some(Part::E2e) => vec![programs(), frontend(), backend(), e2e()],
        None => {
            let mut steps = vec![programs()];
            steps.extend(lint::checks());
            steps.extend([slo(), stack(), delivery(), frontend(), unit(), backend(), e2e()]);
            steps
        }
    };
    steps::run_with_summary(steps, args.junit.as_deref())
}

pub(crate) fn programs() -> Step {
    Step::new("programs", || {
        let missing = programs::missing_packages(programs::is_here);
        if missing.is_empty() { Ok(()) } else { apt::install(&missing) }
    })
}

fn slo() -> Step {
    Step::new("alerts", slo::check)
}

fn stack() -> Step {
    Step::new("stack", stack::check)
}

fn delivery() -> Step {
    Step::new("delivery", delivery::check)
}

fn frontend() -> Step {
    Step::new("frontend", || {
        frontend::fetch_optimiser()?;
        frontend::run(&frontend::Args::default())
    })
}

/// The API's tests run once more on PostgreSQL; those of the store always use both.
fn unit() -> Step {
    Step::new("unit tests", || {
        let schemathesis = schemathesis::program()?;
        let promtool = process::find_program("promtool").context("promtool is not installed")?;
        let postgres = Postgres::start(Durability::None)?;
        let cargo = |arguments: &[&str]| {
            let mut cargo = process::cargo();
            cargo.args(arguments).arg("--locked").env("LAB_TEST_POSTGRES_URL", postgres.url());
            cargo.env("LAB_SCHEMATHESIS", &schemathesis).env("LAB_PROMTOOL", &promtool);
            cargo.env("RUST_TEST_THREADS", test_threads());
            cargo
        };
        process::run(&mut cargo(&["test", "--no-fail-fast", "--workspace", "--exclude", "e2e"]))?;
        let mut again = cargo(&["test", "--package", "backend", "--test", "api"]);
        process::run(again.env("LAB_TEST_ENGINE", "postgres"))
    })
}

/// Twice the processors: the slow tests mostly wait for a process or a deadline.
fn test_threads() -> String {
    thread::available_parallelism().map_or(4, |processors| 2 * processors.get()).to_string()
}

fn backend() -> Step {
    let build = ["build", "--package", "backend", "--package", "loadgen", "--locked"];
    Step::new("backend", move || cargo(&build))
}

/// The browser's tests run once more behind Nginx and on PostgreSQL.
fn e2e() -> Step {
    Step::new("end-to-end tests", || {
        let postgres = Postgres::start(Durability::None)?;
        let backend = workspace::program("backend", "debug")?;
        let loadgen = workspace::program("loadgen", "debug")?;
        let packages = npm::packages("test", &PACKAGES)?;
        let cargo = |arguments: &[&str]| {
            let mut cargo = process::cargo();
            cargo.args(["test", "--no-fail-fast", "--package", "e2e", "--locked"]).args(arguments);
            cargo.env("LAB_BACKEND_BIN", &backend);
            cargo.env("LAB_LOADGEN_BIN", &loadgen);
            cargo.env("LAB_ASSETS_DIR", frontend::default_out());
            cargo.env("LAB_NPM_DIR", &packages);
            cargo.env("LAB_TEST_POSTGRES_URL", postgres.url());
            cargo
        };
        process::run(&mut cargo(&[]))?;
        process::run(cargo(&["--test", "browser"]).env("LAB_TEST_STACK", "compose"))
    })
}

fn cargo(arguments: &[&str]) -> Result<()> {
    process::run(process::cargo().args(arguments))
}
