//! Whether a deployed stack works, shown from the outside: a browser-shaped request goes
//! through the front door, and everything that it must leave behind is looked up where
//! people look it up.

mod config;
mod end;
mod http;
mod need;
mod report;
mod steps;
mod urls;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

use config::Config;
use end::End;
use http::Http;
use report::Report;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Config::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("verify: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(config: &Config) -> Result<ExitCode> {
    let end = End::new(config.deadline()).context("could not listen for signals")?;
    let mut report = Report::new(!config.json, end);
    steps::run(config, &Http::new()?, &mut report).await;
    Ok(report.finish(config.json))
}
