//! `cargo xtask frontend`: the browser's files, from Rust source to hashed, compressed assets.

pub(crate) mod assets;
mod bindgen;
mod compile;
mod debian;
mod minify;
mod optimise;
mod rustup;
mod scripts;
mod size;
mod stamp;
mod toolchain;
mod wrappers;

use std::fs::{self, File};
use std::path::{self, Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace;
use assets::Bundle;
pub(crate) use assets::Manifest;
use optimise::Optimiser;
use scripts::Scripts;
pub(crate) use size::BUDGET;
use stamp::Stamp;
use toolchain::Toolchain;

/// Options of `cargo xtask frontend`.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Where the assets go [default: target/assets]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Builds the browser's files, prints their sizes and holds them to the budget.
pub(crate) fn run(args: &Args) -> Result<()> {
    let out = match &args.out {
        Some(out) => path::absolute(out).context("could not resolve the --out directory")?,
        None => default_out(),
    };
    let _lock = lock_builds()?;

    let toolchain = Toolchain::find_or_fetch()?;
    println!("compiler: {toolchain}");
    let wasm = compile::compile(&toolchain, &[])?;

    let web = workspace::root().join("frontend-wasm/web");
    let scripts = Scripts::read(&workspace::root().join("frontend-wasm/src"))?;
    let optimiser = Optimiser::find();
    let stamp = Stamp::of(&wasm, &web, &scripts, optimiser.as_ref(), &out)?;
    let manifest = match Manifest::read_complete(&out) {
        Some(manifest) if stamp.is_current() => manifest,
        _ => {
            let manifest = bundle(&wasm, &web, &scripts, optimiser.as_ref())?.write(&out)?;
            stamp.save()?;
            manifest
        }
    };
    size::report(&out, &manifest, optimiser.is_some())
}

/// Builds the tracer without the page, for the benchmark: glue and module.
pub(crate) fn build_bench() -> Result<(String, Vec<u8>)> {
    let _lock = lock_builds()?;
    let wasm = compile::compile(&Toolchain::find_or_fetch()?, &["bench"])?;
    let scripts = Scripts::read(&workspace::root().join("frontend-wasm/src"))?;
    let glue = bindgen::generate(&wasm, &scripts)?;
    let optimiser = Optimiser::find().context("there is no wasm-opt")?;
    Ok((minify::minify(&glue.js)?, optimiser.shrink(glue.wasm)?))
}

/// Makes sure that builds are optimised, and so held to their budget.
pub(crate) fn fetch_optimiser() -> Result<()> {
    Optimiser::fetch()
}

/// Where the backend looks for the assets when nobody says otherwise.
pub(crate) fn default_out() -> PathBuf {
    workspace::target().join("assets")
}

/// True when `out` holds a manifest and every file that it names.
pub(crate) fn is_built(out: &Path) -> bool {
    Manifest::read_complete(out).is_some()
}

/// Turns cargo's module and the hand-written files into one bundle.
fn bundle(
    wasm: &Path,
    web: &Path,
    scripts: &Scripts,
    optimiser: Option<&Optimiser>,
) -> Result<Bundle> {
    let glue = bindgen::generate(wasm, scripts)?;
    let module = if let Some(optimiser) = optimiser {
        optimiser.shrink(glue.wasm)?
    } else {
        println!("wasm-opt: not found, so the module stays as it is (package: binaryen)");
        glue.wasm
    };
    let mut bundle = Bundle::default();
    let module_name = bundle.add("app.wasm", module)?;
    let script = minify::minify(&bindgen::self_starting(&glue.js, &module_name))?;
    bundle.add("app.js", script.into_bytes())?;
    bundle.add_directory(web)?;
    Ok(bundle)
}

/// Keeps two builds from writing the same files; the lock ends with the returned value.
fn lock_builds() -> Result<File> {
    let target = workspace::target();
    fs::create_dir_all(&target).context("could not create the target directory")?;
    let lock = File::create(target.join("frontend.lock")).context("could not create the lock")?;
    lock.lock().context("could not lock the frontend build")?;
    Ok(lock)
}
