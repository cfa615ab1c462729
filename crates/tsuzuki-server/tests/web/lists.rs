//! Search, usage, defaults, models, the doctor.

use crate::client::{get, post, with};
use crate::server::{HAIKU, Server, fresh, text_of};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tsuzuki_server::{Check, CheckState, Diagnosis, Doctor, Worded};

#[tokio::test]
async fn what_was_said_is_found() {
    let server = Server::start().await;
    let id = server.conversation().await;
    let answer = server.answered(&id, "/echo 東京タワー and towers").await;
    for (query, found) in [
        ("%E6%9D%B1%E4%BA%AC", true),
        ("towers", true),
        ("paris", false),
    ] {
        let got = server
            .send(get(&format!("/api/v1/search?q={query}")))
            .await
            .json(200);
        let hits = got["hits"].as_array().unwrap();
        assert_eq!(!hits.is_empty(), found, "{query}: {got}");
        for hit in hits {
            assert_eq!(hit["conversation"], id);
            let snippet = hit["snippet"].as_array().unwrap();
            assert!(snippet.iter().any(|piece| piece["hit"] == true));
        }
        if found {
            assert!(hits.iter().any(|hit| hit["message"] == answer["id"]));
        }
    }
}

#[tokio::test]
async fn what_was_spent_is_told() {
    let server = Server::start().await;
    let none = server.send(get("/api/v1/usage")).await.json(200);
    assert_eq!(
        (&none["days"], &none["total"]["answers"]),
        (&json!([]), &json!(0))
    );
    let id = server.conversation().await;
    let answer = server.answered(&id, "/echo hello").await;
    let usage = server.send(get("/api/v1/usage?days=1")).await.json(200);
    let days = usage["days"].as_array().unwrap();
    assert_eq!(days.len(), 1);
    assert_eq!(days[0]["spent"], usage["total"]);
    let output = usage["total"]["output"].as_u64().unwrap();
    assert!(output >= answer["making"]["spent"]["output"].as_u64().unwrap());
    assert!(output > 0);
}

#[tokio::test]
async fn defaults_are_kept() {
    let server = Server::start().await;
    let before = server.send(get("/api/v1/defaults")).await.json(200);
    assert_eq!(before, json!({ "shape": {}, "titles": "model" }));
    let defaults = json!({ "shape": { "max_tokens": 70, "system": "brief" }, "titles": "words" });
    let put = with(Method::PUT, "/api/v1/defaults", &defaults);
    assert_eq!(server.send(put).await.json(200), defaults);
    assert_eq!(
        server.send(get("/api/v1/defaults")).await.json(200),
        defaults
    );
    let wrong = with(Method::PUT, "/api/v1/defaults", &json!({ "more": 1 }));
    assert_eq!(server.send(wrong).await.status, 400);
}

#[tokio::test]
async fn a_shape_that_no_message_could_be_asked_with_is_kept_nowhere() {
    let server = Server::start().await;
    let id = server.conversation().await;
    let long = "x".repeat(100_001);
    for (shape, field) in [
        (json!({ "temperature": 5 }), "temperature"),
        (json!({ "max_tokens": 0 }), "max_tokens"),
        (json!({ "reach": { "max_parts": 0 } }), "reach"),
        (json!({ "reach": { "max_seconds": -1 } }), "reach"),
        (json!({ "system": long }), "system"),
        (json!({ "model": long }), "model"),
        (json!({ "fields": { "more": long } }), "fields"),
        (json!({ "stop_sequences": [long] }), "stop_sequences"),
        (
            json!({ "guardrail": { "id": long, "version": "1" } }),
            "guardrail",
        ),
    ] {
        let kept = json!({ "id": fresh(), "title": "", "titled": "not", "pinned": false,
            "created_at": 0, "updated_at": 0, "read_at": 0, "shape": shape, "head": null,
            "standing": "quiet", "spent": server.send(get("/api/v1/usage")).await.json(200)["total"] });
        let archive = json!({ "tsuzuki": 1,
            "conversations": [{ "conversation": kept, "messages": [] }] });
        let path = format!("/api/v1/conversations/{id}");
        let said = json!({ "text": "hello", "shape": shape });
        for request in [
            with(Method::PUT, "/api/v1/defaults", &json!({ "shape": shape })),
            post("/api/v1/conversations", &json!({ "shape": shape })),
            with(Method::PATCH, &path, &json!({ "shape": shape })),
            post("/api/v1/import", &archive),
            post(&format!("{path}/messages"), &said),
        ] {
            let told = format!("{} {}", request.method(), request.uri());
            let got = server.send(request).await;
            assert_eq!(got.problem(), (400, "invalid".to_owned()), "{told} {field}");
            assert!(
                got.text().contains(&format!("shape.{field}")),
                "{told} {}",
                got.text()
            );
        }
    }
    assert_eq!(
        text_of(&server.answered(&id, "/echo still well").await),
        "still well"
    );
}

