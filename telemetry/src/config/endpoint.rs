//! Where OTLP is sent (OpenTelemetry specification, "OpenTelemetry Protocol Exporter").
//!
//! - `OTEL_EXPORTER_OTLP_ENDPOINT`: a URL to which, over HTTP, each signal's path is
//!   appended. A signal's own form is taken as it is. With gRPC there is no path, and
//!   without `http://` or `https://` the next variable decides.
//! - `OTEL_EXPORTER_OTLP_INSECURE`: `true` means `http://` there.
//! - `OTEL_EXPORTER_OTLP_HEADERS`: `name=value` pairs separated by commas, values
//!   percent-encoded, for each request.

use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use percent_encoding::percent_decode_str;

use super::ConfigError;
use super::export::Protocol;
use super::vars::{Found, Vars};

/// A signal's URL and the headers that go with each request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The whole URL; for gRPC it has no path.
    pub url: Uri,
    /// What goes with each request. The values, often credentials, are not printed.
    pub headers: HeaderMap,
}

impl Endpoint {
    pub(super) fn from_vars(
        vars: &Vars<'_>,
        protocol: Protocol,
    ) -> Result<Option<Self>, ConfigError> {
        let url = match (vars.own("ENDPOINT"), vars.general("ENDPOINT")) {
            (None, None) => return Ok(None),
            (Some(found), _) | (None, Some(found)) if protocol == Protocol::Grpc => {
                grpc_url(vars, &found)?
            }
            (Some(found), _) => parse(&found, &found.value)?,
            (None, Some(found)) => {
                let base = parse(&found, &found.value)?;
                if base.query().is_some() {
                    return Err(found.refuse("a path is appended to it: it can have no query"));
                }
                let signal = vars.signal.to_ascii_lowercase();
                parse(&found, &format!("{}/v1/{signal}", found.value.trim_end_matches('/')))?
            }
        };
        let headers = vars.otlp("HEADERS").map_or_else(|| Ok(HeaderMap::new()), |h| headers(&h))?;
        Ok(Some(Self { url, headers }))
    }
}

fn grpc_url(vars: &Vars<'_>, found: &Found) -> Result<Uri, ConfigError> {
    let insecure = vars.otlp("INSECURE").is_some_and(|it| it.value.eq_ignore_ascii_case("true"));
    let scheme = match (found.value.contains("://"), insecure) {
        (true, _) => "",
        (false, true) => "http://",
        (false, false) => "https://",
    };
    let url = parse(found, &format!("{scheme}{}", found.value))?;
    if url.path_and_query().is_some_and(|path| path.as_str() != "/") {
        return Err(found.refuse("with grpc it can have no path"));
    }
    Ok(url)
}

fn parse(found: &Found, url: &str) -> Result<Uri, ConfigError> {
    if url.contains('@') {
        return Err(found.refuse_secret("credentials belong into OTEL_EXPORTER_OTLP_HEADERS"));
    }
    let expected = "expected a URL such as http://collector:4318";
    let url: Uri = url.parse().map_err(|_| found.refuse(expected))?;
    let usable = matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some();
    if usable { Ok(url) } else { Err(found.refuse(expected)) }
}

/// A list with a part that cannot be sent is refused: to leave it out would only show
/// as a collector that refuses everything.
fn headers(found: &Found) -> Result<HeaderMap, ConfigError> {
    let mut headers = HeaderMap::new();
    for pair in found.value.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (name, value) = header(pair).ok_or_else(|| {
            found.refuse_secret("expected name=value pairs separated by commas, percent-encoded")
        })?;
        headers.insert(name, value);
    }
    Ok(headers)
}

fn header(pair: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = pair.split_once('=')?;
    let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
    let mut value = HeaderValue::from_str(&value).ok()?;
    value.set_sensitive(true);
    Some((name.trim().parse().ok()?, value))
}

#[cfg(test)]
mod tests {
    use super::super::vars::fake;
    use super::*;

