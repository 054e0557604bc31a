//! Where the traffic goes, and whether it may.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use http::HeaderValue;
use http::uri::{Scheme, Uri};
use thiserror::Error;

/// The lab under test.
#[derive(Clone, Debug)]
pub struct Target {
    /// What was asked for, without a slash at the end.
    pub url: String,
    /// Where its name leads.
    pub address: SocketAddr,
    /// `server.address` of the spans.
    pub host: String,
    /// The `Host` header.
    pub authority: HeaderValue,
}

/// Why a target is not loaded.
#[derive(Debug, Error)]
pub enum TargetError {
    /// It is no URL of a server.
    #[error("{0} is no target: write http://HOST[:PORT], without a path")]
    NoUrl(String),
    /// The name leads nowhere.
    #[error("{host} has no address: {source}")]
    NoAddress {
        /// The name.
        host: String,
        /// What the resolver says.
        source: std::io::Error,
    },
    /// It belongs to somebody else, for all we know.
    #[error(
        "{url} is {address}, which is neither this machine nor a private network. If you may put \
         load on it, say --i-own-this-target"
    )]
    Foreign {
        /// What was asked for.
        url: String,
        /// Where it leads.
        address: IpAddr,
    },
}

impl Target {
    /// Reads a URL and looks its host up. Of several addresses the first private one is
    /// taken; without any, `owned` lets the first one be.
    pub fn find(url: &str, owned: bool) -> Result<Self, TargetError> {
        let no_url = || TargetError::NoUrl(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| no_url())?;
        if uri.scheme() != Some(&Scheme::HTTP) || uri.path() != "/" || uri.query().is_some() {
            return Err(no_url());
        }
        let authority = uri.authority().ok_or_else(no_url)?;
        if authority.as_str().contains('@') {
            return Err(no_url());
        }
        let host = authority.host().to_owned();
        let port = authority.port_u16().unwrap_or(80);
        let name = host.trim_matches(['[', ']']);
        let addresses: Vec<_> = (name, port)
            .to_socket_addrs()
            .map_err(|source| TargetError::NoAddress { host: host.clone(), source })?
            .collect();
        let first = *addresses.first().ok_or_else(no_url)?;
        let near = addresses.iter().copied().find(|address| is_near(address.ip()));
        let address = match near {
            Some(near) => near,
            None if owned => first,
            None => {
                return Err(TargetError::Foreign { url: url.to_owned(), address: first.ip() });
            }
        };
        Ok(Self {
            url: url.trim_end_matches('/').to_owned(),
            address,
            host: name.to_owned(),
            authority: HeaderValue::from_str(authority.as_str()).map_err(|_| no_url())?,
        })
    }
}

impl Target {
    /// Whether somebody listens.
    pub fn knock(&self, limit: Duration) -> std::io::Result<()> {
        TcpStream::connect_timeout(&self.address, limit).map(drop)
    }
}

/// This machine, or a network that is not the internet: loopback, RFC 1918, link-local,
/// carriers' shared space (RFC 6598) and IPv6 unique local addresses.
fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            v4.is_loopback()
                || v4.is_private()
                || v4.is_link_local()
                || v4 == Ipv4Addr::UNSPECIFIED
                || (first == 100 && (64..128).contains(&second))
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6 == Ipv6Addr::UNSPECIFIED
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_targets_are_taken() {
        for url in [
            "http://127.0.0.1:8080",
            "http://localhost:8080/",
            "http://10.1.2.3",
            "http://172.31.0.1:1",
            "http://192.168.0.1",
            "http://100.64.0.1",
            "http://[::1]:8080",
            "http://[fd00::1]",
        ] {
            let target = Target::find(url, false).unwrap();
            assert!(!target.url.ends_with('/') && !target.host.contains('['), "{target:?}");
        }
    }

    #[test]
    fn the_internet_needs_a_word() {
        for url in ["http://203.0.113.7", "http://8.8.8.8:80", "http://[2001:db8::1]"] {
            let error = Target::find(url, false).unwrap_err().to_string();
            assert!(error.contains("--i-own-this-target"), "{error}");
            assert!(Target::find(url, true).is_ok());
        }
    }

    #[test]
    fn what_is_no_target_is_told() {
        for url in ["", "localhost:8080", "https://localhost", "http://localhost/api", "http://a@b"]
        {
            let error = Target::find(url, true).unwrap_err();
            assert!(matches!(error, TargetError::NoUrl(_)), "{url}: {error}");
        }
    }
}
