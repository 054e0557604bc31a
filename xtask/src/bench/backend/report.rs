//! docs/benchmarks/backend.md.

use std::fmt;

use super::flask::Comparison;
use super::losses::Losses;
use super::startup::Starts;
use super::table::Table;
use super::{bars, sink};

/// Everything that a run measured.
pub(crate) struct Report {
    pub(crate) rounds: usize,
    pub(crate) seconds: u32,
    pub(crate) telemetry: [Table; 3],
    /// None and full at about half of what full can do.
    pub(crate) half: Table,
    pub(crate) shares: Table,
    pub(crate) writes: [Table; 3],
    pub(crate) postgres: [Table; 3],
    /// `None` where it was to be left out.
    pub(crate) flask: Option<Comparison>,
    pub(crate) collectors: Table,
    pub(crate) losses: Losses,
    pub(crate) starts: Starts,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let processors = std::thread::available_parallelism().map_or(0, usize::from);
        write!(
            f,
            "# What the backend costs

`cargo xtask bench backend --write` made this on {processors} processors, which the servers, the \
OTLP sink, PostgreSQL and wrk shared: {} rounds of {} s, the settings in turn, each with a fresh \
database of 100 tasks; medians. Absolute rates are the machine's. A ratio is the median of the \
rounds' ratios to the table's first row. CPU is the server process's own, PostgreSQL's is not in \
it. MB is resident memory after the load.

- **bare**: the same statements and answers on axum and sqlx, one transaction per write on a pool \
of 8; sqlx's pool and the C library's allocator as they come (`backend/examples/bare.rs`).
- **none**: the server with `OTEL_SDK_DISABLED=true RUST_LOG=off`; Prometheus metrics, limits, \
error bodies and security headers stay.
- **full**: every trace sampled, JSON log lines into a file, the in-process trace store, spans and \
log records over OTLP/HTTP to a sink that the command starts (`backend/examples/otlp_sink.rs`).

SQLite and PostgreSQL sync at every commit.

## Bars
{}
What keeps a missed bar from being met is in [the profile](backend-profile.md).

## Telemetry
",
            self.rounds,
            self.seconds,
            bars::of(self)
        )?;
        section(f, &self.telemetry)?;
        writeln!(f, "\nAt half of what full can do:\n\n{}", self.half)?;
        writeln!(f, "\n## Each signal's share\n\n{}", self.shares)?;
        writeln!(f, "## Durable writes on SQLite")?;
        section(f, &self.writes)?;
        writeln!(f, "\n## PostgreSQL")?;
        section(f, &self.postgres)?;
        self.flask(f)?;
        write!(
            f,
            "
## A collector that fails

Full telemetry, to a collector that answers, to a port where nothing listens, to one that takes \
what is sent and never answers, and to one that answers after {} s. What is not taken in time is \
dropped and counted, never waited for.

{}",
            sink::SLOW,
            self.collectors
        )?;
        let Losses { saturation, held, requests, spans, log_records, dropped, .. } = &self.losses;
        let [at_half, at_saturation] = dropped;
        write!(
            f,
            "
## Losses
{} at {held:.0} req/s, {:.0} % of the {saturation:.0} req/s of saturation: {requests} requests made \
{} spans and {requests} log records; {spans} spans and {log_records} log records arrived at the \
sink; the server counted {at_half} as lost, and {at_saturation} at saturation before.

## Start and rest
Start to ready: {} ms (median of 7). Memory at rest: {} MB.
",
            super::GET.name,
            100.0 * held / saturation,
            2 * requests,
            self.starts.ready.as_millis(),
            self.starts.idle_kb / 1024,
        )
    }
}

impl Report {
    fn flask(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n## Beside Flask\n")?;
        let Some(Comparison { tables, alone }) = &self.flask else {
            return writeln!(f, "Left out (`--without-flask`).");
        };
        writeln!(
            f,
            "The same rows on the same PostgreSQL, which syncs at every commit: a Flask \
application with SQLAlchemy and psycopg2 on gunicorn, 2 workers of 4 threads \
(`xtask/src/bench/backend/flask`), and the server. Both with spans and log records over OTLP/HTTP \
to the same sink, a JSON line per request and Prometheus metrics, and eight connections to the \
database at most; before the measurement, the command compares their answers and sees their \
telemetry arrive. Flask's answers have no counts, which the server's list has. Flask's CPU and MB \
are those of its master and workers; MB is proportional memory (PSS) there, in which a page that \
they share counts once, and resident memory of the server as everywhere."
        )?;
        section(f, tables)?;
        writeln!(
            f,
            "\nAnd the database alone: pgbench with the same statements, prepared, on eight \
connections. No server that answers HTTP besides can have more of them on this machine.\n"
        )?;
        writeln!(f, "| | PostgreSQL alone, /s | over Flask's requests/s |\n|---|---|---|")?;
        for (table, alone) in tables.iter().zip(alone) {
            let ratio = alone / table.rate(0);
            writeln!(f, "| {} | {alone:.0} | {ratio:.1} |", table.request())?;
        }
        Ok(())
    }
}

fn section(f: &mut fmt::Formatter<'_>, tables: &[Table]) -> fmt::Result {
    tables.iter().try_for_each(|table| write!(f, "\n{table}"))
}
