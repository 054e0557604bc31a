//! What a person reads when the lab is ready.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::server::Server;

/// Addresses and things to try.
#[derive(Debug)]
pub(crate) struct Banner<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) server: &'a Server,
    pub(crate) elapsed: Duration,
}

impl fmt::Display for Banner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = url(self.address);
        let log = self.server.log.as_ref();
        let log = log.map_or("this terminal".to_owned(), |log| log.display().to_string());
        write!(
            f,
            "
The lab is ready ({:.2} s).

  page      {url}/
  tasks     {url}/api/tasks
  metrics   {url}/metrics
  data      {}
  logs      {log}

Add a task on the page: the trace of that click appears beside it.
Without a browser, make a mistake and look at its trace:

  curl -s {url}/api/tasks -H 'content-type: application/json' -d '{{\"title\": \"\"}}'
  curl -s {url}/api/traces/TRACE_ID_FROM_THE_ANSWER

Ctrl-C stops the lab.
",
            self.elapsed.as_secs_f64(),
            without_credentials(&self.server.database_url),
        )
    }
}

/// The address as people type it.
fn url(address: SocketAddr) -> String {
    if address.ip() == Ipv4Addr::LOCALHOST {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

/// A database address as it may be shown: `scheme://user:secret@host` loses its middle.
fn without_credentials(url: &str) -> String {
    let address = url.split('?').next().unwrap_or_default();
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_has_its_usual_name() {
        let at = |text: &str| url(text.parse().expect("an address"));
        assert_eq!(at("127.0.0.1:8080"), "http://localhost:8080");
        assert_eq!(at("192.0.2.7:80"), "http://192.0.2.7:80");
    }

    #[test]
    fn credentials_are_not_shown() {
        assert_eq!(without_credentials("sqlite://data/lab.db"), "sqlite://data/lab.db");
        assert_eq!(
            without_credentials("postgres://lab:p@ss@db:5432/lab"),
            "postgres://db:5432/lab"
        );
        assert_eq!(without_credentials("postgres://db/lab?password=secret"), "postgres://db/lab");
    }
}
