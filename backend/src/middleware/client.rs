//! Who sent a request, as far as telemetry may say.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The network that the address belongs to: /24 for IPv4, /48 for IPv6.
pub(super) fn masked(address: IpAddr) -> IpAddr {
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
