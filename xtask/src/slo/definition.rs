//! What `slos.toml` says.

use anyhow::{Result, bail};
use serde::Deserialize;

use super::duration::Seconds;

/// Samples that a rate needs to be steady.
const SAMPLES: u64 = 4;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    #[serde(rename = "set")]
    pub(crate) sets: Vec<Set>,
    #[serde(rename = "burn")]
    pub(crate) burns: Vec<Burn>,
    #[serde(rename = "slo")]
    pub(crate) slos: Vec<Slo>,
}

/// One rendering of all rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Set {
    /// The folder's name.
    pub(crate) name: String,
    /// Every window is this many times shorter.
    pub(crate) scale: u64,
    /// How often the short windows and the alerts are evaluated.
    pub(crate) interval: Seconds,
    /// How often the long windows are evaluated.
    pub(crate) slow_interval: Seconds,
}

/// A pair of windows that must both burn.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Burn {
    /// Budgets per period.
    pub(crate) rate: f64,
    pub(crate) long: Seconds,
    pub(crate) short: Seconds,
    pub(crate) severity: Severity,
}

/// Who is to look when.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// Somebody, now.
    Page,
    /// Somebody, in working hours.
    Ticket,
}

/// One objective.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Slo {
    pub(crate) name: String,
    pub(crate) service: String,
    /// Per cent of events that must be good.
    pub(crate) objective: f64,
    pub(crate) period: Seconds,
    /// A sentence without its full stop.
    pub(crate) description: String,
    /// The counter of all events, one series per process.
    pub(crate) total: String,
    /// The counter of bad events; this or `good`.
    bad: Option<String>,
    /// The counter of good events; this or `bad`.
    good: Option<String>,
    /// Bad events in the long window that an alert needs.
    pub(crate) floor: u32,
    /// The name of the burn-rate alerts.
    pub(crate) alert: String,
    pub(crate) outage: Option<Outage>,
}

/// An alert for when most requests fail at once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outage {
    pub(crate) alert: String,
    /// Bad events among all.
    pub(crate) ratio: f64,
    pub(crate) window: Seconds,
    pub(crate) r#for: Seconds,
}

/// Which events an objective counts besides all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted<'s> {
    Bad(&'s str),
    Good(&'s str),
}

impl Definition {
    /// Reads the file and refuses what makes no usable rules.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let definition: Self = toml::from_str(text)?;
        for slo in &definition.slos {
            definition.check(slo)?;
        }
        for set in &definition.sets {
            if set.scale == 0 {
                bail!("set {}: scale is 0", set.name);
            }
        }
        Ok(definition)
    }

    fn check(&self, slo: &Slo) -> Result<()> {
        let name = &slo.name;
        if slo.bad.is_some() == slo.good.is_some() {
            bail!("slo {name}: say which events are bad or which are good, one of the two");
        }
        if !(0.0 < slo.objective && slo.objective < 100.0) {
            bail!("slo {name}: an objective of {} % leaves nothing to measure", slo.objective);
        }
        let highest = 1.0 / slo.budget();
        if let Some(burn) = self.burns.iter().find(|burn| burn.rate >= highest) {
            bail!(
                "slo {name}: the budget cannot burn {} times too fast; all events bad is {highest:.1}",
                burn.rate
            );
        }
        Ok(())
    }
}

impl Set {
    /// A window of this set: scaled, but with enough samples in it.
    pub(crate) fn window(&self, nominal: Seconds) -> Seconds {
        nominal.scaled(self.scale, Seconds(self.interval.0 * SAMPLES))
    }

    /// A waiting time of this set.
    pub(crate) fn wait(&self, nominal: Seconds) -> Seconds {
        nominal.scaled(self.scale, self.interval)
    }
}

impl Slo {
    /// The identity that all series of this objective share.
    pub(crate) fn id(&self) -> String {
        format!("{}-{}", self.service, self.name)
    }

    /// The part of all events that may be bad.
    pub(crate) fn budget(&self) -> f64 {
        1.0 - self.objective / 100.0
    }

    /// The counter besides that of all events.
    pub(crate) fn counted(&self) -> Counted<'_> {
        match (&self.bad, &self.good) {
            (Some(bad), _) => Counted::Bad(bad),
            (None, good) => Counted::Good(good.as_deref().unwrap_or_default()),
        }
    }
}

impl Severity {
    /// The value of the label `severity`.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
        }
    }
}

/// A number without the noise of binary fractions.
pub(crate) fn decimal(number: f64) -> String {
    let text = format!("{number:.9}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLO: &str = "[[set]]\nname='p'\nscale=1\ninterval='15s'\nslow_interval='1m'\n\
        [[burn]]\nrate=14.4\nlong='1h'\nshort='5m'\nseverity='page'\n\
        [[slo]]\nname='a'\nservice='s'\nobjective=OBJECTIVE\nperiod='30d'\ndescription='d'\n\
        total='t'\nfloor=1\nalert='A'\n";

    fn parse(objective: &str, counters: &str) -> Result<Definition> {
        Definition::parse(&(SLO.replace("OBJECTIVE", objective) + counters))
    }

    #[test]
    fn a_rate_that_no_outage_reaches_is_refused() {
        assert!(parse("95.0", "bad='b'").is_ok());
        let error = parse("90.0", "bad='b'").unwrap_err().to_string();
        assert!(error.contains("cannot burn 14.4 times"), "{error}");
    }

    #[test]
    fn one_of_good_and_bad_is_needed() {
        for counters in ["", "bad='b'\ngood='g'"] {
            let error = parse("99.0", counters).unwrap_err().to_string();
            assert!(error.contains("one of the two"), "{error}");
        }
        let definition = parse("99.0", "good='g'").unwrap();
        assert_eq!(definition.slos[0].counted(), Counted::Good("g"));
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        assert!(parse("99.0", "bad='b'\nflor=2").is_err());
    }

    #[test]
    fn numbers_are_shown_without_noise() {
        assert_eq!(decimal(1.0 - 0.999), "0.001");
        assert_eq!(decimal(14.4), "14.4");
        assert_eq!(decimal(6.0), "6");
    }
}
