//! What a subscriber does when it goes.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use telemetry::{Config, Pipeline};
use tracing::dispatcher::with_default;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Metadata, Subscriber};

/// Keeps the names of all that the process could record.
#[derive(Clone, Default)]
struct Callsites(Arc<Mutex<Vec<&'static str>>>);

impl Subscriber for Callsites {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.0.lock().unwrap().push(metadata.name());
        Interest::sometimes()
    }

    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        false
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}
    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}
    fn event(&self, _event: &Event<'_>) {}
    fn enter(&self, _span: &Id) {}
    fn exit(&self, _span: &Id) {}
}

// A test program of its own: a callsite is registered once in a process. tracing-core drops
// a subscriber under the lock of its registry if it holds the last reference, and
// registering a callsite there waits for that lock, for ever.
#[test]
fn a_subscriber_that_goes_says_nothing() {
    let callsites = Callsites::default();
    let seen = Dispatch::new(callsites.clone());
    let config = Config::from_lookup("test-service", "1.2.3", &|_| None).unwrap();
    let Pipeline { dispatch, telemetry } = telemetry::build(&config, io::sink(), None).unwrap();
    with_default(&dispatch, || tracing::info_span!("work").in_scope(|| {}));
    assert!(telemetry.shutdown(Duration::from_secs(10)));

    with_default(&seen, || {
        tracing::info!("to be seen");
        let before = callsites.0.lock().unwrap().clone();
        assert!(before.iter().any(|name| name.starts_with("event ")), "{before:?}");
        drop(dispatch);
        assert_eq!(*callsites.0.lock().unwrap(), before);
    });
}
