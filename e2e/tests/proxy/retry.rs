//! What is asked again, and what is not.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use e2e::dns::Dns;
use reqwest::Client;

use crate::door;
use crate::recorder::Recorder;

const RUDE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 4);
const KIND: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 5);

/// Reads each request and hangs up; counts them.
fn hang_up(address: Ipv4Addr) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((address, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 1024];
            let length = stream.read(&mut head).unwrap_or_default();
            // Before the stream closes, which is what the test waits for.
            counter.fetch_add(usize::from(length > 0), Ordering::SeqCst);
        }
    });
    (port, count)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_get_is_repeated_elsewhere_and_a_post_is_sent_once() {
    let (port, hung_up) = hang_up(RUDE);
    let (recorder, _) = Recorder::start(&format!("{KIND}:{port}")).await;
    let dns = Dns::start().unwrap();
    dns.set("backend", &[RUDE, KIND]);
    let proxy = door::proxy(&dns, port, &[]);
    let http = Client::new();

    // Nginx begins with either of the two, by chance.
    let mut gets = 0;
    while hung_up.load(Ordering::SeqCst) < 3 && gets < 200 {
        let answer = http.get(proxy.url("/api/tasks")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        gets += 1;
    }
    let before = hung_up.load(Ordering::SeqCst);
    assert_eq!((recorder.seen().len(), before), (gets, 3));

    let (mut posts, mut refused) = (0, 0);
    while refused < 3 && posts < 200 {
        let answer = http.post(proxy.url("/api/tasks")).body("{}").send().await.unwrap();
        posts += 1;
        refused += usize::from(answer.status() == 503);
    }
    let arrived = recorder.seen().len() - gets;
    let lost = hung_up.load(Ordering::SeqCst) - before;
    assert_eq!((refused, lost, arrived), (3, 3, posts - 3));
}
