//! Synthetic traffic: who it pretends to be.
//!
//! Enumerations, so that a client cannot create metric series: any other value counts
//! as [`OTHER`].

use serde::{Deserialize, Serialize};

/// What stands in a metric label for a value that no enumeration holds.
pub const OTHER: &str = "other";

/// Regions that traffic comes from.
pub const REGIONS: [&str; 9] = [
    "us-east-1",
    "us-west-2",
    "ca-central-1",
    "eu-west-1",
    "eu-central-1",
    "uk-south-1",
    "asia-east-1",
    "asia-southeast-1",
    "asia-south-1",
];

/// Kinds of devices.
pub const DEVICES: [&str; 4] = ["iphone", "android", "browser", "sensor-node"];

/// Kinds of networks.
pub const NETWORKS: [&str; 4] = ["wifi", "5g", "4g", "ethernet"];

/// How the traffic is generated.
pub const MODES: [&str; 6] = ["continuous", "burst", "cron", "run", "max", "demo"];

/// The member of `known` that equals `value`, or [`OTHER`].
#[must_use]
pub fn label(known: &'static [&'static str], value: &str) -> &'static str {
    known.iter().find(|known| **known == value).copied().unwrap_or(OTHER)
}

/// The body of `POST /api/trace/synthetic/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SyntheticRequest {
    /// One of [`REGIONS`].
    pub region: String,
    /// The region's IANA time zone, such as `Europe/Dublin`.
    pub timezone: String,
    /// One of [`DEVICES`].
    pub device: String,
    /// One of [`NETWORKS`].
    pub network_type: String,
}

/// Its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SyntheticAccepted {
    /// The id from the path.
    pub synthetic_id: String,
    /// The trace that the request made, 32 hexadecimal digits.
    pub trace_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_values_share_one_label() {
        assert_eq!(label(&REGIONS, "eu-west-1"), "eu-west-1");
        assert_eq!(label(&REGIONS, "mars-1"), OTHER);
        assert_eq!(label(&MODES, ""), OTHER);
    }
}
