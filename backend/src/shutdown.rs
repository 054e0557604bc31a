//! What asks the process to end: the first SIGINT or SIGTERM to end in order, the second
//! one to end at once.

use std::future::Future;
use std::process;
use std::thread;

use anyhow::Context;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tokio::sync::oneshot;

/// Watches for both signals from here to the end of the process; the result is the
/// name of the first one.
///
/// On a thread of its own, so that the second signal works whatever else hangs. It ends
/// the process with 128 and the signal's number, as shells report one that it killed.
pub(crate) fn watch() -> anyhow::Result<impl Future<Output = &'static str>> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("could not watch for signals")?;
    let (first, stop) = oneshot::channel();
    let watch = move || {
        let mut first = Some(first);
        for signal in signals.forever() {
            let Some(first) = first.take() else {
                eprintln!("backend: {} is the second signal: ending at once", name(signal));
                process::exit(128 + signal);
            };
            // An error means that nobody waits for it any more.
            let _ = first.send(name(signal));
        }
    };
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(watch)
        .context("could not start a thread")?;
    // An error means that the thread has ended, which is a reason to stop as well.
    Ok(async { stop.await.unwrap_or("none") })
}

fn name(signal: i32) -> &'static str {
    if signal == SIGINT { "SIGINT" } else { "SIGTERM" }
}
