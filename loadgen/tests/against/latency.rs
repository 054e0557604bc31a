//! What a stall does to latency, and what it does not do to service time.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use http::HeaderValue;
use loadgen::engine::{self, Model, Run, Size, Tick, Watcher};
use loadgen::persona::population::Population;
use loadgen::request::Requests;
use loadgen::scenario::{Behaviour, Scenario};
use loadgen::schedule::Stage;
use loadgen::target::Target;
use loadgen::telemetry::Spans;
use loadgen::trace::Ids;
use loadgen::worker::{self, session::Tasks};

use crate::server::{Answer, OK, Server};

/// Watches nothing.
pub(crate) struct Nobody;

impl Watcher for Nobody {
    fn tick(&mut self, _: &Tick<'_>) {}
}

pub(crate) fn run(server: &Server, rate: f64, seconds: u64, connections: usize) -> Run {
    run_within(server, rate, seconds, connections, Duration::from_secs(10))
}

fn run_within(
    server: &Server,
    rate: f64,
    seconds: u64,
    connections: usize,
    timeout: Duration,
) -> Run {
    let common = common(server, timeout);
    let scenario = scenario(Stage::steady("", rate, Duration::from_secs(seconds)));
    let size = Size { threads: 1, connections };
    engine::run(&Model::Open(scenario), size, &common, &mut Nobody)
}

/// People whose networks delay nothing.
pub(crate) fn scenario(stage: Stage) -> Arc<Scenario> {
    Arc::new(Scenario {
        mode: "run",
        seed: 1,
        population: Population { injects_latency: false, ..Population::default() },
        behaviour: Behaviour::default(),
        stages: [stage].into(),
        day: None,
        cycles: None,
    })
}

/// What workers need to ask a server.
pub(crate) fn common(server: &Server, timeout: Duration) -> worker::Common {
    common_of(&server.url(), timeout)
}

/// The same for whatever is at a URL.
pub(crate) fn common_of(url: &str, timeout: Duration) -> worker::Common {
    let ids = Ids::new(7, 0.0);
    worker::Common {
        requests: Requests::new(HeaderValue::from_static("test"), "run", ids),
        target: Arc::new(Target::find(url, false).unwrap()),
        ids,
        spans: Spans::default(),
        sample: None,
        start: Instant::now(),
        timeout,
        threshold: Duration::from_millis(500),
        tasks: Tasks::default(),
    }
}

/// A busy machine may spoil a measurement; a fault spoils each.
pub(crate) fn in_one_of_three(measure: impl Fn() -> Result<(), String>) {
    let spoiled: Vec<_> = (0..3).map_while(|_| measure().err()).collect();
    assert!(spoiled.len() < 3, "{spoiled:#?}");
}

/// With few connections a stall stops the sending; requests that were due meanwhile
/// still count from their due time.
#[test]
fn a_stall_of_a_second_shows_in_latency_and_not_in_service_time() {
    in_one_of_three(|| {
        let second = Duration::from_secs(1);
        // It lasts a second from the arrival of its first request, whenever that comes.
        let stall = OnceLock::new();
        let server = Server::start(move |_, at| {
            if at < 2 * second {
                return OK;
            }
            let began = *stall.get_or_init(|| at);
            Answer::Status(200, (began + second).saturating_sub(at))
        });
        let stats = run(&server, 100.0, 8, 4).stats;
        assert_eq!((stats.requests(), stats.dropped), (800, 0));
        let (latency, service) = (&stats.total.latency, &stats.total.service);
        let (late, slow) = (latency.quantile(0.99), service.quantile(0.99));
        assert!(late > Duration::from_millis(800), "{late:?}");
        assert!(service.max() > Duration::from_millis(800), "{:?}", service.max());
        // The generator took every request up in time: the delay is the target's.
        let slip = stats.slip.quantile(0.9);
        (slow < Duration::from_millis(400) && slip < Duration::from_millis(100))
            .then_some(())
            .ok_or_else(|| format!("service p99 {slow:?}, slip p90 {slip:?}"))
    });
}

#[test]
fn a_fixed_delay_is_measured() {
    let delay = Duration::from_millis(50);
    let server = Server::start(move |_, _| Answer::Status(200, delay));
    in_one_of_three(|| {
        let stats = run(&server, 40.0, 3, 32).stats;
        let median = stats.total.service.quantile(0.5);
        (delay..2 * delay).contains(&median).then_some(()).ok_or_else(|| format!("{median:?}"))
    });
}

#[test]
fn broken_connections_are_counted_and_replaced() {
    let server = Server::start(|number, _| match number % 20 {
        9 => Answer::Close,
        19 => Answer::Reset,
        _ => OK,
    });
    let stats = run(&server, 100.0, 3, 8).stats;
    assert_eq!(stats.requests(), 300);
    assert!((25..=35).contains(&stats.broken), "{}", stats.broken);
    assert_eq!(
        stats.total.bad,
        stats.broken + stats.statuses.range(500..).map(|(_, n)| n).sum::<u64>()
    );
    assert_eq!(stats.no_connection, 0);
}

/// However much waits for a target that hangs: the run ends with its last time limit.
#[test]
fn a_target_that_hangs_does_not_hold_the_run() {
    let server = Server::start(|_, _| Answer::Status(200, Duration::from_mins(1)));
    in_one_of_three(|| {
        let run = run_within(&server, 50.0, 3, 2, Duration::from_secs(1));
        let stats = &run.stats;
        assert_eq!(stats.timeouts + stats.dropped, 150, "{stats:?}");
        let (took, late) = (run.duration, stats.total.latency.max());
        (took < Duration::from_secs(8) && late < Duration::from_secs(3))
            .then_some(())
            .ok_or_else(|| format!("{took:?}, latency up to {late:?}"))
    });
}
