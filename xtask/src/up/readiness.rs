//! Is the lab there? One HTTP/1.0 request over a plain socket answers that.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// One probe's patience; the next follows at once.
const PATIENCE: Duration = Duration::from_secs(1);

/// The address under which this machine reaches what listens on `listen`.
pub(crate) fn address(listen: &str) -> Result<SocketAddr> {
    let mut address = listen
        .to_socket_addrs()
        .with_context(|| format!("{listen} is no address to listen on"))?
        .next()
        .with_context(|| format!("{listen} is no address to listen on"))?;
    if address.port() == 0 {
        bail!("port 0 is any port, and then nobody knows where the lab is: choose one");
    }
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    Ok(address)
}

/// True when something accepts connections there.
pub(crate) fn is_taken(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, PATIENCE).is_ok()
}

/// True when `GET /ready` answers 200.
pub(crate) fn is_ready(address: SocketAddr) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        write!(stream, "GET /ready HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
        let mut status = [0; "HTTP/1.0 200".len()];
        stream.read_exact(&mut status)?;
        std::io::Result::Ok(status)
    };
    ask().is_ok_and(|status| says_ok(&status))
}

fn says_ok(status: &[u8]) -> bool {
    status.starts_with(b"HTTP/1.") && status.ends_with(b" 200")
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn every_interface_is_reached_through_the_loopback() {
        assert_eq!(address("0.0.0.0:8080").unwrap().to_string(), "127.0.0.1:8080");
        assert_eq!(address("[::]:8080").unwrap().to_string(), "[::1]:8080");
        assert_eq!(address("127.0.0.1:80").unwrap().to_string(), "127.0.0.1:80");
    }

    #[test]
    fn an_address_needs_a_port() {
        assert!(address("127.0.0.1").is_err());
        assert!(address("127.0.0.1:0").is_err());
    }

    #[test]
    fn only_200_is_ready() {
        assert!(says_ok(b"HTTP/1.1 200"));
        assert!(says_ok(b"HTTP/1.0 200"));
        assert!(!says_ok(b"HTTP/1.1 503"));
        assert!(!says_ok(b"SSH-2.0-open"));
    }

    #[test]
    fn a_server_that_answers_200_is_ready() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            // To its end: closing with bytes unread resets the connection, and the
            // answer may be lost with it.
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<_> =
                lines.by_ref().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            head[0].clone()
        });
        assert!(is_ready(address));
        assert_eq!(server.join().unwrap(), "GET /ready HTTP/1.0");
        assert!(!is_ready(address), "the listener is gone");
    }
}
