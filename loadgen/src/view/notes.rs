//! Standard error, held back while the live view has the terminal.

use std::io::{self, IsTerminal as _, Write};
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is held back at the most, in bytes; the rest is lost.
const HELD_MAX: usize = 16 * 1024;

/// A process has one standard error, and so one of these.
static HELD: Mutex<Held> = Mutex::new(Held::None);

enum Held {
    None,
    Back(Vec<u8>),
}

/// Writes to standard error, later if need be.
#[derive(Clone, Copy, Debug)]
pub struct Stderr;

/// Begins to hold back what would spoil the picture.
pub(super) fn hold() {
    if io::stderr().is_terminal() {
        *held() = Held::Back(Vec::new());
    }
}

/// Writes what was held back, and all that comes at once.
pub(super) fn release() {
    if let Held::Back(text) = mem::replace(&mut *held(), Held::None) {
        // A closed standard error takes no message.
        let _ = io::stderr().write_all(&text);
    }
}

impl Write for Stderr {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        match &mut *held() {
            Held::None => io::stderr().write(text),
            Held::Back(held) => {
                let room = HELD_MAX.saturating_sub(held.len());
                held.extend_from_slice(&text[..text.len().min(room)]);
                Ok(text.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

fn held() -> MutexGuard<'static, Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}
