//! Access networks: what they add to a request's way.

use std::time::Duration;

use api_types::synthetic::NETWORKS;
use rand::{Rng, RngExt};

/// The kernel's shortest time to a retransmission (`TCP_RTO_MIN` of Linux).
const RETRANSMISSION: Duration = Duration::from_millis(200);
/// Retransmissions of one packet at the most; each waits twice as long as the last.
const RETRANSMISSIONS_MAX: u32 = 4;

/// The model of one direction: a fixed part, an exponentially distributed one, and
/// packets that are lost and sent again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Network {
    /// The fixed part.
    pub latency: Duration,
    /// The mean of what comes on top.
    pub jitter: Duration,
    /// The share of packets that are lost, 0 to 1.
    pub loss: f64,
}

/// In the order of [`NETWORKS`]: orders of magnitude of a good day, not a measurement.
pub const DEFAULTS: [Network; NETWORKS.len()] = [
    network(2_000, 2_000, 0.002),
    network(8_000, 4_000, 0.003),
    network(20_000, 10_000, 0.008),
    network(300, 100, 0.0),
];

const fn network(latency_us: u64, jitter_us: u64, loss: f64) -> Network {
    Network {
        latency: Duration::from_micros(latency_us),
        jitter: Duration::from_micros(jitter_us),
        loss,
    }
}

impl Network {
    /// How long one message takes, one way.
    pub fn draw(&self, rng: &mut impl Rng) -> Duration {
        // 1 - [0, 1) is never 0, so its logarithm is finite.
        let exponential = -(1.0 - rng.random::<f64>()).ln();
        let mut time = self.latency + self.jitter.mul_f64(exponential);
        let mut timeout = RETRANSMISSION;
        for _ in 0..RETRANSMISSIONS_MAX {
            if rng.random::<f64>() >= self.loss {
                break;
            }
            time += timeout;
            timeout *= 2;
        }
        time
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn the_mean_is_the_models() {
        let model = Network {
            latency: Duration::from_millis(10),
            jitter: Duration::from_millis(5),
            loss: 0.0,
        };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let sum: Duration = (0..10_000).map(|_| model.draw(&mut rng)).sum();
        let mean_ms = sum.as_secs_f64() * 1e3 / 10_000.0;
        assert!((14.8..15.2).contains(&mean_ms), "{mean_ms}");
    }

    #[test]
    fn a_lost_packet_costs_its_retransmissions() {
        let lossy = Network { latency: Duration::ZERO, jitter: Duration::ZERO, loss: 1.0 };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(lossy.draw(&mut rng), RETRANSMISSION * (1 + 2 + 4 + 8));
    }
}