    fn read(
        protocol: Protocol,
        vars: &[(&'static str, &'static str)],
    ) -> Result<Option<Endpoint>, ConfigError> {
        Endpoint::from_vars(&Vars { lookup: &fake(vars), signal: "TRACES" }, protocol)
    }

    fn url(protocol: Protocol, vars: &[(&'static str, &'static str)]) -> String {
        read(protocol, vars).unwrap().unwrap().url.to_string()
    }

    const GENERAL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    const OWN: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";

    #[test]
    fn over_http_the_general_endpoint_gets_the_signals_path() {
        for (base, whole) in [
            ("http://collector:4318", "http://collector:4318/v1/traces"),
            ("https://collector/", "https://collector/v1/traces"),
            ("http://[::1]:4318/otlp/", "http://[::1]:4318/otlp/v1/traces"),
        ] {
            assert_eq!(url(Protocol::HttpProtobuf, &[(GENERAL, base)]), whole);
        }
        let both = [(GENERAL, "http://collector:4318"), (OWN, "http://tempo/custom?a=b")];
        assert_eq!(url(Protocol::HttpJson, &both), "http://tempo/custom?a=b");
        assert_eq!(read(Protocol::HttpProtobuf, &[]), Ok(None));
    }

    #[test]
    fn over_grpc_the_scheme_may_be_left_out() {
        let general = "OTEL_EXPORTER_OTLP_INSECURE";
        let own = "OTEL_EXPORTER_OTLP_TRACES_INSECURE";
        for (vars, whole) in [
            (vec![(GENERAL, "http://collector:4317")], "http://collector:4317/"),
            (vec![(OWN, "https://collector:4317/"), (general, "true")], "https://collector:4317/"),
            (vec![(GENERAL, "collector:4317")], "https://collector:4317/"),
            (vec![(GENERAL, "collector:4317"), (general, "TRUE")], "http://collector:4317/"),
            (
                vec![(OWN, "collector:4317"), (general, "true"), (own, "false")],
                "https://collector:4317/",
            ),
        ] {
            assert_eq!(url(Protocol::Grpc, &vars), whole);
        }
    }

    #[test]
    fn unusable_endpoints_are_named() {
        for (protocol, name, value) in [
            (Protocol::HttpProtobuf, GENERAL, "collector:4318"),
            (Protocol::HttpProtobuf, GENERAL, "/v1/traces"),
            (Protocol::HttpProtobuf, GENERAL, "ftp://collector"),
            (Protocol::HttpProtobuf, GENERAL, "http://"),
            (Protocol::HttpProtobuf, GENERAL, "http://collector?a=b"),
            (Protocol::HttpProtobuf, OWN, "http://a b/"),
            (Protocol::Grpc, GENERAL, "http://collector:4317/v1/traces"),
            (Protocol::Grpc, OWN, "unix:///run/collector"),
        ] {
            let error = read(protocol, &[(name, value)]).unwrap_err();
            assert_eq!((error.variable.as_str(), error.value.as_str()), (name, value));
        }
        let secret = [(GENERAL, "http://me:hunter2@collector:4318")];
        let error = read(Protocol::HttpProtobuf, &secret).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn headers_are_decoded_and_kept_secret() {
        let endpoint = read(
            Protocol::Grpc,
            &[
                (GENERAL, "http://collector"),
                (HEADERS, "a=1"),
                ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "authorization=Bearer%20abc, X = y=z ,"),
            ],
        );
        let endpoint = endpoint.unwrap().unwrap();
        assert_eq!(endpoint.headers.len(), 2);
        assert_eq!(endpoint.headers["authorization"], "Bearer abc");
        assert_eq!(endpoint.headers["x"], "y=z");
        assert!(!format!("{endpoint:?}").contains("abc"));
    }

    #[test]
    fn headers_that_cannot_be_sent_are_refused_unprinted() {
        for list in ["secret", "a b=secret", "=secret", "a=secret%0Ax", "a=1,b=secret%ff"] {
            let vars = [(GENERAL, "http://collector"), (HEADERS, list)];
            let error = read(Protocol::HttpProtobuf, &vars).unwrap_err();
            assert_eq!(error.variable, HEADERS);
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
