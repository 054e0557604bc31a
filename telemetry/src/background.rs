//! Threads that give way to those that serve requests (ADR 0025).

use std::panic::resume_unwind;
use std::{io, thread};

/// What is added to the nice value: 10 is a tenth of the weight of 0 (sched(7)), so that
/// a busy machine still sends and keeps telemetry.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Calls `start` so that every thread that it starts gives way: a thread inherits the nice
/// value of the one that starts it. One for all, since not every library lets its
/// thread be reached otherwise.
pub(crate) fn inherited<T: Send>(start: impl FnOnce() -> T + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let started = thread::Builder::new().spawn_scoped(scope, || {
            give_way();
            start()
        })?;
        Ok(started.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// Linux alone has a nice value for each thread; elsewhere it would be the process's.
fn give_way() {
    #[cfg(target_os = "linux")]
    // Without it, telemetry takes more of the processor than it should: no reason to end.
    let _ = rustix::process::nice(NICE);
}
