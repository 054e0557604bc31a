//! Where the stack's programs answer. Each is a flag and a variable; the defaults are the
//! ports that compose.yaml publishes on this machine.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Shows whether a deployed stack works; exits with 1 when it does not.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Config {
    /// The front door
    #[arg(long, env = "VERIFY_BASE", default_value = "http://localhost:8080", value_parser = base)]
    pub(crate) base: String,
    /// Prometheus
    #[arg(long, env = "VERIFY_PROMETHEUS", default_value = "http://localhost:9090", value_parser = base)]
    pub(crate) prometheus: String,
    /// Tempo
    #[arg(long, env = "VERIFY_TEMPO", default_value = "http://localhost:3200", value_parser = base)]
    pub(crate) tempo: String,
    /// Loki
    #[arg(long, env = "VERIFY_LOKI", default_value = "http://localhost:3100", value_parser = base)]
    pub(crate) loki: String,
    /// Alertmanager
    #[arg(long, env = "VERIFY_ALERTMANAGER", default_value = "http://localhost:9093", value_parser = base)]
    pub(crate) alertmanager: String,
    /// The collector's health check
    #[arg(long, env = "VERIFY_COLLECTOR", default_value = "http://localhost:13133", value_parser = base)]
    pub(crate) collector: String,
    /// Grafana
    #[arg(long, env = "VERIFY_GRAFANA", default_value = "http://localhost:3000", value_parser = base)]
    pub(crate) grafana: String,
    /// Leave Grafana's steps out: it does not run here
    #[arg(long, env = "VERIFY_WITHOUT_GRAFANA")]
    pub(crate) without_grafana: bool,
    /// Where loadgen sends its spans
    #[arg(long, env = "VERIFY_OTLP", default_value = "http://localhost:4318", value_parser = base)]
    pub(crate) otlp: String,
    /// The load generator; without it nothing is counted
    #[arg(long, env = "VERIFY_LOADGEN", value_name = "PROGRAM")]
    pub(crate) loadgen: Option<PathBuf>,
    /// Seconds of traffic, over which counts are compared; 0 leaves that out
    #[arg(long, env = "VERIFY_TRAFFIC", default_value_t = 60, value_parser = clap::value_parser!(u16).range(0..=600))]
    pub(crate) traffic: u16,
    /// Folder of the dashboards, whose queries are asked
    #[arg(long, env = "VERIFY_DASHBOARDS", default_value = "grafana/dashboards")]
    pub(crate) dashboards: String,
    /// Seconds that anything may take to arrive
    #[arg(long, env = "VERIFY_PATIENCE", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=3_600))]
    patience: u64,
    /// Seconds after which nothing more is begun and the report is printed
    #[arg(long, env = "VERIFY_DEADLINE", default_value_t = 360, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    deadline: u64,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

impl Config {
    /// How long anything may take to arrive.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.patience)
    }

    /// How long the whole may take.
    pub(crate) fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline)
    }
}

/// Paths are added to it, so it must not end in a slash.
fn base(url: &str) -> Result<String, String> {
    if url.starts_with("http://") || url.starts_with("https://") {
        Ok(url.trim_end_matches('/').to_owned())
    } else {
        Err("write http://HOST[:PORT]".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn verify_cli() {
        Config::command().debug_assert();
    }

    #[test]
    fn addresses_end_without_a_slash() {
        let config = Config::try_parse_from(["verify", "--base", "http://lab:8080/"]);
        assert_eq!(config.unwrap().base, "http://lab:8080");
        assert!(Config::try_parse_from(["verify", "--base", "lab:8080"]).is_err());
    }

    #[test]
    fn the_deadline_is_below_the_limits_of_those_who_call() {
        let config = Config::try_parse_from(["verify"]).unwrap();
        // `deploy verify-host` waits for 8 minutes, the start of the container included.
        assert!(config.deadline() <= Duration::from_mins(7), "{:?}", config.deadline());
        assert!(Config::try_parse_from(["verify", "--deadline", "0"]).is_err());
    }

    #[test]
    fn patience_has_an_end() {
        let given = |seconds| Config::try_parse_from(["verify", "--patience", seconds]);
        assert_eq!(given("0").unwrap().patience(), Duration::ZERO);
        assert_eq!(given("3600").unwrap().patience(), Duration::from_hours(1));
        // No clock could be added to it.
        assert!(given("18446744073709551615").is_err());
    }
}
