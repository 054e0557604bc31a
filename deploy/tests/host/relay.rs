//! A connection that can be cut after so many bytes, or fall silent.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Passes on what comes in at its port.
#[derive(Debug)]
pub(crate) struct Relay {
    pub(crate) port: u16,
    silent: Arc<AtomicBool>,
}

/// What happens to a connection that has sent enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Both sides see it closed.
    Cut,
    /// What comes is not passed on for now, and nobody says so.
    Stalled,
}

impl Relay {
    /// To a port, from each connection at the most so many bytes of the client's.
    pub(crate) fn to(server: u16, bytes: usize, end: End) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let silent = Arc::new(AtomicBool::new(false));
        let relay = Self { port, silent: Arc::clone(&silent) };
        // Ends with the test's process.
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).unwrap();
                let (back, front) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let [one, other] = [(); 2].map(|()| Arc::clone(&silent));
                thread::spawn(move || pass(&back, &front, usize::MAX, End::Cut, &one));
                thread::spawn(move || pass(&client, &server, bytes, end, &other));
            }
        });
        relay
    }

    /// From now on nothing goes through, not even the end: the client's machine is gone.
    pub(crate) fn silence(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }
}

fn pass(mut from: &TcpStream, mut to: &TcpStream, mut left: usize, end: End, silent: &AtomicBool) {
    let mut buffer = [0; 4096];
    while left > 0 {
        let most = left.min(buffer.len());
        let read = from.read(&mut buffer[..most]);
        if silent.load(Ordering::SeqCst) {
            stall();
        }
        match read {
            Ok(length @ 1..) if to.write_all(&buffer[..length]).is_ok() => left -= length,
            _ => break,
        }
    }
    if left == 0 && end == End::Stalled {
        stall();
    }
    for stream in [from, to] {
        // It may be closed already.
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn stall() -> ! {
    loop {
        thread::park();
    }
}
