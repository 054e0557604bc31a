//! Where OTLP is sent (OpenTelemetry specification, "OpenTelemetry Protocol Exporter").

use std::fmt;

use percent_encoding::percent_decode_str;

use crate::config::Var;

/// A signal's URL and the headers that go with each request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The whole URL, path included.
    pub url: String,
    /// `OTEL_EXPORTER_OTLP_HEADERS`.
    pub headers: Headers,
}

/// Names and values of headers; the values, often credentials, are not printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl Endpoint {
    /// The signal's own variable is taken as it is; the general one gets the signal's
    /// path appended.
    pub(crate) fn from_vars(var: Var<'_>, signal: &str) -> Option<Self> {
        let own = var(&format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"));
        let path = signal.to_ascii_lowercase();
        let general = || {
            let base = var("OTEL_EXPORTER_OTLP_ENDPOINT")?;
            Some(format!("{}/v1/{path}", base.trim().trim_end_matches('/')))
        };
        let url = own.map(|url| url.trim().to_owned()).or_else(general)?;
        let headers = var(&format!("OTEL_EXPORTER_OTLP_{signal}_HEADERS"))
            .or_else(|| var("OTEL_EXPORTER_OTLP_HEADERS"));
        Some(Self { url, headers: Headers::parse(headers.as_deref().unwrap_or_default()) })
    }
}

impl Headers {
    /// `name=value` pairs separated by commas, values percent-encoded; other parts are
    /// passed over, as the exporter does.
    fn parse(list: &str) -> Self {
        let pairs = list.split(',').filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
            Some((name.trim().to_owned(), value.into_owned()))
        });
        Self(pairs.collect())
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Option<Endpoint> {
        let var = |name: &str| {
            vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Endpoint::from_vars(&var, "TRACES")
    }

    #[test]
    fn the_general_endpoint_gets_the_signals_path() {
        let endpoint = read(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/")]).unwrap();
        assert_eq!(endpoint.url, "http://collector:4318/v1/traces");
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn the_signals_own_variables_win() {
        let endpoint = read(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://tempo/custom"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=1"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "authorization=Bearer%20abc, x = y ,junk"),
        ])
        .unwrap();
        assert_eq!(endpoint.url, "http://tempo/custom");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(endpoint.headers.0, [pair("authorization", "Bearer abc"), pair("x", "y")]);
        assert!(!format!("{endpoint:?}").contains("abc"));
    }
}
