//! Collectors that are absent, refuse, hang or are slow. In each case requests are
//! answered promptly (see [`ask`]) and what is lost is counted.

use std::time::{Duration, Instant};

use super::{
    AT_ONCE, PROTOCOLS, TAKE, TRACE_ID, ask, create_task, dropped, lost, metric, sent, spans, stop,
    until,
};
use crate::collector::{Answer, Collector, Port, Refusal};
use crate::lab::Lab;
use crate::relay::Relay;

/// HTTP and gRPC; what encodes a message over HTTP makes no difference here.
const TRANSPORTS: [&str; 2] = [PROTOCOLS[0], PROTOCOLS[2]];

fn start(address: impl std::fmt::Display, protocol: &str, vars: &[(&str, &str)]) -> Lab {
    let endpoint = format!("http://{address}");
    let fixed = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
    ];
    Lab::start(&[fixed.as_slice(), &AT_ONCE, vars].concat())
}

/// "Not now", with or without a time.
const fn unavailable(retry_after: Option<&'static str>) -> Refusal {
    Refusal { status: 503, retry_after, code: tonic::Code::Unavailable }
}

const NEVER: Answer =
    Answer::Refuse(Refusal { status: 400, retry_after: None, code: tonic::Code::InvalidArgument });

#[tokio::test(flavor = "multi_thread")]
async fn an_absent_collector_costs_what_is_counted_until_it_comes() {
    for protocol in TRANSPORTS {
        // Nobody listens there for now.
        let port = Port::reserve();
        let lab = start(port.address, protocol, &[("OTEL_LOGS_EXPORTER", "none")]);
        ask(&lab, 5).await;
        until("five drops", async || dropped(&lab, "span", "export_failed").await == 5).await;

        let collector = Collector::new(TAKE);
        let _server = collector.serve_on(&port);
        ask(&lab, 5).await;
        spans(&collector, 5).await;
        assert_eq!(lost(&lab, "span").await, 5);
        let lines = stop(lab).await;
        assert_eq!(collector.received().spans().len(), 5);
        for message in [
            "The OTLP endpoint does not take telemetry; it is dropped and counted",
            "The OTLP endpoint answers again",
        ] {
            let said = lines.iter().filter(|line| line["message"] == message);
            assert_eq!(said.count(), 1, "{message}");
        }
        // A line for each batch would flood the log.
        assert!(lines.iter().all(|line| line["target"] != "opentelemetry-otlp"), "{lines:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_good_is_not_repeated() {
    for protocol in TRANSPORTS {
        let collector = Collector::new(NEVER);
        let lab = start(collector.serve("127.0.0.1:0").await.address, protocol, &[]);
        ask(&lab, 3).await;
        until("three drops", async || dropped(&lab, "span", "export_failed").await == 3).await;
        let received = collector.received();
        let for_spans = received.calls.iter().filter(|call| call.path.contains("race"));
        assert_eq!(for_spans.count(), 3);
        stop(lab).await;
        assert!(received.traces.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_now_is_waited_for() {
    for (protocol, asked, least) in
        [(TRANSPORTS[0], Some("1"), 1_000), (TRANSPORTS[0], None, 100), (TRANSPORTS[1], None, 100)]
    {
        let collector = Collector::new(Answer::RefuseOnce(unavailable(asked)));
        let address = collector.serve("127.0.0.1:0").await.address;
        let lab = start(address, protocol, &[("OTEL_LOGS_EXPORTER", "none")]);
        ask(&lab, 2).await;
        spans(&collector, 2).await;
        assert_eq!(lost(&lab, "span").await, 0);
        stop(lab).await;
        let calls = collector.received().calls;
        let pause = calls[1].at - calls[0].at;
        assert!(pause >= Duration::from_millis(least), "{protocol} {asked:?} {pause:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_for_now_end_in_a_counted_drop() {
    for protocol in TRANSPORTS {
        let collector = Collector::new(Answer::Refuse(unavailable(None)));
        let address = collector.serve("127.0.0.1:0").await.address;
        let lab = start(address, protocol, &[("OTEL_LOGS_EXPORTER", "none")]);
        ask(&lab, 1).await;
        until("the drop", async || dropped(&lab, "span", "export_failed").await == 1).await;
        assert_eq!(collector.received().calls.len(), 4);
        stop(lab).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_collector_delays_neither_requests_nor_the_panel_nor_the_end() {
    for protocol in TRANSPORTS {
        let collector = Collector::new(Answer::Hang);
        let lab = start(collector.serve("127.0.0.1:0").await.address, protocol, &[]);
        create_task(&lab).await;
        let trace_url = format!("{}/api/traces/{TRACE_ID}", lab.url);
        let shown = Instant::now();
        until("both spans in the panel", async || {
            let trace: serde_json::Value =
                reqwest::get(&trace_url).await.unwrap().json().await.unwrap();
            trace["spans"].as_array().is_some_and(|spans| spans.len() == 2)
        })
        .await;
        assert!(shown.elapsed() < super::PROMPT, "{:?}", shown.elapsed());
        ask(&lab, 100).await;
        stop(lab).await;
        assert!(collector.received().traces.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_collector_is_given_up_after_the_timeout() {
    for protocol in TRANSPORTS {
        let collector = Collector::new(Answer::Hang);
        let vars = [("OTEL_EXPORTER_OTLP_TIMEOUT", "200")];
        let lab = start(collector.serve("127.0.0.1:0").await.address, protocol, &vars);
        ask(&lab, 3).await;
        until("three drops", async || dropped(&lab, "span", "export_failed").await == 3).await;
        // A call that is still open here would be taken after it was counted as lost.
        until("the last call to be given up", async || collector.open() == 0).await;
        collector.set(TAKE);
        let mut asked = 3;
        while collector.received().spans().is_empty() {
            ask(&lab, 3).await;
            asked += 3;
            // On a machine that is busy the collector's answer may take longer than that.
            let balanced =
                async || collector.received().spans().len() + lost(&lab, "span").await >= asked;
            until("each span to be taken or given up", balanced).await;
        }
        stop(lab).await;
        assert!(collector.received().spans().len() <= asked - 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_collector_costs_no_memory_beyond_the_queues() {
    let collector = Collector::new(Answer::Hang);
    let address = collector.serve("127.0.0.1:0").await.address;
    let vars = [
        ("OTEL_BSP_MAX_QUEUE_SIZE", "500"),
        ("OTEL_BLRP_MAX_QUEUE_SIZE", "500"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "3600000"),
    ];
    let lab = start(address, TRANSPORTS[1], &vars);
    let lab = &lab;
    let ask_all = async |requests: usize| {
        let clients = (0..4).map(|_| ask(lab, requests / 4));
        futures_util::future::join_all(clients).await;
    };
    // The queues and the panel's store are full after that.
    ask_all(2_000).await;
    let before = metric(lab, "process_resident_memory_bytes").await;
    let lost_before = lost(lab, "span").await;
    ask_all(4_000).await;
    let grown = metric(lab, "process_resident_memory_bytes").await.saturating_sub(before);
    assert_eq!(lost(lab, "span").await, lost_before + 4_000);
    // A span and a record of 1 KiB each would be 8 MiB.
    assert!(grown < 4_000_000, "{grown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_collector_gets_everything() {
    for protocol in TRANSPORTS {
        let collector = Collector::new(Answer::Take(Duration::from_millis(300)));
        let batches =
            [("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "50"), ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "50")];
        let lab = start(collector.serve("127.0.0.1:0").await.address, protocol, &batches);
        ask(&lab, 200).await;
        spans(&collector, 200).await;
        assert_eq!((lost(&lab, "span").await, lost(&lab, "log").await), (0, 0));
        let lines = stop(lab).await;
        let received = collector.received();
        assert_eq!((received.spans().len(), received.records().len()), (200, sent(&lines)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_restarts_between_batches_costs_nothing() {
    for protocol in TRANSPORTS {
        let collector = Collector::new(TAKE);
        let port = Port::reserve();
        let mut server = collector.serve_on(&port);
        let lab = start(port.address, protocol, &[]);
        for round in 1..=5 {
            ask(&lab, 1).await;
            spans(&collector, round).await;
            server.end().await;
            server = collector.serve_on(&port);
        }
        assert_eq!(lost(&lab, "span").await, 0, "{protocol}");
        stop(lab).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_goes_dead_is_replaced() {
    for protocol in TRANSPORTS {
        let collector = Collector::new(TAKE);
        let relay = Relay::start(collector.serve("127.0.0.1:0").await.address).await;
        let vars = [("OTEL_EXPORTER_OTLP_TIMEOUT", "2000"), ("OTEL_LOGS_EXPORTER", "none")];
        let lab = start(relay.address, protocol, &vars);
        let mut asked = 0;
        // Each is taken or given up before the next is made, so that none of before the freeze
        // is taken for one of after it.
        let mut arrives = async || {
            let before = collector.received().spans().len();
            for _ in 0..20 {
                ask(&lab, 1).await;
                asked += 1;
                let so_many = asked;
                let balanced = async || {
                    collector.received().spans().len() + lost(&lab, "span").await >= so_many
                };
                until("the span to be taken or given up", balanced).await;
                if collector.received().spans().len() > before {
                    return;
                }
            }
            panic!("no span arrives");
        };
        arrives().await;
        let before = lost(&lab, "span").await;
        relay.freeze();
        arrives().await;
        assert!(lost(&lab, "span").await > before);
        stop(lab).await;
    }
}
