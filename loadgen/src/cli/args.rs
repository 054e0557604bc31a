//! Options that commands share.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::report::files::Files;

/// Options of every command.
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Where the lab is
    #[arg(long, env = "LOADGEN_TARGET", default_value = "http://localhost:8080")]
    pub target: String,
    /// Load a target that is neither this machine nor in a private network
    #[arg(long)]
    pub i_own_this_target: bool,
    /// Personas, behaviour and stages from a TOML file
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// What random choices begin with: the same seed plans the same requests
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Connections at the most
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub connections: u16,
    /// Threads that send [default: half of the processors]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub threads: Option<u16>,
    /// When an answer is given up on
    #[arg(long, default_value = "10s", value_parser = duration)]
    pub timeout: Duration,
    /// How long a target that takes no connection is waited for before the run ends
    #[arg(long, default_value = "5s", value_parser = duration)]
    pub patience: Duration,
    /// Send requests at once, without the time that they would take on their networks
    #[arg(long)]
    pub no_network: bool,
    /// Objective: the share of requests that must be good
    #[arg(long, default_value_t = 0.99, value_parser = share)]
    pub availability: f64,
    /// Objective: the share of requests that must be fast enough
    #[arg(long, default_value_t = 0.95, value_parser = share)]
    pub fast: f64,
    /// Objective: what is fast enough
    #[arg(long, default_value = "500ms", value_parser = duration)]
    pub threshold: Duration,
    /// How late 99 % of the requests may be taken up before the run does not count
    #[arg(long, default_value = "50ms", value_parser = duration)]
    pub max_slip: Duration,
    /// Ask the lab whether a sample of the traces arrived whole
    #[arg(long)]
    pub verify_traces: bool,
    /// Tell nothing but the verdict
    #[arg(long, short)]
    pub quiet: bool,
    #[command(flatten)]
    pub(super) files: Files,
}

/// What goes wrong on purpose; shares of the requests.
#[derive(Clone, Copy, Debug, Args)]
pub struct Load {
    /// The share that asks for a 500
    #[arg(long, default_value_t = 0.0, value_parser = share)]
    pub errors: f64,
    /// The share that asks for a delay
    #[arg(long, default_value_t = 0.0, value_parser = share)]
    pub slow: f64,
    /// The delay
    #[arg(long, default_value = "1s", value_parser = duration)]
    pub slow_for: Duration,
    /// The share that the lab must refuse
    #[arg(long, default_value_t = 0.0, value_parser = share)]
    pub malformed: f64,
}

/// `1h 30m`, `90s`, `250ms`; longer than nothing and at most a day.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if duration.is_zero() || duration > DURATION_MAX {
        return Err("must be longer than 0 and at most a day".to_owned());
    }
    Ok(duration)
}

/// A number from 0 to 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "is no number".to_owned())?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("must be between 0 and 1".to_owned()) }
}

/// Requests per second.
pub(super) fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "is no number".to_owned())?;
    if rate > 0.0 && rate <= RATE_MAX {
        Ok(rate)
    } else {
        Err(format!("must be more than 0 and at most {RATE_MAX}"))
    }
}

/// What nobody asks for without meaning `max`.
const RATE_MAX: f64 = 100_000.0;
/// What nobody watches to its end.
pub(super) const DURATION_MAX: Duration = Duration::from_hours(24);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_bounded() {
        assert_eq!(duration("1m 30s"), Ok(Duration::from_secs(90)));
        for text in ["0s", "25h", "soon", "-1s", ""] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert_eq!(share("0.25"), Ok(0.25));
        for text in ["-0.1", "1.1", "NaN", "x"] {
            assert!(share(text).is_err(), "{text}");
        }
        for text in ["0", "-1", "NaN", "inf", "100001"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }
}
