//! Tasks: what the original lab's client does, and what ours adds.

use serde_json::json;

use crate::harness::{Lab, NOW};

#[tokio::test]
async fn a_task_lives_from_create_to_delete() {
    let lab = Lab::start().await;
    let body = json!({ "title": "  buy milk ", "description": "two\nlitres", "completed": false });
    let created = lab.json("POST", "/api/tasks", body).await;
    assert_eq!(created.status, 201);
    assert_eq!(created.header("location"), "/api/tasks/1");
    let task = json!({
        "id": 1,
        "title": "buy milk",
        "description": "two\nlitres",
        "completed": false,
        "created_at": NOW,
        "updated_at": NOW,
    });
    assert_eq!(created.json(), task);
    assert_eq!(lab.get("/api/tasks/1").await.json(), task);

    let changed = lab.json("PUT", "/api/tasks/1", json!({ "completed": true })).await;
    assert_eq!(changed.status, 200);
    let mut done = task.clone();
    done["completed"] = json!(true);
    assert_eq!(changed.json(), done);

    let list = lab.get("/api/tasks").await.json();
    let stats = json!({ "total": 1, "completed": 1, "pending": 0 });
    assert_eq!(list, json!({ "tasks": [done], "count": 1, "stats": stats, "next": null }));

    let deleted = lab.json("DELETE", "/api/tasks/1", "").await;
    assert_eq!(deleted.status, 200);
    assert!(deleted.json()["message"].is_string());
    lab.get("/api/tasks/1").await.problem(404, "task_not_found");
}

#[tokio::test]
async fn each_field_changes_alone() {
    let lab = Lab::start().await;
    lab.add("one").await;
    for (method, body) in [
        ("PATCH", json!({ "title": "two" })),
        ("PUT", json!({ "description": "more" })),
        ("PATCH", json!({ "completed": true, "title": null })),
        ("PUT", json!({})),
    ] {
        assert_eq!(lab.json(method, "/api/tasks/1", body).await.status, 200);
    }
    let task = lab.get("/api/tasks/1").await.json();
    assert_eq!(task["title"], "two");
    assert_eq!(task["description"], "more");
    assert_eq!(task["completed"], true);
}

#[tokio::test]
async fn pages_follow_each_other_newest_first() {
    let lab = Lab::start().await;
    for number in 1..=5 {
        let id = lab.add(&format!("task {number}")).await;
        if number % 2 == 0 {
            lab.json("PUT", &format!("/api/tasks/{id}"), json!({ "completed": true })).await;
        }
    }
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = lab.get(&format!("/api/tasks?limit=2{after}")).await.json();
        seen.extend(page["tasks"].as_array().unwrap().iter().map(|task| task["id"].clone()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
    let open = lab.get("/api/tasks?completed=false").await.json();
    assert_eq!((&open["count"], &open["stats"]["total"]), (&json!(3), &json!(5)));
}

#[tokio::test]
async fn the_id_of_a_deleted_task_is_not_given_again() {
    let lab = Lab::start().await;
    let id = lab.add("one").await;
    lab.json("DELETE", &format!("/api/tasks/{id}"), "").await;
    assert_eq!(lab.add("two").await, id + 1);
}
