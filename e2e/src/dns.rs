//! A name server whose answers a test changes while it runs.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use simple_dns::rdata::{A, RData};
use simple_dns::{CLASS, Packet, PacketFlag, RCODE, ResourceRecord};

/// What Docker says, in seconds; the proxy has its own opinion.
const TTL: u32 = 600;

type Names = Arc<Mutex<HashMap<String, Vec<Ipv4Addr>>>>;

/// Answers on a free port of 127.0.0.1 for as long as the test process lives.
#[derive(Clone, Debug)]
pub struct Dns {
    /// Where it answers.
    pub address: SocketAddr,
    names: Names,
}

impl Dns {
    /// Starts it; it knows no name.
    pub fn start() -> anyhow::Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0").context("no UDP socket")?;
        let address = socket.local_addr()?;
        let names = Names::default();
        let known = Arc::clone(&names);
        std::thread::spawn(move || serve(&socket, &known));
        Ok(Self { address, names })
    }

    /// From now on `name` has these addresses; none means that it does not exist.
    pub fn set(&self, name: &str, addresses: &[Ipv4Addr]) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.insert(name.to_owned(), addresses.to_vec());
    }
}

fn serve(socket: &UdpSocket, names: &Names) {
    let mut buffer = [0; 512];
    while let Ok((length, client)) = socket.recv_from(&mut buffer) {
        if let Some(answer) = answer(&buffer[..length], names) {
            // A client that is gone needs no answer.
            let _ = socket.send_to(&answer, client);
        }
    }
}

fn answer(query: &[u8], names: &Names) -> Option<Vec<u8>> {
    let query = Packet::parse(query).ok()?;
    let question = query.questions.first()?.clone();
    let name = question.qname.to_string();
    let mut reply = Packet::new_reply(query.id());
    reply.set_flags(PacketFlag::RECURSION_AVAILABLE);
    let names = names.lock().unwrap_or_else(PoisonError::into_inner);
    let addresses = names.get(&name).map_or(&[][..], Vec::as_slice);
    if addresses.is_empty() {
        *reply.rcode_mut() = RCODE::NameError;
    }
    for address in addresses {
        let data = RData::A(A::from(*address));
        reply.answers.push(ResourceRecord::new(question.qname.clone(), CLASS::IN, TTL, data));
    }
    reply.questions.push(question);
    reply.build_bytes_vec().ok()
}
