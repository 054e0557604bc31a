//! The settings that are compared.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;

use super::Bench;
use super::server::Server;

/// Numbers the databases: every server has one of its own.
static DATABASES: AtomicUsize = AtomicUsize::new(0);

/// A server and what is switched on in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variant {
    pub(crate) name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Bare,
    Lab { postgres: bool, spans: bool, lines: bool, export: bool },
}

const fn lab(name: &'static str, spans: bool, lines: bool, export: bool) -> Variant {
    Variant { name, kind: Kind::Lab { postgres: false, spans, lines, export } }
}

const fn postgres(name: &'static str, on: bool) -> Variant {
    Variant { name, kind: Kind::Lab { postgres: true, spans: on, lines: on, export: on } }
}

pub(crate) const BARE: Variant = Variant { name: "bare", kind: Kind::Bare };
pub(crate) const NONE: Variant = lab("none", false, false, false);
pub(crate) const FULL: Variant = lab("full", true, true, true);

/// One signal after the other.
pub(crate) const SHARES: [Variant; 5] = [
    NONE,
    lab("log lines", false, true, false),
    lab("spans, store", true, false, false),
    lab("spans, store, OTLP", true, false, true),
    FULL,
];

/// One transaction per request on a pool, and many requests in one.
pub(crate) const GROUP_COMMIT: [Variant; 3] = [
    Variant { name: "a transaction each", kind: Kind::Bare },
    lab("group commit", false, false, false),
    FULL,
];

pub(crate) const POSTGRES: [Variant; 3] =
    [postgres("PostgreSQL none", false), postgres("PostgreSQL full", true), FULL];

impl Variant {
    pub(crate) fn start(&self, bench: &Bench) -> Result<Server> {
        let Kind::Lab { postgres, spans, lines, export } = self.kind else {
            return Server::bare(&bench.bare);
        };
        let mut vars = Vec::new();
        if !spans {
            vars.push(("OTEL_SDK_DISABLED", "true".to_owned()));
        }
        vars.push(("RUST_LOG", if lines { "info" } else { "off" }.to_owned()));
        if export {
            let sink = format!("http://{}", bench.sink.address);
            vars.push(("OTEL_EXPORTER_OTLP_ENDPOINT", sink));
        }
        if postgres {
            let number = DATABASES.fetch_add(1, Ordering::Relaxed);
            vars.push(("DATABASE_URL", bench.postgres.database(&format!("bench_{number}"))?));
        }
        Server::lab(&bench.backend, &vars)
    }
}
