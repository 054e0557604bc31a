//! What arrives on a pipe, to be had while the pipe is still open.

use std::io::{ErrorKind, Read};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// All that has arrived so far.
#[derive(Debug)]
pub(crate) struct Gathered {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// Nothing is ever sent; it is closed with the pipe.
    end: Receiver<()>,
}

impl Gathered {
    /// Waits for the end of the pipe, but no longer than this, and takes what is there.
    pub(crate) fn text(&self, limit: Duration) -> String {
        // Over in either case: the pipe's end closes the channel.
        let _ = self.end.recv_timeout(limit);
        String::from_utf8_lossy(&lock(&self.bytes)).into_owned()
    }
}

/// Reads to the end on a thread of its own. `see` is shown all that has arrived whenever
/// there is more of it.
pub(crate) fn gather(
    from: Option<impl Read + Send + 'static>,
    mut see: impl FnMut(&[u8]) + Send + 'static,
) -> Gathered {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let (open, end) = mpsc::channel();
    if let Some(mut from) = from {
        let bytes = Arc::clone(&bytes);
        thread::spawn(move || {
            let _open = open;
            let mut buffer = [0; 8192];
            loop {
                match from.read(&mut buffer) {
                    // What was read before an error is worth showing.
                    Ok(0) => break,
                    Err(error) if error.kind() != ErrorKind::Interrupted => break,
                    Err(_) => {}
                    Ok(length) => {
                        let mut bytes = lock(&bytes);
                        bytes.extend_from_slice(&buffer[..length]);
                        see(&bytes);
                    }
                }
            }
        });
    }
    Gathered { bytes, end }
}

fn lock(bytes: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    // A reader that panicked has left whole bytes behind.
    bytes.lock().unwrap_or_else(PoisonError::into_inner)
}
