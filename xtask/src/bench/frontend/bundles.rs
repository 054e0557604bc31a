//! The scripts that are weighed and measured: ours as they ship, others by esbuild.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::frontend::{self, Manifest, assets};
use crate::{npm, process, workspace};

/// The peers. `sdk-trace-web` has no later release than 2.12.0, and 0.223 of the others is
/// what belongs to it.
pub(super) const PEERS: [&str; 13] = [
    "@opentelemetry/api@1.9.1",
    "@opentelemetry/sdk-trace-web@2.12.0",
    "@opentelemetry/resources@2.12.0",
    "@opentelemetry/context-zone@2.12.0",
    "@opentelemetry/exporter-trace-otlp-http@0.223.1",
    "@opentelemetry/instrumentation@0.223.0",
    "@opentelemetry/instrumentation-fetch@0.223.0",
    "@opentelemetry/instrumentation-document-load@0.68.0",
    "@opentelemetry/instrumentation-user-interaction@0.67.0",
    "@grafana/faro-web-sdk@2.12.1",
    "@grafana/faro-web-tracing@2.12.1",
    "web-vitals@6.2.3",
    "esbuild@0.28.2",
];

/// Bytes of a bundle, the files of which are compressed one by one.
#[derive(Clone, Debug)]
pub(super) struct Size {
    pub(super) name: &'static str,
    /// False for what only goes with one.
    pub(super) is_tracer: bool,
    pub(super) raw: usize,
    pub(super) gzip: usize,
    pub(super) brotli: usize,
}

/// Bundles that are weighed: what the report calls them, and their file.
const WEIGHED: [(&str, &str); 7] = [
    ("OpenTelemetry JS, zone.js, with web-vitals", "otel-zone-vitals.js"),
    ("OpenTelemetry JS, zone.js", "otel-zone.js"),
    ("OpenTelemetry JS, no zone.js, with web-vitals", "otel-stack-vitals.js"),
    ("OpenTelemetry JS, no zone.js", "otel-stack.js"),
    ("Faro with tracing", "faro.js"),
    ("web-vitals alone", "vitals.js"),
    ("JavaScript by hand, requests alone", "hand.js"),
];

/// Builds everything; the folder of the pages' scripts, and what the bundles weigh.
pub(super) fn build() -> Result<(PathBuf, Vec<Size>)> {
    let directory = workspace::target().join("bench/frontend");
    fs::create_dir_all(&directory).context("could not make the bench's folder")?;
    let modules = npm::packages("bench", &PEERS)?;
    let sources = workspace::root().join("xtask/src/bench/frontend/pages");
    for entry in fs::read_dir(&sources).context("there are no pages")? {
        bundle(&modules, &entry?.path(), &directory)?;
    }

    frontend::fetch_optimiser()?;
    frontend::run(&frontend::Args::default())?;
    let assets = frontend::default_out();
    let manifest = Manifest::read_complete(&assets).context("the assets are not built")?;
    let shipped = manifest
        .entries()
        .filter(|(logical, _)| logical.starts_with("app.") && !logical.ends_with("css"))
        .map(|(_, hashed)| assets.join(hashed))
        .collect::<Vec<_>>();
    let (glue, module) = frontend::build_bench()?;
    fs::write(directory.join("app.js"), glue).context("could not write the glue")?;
    fs::write(directory.join("app.wasm"), module).context("could not write the module")?;
    let alone = ["app.js", "app.wasm"].map(|file| directory.join(file));

    let mut sizes = vec![
        size("the lab's page: application and tracer", &shipped)?,
        size("the lab's tracer alone, with two loops to measure it by", &alone)?,
    ];
    for (name, file) in WEIGHED {
        sizes.push(size(name, &[directory.join(file)])?);
    }
    Ok((directory, sizes))
}

fn bundle(modules: &Path, source: &Path, directory: &Path) -> Result<()> {
    let mut esbuild = Command::new(modules.join(".bin/esbuild"));
    esbuild.env("NODE_PATH", modules).arg(source);
    esbuild.args(["--bundle", "--minify", "--format=esm", "--target=es2022"]);
    esbuild.args(["--external:./app.js", "--legal-comments=none", "--log-level=error"]);
    process::run(esbuild.arg(format!("--outdir={}", directory.display())))
}

fn size(name: &'static str, files: &[PathBuf]) -> Result<Size> {
    ensure!(!files.is_empty(), "{name} has no files");
    let is_tracer = !name.starts_with("web-vitals");
    let mut size = Size { name, is_tracer, raw: 0, gzip: 0, brotli: 0 };
    for file in files {
        let bytes = fs::read(file).with_context(|| format!("no {}", file.display()))?;
        size.raw += bytes.len();
        size.gzip += assets::gzip(&bytes)?.len();
        size.brotli += brotli(file)?;
    }
    Ok(size)
}

/// Node's, which npm has brought along, at its best level (11).
fn brotli(file: &Path) -> Result<usize> {
    let script = "console.log(require('zlib').brotliCompressSync(\
                  require('fs').readFileSync(process.argv[1])).length)";
    let length = process::capture(Command::new("node").args(["-e", script]).arg(file))?;
    length.trim().parse().context("node wrote no number")
}
