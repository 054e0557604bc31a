//! Looking variables up.

use super::{ConfigError, refused};

/// The variables of one signal.
pub(super) struct Vars<'l> {
    pub(super) lookup: &'l dyn Fn(&str) -> Option<String>,
    /// `TRACES` or `LOGS`.
    pub(super) signal: &'static str,
}

/// A variable that has a value.
pub(super) struct Found {
    pub(super) name: String,
    /// Without surrounding white space; never empty.
    pub(super) value: String,
}

impl Vars<'_> {
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let value = (self.lookup)(name)?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    }

    pub(super) fn find(&self, name: String) -> Option<Found> {
        self.get(&name).map(|value| Found { name, value })
    }

    /// `OTEL_EXPORTER_OTLP_{signal}_{name}`.
    pub(super) fn own(&self, name: &str) -> Option<Found> {
        self.find(format!("OTEL_EXPORTER_OTLP_{}_{name}", self.signal))
    }

    /// `OTEL_EXPORTER_OTLP_{name}`.
    pub(super) fn general(&self, name: &str) -> Option<Found> {
        self.find(format!("OTEL_EXPORTER_OTLP_{name}"))
    }

    /// The signal's own variable, or else the general one.
    pub(super) fn otlp(&self, name: &str) -> Option<Found> {
        self.own(name).or_else(|| self.general(name))
    }
}

impl Found {
    /// The value is not printed: it may hold a credential.
    pub(super) fn refuse_secret(&self, expected: &str) -> ConfigError {
        refused(&self.name, "[REDACTED]", expected)
    }

    pub(super) fn refuse(&self, expected: &str) -> ConfigError {
        refused(&self.name, &self.value, expected)
    }

    /// A positive number.
    pub(super) fn number<N>(&self) -> Result<N, ConfigError>
    where
        N: std::str::FromStr + PartialOrd + From<u8>,
    {
        let number = self.value.parse().ok().filter(|value| *value >= N::from(1));
        number.ok_or_else(|| self.refuse("expected a positive whole number"))
    }
}

/// An environment for tests.
#[cfg(test)]
pub(super) fn fake<'v>(vars: &'v [(&'v str, &'v str)]) -> impl Fn(&str) -> Option<String> + 'v {
    |name| {
        let found = vars.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    }
}
