//! The exporters around the lab, as far as this machine can run them.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;

use e2e::database;
use e2e::dns::Dns;
use e2e::process::Process;
use e2e::program;
use e2e::prometheus::{exporter, target};
use e2e::proxy::{Proxy, free_addresses};
use tempfile::TempDir;

/// Their targets, for as long as this lives.
pub(crate) struct Exporters {
    pub(crate) targets: Vec<(&'static str, String)>,
    _processes: Vec<Process>,
    _proxy: Proxy,
    _folder: TempDir,
}

impl Exporters {
    pub(crate) async fn start(backend: SocketAddr) -> Self {
        let folder = TempDir::new().unwrap();
        let dns = Dns::start().unwrap();
        dns.set("backend", &[Ipv4Addr::LOCALHOST]);
        let proxy = Proxy::start(&[
            ("LAB_RESOLVER", &dns.address.to_string()),
            ("BACKEND_UPSTREAM", &format!("http://backend:{}", backend.port())),
        ])
        .unwrap();

        let node = command(&["node_exporter", "prometheus-node-exporter"]);
        let mut nginx = command(&["nginx-prometheus-exporter", "prometheus-nginx-exporter"]);
        nginx.arg(format!("--nginx.scrape-uri=http://{}/stub_status", proxy.status_address));
        let mut postgres = command(&["postgres_exporter", "prometheus-postgres-exporter"]);
        let (url, _) = database::create().await.unwrap();
        postgres.env("DATA_SOURCE_NAME", without_tls(&url));
        let mut blackbox = command(&["blackbox_exporter", "prometheus-blackbox-exporter"]);
        // The certificate is the test's own, and nobody vouches for it.
        let modules = "modules: {http_2xx: {prober: http, http: {tls_config: {insecure_skip_verify: true}}}}\n";
        fs::write(folder.path().join("blackbox.yml"), modules).unwrap();
        blackbox.arg(format!("--config.file={}/blackbox.yml", folder.path().display()));

        let mut processes = Vec::new();
        let mut addresses = Vec::new();
        for command in [node, nginx, postgres, blackbox] {
            let (process, address) = exporter(command).await.unwrap();
            processes.push(process);
            addresses.push(address.to_string());
        }
        let (tls, secure) = https(folder.path());
        processes.push(tls);
        let probe = format!(
            "{}  labels: {{prober: \"{}\"}}\n",
            target(&format!("https://{secure}")),
            addresses[3]
        );
        let targets = vec![
            ("node", target(&addresses[0])),
            ("nginx", target(&addresses[1])),
            ("postgres", target(&addresses[2])),
            ("probe", probe),
        ];
        Self { targets, _processes: processes, _proxy: proxy, _folder: folder }
    }
}

fn command(names: &[&str]) -> Command {
    Command::new(program::find(names).unwrap())
}

/// The exporter's driver asks for TLS unless it is told not to.
fn without_tls(url: &str) -> String {
    let (url, _) = url.split_once('?').unwrap_or((url, ""));
    format!("{url}?sslmode=disable")
}

/// A web server with a certificate for ten more days.
fn https(folder: &Path) -> (Process, SocketAddr) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "10", "-subj", "/CN=lab"])
        .args(["-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let [address, _] = free_addresses().unwrap();
    let mut server = Command::new("openssl");
    server.args(["s_server", "-quiet", "-www", "-cert", "cert.pem", "-key", "key.pem"]);
    server.args(["-accept", &address.to_string()]).current_dir(folder);
    (Process::spawn(server).unwrap(), address)
}
