//! Which peers are believed when they say whom they forward a request for.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use thiserror::Error;

/// This machine and private networks (RFC 1918, RFC 4193): where a reverse proxy of the
/// lab's own is.
const DEFAULT: &str = "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7";

/// The networks of proxies whose `X-Forwarded-For` counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// A network that is not understood.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no network; expected a list such as 10.0.0.0/8,::1, or none")]
pub struct InvalidNetwork(String);

impl TrustedProxies {
    /// Whether `address` is a trusted proxy's.
    #[must_use]
    pub fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl Default for TrustedProxies {
    fn default() -> Self {
        // The text above is a list of networks.
        Self(DEFAULT.split(',').filter_map(|network| network.parse().ok()).collect())
    }
}

/// A list of networks and addresses; `none` for no proxy. An empty text is the default,
/// as an unset variable is.
impl FromStr for TrustedProxies {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        match text.trim() {
            "" => Ok(Self::default()),
            "none" => Ok(Self(Vec::new())),
            list => list.split(',').map(str::trim).map(network).collect::<Result<_, _>>().map(Self),
        }
    }
}

fn network(text: &str) -> Result<IpNet, InvalidNetwork> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| address()).map_err(|_| InvalidNetwork(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted(proxies: &TrustedProxies, address: &str) -> bool {
        proxies.trust(address.parse().unwrap())
    }

    #[test]
    fn this_machine_and_private_networks_are_the_default() {
        let proxies = TrustedProxies::default();
        assert_eq!(proxies.0.len(), DEFAULT.split(',').count());
        for address in ["127.0.0.1", "::1", "172.18.0.3", "::ffff:10.1.2.3", "fd00::7"] {
            assert!(trusted(&proxies, address), "{address}");
        }
        for address in ["192.0.2.1", "172.32.0.1", "2001:db8::1", "fe80::1", "::ffff:192.0.2.1"] {
            assert!(!trusted(&proxies, address), "{address}");
        }
        assert_eq!(" ".parse(), Ok(proxies));
    }

    #[test]
    fn a_list_takes_its_place() {
        let proxies = " 192.0.2.0/24, 2001:db8::7 ".parse::<TrustedProxies>().unwrap();
        assert!(trusted(&proxies, "192.0.2.200") && trusted(&proxies, "2001:db8::7"));
        assert!(!trusted(&proxies, "127.0.0.1") && !trusted(&proxies, "2001:db8::8"));
        assert!(!trusted(&"none".parse().unwrap(), "127.0.0.1"));
    }

    #[test]
    fn what_is_no_network_is_named() {
        for (list, wrong) in
            [("10.0.0.0/8,proxy", "proxy"), ("10.0.0.0/33", "10.0.0.0/33"), ("::1,", "")]
        {
            assert_eq!(list.parse::<TrustedProxies>(), Err(InvalidNetwork(wrong.to_owned())));
        }
    }
}
