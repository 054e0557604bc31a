//! Scenarios from a file.
//!
//! ```toml
//! [regions.eu-west-1]
//! weight = 3.0           # relative to the other regions
//! path_ms = 13.0         # one way to the lab
//!
//! [devices.iphone]
//! weight = 2.0
//! networks = { wifi = 1.0, 5g = 1.0 }
//!
//! [networks.4g]
//! latency_ms = 20.0      # one way, to the provider
//! jitter_ms = 10.0       # the mean of what comes on top
//! loss = 0.008           # share of packets
//!
//! [behaviour]
//! think_ms = 1500.0
//!
//! [[stages]]
//! name = "errors"
//! rate = 50.0
//! to = 100.0             # a ramp; without it the rate is constant
//! seconds = 60.0
//! errors = 0.2
//! slow = 0.1
//! slow_ms = 800.0
//! malformed = 0.01
//! ```
//!
//! What a file does not mention keeps its built-in value, except that a file which
//! mentions regions or devices sends from these alone.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use api_types::synthetic::{DEVICES, NETWORKS, REGIONS};
use serde::Deserialize;

use super::{Behaviour, Scenario};
use crate::schedule::{Faults, Stage};

/// Stages at the most.
const STAGES_MAX: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    regions: BTreeMap<String, Region>,
    #[serde(default)]
    devices: BTreeMap<String, Device>,
    #[serde(default)]
    networks: BTreeMap<String, Network>,
    behaviour: Option<Behaviour>,
    #[serde(default)]
    stages: Vec<FileStage>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Region {
    weight: f64,
    path_ms: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Device {
    weight: f64,
    networks: Option<BTreeMap<String, f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Network {
    latency_ms: f64,
    #[serde(default)]
    jitter_ms: f64,
    #[serde(default)]
    loss: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileStage {
    name: String,
    rate: f64,
    to: Option<f64>,
    seconds: f64,
    #[serde(default)]
    errors: f64,
    #[serde(default)]
    slow: f64,
    #[serde(default)]
    slow_ms: f64,
    #[serde(default)]
    malformed: f64,
}

/// Puts what a file says into a scenario.
pub fn apply(text: &str, scenario: &mut Scenario) -> Result<()> {
    let file: File = toml::from_str(text)?;
    let population = &mut scenario.population;
    if !file.regions.is_empty() {
        population.regions.iter_mut().for_each(|region| region.weight = 0.0);
    }
    for (name, region) in file.regions {
        let place = &mut population.regions[place(&REGIONS, "region", &name)?];
        place.weight = weight(region.weight)?;
        if let Some(path) = region.path_ms {
            place.path = ms("path_ms", path)?;
        }
    }
    if !file.devices.is_empty() {
        population.devices.iter_mut().for_each(|device| device.weight = 0.0);
    }
    for (name, device) in file.devices {
        let place_of = &mut population.devices[place(&DEVICES, "device", &name)?];
        place_of.weight = weight(device.weight)?;
        if let Some(networks) = device.networks {
            place_of.networks = [0.0; NETWORKS.len()];
            for (network, share) in networks {
                place_of.networks[place(&NETWORKS, "network", &network)?] = weight(share)?;
            }
            ensure!(place_of.networks.iter().sum::<f64>() > 0.0, "{name} has no network");
        }
    }
    for (name, network) in file.networks {
        ensure!((0.0..=1.0).contains(&network.loss), "the loss of {name} must be from 0 to 1");
        population.networks[place(&NETWORKS, "network", &name)?] =
            crate::persona::network::Network {
                latency: ms("latency_ms", network.latency_ms)?,
                jitter: ms("jitter_ms", network.jitter_ms)?,
                loss: network.loss,
            };
    }
    ensure!(population.regions.iter().any(|region| region.weight > 0.0), "no region has a weight");
    ensure!(population.devices.iter().any(|device| device.weight > 0.0), "no device has a weight");
    if let Some(behaviour) = file.behaviour {
        if let Some(complaint) = behaviour.complaint() {
            bail!(complaint);
        }
        scenario.behaviour = behaviour;
    }
    ensure!(file.stages.len() <= STAGES_MAX, "more than {STAGES_MAX} stages");
    if !file.stages.is_empty() {
        let stages = file.stages.into_iter().map(stage).collect::<Result<Vec<_>>>()?;
        scenario.stages = stages.into();
    }
    Ok(())
}

fn stage(stage: FileStage) -> Result<Stage> {
    let FileStage { name, rate, to, seconds, errors, slow, slow_ms, malformed } = stage;
    let to = to.unwrap_or(rate);
    for rate in [rate, to] {
        ensure!((0.0..=100_000.0).contains(&rate), "{name}: the rate {rate} is out of bounds");
    }
    ensure!(seconds > 0.0 && seconds <= 86_400.0, "{name}: from 0 to 86400 seconds");
    let faults = [errors, slow, malformed];
    ensure!(
        faults.iter().all(|share| (0.0..=1.0).contains(share)) && faults.iter().sum::<f64>() <= 1.0,
        "{name}: errors, slow and malformed are shares, 1 in all at the most"
    );
    let slow_for = if slow_ms > 0.0 { ms("slow_ms", slow_ms)? } else { Duration::from_secs(1) };
    let faults = Faults { errors, slow, slow_for, malformed };
    Ok(Stage { name, from: rate, to, duration: Duration::from_secs_f64(seconds), faults })
}

fn place(known: &[&str], what: &str, name: &str) -> Result<usize> {
    known
        .iter()
        .position(|known| *known == name)
        .with_context(|| format!("{name} is no {what}; there are {}", known.join(", ")))
}

fn weight(weight: f64) -> Result<f64> {
    ensure!((0.0..=1e9).contains(&weight), "the weight {weight} is out of bounds");
    Ok(weight)
}

fn ms(what: &str, ms: f64) -> Result<Duration> {
    ensure!((0.0..=30_000.0).contains(&ms), "{what} must be from 0 to 30000 (got {ms})");
    Ok(Duration::from_secs_f64(ms / 1e3))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::persona::population::Population;

    fn read(text: &str) -> Result<Scenario> {
        let mut scenario = Scenario {
            mode: "run",
            seed: 1,
            population: Population::default(),
            behaviour: Behaviour::default(),
            stages: Arc::new([]),
            day: None,
            cycles: None,
        };
        apply(text, &mut scenario)?;
        Ok(scenario)
    }

    /// What the module's documentation shows works.
    #[test]
    fn the_documented_file_is_read() {
        let source = include_str!("file.rs");
        let lines = source.lines().skip_while(|line| !line.contains("```toml")).skip(1);
        let text: String = lines
            .take_while(|line| !line.contains("```"))
            .map(|line| line.trim_start_matches("//!").trim_start().to_owned() + "\n")
            .collect();
        let scenario = read(&text).unwrap();
        let senders: Vec<_> =
            scenario.population.regions.iter().filter(|region| region.weight > 0.0).collect();
        assert_eq!(senders.len(), 1);
        assert_eq!(senders[0].path, Duration::from_millis(13));
        assert!((scenario.population.devices[0].networks[0] - 1.0).abs() < 1e-9);
        assert_eq!(scenario.population.networks[2].jitter, Duration::from_millis(10));
        let stage = &scenario.stages[0];
        assert_eq!((stage.from, stage.to), (50.0, 100.0));
        assert_eq!(stage.faults.slow_for, Duration::from_millis(800));
    }

    #[test]
    fn nonsense_is_told() {
        for (text, told) in [
            ("[regions.mars-1]\nweight = 1.0", "mars-1 is no region"),
            ("[regions.us-east-1]\nweight = 0.0", "no region has a weight"),
            ("[devices.iphone]\nweight = -1.0", "out of bounds"),
            ("[networks.4g]\nlatency_ms = 1.0\nloss = 2.0", "from 0 to 1"),
            ("[behaviour]\nabandon = 7.0", "behaviour.abandon"),
            ("[behaviour]\nhurry = 7.0", "unknown field"),
            ("[[stages]]\nname = 'x'\nrate = 1.0\nseconds = 0.0", "seconds"),
            (
                "[[stages]]\nname = 'x'\nrate = 1.0\nseconds = 1.0\nerrors = 0.7\nslow = 0.7",
                "1 in all",
            ),
        ] {
            let error = format!("{:#}", read(text).unwrap_err());
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
