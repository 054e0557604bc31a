//! Who the traffic pretends to be: a region, a device and a network.

pub mod device;
pub mod diurnal;
pub mod network;
pub mod population;
pub mod region;

use api_types::synthetic::{DEVICES, NETWORKS, REGIONS};

/// One persona; places in the enumerations of [`api_types::synthetic`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Persona {
    /// The place in [`REGIONS`].
    pub region: u8,
    /// The place in [`DEVICES`].
    pub device: u8,
    /// The place in [`NETWORKS`].
    pub network: u8,
}

impl Persona {
    /// `app.region`.
    #[must_use]
    pub fn region(self) -> &'static str {
        REGIONS[usize::from(self.region)]
    }

    /// `app.device`.
    #[must_use]
    pub fn device(self) -> &'static str {
        DEVICES[usize::from(self.device)]
    }

    /// `app.network_type`.
    #[must_use]
    pub fn network(self) -> &'static str {
        NETWORKS[usize::from(self.network)]
    }

    /// `app.timezone`, an IANA name.
    #[must_use]
    pub fn timezone(self) -> &'static str {
        region::TIMEZONES[usize::from(self.region)]
    }
}
