//! The commands, and the model that each of them stands for.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use http::Uri;

use super::args::{Common, DURATION_MAX, Load, duration, rate};
use super::start::Prepared;
use crate::demo::Story;
use crate::engine::Model;
use crate::persona::population::Population;
use crate::scenario::{Behaviour, Cycles, Day, Scenario};
use crate::schedule::{Faults, Stage};
use crate::worker::closed;

/// `loadgen run`.
#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    faults: Load,
    /// Requests per second
    #[arg(long, default_value = "50", value_parser = rate, conflicts_with = "stage")]
    rate: f64,
    /// How long
    #[arg(long, default_value = "60s", value_parser = duration, conflicts_with = "stage")]
    duration: Duration,
    /// A part of the schedule, RATE:DURATION or RATE..RATE:DURATION for a ramp; repeatable
    #[arg(long, value_name = "RATE[..RATE]:DURATION", value_parser = stage)]
    stage: Vec<Stage>,
}

/// `loadgen max`.
#[derive(Debug, Args)]
pub(super) struct Max {
    #[command(flatten)]
    common: Common,
    /// How long
    #[arg(long, default_value = "10s", value_parser = duration)]
    duration: Duration,
    /// Ask for this path alone, without personas and trace context
    #[arg(long)]
    path: Option<Uri>,
}

/// `loadgen continuous`.
#[derive(Debug, Args)]
pub(super) struct Continuous {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    faults: Load,
    /// Requests per second; the day's mean with --diurnal
    #[arg(long, default_value = "5", value_parser = rate)]
    rate: f64,
    /// How long
    #[arg(long, default_value = "1h", value_parser = duration)]
    duration: Duration,
    /// People sleep and wake by their regions' clocks
    #[arg(long)]
    diurnal: bool,
    /// How much faster than real time the day passes
    #[arg(long, default_value_t = 1.0, requires = "diurnal")]
    time_scale: f64,
    /// When the simulated day begins, RFC 3339 [default: now]
    #[arg(long, requires = "diurnal")]
    day_start: Option<jiff::Timestamp>,
}

/// `loadgen burst`.
#[derive(Debug, Args)]
pub(super) struct Burst {
    #[command(flatten)]
    common: Common,
    /// Cycles
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    cycles: u32,
    /// Requests per second
    #[arg(long, default_value = "50", value_parser = rate)]
    rate: f64,
}

/// `loadgen cron`.
#[derive(Debug, Args)]
pub(super) struct Cron {
    #[command(flatten)]
    common: Common,
    /// Cycles
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    cycles: u32,
    /// Requests per second
    #[arg(long, default_value = "5", value_parser = rate)]
    rate: f64,
}

/// `loadgen slo-demo`.
#[derive(Debug, Args)]
pub(super) struct SloDemo {
    #[command(flatten)]
    common: Common,
    /// Requests per second
    #[arg(long, default_value = "40", value_parser = rate)]
    rate: f64,
    /// How long the four acts last [default: 50s,75s,1m,90s]
    #[arg(long, value_name = "DURATIONS", value_parser = duration, value_delimiter = ',',
          num_args = 1)]
    acts: Option<Vec<Duration>>,
    /// An alert that must come, and end if it is a page, named as the story names it:
    /// `LatencyErrorBudgetBurn (3 times)`; repeatable [default: this one and the pages for errors]
    #[arg(long, value_name = "ALERT")]
    expect: Vec<String>,
}

impl Run {
    pub(super) fn prepare(&self) -> Result<Prepared> {
        let mut scenario = self.common.scenario("run")?;
        if !self.stage.is_empty() {
            scenario.stages = self.stage.clone().into();
        } else if scenario.stages.is_empty() {
            scenario.stages = [Stage::steady("steady", self.rate, self.duration)].into();
        }
        self.faults.apply(&mut scenario)?;
        Ok(Prepared::new(&self.common, Model::Open(Arc::new(scenario))))
    }
}

impl Max {
    pub(super) fn prepare(&self) -> Result<Prepared> {
        let load = match &self.path {
            Some(path) if path.path().starts_with('/') && path.host().is_none() => {
                closed::Load::Path(path.clone())
            }
            Some(path) => bail!("--path {path} must begin with a slash"),
            None => {
                let mut scenario = self.common.scenario("max")?;
                scenario.behaviour.think_ms = 0.0;
                scenario.population.injects_latency = false;
                closed::Load::Sessions(Arc::new(scenario))
            }
        };
        Ok(Prepared::new(&self.common, Model::Closed(load, self.duration)))
    }
}

impl Continuous {
    pub(super) fn prepare(&self) -> Result<Prepared> {
        let mut scenario = self.common.scenario("continuous")?;
        if self.diurnal {
            if !(1.0..=86_400.0).contains(&self.time_scale) {
                bail!("--time-scale must be between 1 and 86400");
            }
            let day = Day {
                start: self.day_start.unwrap_or_else(jiff::Timestamp::now),
                scale: self.time_scale,
            };
            scenario.stages = day.stages(&scenario.population, self.rate, self.duration).into();
            scenario.day = Some(day);
        } else if scenario.stages.is_empty() {
            scenario.stages = [Stage::steady("steady", self.rate, self.duration)].into();
        }
        self.faults.apply(&mut scenario)?;
        Ok(Prepared::new(&self.common, Model::Open(Arc::new(scenario))))
    }
}

