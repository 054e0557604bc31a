//! The `backend` program.

use std::process::ExitCode;

use backend::cli::{self, Cli};
use clap::Parser;

/// Telemetry allocates on one thread and frees on another: see ADR 0016.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    without_huge_pages();
    match Cli::try_parse() {
        Ok(cli) => cli::run(&cli),
        Err(error) => cli::refuse(&error),
    }
}

/// The allocator reserves its memory in one piece, which the kernel would fill with huge
/// pages: 13 MB more of an idle server. A kernel that cannot be told costs that memory.
fn without_huge_pages() {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_thp_disable(true);
}
