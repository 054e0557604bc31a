//! What every engine must do.

use std::collections::BTreeSet;
use std::sync::Arc;

use backend::domain::task::{Description, NewTask, PageSize, TaskChanges, TaskQuery, Title};
use backend::store::StoreError;
use time::OffsetDateTime;
use time::macros::datetime;

use crate::engine::Database;

const NOON: OffsetDateTime = datetime!(2026-01-31 12:00:00.000001 UTC);
const LATER: OffsetDateTime = datetime!(2026-02-01 00:00:00.999999 UTC);
const ALL: TaskQuery = TaskQuery { completed: None, limit: PageSize::MAX, after: None };

fn new(title: &str) -> NewTask {
    NewTask {
        title: Title::parse(title).unwrap(),
        description: Description::default(),
        completed: false,
    }
}

pub(crate) async fn what_is_stored_comes_back_to_the_microsecond(database: &Database) {
    let store = &database.store;
    let new = NewTask { description: Description::parse(" more ").unwrap(), ..new("one") };
    let created = store.create(&new, NOON).await.unwrap();
    assert_eq!((created.id, created.title.as_str()), (1, "one"));
    assert_eq!((created.description.as_str(), created.completed), (" more ", false));
    assert_eq!((created.created_at, created.updated_at), (NOON, NOON));
    assert_eq!(store.get(1).await.unwrap(), Some(created.clone()));
    assert_eq!(store.list(ALL).await.unwrap(), [created]);
}

pub(crate) async fn absent_fields_stay_as_they_are(database: &Database) {
    let store = &database.store;
    let created = store.create(&new("one"), NOON).await.unwrap();
    let changes = TaskChanges { completed: Some(true), ..TaskChanges::default() };
    let done = store.update(1, &changes, LATER).await.unwrap().unwrap();
    assert_eq!((done.completed, done.title.as_str()), (true, "one"));
    assert_eq!((done.created_at, done.updated_at), (created.created_at, LATER));
    let changes = TaskChanges {
        title: Some(Title::parse("two").unwrap()),
        description: Some(Description::default()),
        ..TaskChanges::default()
    };
    let renamed = store.update(1, &changes, LATER).await.unwrap().unwrap();
    assert_eq!((renamed.title.as_str(), renamed.completed), ("two", true));
}

pub(crate) async fn absence_is_no_error(database: &Database) {
    let store = &database.store;
    assert_eq!(store.get(i64::MAX).await.unwrap(), None);
    assert_eq!(store.update(7, &TaskChanges::default(), NOON).await.unwrap(), None);
    assert!(!store.delete(7).await.unwrap());
    assert_eq!(store.list(ALL).await.unwrap(), []);
    assert_eq!(store.stats().await.unwrap().total, 0);
}

pub(crate) async fn lists_are_newest_first_and_filtered(database: &Database) {
    let store = &database.store;
    for number in 1..=5 {
        let task = NewTask { completed: number % 2 == 0, ..new(&format!("task {number}")) };
        store.create(&task, NOON).await.unwrap();
    }
    let ids = async |query| {
        let tasks = store.list(query).await.unwrap();
        tasks.into_iter().map(|task| task.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(ALL).await, [5, 4, 3, 2, 1]);
    assert_eq!(ids(TaskQuery { completed: Some(true), ..ALL }).await, [4, 2]);
    assert_eq!(ids(TaskQuery { after: Some(3), ..ALL }).await, [2, 1]);
    let limit = PageSize::parse(2).unwrap();
    assert_eq!(ids(TaskQuery { limit, completed: Some(false), after: Some(5) }).await, [3, 1]);
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.total, stats.completed, stats.pending()), (5, 2, 3));
    assert_eq!(store.count().await.unwrap(), stats);
}

pub(crate) async fn ids_are_never_given_twice(database: &Database) {
    let store = &database.store;
    let first = store.create(&new("one"), NOON).await.unwrap();
    assert!(store.delete(first.id).await.unwrap());
    let second = store.create(&new("two"), NOON).await.unwrap();
    assert!(second.id > first.id);
}

pub(crate) async fn every_character_survives(database: &Database) {
    let store = &database.store;
    let text = "'; DROP TABLE tasks; -- \u{1}\u{7f}\u{fffd}\u{202e}👩‍👩‍👧 \\ % _ $1 \r\n\t\"";
    let new = NewTask { description: Description::parse(text).unwrap(), ..new(text.trim()) };
    let created = store.create(&new, NOON).await.unwrap();
    let read = store.get(created.id).await.unwrap().unwrap();
    assert_eq!((read.title.as_str(), read.description.as_str()), (text.trim(), text));
    let longest = Title::parse(&"👩".repeat(200)).unwrap();
    let changes = TaskChanges { title: Some(longest.clone()), ..TaskChanges::default() };
    let renamed = store.update(created.id, &changes, NOON).await.unwrap().unwrap();
    assert_eq!(renamed.title, longest.as_str());
}

pub(crate) async fn concurrent_writers_all_succeed(database: &Database) {
    let writers: Vec<_> = (0..16)
        .map(|writer| {
            let store = Arc::clone(&database.store);
            tokio::spawn(async move {
                let mut ids = Vec::new();
                for number in 0..20 {
                    let task = new(&format!("{writer}.{number}"));
                    ids.push(store.create(&task, NOON).await.unwrap().id);
                    store.list(ALL).await.unwrap();
                }
                ids
            })
        })
        .collect();
    let mut ids = BTreeSet::new();
    for writer in writers {
        ids.extend(writer.await.unwrap());
    }
    assert_eq!(ids.len(), 320);
    assert_eq!(database.store.stats().await.unwrap().total, 320);
}

pub(crate) async fn a_closed_store_is_unavailable(database: &Database) {
    let store = &database.store;
    store.ping().await.unwrap();
    let open = store.connections();
    assert!(open.idle + open.used > 0, "{open:?}");
    store.close().await;
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.create(&new("x"), NOON).await, Err(StoreError::Unavailable(_))));
}
