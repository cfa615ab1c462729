//! Whether the store works is told, and everything else goes on without it.

use crate::client::{get, post};
use crate::server::{HAIKU, Server, chat};
use serde_json::json;
use tempfile::TempDir;

#[tokio::test]
async fn a_store_that_works_is_said_to() {
    let server = Server::start().await;
    let health = server.send(get("/healthz")).await.json(200);
    assert_eq!(
        (&health["status"], &health["store"]),
        (&json!("ok"), &json!("ok"))
    );
    let metrics = server.send(get("/metrics")).await;
    for line in [
        "tsuzuki_chat_runs 0",
        "tsuzuki_chat_readers 0",
        "# TYPE tsuzuki_chat_requests_total counter",
    ] {
        assert!(metrics.text().lines().any(|own| own == line), "{line}");
    }
}

#[tokio::test]
async fn a_full_store_is_told_and_the_bedrock_door_goes_on() {
    let folder = TempDir::new().unwrap();
    let mut door = chat(&folder).await;
    door.store = crate::server::store(&folder, Some(400_000)).await;
    let server = Server::with(|settings| settings.chat = Some(door)).await;
    let mut refused = None;
    for _ in 0..200 {
        let new = json!({ "shape": { "system": "x".repeat(20_000) } });
        let got = server.send(post("/api/v1/conversations", &new)).await;
        if got.status != 201 {
            // Where the store is, is the operator's to know.
            let place = folder.path().to_str().unwrap();
            assert!(!got.text().contains(place), "{}", got.text());
            refused = Some(got.problem());
            break;
        }
    }
    assert_eq!(refused, Some((507, "store_full".to_owned())));
    let health = server.send(get("/healthz")).await.json(503);
    assert_eq!(health["status"], "the store fails");
    assert!(
        health["store"].as_str().unwrap().contains("no room"),
        "{health}"
    );
    let doctor = server.send(get("/api/v1/doctor")).await.json(200);
    assert_eq!(doctor["checks"][0]["state"], "failed");
    // What was kept is still there, and the Bedrock door needs no store.
    assert_eq!(server.send(get("/api/v1/conversations")).await.status, 200);
    let body = json!({ "messages": [{ "role": "user", "content": [{ "text": "/echo hi" }] }] });
    let path = format!("/model/{HAIKU}/converse");
    assert_eq!(server.send(post(&path, &body)).await.status, 200);
    assert_eq!(server.send(get("/readyz")).await.status, 200);
}
