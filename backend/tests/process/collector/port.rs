//! A port that nobody else gets while the collector is away.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

/// A reserved port. Without a listener the kernel refuses connections to it.
pub(crate) struct Port {
    pub(crate) address: SocketAddr,
    _reserved: TcpSocket,
}

impl Port {
    pub(crate) fn reserve() -> Self {
        let reserved = shared(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        Self { address: reserved.local_addr().unwrap(), _reserved: reserved }
    }

    pub(crate) fn listen(&self) -> TcpListener {
        shared(self.address).listen(128).unwrap()
    }
}

/// A socket at an address that others may have too, if they say so as it does.
fn shared(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseport(true).unwrap();
    socket.bind(address).unwrap();
    socket
}
