//! The lab's commands: what people, CI and the images call.

mod bench;
mod cargo_tool;
mod dashboards;
mod debian;
mod demo;
mod deploy;
mod frontend;
mod generated;
mod images;
mod lint;
mod npm;
mod process;
mod python;
mod sbom;
mod scan;
mod screenshots;
mod slo;
mod steps;
mod test;
mod up;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

/// The lab's commands.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
enum Command {
    /// Builds the lab, starts it and says what to try
    Up(up::Args),
    /// Burns an error budget until alerts fire, on real Prometheus and Alertmanager
    Demo(demo::Args),
    /// Runs every check: lints, unit tests, and the browser against the real servers
    Test(test::Args),
    /// Builds the browser's files into target/assets
    Frontend(frontend::Args),
    /// Measures what the lab costs
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Writes the Prometheus rules of the service level objectives
    Slo,
    /// Writes Grafana's dashboards from grafana/source
    Dashboards,
    /// Shows whether a running compose stack works
    Verify {
        /// Arguments of the `verify` program; `-- --help` lists them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Judges compose files and Dockerfiles by the rules in policies/
    Policies,
    /// Builds the stack's images and saves them as one archive
    Images(images::Args),
    /// Looks for known weaknesses in dependencies, files and images
    Scan(scan::Args),
    /// Writes what the programs are made of, as `CycloneDX`
    Sbom(sbom::Args),
    /// Copies this checkout to a host, builds, starts and verifies it there
    #[command(disable_help_flag = true)]
    Deploy(deploy::Words),
    /// Starts an earlier release on a host again
    #[command(disable_help_flag = true)]
    Rollback(deploy::Words),
    /// Lists the releases on a host
    #[command(disable_help_flag = true)]
    Releases(deploy::Words),
    /// Shows whether a deployed stack works, on its host
    #[command(disable_help_flag = true)]
    VerifyHost(deploy::Words),
    /// Takes the pictures in docs/screenshots anew; needs Chromium
    Screenshots,
    /// Checks format, lints, documentation and the repository's own rules
    Lint,
}

fn main() -> ExitCode {
    match run(&Command::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Up(args) => return up::run(args),
        Command::Demo(args) => return demo::run(args),
        Command::Test(args) => test::run(args)?,
        Command::Frontend(args) => frontend::run(args)?,
        Command::Bench(bench) => bench::run(bench)?,
        Command::Screenshots => screenshots::run()?,
        Command::Verify { arguments } => {
            let build = ["build", "--quiet", "--locked", "--package", "loadgen"];
            process::run(process::cargo().args(build))?;
            let mut verify = process::member("verify");
            verify.env("VERIFY_LOADGEN", workspace::program("loadgen", "debug")?);
            process::run(verify.args(arguments))?;
        }
        Command::Policies => lint::policies()?,
        Command::Images(args) => images::run(args)?,
        Command::Scan(args) => scan::run(args)?,
        Command::Sbom(args) => sbom::run(args)?,
        Command::Deploy(words) => return deploy::run("deploy", words),
        Command::Rollback(words) => return deploy::run("rollback", words),
        Command::Releases(words) => return deploy::run("releases", words),
        Command::VerifyHost(words) => return deploy::run("verify-host", words),
        Command::Slo => slo::run()?,
        Command::Dashboards => dashboards::run()?,
        Command::Lint => lint::run()?,
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn verify_cli() {
        Command::command().debug_assert();
    }

    #[test]
    fn the_words_of_another_program_are_passed_on() {
        let line = ["xtask", "deploy", "--help", "--host", "a@b", "--", "-x"];
        let Command::Deploy(words) = Command::try_parse_from(line).unwrap() else {
            panic!("another command");
        };
        assert_eq!(words.words, ["--help", "--host", "a@b", "--", "-x"]);
    }
}
