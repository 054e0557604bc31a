//! A backend and a proxy before it, found by name.

use std::net::{Ipv4Addr, SocketAddr};

use e2e::backend::Backend;
use e2e::dns::Dns;
use e2e::proxy::Proxy;

pub(crate) struct Door {
    pub(crate) proxy: Proxy,
    pub(crate) backend: Backend,
}

impl Door {
    /// The OTLP intake is the backend's own.
    pub(crate) fn open(settings: &[(&str, &str)]) -> Self {
        let backend = Backend::start("127.0.0.1:0", None, &[]).unwrap();
        let port = address(&backend).port();
        let dns = Dns::start().unwrap();
        dns.set("backend", &[Ipv4Addr::LOCALHOST]);
        let otlp = format!("http://backend:{port}/otlp");
        let proxy = proxy(&dns, port, &[&[("OTLP_UPSTREAM", otlp.as_str())], settings].concat());
        Self { proxy, backend }
    }
}

/// A proxy that looks for `backend` at this port.
pub(crate) fn proxy(dns: &Dns, port: u16, settings: &[(&str, &str)]) -> Proxy {
    let resolver = dns.address.to_string();
    let upstream = format!("http://backend:{port}");
    let own = [("LAB_RESOLVER", resolver.as_str()), ("BACKEND_UPSTREAM", upstream.as_str())];
    Proxy::start(&[&own, settings].concat()).unwrap()
}

pub(crate) fn address(backend: &Backend) -> SocketAddr {
    backend.url.strip_prefix("http://").unwrap().parse().unwrap()
}
