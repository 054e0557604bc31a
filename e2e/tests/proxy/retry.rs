//! What is asked again, and what is not.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use e2e::dns::Dns;
use reqwest::{Client, Method};

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
async fn a_get_is_repeated_elsewhere_and_what_changes_something_is_sent_once() {
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

    for method in [Method::POST, Method::PATCH, Method::PUT, Method::DELETE] {
        let (arrived, lost) = (recorder.seen().len(), hung_up.load(Ordering::SeqCst));
        let (mut sent, mut refused) = (0, 0);
        // Until some were lost and one arrived.
        while (refused < 3 || refused == sent) && sent < 200 {
            let request = http.request(method.clone(), proxy.url("/api/tasks/1")).body("{}");
            let answer = request.send().await.unwrap();
            sent += 1;
            if answer.status() == 503 {
                assert_eq!(answer.headers()["retry-after"], "5", "{method}");
                refused += 1;
            }
        }
        let seen = recorder.seen();
        let lost = hung_up.load(Ordering::SeqCst) - lost;
        assert!(sent < 200, "{method}: {refused} of {sent} were refused");
        assert_eq!((lost, seen.len() - arrived), (refused, sent - refused), "{method}");
        // What did arrive is as it was sent.
        assert_eq!(seen[arrived].line, format!("{method} /api/tasks/1"));
        assert_eq!(seen[arrived].body, "{}");
    }
}
