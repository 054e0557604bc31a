//! Whom a connection trusts and how it shows who we are.

use std::error::Error;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;

use crate::config::tls::{NamedFile, TlsFiles};

/// TLS cannot be set up.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A certificate or key cannot be used.
    #[error("{}={:?} is not usable", .file.variable, .file.path)]
    File {
        /// Which, and who named it.
        file: NamedFile,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The library refuses its own defaults.
    #[error("TLS has no usable versions")]
    Versions(#[from] rustls::Error),
}

/// TLS 1.2 and 1.3 by rustls. Without authorities of one's own it trusts Mozilla's list,
/// which is built in: minimal images have none.
pub(super) fn config(files: &TlsFiles) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    match &files.authorities {
        Some(file) => {
            for certificate in certificates(file)? {
                roots.add(certificate).map_err(|error| unusable(file, error))?;
            }
        }
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    let Some((certificate, key)) = &files.identity else {
        return Ok(builder.with_no_client_auth());
    };
    let private = PrivateKeyDer::from_pem_file(&key.path).map_err(|error| unusable(key, error))?;
    builder
        .with_client_auth_cert(certificates(certificate)?, private)
        .map_err(|error| unusable(certificate, error))
}

fn certificates(file: &NamedFile) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(&file.path).and_then(Iterator::collect);
    let certificates: Vec<_> = read.map_err(|error| unusable(file, error))?;
    if certificates.is_empty() {
        return Err(unusable(file, "it holds no certificate"));
    }
    Ok(certificates)
}

fn unusable(file: &NamedFile, source: impl Into<Box<dyn Error + Send + Sync>>) -> TlsError {
    TlsError::File { file: file.clone(), source: source.into() }
}
