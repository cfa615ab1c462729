//! The way out and back: Markdown, JSON, import.

use crate::client::{Sending, get, post};
use crate::server::{Server, fresh, text_of};
use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};

/// A conversation of two messages, the answer made of more than one part.
async fn told(server: &Server, title: &str) -> (String, Value) {
    let new = json!({ "title": title });
    let made = server
        .send(post("/api/v1/conversations", &new))
        .await
        .json(201);
    let id = made["id"].as_str().unwrap().to_owned();
    let body = json!({ "text": "/long 20", "shape": { "max_tokens": 60 } });
    let path = format!("/api/v1/conversations/{id}/messages");
    let posted = server.send(post(&path, &body)).await.json(202);
    let answer = posted["messages"][1]["id"].as_str().unwrap();
    (id, server.over_now(answer).await)
}

async fn export(server: &Server, id: &str, query: &str) -> crate::client::Got {
    let path = format!("/api/v1/conversations/{id}/export{query}");
    server.send(get(&path)).await
}

#[tokio::test]
async fn markdown_holds_the_exact_texts() {
    let server = Server::start().await;
    let (id, answer) = told(&server, "続き \"one\"").await;
    let got = export(&server, &id, "").await;
    assert_eq!(
        got.header("content-type"),
        Some("text/markdown; charset=utf-8")
    );
    assert_eq!(
        got.header("content-disposition"),
        Some(
            "attachment; filename=\"__ _one_.md\"; filename*=UTF-8''%E7%B6%9A%E3%81%8D%20%22one%22%2Emd"
        )
    );
    let text = text_of(&answer);
    let page = format!("# 続き \"one\"\n\n## User\n\n/long 20\n\n## Assistant\n\n{text}\n\n");
    assert_eq!(got.text(), page);

    let marked = export(&server, &id, "?seams=comments").await;
    let seams = answer["making"]["seams"].as_array().unwrap();
    assert!(!seams.is_empty());
    assert_eq!(
        marked.text().matches("<!-- seam: part ").count(),
        seams.len()
    );
    let mut plain = marked.text().to_owned();
    while let Some((before, rest)) = plain.split_once("<!-- ") {
        let (_, after) = rest.split_once(" -->").unwrap();
        plain = format!("{before}{after}");
    }
    assert_eq!(plain, page);
}

