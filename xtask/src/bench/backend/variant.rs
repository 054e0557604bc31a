//! The settings that are compared.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};

use super::Bench;
use super::server::Server;
use super::sink::Collector;

/// Numbers the databases: every server has one of its own.
static DATABASES: AtomicUsize = AtomicUsize::new(0);

/// A server and what is switched on in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variant {
    pub(crate) name: &'static str,
    kind: Kind,
    collector: Collector,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Bare,
    Flask,
    Lab { postgres: bool, spans: bool, lines: bool, export: bool },
}

const fn of(name: &'static str, kind: Kind) -> Variant {
    Variant { name, kind, collector: Collector::Good }
}

const fn lab(name: &'static str, spans: bool, lines: bool, export: bool) -> Variant {
    of(name, Kind::Lab { postgres: false, spans, lines, export })
}

const fn postgres(name: &'static str, on: bool) -> Variant {
    of(name, Kind::Lab { postgres: true, spans: on, lines: on, export: on })
}

pub(crate) const BARE: Variant = of("bare", Kind::Bare);
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
pub(crate) const GROUP_COMMIT: [Variant; 3] =
    [of("a transaction each", Kind::Bare), lab("group commit", false, false, false), FULL];

const POSTGRES_FULL: Variant = postgres("PostgreSQL full", true);

pub(crate) const POSTGRES: [Variant; 3] = [postgres("PostgreSQL none", false), POSTGRES_FULL, FULL];

/// What a Flask application does on the same database, and the server.
pub(crate) const BESIDE_FLASK: [Variant; 2] = [of("Flask full", Kind::Flask), POSTGRES_FULL];

/// The same server, and collectors that fail it.
pub(crate) const COLLECTORS: [Variant; 4] = [
    Variant { name: "answers", ..FULL },
    Variant { name: "refuses", collector: Collector::Refusing, ..FULL },
    Variant { name: "hangs", collector: Collector::Hanging, ..FULL },
    Variant { name: "answers late", collector: Collector::Slow, ..FULL },
];

impl Variant {
    pub(crate) fn start(&self, bench: &Bench) -> Result<Server> {
        self.start_with(bench, bench.sinks.address(self.collector))
    }

    /// Starts it with telemetry to another place.
    pub(crate) fn start_with(&self, bench: &Bench, sink: SocketAddr) -> Result<Server> {
        let database = || {
            let number = DATABASES.fetch_add(1, Ordering::Relaxed);
            bench.postgres.database(&format!("bench_{number}"))
        };
        let (postgres, spans, lines, export) = match self.kind {
            Kind::Bare => return Server::bare(&bench.bare),
            Kind::Flask => {
                let flask = bench.flask.as_ref().context("Flask was left out")?;
                return Server::flask(flask, &database()?, sink);
            }
            Kind::Lab { postgres, spans, lines, export } => (postgres, spans, lines, export),
        };
        let mut vars = Vec::new();
        if !spans {
            vars.push(("OTEL_SDK_DISABLED", "true".to_owned()));
        }
        vars.push(("RUST_LOG", if lines { "info" } else { "off" }.to_owned()));
        if export {
            vars.push(("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{sink}")));
        }
        if postgres {
            vars.push(("DATABASE_URL", database()?));
        }
        Server::lab(&bench.backend, &vars)
    }
}
