//! Endpoints with `https://`.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tempfile::TempDir;

use super::{AT_ONCE, PROTOCOLS, TAKE, ask, dropped, spans, stop, until};
use crate::authority::Authority;
use crate::collector::Collector;
use crate::lab::{Lab, command, output};

impl Authority {
    /// A server at the loopback address that wants to see one of our certificates too.
    fn server(&self) -> ServerConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let clients =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .unwrap();
        let (certificate, key) = self.certify("127.0.0.1");
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap()
    }
}

/// Files for the settings.
struct Files {
    _folder: TempDir,
    authority: String,
    certificate: String,
    key: String,
}

impl Files {
    fn new(authority: &Authority) -> Self {
        let folder = TempDir::new().unwrap();
        let write = |name: &str, pem: String| {
            let path: PathBuf = folder.path().join(name);
            std::fs::write(&path, pem).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let (certificate, key) = authority.certify("lab");
        Self {
            authority: write("ca.pem", authority.0.pem()),
            certificate: write("lab.pem", certificate.pem()),
            key: write("lab.key", key.serialize_pem()),
            _folder: folder,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_authority_and_a_client_certificate_work() {
    let authority = Authority::new();
    let files = Files::new(&authority);
    for protocol in PROTOCOLS {
        let collector = Collector::new(TAKE);
        let server = collector.serve_tls(authority.server()).await;
        let endpoint = format!("https://{}", server.address);
        let lab = Lab::start(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", &files.authority),
            ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", &files.certificate),
            ("OTEL_EXPORTER_OTLP_CLIENT_KEY", &files.key),
        ]);
        ask(&lab, 1).await;
        stop(lab).await;
        let received = collector.received();
        assert_eq!(received.spans()[0].name, "GET /api/simulate-slow");
        assert!(!received.records().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_authority_is_refused_and_named() {
    let authority = Authority::new();
    for protocol in PROTOCOLS {
        let collector = Collector::new(TAKE);
        let server = collector.serve_tls(authority.server()).await;
        let endpoint = format!("https://{}", server.address);
        let lab = Lab::start(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
            AT_ONCE[0],
        ]);
        ask(&lab, 1).await;
        until("the drop", async || dropped(&lab, "span", "export_failed").await == 1).await;
        let lines = stop(lab).await;
        assert!(collector.received().calls.is_empty());
        let said = lines.iter().any(|line| {
            line["target"] == "telemetry::export"
                && line["exception.message"].as_str().unwrap_or_default().contains("UnknownIssuer")
        });
        assert!(said, "{protocol}: {lines:#?}");
    }
}

/// Sends to a collector whose certificate the settings allow, but shows it none.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_client_certificate_loses_spans_and_counts_them() {
    let authority = Authority::new();
    let files = Files::new(&authority);
    let collector = Collector::new(TAKE);
    let server = collector.serve_tls(authority.server()).await;
    let lab = Lab::start(&[
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &format!("https://{}/v1/traces", server.address)),
        ("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", &files.authority),
        AT_ONCE[0],
    ]);
    ask(&lab, 1).await;
    until("the drop", async || dropped(&lab, "span", "export_failed").await == 1).await;
    stop(lab).await;
    assert!(collector.received().calls.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheme_left_out_means_tls_over_grpc() {
    let authority = Authority::new();
    let files = Files::new(&authority);
    let (open, secure) = (Collector::new(TAKE), Collector::new(TAKE));
    let for_traces = secure.serve_tls(authority.server()).await.address.to_string();
    let for_logs = open.serve("127.0.0.1:0").await.address.to_string();
    let lab = Lab::start(&[
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &for_traces),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", &files.authority),
        ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", &files.certificate),
        ("OTEL_EXPORTER_OTLP_CLIENT_KEY", &files.key),
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", &for_logs),
        ("OTEL_EXPORTER_OTLP_LOGS_INSECURE", "true"),
        AT_ONCE[0],
    ]);
    ask(&lab, 1).await;
    spans(&secure, 1).await;
    stop(lab).await;
    assert!(!open.received().records().is_empty());
}

#[test]
fn files_that_cannot_be_used_end_with_64_and_are_named() {
    let files = Files::new(&Authority::new());
    let certificate = "OTEL_EXPORTER_OTLP_CERTIFICATE";
    let identity = "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE";
    let key = "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY";
    for (vars, named) in [
        (vec![(certificate, "/nowhere.pem")], certificate),
        // It holds a key.
        (vec![(certificate, &*files.key)], certificate),
        (vec![(identity, &*files.certificate)], identity),
        (vec![(identity, &*files.certificate), (key, &*files.certificate)], key),
        // A key, but not this certificate's.
        (vec![(identity, &*files.authority), (key, &*files.key)], identity),
    ] {
        let folder = TempDir::new().unwrap();
        let mut command = command(&folder);
        command.env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://collector/v1/traces");
        let ended = output(vars.iter().fold(command, |mut command, (name, value)| {
            command.env(name, value);
            command
        }));
        let stderr = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(64), "{vars:?} {stderr}");
        assert!(stderr.contains(named) && stderr.lines().count() == 1, "{vars:?} {stderr}");
    }
}
