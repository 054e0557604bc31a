//! All the personas that there may be, and how one is drawn.

use std::time::Duration;

use api_types::synthetic::{DEVICES, NETWORKS, REGIONS};
use rand::{Rng, RngExt};

use super::Persona;
use super::device::{self, Device};
use super::network::{self, Network};
use super::region::{self, Region};

/// Weights and models of regions, devices and networks.
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    /// In the order of [`REGIONS`].
    pub regions: [Region; REGIONS.len()],
    /// In the order of [`DEVICES`].
    pub devices: [Device; DEVICES.len()],
    /// In the order of [`NETWORKS`].
    pub networks: [Network; NETWORKS.len()],
    /// Whether requests are held back for as long as their network takes.
    pub injects_latency: bool,
}

impl Default for Population {
    fn default() -> Self {
        Self {
            regions: region::DEFAULTS,
            devices: device::DEFAULTS,
            networks: network::DEFAULTS,
            injects_latency: true,
        }
    }
}

impl Population {
    /// Draws a persona; `activity` multiplies the regions' weights, in their order.
    pub fn draw(&self, rng: &mut impl Rng, activity: Option<&[f64]>) -> Persona {
        let region = pick(rng, REGIONS.len(), |at| {
            self.regions[at].weight * activity.map_or(1.0, |activity| activity[at])
        });
        let device = pick(rng, DEVICES.len(), |at| self.devices[at].weight);
        let networks = &self.devices[usize::from(device)].networks;
        let network = pick(rng, NETWORKS.len(), |at| networks[at]);
        Persona { region, device, network }
    }

    /// How long a message of this persona takes, one way; nothing where latency is not
    /// injected.
    pub fn path(&self, persona: Persona, rng: &mut impl Rng) -> Duration {
        if !self.injects_latency {
            return Duration::ZERO;
        }
        let access = self.networks[usize::from(persona.network)].draw(rng);
        self.regions[usize::from(persona.region)].path + access
    }
}

/// One of `count` places, each as likely as its weight says.
fn pick(rng: &mut impl Rng, count: usize, weight: impl Fn(usize) -> f64) -> u8 {
    let total: f64 = (0..count).map(&weight).sum();
    let mut left = rng.random::<f64>() * total;
    let mut chosen = 0;
    for at in 0..count {
        if weight(at) > 0.0 {
            chosen = at;
            left -= weight(at);
            if left < 0.0 {
                break;
            }
        }
    }
    // The enumerations have a handful of members each.
    u8::try_from(chosen).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn shares_are_the_weights() {
        let population = Population::default();
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let (mut first, mut sensors_on_5g) = (0, 0);
        for _ in 0..20_000 {
            let persona = population.draw(&mut rng, None);
            first += u32::from(persona.region() == "us-east-1");
            sensors_on_5g +=
                u32::from(persona.device() == "sensor-node" && persona.network() == "5g");
        }
        assert!((3_800..4_200).contains(&first), "{first} of 20 %");
        assert_eq!(sensors_on_5g, 0);
    }

    #[test]
    fn a_sleeping_region_sends_nobody() {
        let population = Population::default();
        let mut activity = [0.0; REGIONS.len()];
        activity[7] = 1.0;
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for _ in 0..100 {
            assert_eq!(population.draw(&mut rng, Some(&activity)).region(), "asia-southeast-1");
        }
    }
}
