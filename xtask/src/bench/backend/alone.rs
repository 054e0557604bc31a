//! PostgreSQL with nothing but pgbench before it: what no server on this machine exceeds.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::{Args, Bench};
use crate::bench::median;
use crate::{process, workspace};

/// As many connections as the servers have.
const CONNECTIONS: &str = "8";
/// The statements of one task, of the list and of a creation.
const SCRIPTS: [&str; 3] = ["one.sql", "list.sql", "create.sql"];

/// The statements of each request per second, once for each request; medians.
pub(super) fn measure(bench: &Bench, args: &Args) -> Result<[f64; 3]> {
    let programs = postgres_fixture::programs().context("no PostgreSQL server is installed")?;
    let database = bench.postgres.database("bench_alone")?;
    process::run(Command::new(&bench.backend).arg("migrate").env("DATABASE_URL", &database))?;
    let pgbench = Pgbench { program: &programs.join("pgbench"), database: &database };
    pgbench.run(SCRIPTS[2], &["-c", "1", "-t", "100"])?;
    // The creations come last: they make the list's counts slower.
    let seconds = args.seconds.to_string();
    let load = ["-c", CONNECTIONS, "-j", "2", "-T", &seconds];
    let mut rates = [0.0; SCRIPTS.len()];
    for (rate, script) in rates.iter_mut().zip(SCRIPTS) {
        let rounds = (0..args.rounds).map(|_| pgbench.run(script, &load));
        *rate = median(rounds.collect::<Result<_>>()?);
    }
    Ok(rates)
}

struct Pgbench<'a> {
    program: &'a Path,
    database: &'a str,
}

impl Pgbench<'_> {
    /// Runs a script over and over; how often per second.
    fn run(&self, script: &str, load: &[&str]) -> Result<f64> {
        let folder = workspace::root().join("xtask/src/bench/backend/pgbench");
        let mut command = Command::new(self.program);
        command.args(["-n", "-M", "prepared"]).args(load);
        command.arg("-f").arg(folder.join(script)).arg(self.database);
        rate(&process::capture_stdout(&mut command)?)
    }
}

fn rate(output: &str) -> Result<f64> {
    let rate = output.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
    let rate = rate.with_context(|| format!("pgbench says no rate: {output}"))?;
    rate.parse().with_context(|| format!("pgbench says {rate}"))
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn pgbench_says_its_rate_in_a_line() {
        let said = "latency average = 0.826 ms\n\
                    tps = 9675.806474 (without initial connection time)\n";
        assert!((rate(said).expect("a rate") - 9_675.806_474).abs() < 1e-6);
        assert!(rate("pgbench: error").is_err());
    }
}
