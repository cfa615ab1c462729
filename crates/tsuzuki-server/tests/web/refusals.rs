//! What is refused, and in which words.

use crate::client::{Sending, bare, get, having, post, with};
use crate::server::{Server, fresh};
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Value, json};
use std::time::Duration;
use tsuzuki_server::Rate;

fn raw(method: Method, path: &str, kind: &str, body: impl Into<Bytes>) -> Sending {
    Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", kind)
        .body(Full::new(body.into()))
        .unwrap()
}

#[tokio::test]
async fn bodies_that_are_no_requests_are_refused() {
    let server = Server::start().await;
    let path = "/api/v1/conversations";
    for (request, status, code) in [
        (bare(Method::POST, path), 415, "unsupported"),
        (
            raw(Method::POST, path, "text/plain", "{}"),
            415,
            "unsupported",
        ),
        (
            raw(
                Method::POST,
                path,
                "application/x-www-form-urlencoded",
                "a=b",
            ),
            415,
            "unsupported",
        ),
        (
            having(post(path, &json!({})), "content-encoding", "gzip"),
            415,
            "unsupported",
        ),
        (
            raw(Method::POST, path, "application/json", ""),
            400,
            "invalid",
        ),
        (
            raw(Method::POST, path, "application/json", "{"),
            400,
            "invalid",
        ),
        (
            raw(Method::POST, path, "application/json", "{} {}"),
            400,
            "invalid",
        ),
        (
            raw(Method::POST, path, "application/json", "[]"),
            400,
            "invalid",
        ),
        (
            raw(Method::POST, path, "application/json", "[".repeat(5000)),
            400,
            "invalid",
        ),
        (
            raw(Method::POST, path, "application/json", &b"\"\xff\""[..]),
            400,
            "invalid",
        ),
        (post(path, &json!({ "more": 1 })), 400, "invalid"),
        (
            post(path, &json!({ "shape": { "more": 1 } })),
            400,
            "invalid",
        ),
        (post(path, &json!({ "shape": [] })), 400, "invalid"),
        (
            post(path, &json!({ "shape": { "reach": [null] } })),
            400,
            "invalid",
        ),
        (post(path, &json!({ "id": "x" })), 400, "invalid"),
        (
            post(path, &json!({ "title": "x".repeat(201) })),
            400,
            "invalid",
        ),
        (
            post(path, &json!({ "title": "two\nlines" })),
            400,
            "invalid",
        ),
        (
            post(path, &json!({ "folder": "x".repeat(101) })),
            400,
            "invalid",
        ),
    ] {
        let told = format!("{request:?}");
        let got = server.send(request).await;
        assert_eq!(got.problem(), (status, code.to_owned()), "{told}");
    }
    let good = raw(Method::POST, path, "Application/JSON; charset=utf-8", "{}");
    assert_eq!(server.send(good).await.status, 201);
}

#[tokio::test]
async fn a_problem_names_the_member_and_not_its_value() {
    let server = Server::start().await;
    let body = json!({ "shape": { "temperature": "canary" } });
    let got = server.send(post("/api/v1/conversations", &body)).await;
    let problem: Value = serde_json::from_slice(&got.body).unwrap();
    assert_eq!(problem["field"], "shape.temperature");
    assert!(!got.text().contains("canary"), "{}", got.text());
}

#[tokio::test]
async fn a_body_may_be_so_large_and_no_larger() {
    let server = Server::with(|settings| settings.limits.body_bytes = 20_000).await;
    let body = |bytes: usize| format!("{{{}}}", " ".repeat(bytes - 2));
    let path = "/api/v1/conversations";
    let fits = raw(Method::POST, path, "application/json", body(20_000));
    assert_eq!(server.send(fits).await.status, 201);
    let over = raw(Method::POST, path, "application/json", body(20_001));
    assert_eq!(
        server.send(over).await.problem(),
        (413, "too_large".to_owned())
    );
    // What anybody may send is smaller.
    let sign_in = raw(
        Method::POST,
        "/api/v1/session",
        "application/json",
        body(10_000),
    );
    assert_eq!(
        server.send(sign_in).await.problem(),
        (413, "too_large".to_owned())
    );
}

