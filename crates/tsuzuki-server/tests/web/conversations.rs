//! Conversations: made, listed, changed, removed.

use crate::client::{bare, get, post, with};
use crate::server::{Server, fresh};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_conversation_is_made_once() {
    let server = Server::start().await;
    let id = fresh();
    let new =
        json!({ "id": id, "title": "続き", "folder": "work", "shape": { "temperature": 0.5 } });
    let made = server
        .send(post("/api/v1/conversations", &new))
        .await
        .json(201);
    assert_eq!(made["id"], id);
    assert_eq!(made["title"], "続き");
    assert_eq!(made["titled"], "user");
    assert_eq!(made["folder"], "work");
    assert_eq!(made["shape"], json!({ "temperature": 0.5 }));
    let other = json!({ "id": id, "title": "another" });
    let there = server
        .send(post("/api/v1/conversations", &other))
        .await
        .json(200);
    assert_eq!(there["title"], "続き");

    let bare = server
        .send(post("/api/v1/conversations", &json!({})))
        .await
        .json(201);
    assert_eq!(
        (&bare["title"], &bare["titled"]),
        (&json!(""), &json!("not"))
    );
}

#[tokio::test]
async fn the_list_comes_in_parts() {
    let server = Server::start().await;
    for _ in 0..5 {
        server.conversation().await;
    }
    let mut seen = Vec::new();
    for (offset, count, more) in [(0, 2, true), (2, 2, true), (4, 1, false), (5, 0, false)] {
        let path = format!("/api/v1/conversations?offset={offset}&limit=2");
        let part = server.send(get(&path)).await.json(200);
        let conversations = part["conversations"].as_array().unwrap();
        assert_eq!((conversations.len(), &part["more"]), (count, &json!(more)));
        seen.extend(conversations.iter().map(|one| one["id"].to_string()));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);
}

#[tokio::test]
async fn a_conversation_changes_in_what_is_named() {
    let server = Server::start().await;
    let id = server.conversation().await;
    let path = format!("/api/v1/conversations/{id}");
    let change = json!({ "title": "new", "pinned": true, "folder": "f" });
    let changed = server
        .send(with(Method::PATCH, &path, &change))
        .await
        .json(200);
    assert_eq!(changed["title"], "new");
    assert_eq!(changed["pinned"], true);
    let change = json!({ "folder": "", "shape": { "system": "brief" } });
    let changed = server
        .send(with(Method::PATCH, &path, &change))
        .await
        .json(200);
    assert_eq!(changed["folder"], json!(null));
    assert_eq!(changed["shape"], json!({ "system": "brief" }));
    assert_eq!(changed["title"], "new");

    let thread = server.send(get(&path)).await.json(200);
    assert_eq!(thread["conversation"]["title"], "new");
    assert_eq!(thread["messages"], json!([]));
    assert_eq!(
        (&thread["older"], &thread["cursors"]),
        (&json!(false), &json!([]))
    );
}

#[tokio::test]
async fn changes_of_two_do_not_undo_each_other() {
    let server = Server::start().await;
    let id = server.conversation().await;
    let path = format!("/api/v1/conversations/{id}");
    let change = |body: Value| with(Method::PATCH, &path, &body);
    for changes in [
        json!({ "system": "brief", "fields": { "top_k": 4, "more": { "a": 1 } } }),
        json!({ "temperature": 0.5, "reach": { "max_parts": 3 } }),
        json!({ "system": null, "reach": { "max_cost": 1.0 }, "fields": { "more": { "b": 2 } } }),
    ] {
        let body = json!({ "shape_changes": changes });
        server.send(change(body)).await.json(200);
    }
    let kept = server.send(get(&path)).await.json(200)["conversation"]["shape"].clone();
    let expected = json!({ "temperature": 0.5, "reach": { "max_parts": 3, "max_cost": 1.0 },
        "fields": { "top_k": 4, "more": { "a": 1, "b": 2 } } });
    assert_eq!(kept, expected);
    for wrong in [
        json!({ "shape_changes": { "temperature": 5 } }),
        json!({ "shape_changes": { "temperature": "canary" } }),
        json!({ "shape_changes": { "unknown": 1 } }),
        json!({ "shape_changes": {}, "shape": {} }),
    ] {
        let got = server.send(change(wrong)).await;
        assert_eq!(got.problem(), (400, "invalid".to_owned()));
        assert!(!got.text().contains("canary"));
    }
    // A shape as a whole is in the place of the one before.
    let whole = server
        .send(change(json!({ "shape": { "max_tokens": 9 } })))
        .await;
    assert_eq!(whole.json(200)["shape"], json!({ "max_tokens": 9 }));
}

#[tokio::test]
async fn what_is_removed_is_gone() {
    let server = Server::start().await;
    let id = server.conversation().await;
    let path = format!("/api/v1/conversations/{id}");
    let answer = server.answered(&id, "/echo gone").await;
    let removed = server.send(bare(Method::DELETE, &path)).await;
    assert_eq!((removed.status.as_u16(), removed.body.len()), (204, 0));
    assert_eq!(server.send(bare(Method::DELETE, &path)).await.status, 404);
    assert_eq!(server.send(get(&path)).await.status, 404);
    let message = format!("/api/v1/messages/{}", answer["id"].as_str().unwrap());
    assert_eq!(server.send(get(&message)).await.status, 404);
}

#[tokio::test]
async fn a_thread_is_read_from_its_end() {
    let server = Server::start().await;
    let id = server.conversation().await;
    for text in ["/echo one", "/echo two"] {
        let path = format!("/api/v1/conversations/{id}");
        let thread = server.send(get(&path)).await.json(200);
        let parent = &thread["conversation"]["head"];
        let post_path = format!("{path}/messages");
        let posted = post(&post_path, &json!({ "text": text, "parent": parent }));
        let posted = server.send(posted).await.json(202);
        server
            .over_now(posted["messages"][1]["id"].as_str().unwrap())
            .await;
    }
    let path = format!("/api/v1/conversations/{id}?limit=3");
    let thread = server.send(get(&path)).await.json(200);
    let messages = thread["messages"].as_array().unwrap();
    assert_eq!((messages.len(), &thread["older"]), (3, &json!(true)));
    let until = messages[0]["id"].as_str().unwrap();
    let path = format!("/api/v1/conversations/{id}?until={until}");
    let older = server.send(get(&path)).await.json(200);
    assert_eq!(older["messages"].as_array().unwrap().len(), 2);
    assert_eq!(older["older"], false);
}
