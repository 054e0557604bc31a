//! The database goes away and comes back; the server stays.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection};
use tokio::time::sleep;

use crate::lab::Lab;
use crate::load::{Answer, Load, client, status, until};
use crate::postgres;
use crate::relay::Relay;

/// How long a request waits for a connection, and a statement for its end, in these
/// tests. Whoever waits longer than a multiple of it hangs.
const WAIT: Duration = Duration::from_millis(500);

fn start(url: &str) -> Lab {
    Lab::start(&[
        ("DATABASE_URL", url),
        // Few, so that all of them are in use.
        ("LAB_DB_MAX_CONNECTIONS", "2"),
        ("LAB_DB_ACQUIRE_TIMEOUT", "500ms"),
        ("LAB_DB_STATEMENT_TIMEOUT", "500ms"),
    ])
}

/// What the probes say while the database is away.
async fn assert_probes_tell(lab: &Lab) {
    let ready = client().get(format!("{}/ready", lab.url)).send().await.unwrap();
    assert_eq!(ready.status(), 503);
    assert_eq!(ready.headers()["retry-after"], "1");
    let problem: Value = ready.json().await.unwrap();
    assert_eq!(problem["code"], "database_unavailable");
    assert_eq!(status(&format!("{}/health", lab.url)).await, 200);
    assert_eq!(status(&format!("{}/metrics", lab.url)).await, 200);
}

/// Every request was answered, with what was asked for or with a 503 that says when to
/// try again, and none had to wait for long.
fn assert_bounded(answers: &[Answer]) {
    for answer in answers {
        assert!(answer.is_ok() || answer.is_unavailable(), "{answer:?}");
    }
    let mut times: Vec<_> =
        answers.iter().filter(|answer| !answer.is_ok()).map(|answer| answer.took).collect();
    times.sort();
    // The median: a single one may have met a machine that was busy otherwise.
    let median = times[times.len() / 2];
    assert!(median < WAIT * 4, "{median:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stops_and_starts_is_a_503_in_between() {
    let Some(mut postgres) = postgres::server() else { return };
    let lab = start(&postgres.url());
    let ready = format!("{}/ready", lab.url);
    until("the probe to tell", async || status(&ready).await == 200).await;

    let load = Load::start(&lab.url, 8);
    load.some_more(Answer::is_ok).await;
    postgres.end(Signal::SIGINT).unwrap();
    until("the probe to tell", async || status(&ready).await == 503).await;
    assert_probes_tell(&lab).await;
    load.some_more(Answer::is_unavailable).await;
    postgres.restart().unwrap();
    until("the probe to tell", async || status(&ready).await == 200).await;
    load.some_more(Answer::is_ok).await;
    assert_bounded(&load.end().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_hangs_is_a_503_in_between() {
    let Some(postgres) = postgres::server() else { return };
    let lab = start(&postgres.url());
    let ready = format!("{}/ready", lab.url);

    let load = Load::start(&lab.url, 16);
    load.some_more(Answer::is_ok).await;
    postgres.freeze().unwrap();
    until("the probe to tell", async || status(&ready).await == 503).await;
    assert_probes_tell(&lab).await;
    load.some_more(Answer::is_unavailable).await;
    postgres.thaw().unwrap();
    until("the probe to tell", async || status(&ready).await == 200).await;
    load.some_more(Answer::is_ok).await;

    // Nor does it hold the end of the server.
    postgres.freeze().unwrap();
    load.some_more(Answer::is_unavailable).await;
    assert_bounded(&load.end().await);
    let (code, took, _) = tokio::task::spawn_blocking(|| lab.stop()).await.unwrap();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(8), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_do_not_wait_as_long_as_requests_may() {
    let Some(postgres) = postgres::server() else { return };
    let patience = Duration::from_mins(1);
    let lab = Lab::start(&[
        ("DATABASE_URL", &postgres.url()),
        ("LAB_DB_ACQUIRE_TIMEOUT", "1m"),
        ("LAB_DB_STATEMENT_TIMEOUT", "1m"),
    ]);
    let ready = format!("{}/ready", lab.url);
    until("the probe to tell", async || status(&ready).await == 200).await;
    postgres.freeze().unwrap();
    let begin = Instant::now();
    assert_probes_tell(&lab).await;
    assert!(begin.elapsed() < patience / 2, "{:?}", begin.elapsed());
    postgres.thaw().unwrap();
    until("the probe to tell", async || status(&ready).await == 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_not_released_is_a_503_and_frees_its_connection() {
    let Some(database) = postgres::database().await else { return };
    let lab = start(&database);
    let tasks = format!("{}/api/tasks", lab.url);
    until("a connection", async || status(&tasks).await == 200).await;

    let mut other = PgConnection::connect(&database).await.unwrap();
    other.execute("BEGIN; LOCK TABLE tasks").await.unwrap();
    let begin = Instant::now();
    // More than there are connections.
    let requests: Vec<_> = (0..12).map(|_| tokio::spawn(client().get(&tasks).send())).collect();
    for request in requests {
        assert_eq!(request.await.unwrap().unwrap().status(), 503);
    }
    assert!(begin.elapsed() < WAIT * 20, "{:?}", begin.elapsed());
    // The database itself answers, by connections that may be new.
    let ready = format!("{}/ready", lab.url);
    until("the probe to tell", async || status(&ready).await == 200).await;
    other.execute("ROLLBACK").await.unwrap();
    until("the tasks", async || status(&tasks).await == 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_went_silent_are_replaced() {
    let Some(database) = postgres::database().await else { return };
    let (host, name) = database.rsplit_once('@').unwrap().1.split_once('/').unwrap();
    let relay = Relay::start(host.parse().unwrap()).await;
    let lab = start(&format!("postgres://postgres@{}/{name}", relay.address));
    let load = Load::start(&lab.url, 16);
    load.some_more(Answer::is_ok).await;
    // Each time catches the connections at something else: a statement, the way back.
    for _ in 0..8 {
        relay.freeze();
        // By now whatever was under way has been given up. The old connections stay open,
        // and nobody ever answers on them.
        sleep(WAIT * 2).await;
        load.some_more(Answer::is_ok).await;
    }
    assert_bounded(&load.end().await);
}
