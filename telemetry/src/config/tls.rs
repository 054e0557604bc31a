//! Certificates for endpoints with `https://`.
//!
//! - `OTEL_EXPORTER_OTLP_CERTIFICATE`: a PEM file with the authorities to trust, in
//!   place of Mozilla's list.
//! - `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`, `OTEL_EXPORTER_OTLP_CLIENT_KEY`: PEM files
//!   with the certificate chain and the key by which the endpoint knows this process.

use std::path::PathBuf;

use super::ConfigError;
use super::vars::{Found, Vars};

/// The files of one signal; read when the exporter is built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// The authorities to trust.
    pub authorities: Option<NamedFile>,
    /// Our certificate and its key.
    pub identity: Option<(NamedFile, NamedFile)>,
}

/// A file and the variable that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// The variable.
    pub variable: String,
    /// Where the file is.
    pub path: PathBuf,
}

impl TlsFiles {
    pub(super) fn from_vars(vars: &Vars<'_>) -> Result<Self, ConfigError> {
        let file = |Found { name, value }| NamedFile { variable: name, path: value.into() };
        let identity = match (vars.otlp("CLIENT_CERTIFICATE"), vars.otlp("CLIENT_KEY")) {
            (Some(certificate), Some(key)) => Some((file(certificate), file(key))),
            (None, None) => None,
            (Some(alone), None) => return Err(alone.refuse("its _CLIENT_KEY is missing")),
            (None, Some(alone)) => return Err(alone.refuse("its _CLIENT_CERTIFICATE is missing")),
        };
        Ok(Self { authorities: vars.otlp("CERTIFICATE").map(file), identity })
    }
}

#[cfg(test)]
mod tests {
    use super::super::vars::fake;
    use super::*;

    const CERTIFICATE: (&str, &str) = ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/lab.pem");
    const KEY: (&str, &str) = ("OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY", "/lab.key");

    fn read(vars: &[(&'static str, &'static str)]) -> Result<TlsFiles, ConfigError> {
        TlsFiles::from_vars(&Vars { lookup: &fake(vars), signal: "LOGS" })
    }

    #[test]
    fn an_identity_is_a_certificate_and_a_key() {
        assert_eq!(read(&[]), Ok(TlsFiles::default()));
        let (certificate, key) = read(&[CERTIFICATE, KEY]).unwrap().identity.unwrap();
        assert_eq!((certificate.variable.as_str(), key.variable.as_str()), (CERTIFICATE.0, KEY.0));
        assert_eq!(read(&[CERTIFICATE]).unwrap_err().variable, CERTIFICATE.0);
        assert_eq!(read(&[KEY]).unwrap_err().variable, KEY.0);
    }
}