#[tokio::test]
async fn models_are_listed_by_a_name_that_works() {
    let server = Server::start().await;
    let listed = server.send(get("/api/v1/models")).await.json(200);
    let models = listed["models"].as_array().unwrap();
    assert!(models.len() > 100);
    let row = |part: &str| {
        let found = models
            .iter()
            .find(|row| row["id"].as_str().unwrap().contains(part));
        found.unwrap().clone()
    };
    let haiku = row(HAIKU);
    assert_eq!(
        (&haiku["id"], &haiku["scope"]),
        (&json!(HAIKU), &json!("bare"))
    );
    assert_eq!(haiku["prefill"], "accepted");
    assert!(haiku["price"]["output"].as_f64().unwrap() > 0.0);
    // One that answers through profiles only.
    let opus = row("claude-opus-4-8");
    let id = opus["id"].as_str().unwrap();
    assert_eq!(
        id,
        format!(
            "{}.anthropic.claude-opus-4-8",
            opus["scope"].as_str().unwrap()
        )
    );
    assert_eq!(
        (&opus["sampling"], &opus["prefill"]),
        (&json!("none"), &json!("refused"))
    );
    let known: Vec<&Value> = models.iter().map(|row| &row["available"]).collect();
    assert!(known.iter().all(|word| *word == "no" || *word == "unknown"));
    for row in models.iter().filter(|row| row["available"] == "no") {
        assert!(
            row["why"].is_string() && row["end_of_life"].is_string(),
            "{row}"
        );
    }

    let id = server.conversation().await;
    let body = json!({ "text": "/echo hi", "shape": { "model": opus["id"] } });
    let path = format!("/api/v1/conversations/{id}/messages");
    let posted = server.send(post(&path, &body)).await.json(202);
    let answer = posted["messages"][1]["id"].as_str().unwrap();
    assert_eq!(server.over_now(answer).await["state"], "complete");
}

#[tokio::test]
async fn in_a_region_the_nearest_profile_is_named() {
    let server = Server::with_chat(|chat| {
        chat.backend.region = Some("eu-central-1".to_owned());
    })
    .await;
    let listed = server.send(get("/api/v1/models")).await.json(200);
    let near = listed["models"].as_array().unwrap().iter().filter(|row| {
        row["scope"] != "bare" && row["profiles"].as_array().unwrap().contains(&json!("eu"))
    });
    let scopes: Vec<&Value> = near.map(|row| &row["scope"]).collect();
    assert!(!scopes.is_empty() && scopes.iter().all(|scope| *scope == "eu"));
}

struct Physician;

impl Doctor for Physician {
    fn look(&self) -> BoxFuture<'static, Diagnosis> {
        async {
            Diagnosis {
                checks: vec![Check {
                    name: "credentials".to_owned(),
                    state: CheckState::Failed,
                    told: "there are none".to_owned(),
                    told_as: Worded {
                        code: "credentials_unusable".to_owned(),
                        values: BTreeMap::from([("said".to_owned(), "none".to_owned())]),
                    },
                    hint: Some("aws sso login".to_owned()),
                    hint_as: None,
                }],
                policy: Some(json!({ "Version": "2012-10-17" })),
            }
        }
        .boxed()
    }
}

#[tokio::test]
async fn the_doctor_looks_at_the_store_and_the_backend() {
    let server = Server::start().await;
    let alone = server.send(get("/api/v1/doctor")).await.json(200);
    assert_eq!(alone["checks"].as_array().unwrap().len(), 1);
    assert_eq!(alone["checks"][0]["name"], "store");
    assert_eq!(alone["checks"][0]["state"], "ok");
    let server = Server::with_chat(|chat| chat.doctor = Some(Arc::new(Physician))).await;
    let both = server.send(get("/api/v1/doctor")).await.json(200);
    assert_eq!(
        both["checks"][1],
        json!({
            "name": "credentials", "state": "failed", "told": "there are none",
            "told_as": { "code": "credentials_unusable", "values": { "said": "none" } },
            "hint": "aws sso login",
        })
    );
    assert_eq!(both["policy"]["Version"], "2012-10-17");
}
