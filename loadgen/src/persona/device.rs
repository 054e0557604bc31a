//! Devices and the programs on them.

use api_types::synthetic::{DEVICES, NETWORKS};

/// The `User-Agent` of each of [`DEVICES`].
pub const USER_AGENTS: [&str; DEVICES.len()] = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 \
     (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
     Chrome/142.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
     Chrome/142.0.0.0 Safari/537.36",
    "sensor-node/2.1 (esp-idf)",
];

/// A device's part in the traffic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Device {
    /// Its share, relative to the other devices'.
    pub weight: f64,
    /// How it is connected: shares of [`NETWORKS`].
    pub networks: [f64; NETWORKS.len()],
}

/// In the order of [`DEVICES`]; the networks are wifi, 5g, 4g and ethernet.
pub const DEFAULTS: [Device; DEVICES.len()] = [
    Device { weight: 30.0, networks: [50.0, 35.0, 15.0, 0.0] },
    Device { weight: 30.0, networks: [45.0, 25.0, 30.0, 0.0] },
    Device { weight: 32.0, networks: [50.0, 0.0, 0.0, 50.0] },
    Device { weight: 8.0, networks: [30.0, 0.0, 50.0, 20.0] },
];
