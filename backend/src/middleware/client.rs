//! Who sent a request, as far as telemetry may say.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;

use crate::config::proxies::TrustedProxies;

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The network of the client, as the attribute `client.address` says it.
pub(super) fn network(request: &Request, proxies: &TrustedProxies) -> Option<IpAddr> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    Some(masked(address(peer.ip(), request.headers(), proxies)))
}

/// The peer, or, where that is a trusted proxy, the address that it forwards for, and so
/// on: the nearest one that is not trusted. What stands further left in the header
/// anybody can have written there. Where a hop is no address, the one that named it
/// counts.
fn address(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> IpAddr {
    let mut client = peer;
    // Each proxy appends: the nearest hop stands last, in the last header.
    let lines = headers.get_all(X_FORWARDED_FOR).iter().rev();
    let mut hops = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    while proxies.trust(client)
        && let Some(hop) = hops.next().and_then(hop)
    {
        client = hop;
    }
    client
}

/// An address; some proxies add the port.
fn hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    text.parse().ok().or_else(with_port).or_else(in_brackets)
}

/// The network that the address belongs to: /24 for IPv4, /48 for IPv6.
fn masked(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            Ipv4Addr::new(a, b, c, 0).into()
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&'static str]) -> String {
        let headers = forwarded.iter().map(|value| {
            (axum::http::HeaderName::from_static(X_FORWARDED_FOR), value.parse().unwrap())
        });
        let proxies = TrustedProxies::default();
        address(peer.parse().unwrap(), &headers.collect(), &proxies).to_string()
    }

    #[test]
    fn a_stranger_speaks_for_itself_alone() {
        assert_eq!(client("192.0.2.7", &[]), "192.0.2.7");
        assert_eq!(client("192.0.2.7", &["198.51.100.1"]), "192.0.2.7");
    }

    #[test]
    fn behind_proxies_the_last_untrusted_hop_counts() {
        for (forwarded, expected) in [
            (&["198.51.100.1"][..], "198.51.100.1"),
            (&["203.0.113.9, 198.51.100.1"], "198.51.100.1"),
            (&["203.0.113.9, 198.51.100.1, 10.0.0.3"], "198.51.100.1"),
            (&["203.0.113.9", "198.51.100.1 ,192.168.1.1"], "198.51.100.1"),
            (&["198.51.100.1:4711"], "198.51.100.1"),
            (&["[2001:db8::1]:4711"], "2001:db8::1"),
            (&["[2001:db8::1]"], "2001:db8::1"),
            (&["::ffff:10.0.0.3"], "::ffff:10.0.0.3"),
        ] {
            assert_eq!(client("127.0.0.1", forwarded), expected, "{forwarded:?}");
        }
    }

    #[test]
    fn where_nothing_is_left_the_last_proxy_counts() {
        for (forwarded, expected) in [
            (&[][..], "127.0.0.1"),
            (&[""], "127.0.0.1"),
            (&["unknown"], "127.0.0.1"),
            (&["198.51.100.1, _hidden, 10.0.0.3"], "10.0.0.3"),
            (&["10.0.0.4, 10.0.0.3"], "10.0.0.4"),
            (&["198.51.100.1, é, 10.0.0.3"], "127.0.0.1"),
        ] {
            assert_eq!(client("127.0.0.1", forwarded), expected, "{forwarded:?}");
        }
    }

    #[test]
    fn addresses_become_networks() {
        for (address, network) in [
            ("192.0.2.77", "192.0.2.0"),
            ("2001:db8:1:2:3::4", "2001:db8:1::"),
            ("::ffff:192.0.2.77", "192.0.2.0"),
        ] {
            assert_eq!(masked(address.parse().unwrap()), network.parse::<IpAddr>().unwrap());
        }
    }
}
