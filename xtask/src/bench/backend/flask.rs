//! The Flask application that the server is compared with, in a Python environment of its
//! own under `target/`.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::table::Table;
use super::variant::{BESIDE_FLASK, Variant};
use super::{Args, Bench, CREATE, GET, LIST, alone, http, sink};
use crate::{python, workspace};

/// Where its programs are.
#[derive(Debug)]
pub(crate) struct Flask {
    gunicorn: PathBuf,
    source: PathBuf,
}

/// How long its last batches may take: Python's processors wait 5 s, as ours do.
const ARRIVAL: Duration = Duration::from_secs(20);

/// The requests of [`check`], whose telemetry has to arrive.
const ASKED: u64 = 103;

impl Flask {
    /// Installs what it needs from the Python package index, unless that is there.
    pub(crate) fn install() -> Result<Self> {
        let source = workspace::root().join("xtask/src/bench/backend/flask");
        let requirements = source.join("requirements.txt");
        let wanted = fs::read_to_string(requirements).context("could not read requirements")?;
        let folder = python::environment("bench-flask", &wanted)
            .context("for the comparison with Flask, which --without-flask leaves out")?;
        Ok(Self { gunicorn: folder.join("bin/gunicorn"), source })
    }

    /// gunicorn with its workers.
    pub(crate) fn command(
        &self,
        address: SocketAddr,
        folder: &Path,
        database: &str,
        sink: SocketAddr,
    ) -> Command {
        let mut command = Command::new(&self.gunicorn);
        command
            .current_dir(&self.source)
            .args(["--bind", &address.to_string(), "app:app"])
            // SQLAlchemy wants to know the driver, too.
            .env("DATABASE_URL", database.replacen("postgres:", "postgresql+psycopg2:", 1))
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{sink}"))
            // Counts of several workers meet in files.
            .env("PROMETHEUS_MULTIPROC_DIR", folder)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }
}

/// Flask and the server on the same database, and the database by itself.
pub(crate) struct Comparison {
    /// Of one task, of the list and of a creation.
    pub(crate) tables: [Table; 3],
    /// The statements of each, per second, where nothing else has to be done.
    pub(crate) alone: [f64; 3],
}

/// Measures both in turn, after a look at whether both do the same.
pub(super) fn measure(bench: &Bench, args: &Args) -> Result<Comparison> {
    BESIDE_FLASK.iter().try_for_each(|setting| {
        check(bench, setting).with_context(|| format!("{} does other work", setting.name))
    })?;
    let tables = bench.measure_each(args, &BESIDE_FLASK)?;
    Ok(Comparison { tables, alone: alone::measure(bench, args)? })
}

/// Fails unless the answers are right and the telemetry of requests arrives, for what does
/// less work is no peer.
fn check(bench: &Bench, setting: &Variant) -> Result<()> {
    let sink = bench.sinks.another()?;
    sink::count(sink.address)?;
    let server = setting.start_with(bench, sink.address)?;
    server.fill(100)?;
    let one: Value = serde_json::from_str(&http::get(server.address, GET.path)?)?;
    ensure!(one["id"] == 50 && one["title"] == "task 50", "{} answers {one}", GET.path);
    let list: Value = serde_json::from_str(&http::get(server.address, LIST.path)?)?;
    let tasks = list["tasks"].as_array().context("a list without tasks")?;
    ensure!(tasks.len() == 100 && tasks[50] == one, "{} lacks tasks", LIST.path);
    let made = http::post(server.address, CREATE.path, r#"{"title":"one more"}"#)?;
    ensure!(made.starts_with("HTTP/1.0 201 "), "a creation is answered by {made}");

    let deadline = Instant::now() + ARRIVAL;
    loop {
        let (spans, log_records) = sink::counts(sink.address)?;
        // A request's own span and its statement's.
        if spans >= 2 * ASKED && log_records >= ASKED {
            return Ok(());
        }
        ensure!(
            Instant::now() < deadline,
            "{ASKED} requests brought {spans} spans and {log_records} log records"
        );
        thread::sleep(Duration::from_millis(100));
    }
}
