//! Whether a deployed stack works, shown from the outside: a browser-shaped request goes
//! through the front door, and everything that it must leave behind is looked up where
//! people look it up.

mod config;
mod http;
mod report;
mod steps;
mod urls;

use std::process::ExitCode;

use clap::Parser;

use config::Config;
use http::Http;
use report::Report;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let config = Config::parse();
    let http = match Http::new() {
        Ok(http) => http,
        Err(error) => {
            eprintln!("verify: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut report = Report::new(!config.json);
    steps::run(&config, &http, &mut report).await;
    report.finish(config.json)
}