#[tokio::test]
async fn what_went_out_comes_back_elsewhere_the_same() {
    let server = Server::start().await;
    let (id, _) = told(&server, "there and back").await;
    let path = format!("/api/v1/conversations/{id}/messages");
    let attached = Request::post("/api/v1/attachments?name=a.md")
        .header("content-type", "text/markdown")
        .body(Full::new("# attached".into()))
        .unwrap();
    let attached = server.send(attached).await.json(201);
    let body = json!({ "text": "/echo with", "attachments": [attached["id"]] });
    let posted = server.send(post(&path, &body)).await.json(202);
    server
        .over_now(posted["messages"][1]["id"].as_str().unwrap())
        .await;

    let archive = export(&server, &id, "?format=json&attachments=data")
        .await
        .json(200);
    let all = server
        .send(get("/api/v1/export?attachments=data"))
        .await
        .json(200);
    assert_eq!(all["conversations"], archive["conversations"]);
    let kept = &archive["conversations"][0];
    assert_eq!(kept["messages"].as_array().unwrap().len(), 4);
    assert_eq!(kept["attachments"].as_array().unwrap().len(), 1);

    let elsewhere = Server::start().await;
    let imported = elsewhere
        .send(post("/api/v1/import", &archive))
        .await
        .json(200);
    assert_eq!(imported, json!({ "conversations": 1, "messages": 4 }));
    let back = export(&elsewhere, &id, "?format=json&attachments=data")
        .await
        .json(200);
    assert_eq!(
        without_names(&back["conversations"][0]),
        without_names(kept),
        "only runs and the ids of files are its own"
    );
    let markdown = export(&server, &id, "").await;
    assert_eq!(export(&elsewhere, &id, "").await.body, markdown.body);

    // What is there already comes in beside it.
    let imported = elsewhere
        .send(post("/api/v1/import", &archive))
        .await
        .json(200);
    assert_eq!(imported["conversations"], 1);
    let list = elsewhere.send(get("/api/v1/conversations")).await.json(200);
    let ids: Vec<&str> = list["conversations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 2);
    let copy = ids.into_iter().find(|other| *other != id).unwrap();
    assert_eq!(export(&elsewhere, copy, "").await.body, markdown.body);
}

/// Without what another server names anew.
fn without_names(kept: &Value) -> Value {
    let mut kept = kept.clone();
    for message in kept["messages"].as_array_mut().unwrap() {
        if message["making"].is_object() {
            message["making"]["run"] = Value::Null;
        }
        for attachment in message["attachments"].as_array_mut().unwrap() {
            attachment["id"] = Value::Null;
        }
    }
    for attachment in kept["attachments"].as_array_mut().unwrap() {
        attachment["id"] = Value::Null;
    }
    kept["conversation"]["standing"] = Value::Null;
    kept
}

#[tokio::test]
async fn files_that_are_no_archives_change_nothing() {
    let server = Server::start().await;
    let (id, _) = told(&server, "whole").await;
    let archive = export(&server, &id, "?format=json").await.json(200);
    let elsewhere = Server::start().await;
    let spoil = |change: fn(&mut Value)| {
        let mut spoilt = archive.clone();
        // A good one before it comes in with it, or not at all.
        let mut second = spoilt["conversations"][0].clone();
        second["conversation"]["id"] = json!(fresh());
        change(&mut second);
        spoilt["conversations"].as_array_mut().unwrap().push(second);
        spoilt
    };
    let mut newer = archive.clone();
    newer["tsuzuki"] = json!(2);
    for (what, archive) in [
        ("nothing", json!({})),
        ("a newer version", newer),
        ("messages of another conversation", spoil(|_| {})),
        (
            "a missing parent",
            spoil(|kept| {
                kept["messages"].as_array_mut().unwrap().remove(0);
            }),
        ),
        (
            "the same message twice",
            spoil(|kept| {
                let again = kept["messages"][0].clone();
                kept["messages"].as_array_mut().unwrap().push(again);
            }),
        ),
        (
            "a ring",
            spoil(|kept| kept["messages"][0]["parent"] = kept["messages"][1]["id"].clone()),
        ),
        (
            "an answer to nothing",
            spoil(|kept| kept["messages"][0]["role"] = json!("assistant")),
        ),
        (
            "an unknown head",
            spoil(|kept| {
                kept["messages"] = json!([]);
                kept["conversation"]["head"] = json!(fresh());
            }),
        ),
        (
            "a file of no message",
            spoil(|kept| {
                kept["messages"] = json!([]);
                kept["conversation"]["head"] = Value::Null;
                kept["attachments"] = json!([{ "id": fresh(), "data": "" }]);
            }),
        ),
        (
            "a part beyond counting",
            spoil(|kept| kept["messages"][1]["making"]["parts"][0]["number"] = json!(u32::MAX)),
        ),
        (
            "a time beyond counting",
            spoil(|kept| kept["messages"][1]["making"]["ms"] = json!(u64::MAX)),
        ),
        (
            "a cost beyond counting",
            spoil(|kept| kept["messages"][1]["making"]["spent"]["input"] = json!(u64::MAX)),
        ),
        (
            "one block twice",
            spoil(|kept| {
                let again = kept["messages"][1]["blocks"][0].clone();
                kept["messages"][1]["blocks"]
                    .as_array_mut()
                    .unwrap()
                    .push(again);
            }),
        ),
    ] {
        let got = elsewhere.send(post("/api/v1/import", &archive)).await;
        assert_eq!(got.problem(), (400, "invalid".to_owned()), "{what}");
    }
    let list = elsewhere.send(get("/api/v1/conversations")).await.json(200);
    assert_eq!(list["conversations"], json!([]));
}

#[tokio::test]
async fn what_the_server_lets_out_it_takes_back() {
    let server = Server::with(|settings| settings.limits.body_bytes = 200_000).await;
    let id = server.conversation().await;
    let path = format!("/api/v1/conversations/{id}/messages");
    // A title of control characters, and files that make an export longer than any message.
    let mut files = Vec::new();
    for _ in 0..2 {
        let attached = Request::post("/api/v1/attachments?name=a.txt")
            .header("content-type", "text/plain")
            .body(Full::new("a".repeat(150_000).into()))
            .unwrap();
        files.push(server.send(attached).await.json(201)["id"].clone());
    }
    let body = json!({ "text": "/echo one\ttwo\u{7}", "attachments": files });
    let posted = server.send(post(&path, &body)).await.json(202);
    server
        .over_now(posted["messages"][1]["id"].as_str().unwrap())
        .await;
    let all = server
        .send(get("/api/v1/export?attachments=data"))
        .await
        .json(200);
    let title = &all["conversations"][0]["conversation"]["title"];
    assert_eq!(title, "/echo one two");
    let mut archive = all.clone();
    // As older versions kept it.
    archive["conversations"][0]["conversation"]["title"] = json!("/echo one\ttwo");
    let back = server
        .send(post("/api/v1/import", &archive))
        .await
        .json(200);
    assert_eq!(back, json!({ "conversations": 1, "messages": 2 }));
    let list = server.send(get("/api/v1/conversations")).await.json(200);
    for conversation in list["conversations"].as_array().unwrap() {
        assert_eq!(&conversation["title"], title);
    }
}

#[tokio::test]
async fn an_answer_that_was_being_written_is_incomplete_elsewhere() {
    let server = Server::start().await;
    let (id, _) = told(&server, "cut").await;
    let mut archive = export(&server, &id, "?format=json").await.json(200);
    archive["conversations"][0]["messages"][1]["state"] = json!("running");
    let elsewhere = Server::start().await;
    elsewhere
        .send(post("/api/v1/import", &archive))
        .await
        .json(200);
    let answer = archive["conversations"][0]["messages"][1]["id"]
        .as_str()
        .unwrap();
    let message: Sending = get(&format!("/api/v1/messages/{answer}"));
    let message = elsewhere.send(message).await.json(200);
    assert_eq!(message["state"], "incomplete");
    assert_eq!(message["making"]["problem"]["code"], "interrupted");
    assert_eq!(message["making"]["problem"]["can_continue"], true);
}
