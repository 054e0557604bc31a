//! `cargo xtask bench backend`: the release backend under wrk, in several settings that
//! take turns.

mod alone;
mod bars;
mod flask;
mod http;
mod losses;
mod report;
mod server;
mod sink;
mod startup;
mod table;
mod variant;

use std::path::PathBuf;

use anyhow::Result;
use postgres_fixture::{Durability, Postgres};

use super::wrk::{self, Request};
use crate::{process, workspace};
use flask::Flask;
use report::Report;
use server::Server;
use sink::Sinks;
use table::Table;
use variant::{BARE, COLLECTORS, FULL, GROUP_COMMIT, NONE, POSTGRES, SHARES, Variant};

/// Options of `cargo xtask bench backend`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Rounds per request; each measures every setting in turn
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 4)]
    seconds: u32,
    /// Leave out the comparison with Flask, which needs Python and its package index
    #[arg(long)]
    without_flask: bool,
    /// Write the report to docs/benchmarks/backend.md
    #[arg(long)]
    write: bool,
}

const GET: Request = Request::get("GET /api/tasks/{id}", "/api/tasks/50");
const LIST: Request = Request::get("GET /api/tasks, 100 tasks", "/api/tasks?limit=100");
const CREATE: Request =
    Request::post("POST /api/tasks", "/api/tasks", r#"{"title":"a task of the benchmark"}"#);

/// Connections that wrk keeps busy.
const CONNECTIONS: u32 = 16;

/// Where the programs and the servers around them are.
struct Bench {
    backend: PathBuf,
    bare: PathBuf,
    postgres: Postgres,
    sinks: Sinks,
    flask: Option<Flask>,
}

/// Builds, measures and reports; fails where a promise was not kept.
pub(crate) fn run(args: &Args) -> Result<()> {
    wrk::expect()?;
    let flask = (!args.without_flask).then(Flask::install).transpose()?;
    let build = ["build", "--release", "--locked", "-p", "backend", "--bins", "--examples"];
    process::run(process::cargo().args(build))?;
    let release = workspace::cargo_target()?.join("release");
    let bench = Bench {
        backend: release.join("backend"),
        bare: release.join("examples/bare"),
        postgres: Postgres::start(Durability::Synced)?,
        sinks: Sinks::start(&release.join("examples/otlp_sink"))?,
        flask,
    };
    let report = bench.report(args)?;
    super::publish("backend", &report, args.write)?;
    bars::of(&report).judge()
}

impl Bench {
    fn report(&self, args: &Args) -> Result<Report> {
        let write = |connections| self.measure(args, CREATE, load(connections), &GROUP_COMMIT);
        let losses = losses::measure(self, args.seconds)?;
        let half = wrk::Load { think_ms: losses.think_ms, ..load(CONNECTIONS) };
        Ok(Report {
            rounds: args.rounds,
            seconds: args.seconds,
            telemetry: self.measure_each(args, &[BARE, NONE, FULL])?,
            half: self.measure(args, GET, half, &[NONE, FULL])?,
            shares: self.measure(args, GET, load(CONNECTIONS), &SHARES)?,
            writes: [write(1)?, write(CONNECTIONS)?, write(64)?],
            postgres: self.measure_each(args, &POSTGRES)?,
            flask: self.flask.as_ref().map(|_| flask::measure(self, args)).transpose()?,
            collectors: self.measure(args, GET, load(CONNECTIONS), &COLLECTORS)?,
            losses,
            starts: startup::measure(self)?,
        })
    }

    /// A table for each kind of request.
    fn measure_each(&self, args: &Args, variants: &[Variant]) -> Result<[Table; 3]> {
        let measure = |request| self.measure(args, request, load(CONNECTIONS), variants);
        Ok([measure(GET)?, measure(LIST)?, measure(CREATE)?])
    }

    /// Starts every setting afresh and measures them in turn.
    fn measure(
        &self,
        args: &Args,
        request: Request,
        load: wrk::Load,
        variants: &[Variant],
    ) -> Result<Table> {
        let servers: Vec<Server> =
            variants.iter().map(|variant| self.start(variant)).collect::<Result<_>>()?;
        let mut table = Table::new(request.name, load, variants);
        for round in 0..=args.rounds {
            // The first round warms up and does not count.
            let seconds = if round == 0 { load.seconds } else { args.seconds };
            let load = wrk::Load { seconds, ..load };
            let turn = servers.iter().map(|server| server.measure(request, load));
            let turn = turn.collect::<Result<Vec<_>>>()?;
            if round > 0 {
                table.add(turn);
            }
        }
        for (place, server) in servers.iter().enumerate() {
            table.remember_memory(place, server.memory_kb()?);
        }
        println!("{table}");
        Ok(table)
    }

    /// A server in one setting, with a hundred tasks.
    fn start(&self, variant: &Variant) -> Result<Server> {
        let server = variant.start(self)?;
        server.fill(100)?;
        Ok(server)
    }
}

/// As many requests as so many connections get answered, for the time of a warm-up.
fn load(connections: u32) -> wrk::Load {
    wrk::Load { connections, seconds: 1, think_ms: 0 }
}
