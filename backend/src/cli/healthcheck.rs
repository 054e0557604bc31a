//! `backend healthcheck`: is the server beside this program ready? For images that have
//! neither a shell nor an HTTP client.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use api_types::routes;
use clap::Args;

/// Longer than a ready server needs, shorter than a container's health check may take.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Which server is asked.
#[derive(Args, Debug)]
pub(super) struct HealthcheckConfig {
    /// What the server was told to listen on; every interface counts as this machine
    #[arg(long, env = "LAB_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// Asks, and says why not where it is not ready.
pub(super) fn run(config: &HealthcheckConfig) -> ExitCode {
    match ask(reachable(config.listen)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("backend: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn ask(address: SocketAddr) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)
        .with_context(|| format!("{address} does not answer"))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: healthcheck\r\nConnection: close\r\n\r\n",
        routes::READY
    );
    stream.write_all(request.as_bytes()).context("the server does not read")?;
    // `HTTP/1.1 200` is all that matters.
    let mut head = [0; 12];
    stream.read_exact(&mut head).context("the server gives no answer")?;
    if !head.ends_with(b" 200") {
        bail!("the server is not ready: {}", String::from_utf8_lossy(&head));
    }
    Ok(())
}

/// Where a server that listens on `listen` answers on this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interface_is_reached_through_this_machines() {
        for (listen, reached) in [
            ("0.0.0.0:5000", "127.0.0.1:5000"),
            ("[::]:5000", "[::1]:5000"),
            ("192.0.2.1:80", "192.0.2.1:80"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()), reached.parse().unwrap());
        }
    }
}
