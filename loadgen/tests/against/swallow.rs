//! A target that lets connections hang, as behind a firewall that drops what it forbids.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use loadgen::engine::{self, Model, Size};
use loadgen::schedule::Stage;
use loadgen::worker::closed::Load;

use crate::latency::{Nobody, common_of, in_one_of_three, scenario};
use crate::program::{run, stdout};

/// Longer than a connection on loopback takes.
const LONG: Duration = Duration::from_secs(1);

/// A port whose queue is full: who connects there waits.
struct Full {
    listener: TcpListener,
    address: SocketAddr,
    _queued: Vec<TcpStream>,
}

impl Full {
    fn new() -> Self {
        let listener = listen();
        let address = listener.local_addr().unwrap();
        let connect = || TcpStream::connect_timeout(&address, LONG).ok();
        let queued = std::iter::from_fn(connect).collect();
        Self { listener, address, _queued: queued }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lets one more in, who has connected before.
    fn make_room(&self) -> TcpStream {
        self.listener.accept().unwrap().0
    }
}

/// The standard library's listeners have longer queues.
fn listen() -> TcpListener {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _context = runtime.enter();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(1).unwrap().into_std().unwrap();
    listener.set_nonblocking(false).unwrap();
    listener
}

/// Those that connect and those that wait for them.
#[test]
fn a_connection_that_hangs_is_no_connection() {
    let full = Full::new();
    let seconds = Duration::from_secs(5);
    let stage = scenario(Stage::steady("", 40.0, seconds));
    for model in [Model::Open(stage.clone()), Model::Closed(Load::Sessions(stage), seconds)] {
        in_one_of_three(|| {
            let common = common_of(&full.url(), Duration::from_secs(1));
            let size = Size { threads: 1, connections: 2 };
            let stats = engine::run(&model, size, &common, &mut Nobody).stats;
            (stats.requests() >= 4 && stats.no_connection == stats.requests())
                .then_some(())
                .ok_or_else(|| format!("{stats:?}"))
        });
    }
}

/// It takes the first look at it, and nothing after that.
#[test]
fn a_target_that_swallows_connections_ends_the_run() {
    let full = Full::new();
    let _taken = full.make_room();
    let target = full.url();
    let words = "--timeout 1s --patience 2s --duration 60s --no-network --rate 50 --connections 4";
    let words: Vec<_> = words.split(' ').collect();
    let start = Instant::now();
    let output = run(&[&["run", "--target", &target][..], &words].concat());
    let text = stdout(&output);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert_eq!(output.status.code(), Some(4), "{text}");
    let why = "before its time: the target took no connection for 2s";
    assert!(text.replace('\n', " ").contains(why), "{text}");
}
