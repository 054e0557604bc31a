//! `cargo xtask bench backend`: the release backend under wrk, in several settings that
//! take turns.

mod bars;
mod http;
mod losses;
mod report;
mod server;
mod startup;
mod table;
mod variant;

use std::path::PathBuf;

use anyhow::Result;
use postgres_fixture::{Durability, Postgres};

use super::wrk::{self, Request};
use crate::{process, workspace};
use report::Report;
use server::Server;
use table::Table;
use variant::{BARE, FULL, GROUP_COMMIT, NONE, POSTGRES, SHARES, Variant};

/// Options of `cargo xtask bench backend`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Rounds per request; each measures every setting in turn
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 4)]
    seconds: u32,
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
    sink: Server,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    wrk::expect()?;
    let build = ["build", "--release", "--locked", "-p", "backend", "--bins", "--examples"];
    process::run(process::cargo().args(build))?;
    let release = workspace::cargo_target()?.join("release");
    let bench = Bench {
        backend: release.join("backend"),
        bare: release.join("examples/bare"),
        postgres: Postgres::start(Durability::Synced)?,
        sink: Server::sink(&release.join("examples/otlp_sink"))?,
    };
    let report = bench.report(args)?;
    super::publish("backend", &report, args.write)
}

impl Bench {
    fn report(&self, args: &Args) -> Result<Report> {
        let telemetry = [BARE, NONE, FULL];
        Ok(Report {
            rounds: args.rounds,
            seconds: args.seconds,
            telemetry: [GET, LIST, CREATE]
                .into_iter()
                .map(|request| self.measure(args, request, CONNECTIONS, &telemetry))
                .collect::<Result<_>>()?,
            shares: self.measure(args, GET, CONNECTIONS, &SHARES)?,
            writes: [1, CONNECTIONS, 64]
                .into_iter()
                .map(|connections| self.measure(args, CREATE, connections, &GROUP_COMMIT))
                .collect::<Result<_>>()?,
            postgres: [GET, LIST, CREATE]
                .into_iter()
                .map(|request| self.measure(args, request, CONNECTIONS, &POSTGRES))
                .collect::<Result<_>>()?,
            losses: losses::measure(self, args.seconds)?,
            starts: startup::measure(self)?,
        })
    }

    /// Starts every setting afresh and measures them in turn.
    fn measure(
        &self,
        args: &Args,
        request: Request,
        connections: u32,
        variants: &[Variant],
    ) -> Result<Table> {
        let servers: Vec<Server> =
            variants.iter().map(|variant| self.start(variant)).collect::<Result<_>>()?;
        let mut table = Table::new(request.name, connections, variants);
        for round in 0..=args.rounds {
            // The first round warms up and does not count.
            let seconds = if round == 0 { 1 } else { args.seconds };
            let load = wrk::Load { connections, seconds, think_ms: 0 };
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