impl Burst {
    pub(super) fn prepare(&self) -> Result<Prepared> {
        // One to five, as the seed says.
        let malformed = 1 + u32::try_from(self.common.seed % 5)?;
        cycles(&self.common, "burst", self.rate, Cycles { count: self.cycles, malformed })
    }
}

impl Cron {
    pub(super) fn prepare(&self) -> Result<Prepared> {
        cycles(&self.common, "cron", self.rate, Cycles { count: self.cycles, malformed: 0 })
    }
}

impl SloDemo {
    pub(super) fn prepare(&self) -> Result<Prepared> {
        let mut scenario = self.common.scenario("demo")?;
        let mut story = Story::default();
        if let Some(acts) = &self.acts {
            story.durations = (acts.clone().try_into())
                .map_err(|_| anyhow!("--acts must name the durations of four acts"))?;
        }
        if !self.expect.is_empty() {
            story.expected.clone_from(&self.expect);
        }
        scenario.stages = crate::demo::acts::stages(self.rate, story.durations).into();
        let model = Model::Open(Arc::new(scenario));
        Ok(Prepared { story: Some(story), ..Prepared::new(&self.common, model) })
    }
}

fn cycles(common: &Common, mode: &str, rate: f64, cycles: Cycles) -> Result<Prepared> {
    let mut scenario = common.scenario(mode)?;
    scenario.behaviour.think_ms = 0.0;
    // More than the cycles need: the plan ends with the last of them.
    let longest = f64::from(cycles.count.saturating_mul(10) + cycles.malformed) / rate + 1.0;
    if longest > DURATION_MAX.as_secs_f64() {
        bail!("--rate {rate:?} is too slow: {} cycles may take longer than a day", cycles.count);
    }
    scenario.stages = [Stage::steady("cycles", rate, Duration::from_secs_f64(longest))].into();
    scenario.cycles = Some(cycles);
    Ok(Prepared::new(common, Model::Open(Arc::new(scenario))))
}

impl Common {
    /// The scenario file's, or the built-in one without stages.
    fn scenario(&self, mode: &str) -> Result<Scenario> {
        let mut scenario = Scenario {
            mode: crate::scenario::mode(mode),
            seed: self.seed,
            population: Population::default(),
            behaviour: Behaviour::default(),
            stages: Arc::new([]),
            day: None,
            cycles: None,
        };
        if let Some(path) = &self.scenario {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("could not read the scenario {}", path.display()))?;
            crate::scenario::file::apply(&text, &mut scenario)
                .with_context(|| format!("the scenario {} cannot be used", path.display()))?;
        }
        if self.no_network {
            scenario.population.injects_latency = false;
        }
        Ok(scenario)
    }
}

impl Load {
    /// Gives the faults to every stage that has none of its own.
    fn apply(&self, scenario: &mut Scenario) -> Result<()> {
        if self.errors + self.slow + self.malformed > 1.0 {
            bail!("--errors, --slow and --malformed together must not exceed 1");
        }
        let faults = Faults {
            errors: self.errors,
            slow: self.slow,
            slow_for: self.slow_for,
            malformed: self.malformed,
        };
        scenario.stages = scenario
            .stages
            .iter()
            .map(|stage| {
                let own = stage.faults != Faults::default();
                Stage { faults: if own { stage.faults } else { faults }, ..stage.clone() }
            })
            .collect();
        Ok(())
    }
}

/// `50:10s`, `50..200:30s`.
fn stage(text: &str) -> Result<Stage, String> {
    let (rates, time) = text.split_once(':').ok_or("write RATE:DURATION or RATE..RATE:DURATION")?;
    let duration = duration(time)?;
    let (from, to) = match rates.split_once("..") {
        Some((from, to)) => (any_rate(from)?, any_rate(to)?),
        None => (any_rate(rates)?, any_rate(rates)?),
    };
    Ok(Stage { from, to, ..Stage::steady(text, 0.0, duration) })
}

/// A stage may be silent, or a ramp begin there.
fn any_rate(text: &str) -> Result<f64, String> {
    if text.parse::<f64>().is_ok_and(|rate| rate.abs() < f64::EPSILON) {
        return Ok(0.0);
    }
    rate(text).map_err(|error| format!("the rate {text} {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_read() {
        let ramp = stage("50..200:30s").unwrap();
        assert_eq!((ramp.from, ramp.to, ramp.duration), (50.0, 200.0, Duration::from_secs(30)));
        let silence = stage("0:1s").unwrap();
        assert_eq!((silence.from, silence.to), (0.0, 0.0));
        for text in ["50", "x:1s", "50:x", "50..:1s", "-1:1s"] {
            assert!(stage(text).is_err(), "{text}");
        }
    }
}
