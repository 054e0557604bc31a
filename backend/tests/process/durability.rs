//! An acknowledged write is there after the server or the database was killed.

use std::collections::BTreeSet;

use nix::sys::signal::Signal;
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;

use crate::lab::Lab;
use crate::load::{Answer, Load, client, status, stored, until};
use crate::postgres;

fn acknowledged(answers: &[Answer]) -> impl Iterator<Item = i64> {
    answers.iter().filter_map(Answer::created)
}

fn assert_kept(acknowledged: &BTreeSet<i64>, stored: &BTreeSet<i64>) {
    let lost: Vec<_> = acknowledged.difference(stored).collect();
    assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), acknowledged.len());
}

/// Kills the server in the middle of work, however slow the disk is, and again.
async fn kill_the_server(database: &str) {
    let vars = [("DATABASE_URL", database)];
    let mut all = BTreeSet::new();
    for _ in 0..3 {
        let lab = Lab::start(&vars);
        let load = Load::start(&lab.url, 8);
        load.until(|answers| acknowledged(answers).count() >= 50).await;
        lab.signal(Signal::SIGKILL);
        let answers = load.end().await;
        all.extend(acknowledged(&answers));
    }
    let lab = Lab::start(&vars);
    assert_kept(&all, &stored(&lab.url).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_the_server_loses_no_acknowledged_task_on_sqlite() {
    let folder = TempDir::new().unwrap();
    kill_the_server(&format!("sqlite://{}/kept.db", folder.path().display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_the_server_loses_no_acknowledged_task_on_postgres() {
    let Some(database) = postgres::database().await else { return };
    kill_the_server(&database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_postgres_loses_no_acknowledged_task() {
    let Some(mut postgres) = postgres::server() else { return };
    let lab = Lab::start(&[("DATABASE_URL", &postgres.url()), ("LAB_DB_ACQUIRE_TIMEOUT", "500ms")]);
    let ready = format!("{}/ready", lab.url);
    let load = Load::start(&lab.url, 8);
    for _ in 0..2 {
        load.some_more(|answer| answer.created().is_some()).await;
        postgres.end(Signal::SIGKILL).unwrap();
        load.some_more(Answer::is_unavailable).await;
        postgres.restart().unwrap();
        until("a new connection", async || status(&ready).await == 200).await;
    }
    let all = acknowledged(&load.end().await).collect();
    assert_kept(&all, &stored(&lab.url).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_fails_is_not_acknowledged() {
    let Some(database) = postgres::database().await else { return };
    let lab = Lab::start(&[("DATABASE_URL", &database)]);
    let mut admin = PgConnection::connect(&database).await.unwrap();
    // The statement succeeds and returns its row; the commit does not.
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql \
                  AS $$ BEGIN RAISE 'refused at the commit'; END $$; \
                  CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON tasks \
                  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()";
    admin.execute(refuse).await.unwrap();
    let tasks = format!("{}/api/tasks", lab.url);
    let answer = client().post(&tasks).json(&json!({ "title": "lost" })).send().await.unwrap();
    assert_eq!(answer.status(), 500);
    assert!(stored(&lab.url).await.is_empty());
}