#[tokio::test]
async fn wrong_methods_are_told_the_right_ones() {
    let server = Server::start().await;
    for (method, path, allow) in [
        (
            Method::PUT,
            "/api/v1/conversations".to_owned(),
            "GET,HEAD,POST",
        ),
        (Method::POST, "/api/v1/about".to_owned(), "GET,HEAD"),
        (Method::GET, "/api/v1/session".to_owned(), "POST,DELETE"),
        (
            Method::POST,
            format!("/api/v1/attachments/{}", fresh()),
            "GET,HEAD,DELETE",
        ),
    ] {
        let got = server.send(bare(method, &path)).await;
        assert_eq!(got.problem(), (405, "wrong_method".to_owned()), "{path}");
        let mut told: Vec<&str> = got.header("allow").unwrap().split(',').collect();
        let mut right: Vec<&str> = allow.split(',').collect();
        told.sort_unstable();
        right.sort_unstable();
        assert_eq!(told, right, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_missing() {
    let server = Server::start().await;
    let id = fresh();
    for path in [
        format!("/api/v1/conversations/{id}"),
        format!("/api/v1/conversations/{id}/export"),
        format!("/api/v1/messages/{id}"),
        format!("/api/v1/messages/{id}/exchanges"),
        format!("/api/v1/runs/{id}"),
        format!("/api/v1/attachments/{id}"),
        "/api/v1/nothing".to_owned(),
        "/api/v1".to_owned(),
        "/api/v2/about".to_owned(),
        "/api".to_owned(),
    ] {
        let got = server.send(get(&path)).await;
        assert_eq!(got.problem(), (404, "missing".to_owned()), "{path}");
    }
    for (path, body) in [
        (
            format!("/api/v1/conversations/{id}/messages"),
            json!({ "text": "x" }),
        ),
        (format!("/api/v1/messages/{id}/answers"), json!({})),
        (format!("/api/v1/messages/{id}/continue"), json!({})),
        (format!("/api/v1/messages/{id}/retry"), json!({ "seam": 1 })),
        (format!("/api/v1/messages/{id}/cut"), json!({ "seam": 1 })),
        (format!("/api/v1/runs/{id}/finish"), json!({})),
    ] {
        let got = server.send(post(&path, &body)).await;
        assert_eq!(got.problem(), (404, "missing".to_owned()), "{path}");
    }
    let got = server.send(get("/api/v1/messages/not-an-id")).await;
    assert_eq!(got.problem(), (400, "invalid".to_owned()));
}

#[tokio::test]
async fn parameters_are_looked_at() {
    let server = Server::start().await;
    for path in [
        "/api/v1/conversations?limit=0",
        "/api/v1/conversations?limit=501",
        "/api/v1/conversations?limit=-1",
        "/api/v1/conversations?limit=canary",
        "/api/v1/conversations?more=1",
        "/api/v1/search",
        "/api/v1/search?q=x&limit=0",
        "/api/v1/usage?days=0",
        "/api/v1/usage?days=99999",
    ] {
        let got = server.send(get(path)).await;
        assert_eq!(got.problem(), (400, "invalid".to_owned()), "{path}");
        assert!(!got.text().contains("canary"), "{}", got.text());
    }
}

#[tokio::test]
async fn messages_are_looked_at_before_they_are_kept() {
    let server = Server::start().await;
    let id = server.conversation().await;
    let path = format!("/api/v1/conversations/{id}/messages");
    let attachments: Vec<String> = (0..21).map(|_| fresh()).collect();
    for body in [
        json!({}),
        json!({ "text": "x", "more": 1 }),
        json!({ "text": "x".repeat(10_001) }),
        json!({ "text": "x", "attachments": attachments }),
        json!({ "text": "x", "shape": { "temperature": "hot" } }),
    ] {
        let got = server.send(post(&path, &body)).await;
        assert_eq!(got.problem(), (400, "invalid".to_owned()), "{body}");
    }
    let long = "k".repeat(201);
    for key in ["", " ", &long] {
        let got = having(post(&path, &json!({ "text": "x" })), "idempotency-key", key);
        let got = server.send(got).await;
        assert_eq!(got.problem(), (400, "invalid".to_owned()), "{key:?}");
    }
    let thread = server
        .send(get(&format!("/api/v1/conversations/{id}")))
        .await;
    assert_eq!(thread.json(200)["messages"], json!([]));
}

#[tokio::test]
async fn changes_are_counted_and_readings_are_not() {
    let server = Server::with(|settings| {
        settings.limits.chat.writes = Rate {
            burst: 2,
            every: Duration::from_secs(600),
        };
    })
    .await;
    let path = "/api/v1/conversations";
    for _ in 0..2 {
        assert_eq!(server.send(post(path, &json!({}))).await.status, 201);
    }
    let refused = server.send(post(path, &json!({}))).await;
    assert_eq!(refused.problem(), (429, "rate_limited".to_owned()));
    assert!(refused.header("retry-after").is_some());
    let put = with(Method::PUT, "/api/v1/defaults", &json!({}));
    assert_eq!(server.send(put).await.status, 429);
    assert_eq!(server.send(get(path)).await.status, 200);
}
