//! The ordinary compiler's WASM target: is it there, and can rustup bring it?

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::process;
use crate::workspace;

/// The target triple of a module that runs in a browser.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// A closed network may swallow packets rather than refuse; this ends the wait.
const DEADLINE: Duration = Duration::from_mins(2);

/// True when the ordinary `rustc` has the standard library for [`TARGET`].
///
/// The compiler is asked rather than rustup, so that a distribution's Rust counts too.
pub(crate) fn has_target() -> bool {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]).current_dir(workspace::root());
    process::capture(&mut rustc).is_ok_and(|directory| Path::new(directory.trim()).is_dir())
}

/// Lets rustup fetch the target; the error is the reason in one line.
pub(crate) fn add_target() -> Result<(), String> {
    let mut child = Command::new("rustup")
        .args(["target", "add", TARGET])
        .current_dir(workspace::root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("rustup: {error}"))?;

    let mut stderr = child.stderr.take().ok_or("rustup's messages are not readable")?;
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        // A broken pipe leaves what was read so far, which is all there is to tell.
        let _ = stderr.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    });

    let start = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if start.elapsed() < DEADLINE => thread::sleep(Duration::from_millis(50)),
            Ok(None) => {
                // Either call fails only when rustup has just ended by itself.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("rustup gave no answer in {} s", DEADLINE.as_secs()));
            }
            Err(error) => return Err(format!("rustup: {error}")),
        }
    };
    let said = reader.join().unwrap_or_default();
    if status.success() {
        return Ok(());
    }
    Err(process::last_line(&said).unwrap_or("rustup failed without a reason").to_owned())
}
