//! Attachments: kept, given back, removed, and what is not taken.

use crate::client::{Sending, bare, get, post};
use crate::server::{Server, fresh};
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Value, json};

/// A picture of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

fn file(name: &str, kind: &str, bytes: impl Into<Bytes>) -> Sending {
    Request::post(format!("/api/v1/attachments?name={name}"))
        .header("content-type", kind)
        .body(Full::new(bytes.into()))
        .unwrap()
}

fn path_of(attachment: &Value) -> String {
    format!("/api/v1/attachments/{}", attachment["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_image_is_kept_and_shown() {
    let server = Server::start().await;
    let kept = server
        .send(file("%E5%86%99%E7%9C%9F%201.png", "image/png", PNG))
        .await
        .json(201);
    assert_eq!(kept["name"], "写真 1.png");
    assert_eq!(
        (&kept["kind"], &kept["media_type"]),
        (&json!("image"), &json!("image/png"))
    );
    assert_eq!(kept["bytes"], PNG.len());
    let got = server.send(get(&path_of(&kept))).await;
    assert_eq!((got.status.as_u16(), &got.body[..]), (200, PNG));
    assert_eq!(got.header("content-type"), Some("image/png"));
    assert_eq!(
        got.header("content-disposition"),
        Some("inline; filename=\"__ 1.png\"; filename*=UTF-8''%E5%86%99%E7%9C%9F%201%2Epng")
    );
    assert_eq!(
        got.header("content-security-policy"),
        Some("sandbox; default-src 'none'")
    );
    assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn the_files_of_a_conversation_are_bounded_together() {
    let server = Server::start().await;
    let id = server.conversation().await;
    let path = format!("/api/v1/conversations/{id}/messages");
    let mut picture = PNG.to_vec();
    picture.resize(3_750_000, 0);
    let mut pictures = Vec::new();
    for _ in 0..7 {
        let kept = server
            .send(file("a.png", "image/png", picture.clone()))
            .await;
        pictures.push(kept.json(201)["id"].clone());
    }
    let body = json!({ "text": "/echo two", "attachments": pictures[..2] });
    let first = server.send(post(&path, &body)).await.json(202);
    let answer = first["messages"][1]["id"].as_str().unwrap();
    assert_eq!(server.over_now(answer).await["state"], "complete");
    // The last five would do alone, and not with the two that are sent along.
    let more = json!({ "text": "/echo seven", "parent": answer, "attachments": pictures[2..] });
    let refused = server.send(post(&path, &more)).await;
    assert_eq!(refused.problem(), (400, "invalid".to_owned()));
    assert!(
        refused.text().contains("of this conversation"),
        "{}",
        refused.text()
    );
    // Nothing of it was kept, and a message without files goes on.
    let fewer = json!({ "text": "/echo on", "parent": answer, "attachments": [] });
    let on = server.send(post(&path, &fewer)).await.json(202);
    server
        .over_now(on["messages"][1]["id"].as_str().unwrap())
        .await;

    let mut documents = Vec::new();
    for _ in 0..6 {
        let kept = server.send(file("a.txt", "text/plain", "a text")).await;
        documents.push(kept.json(201)["id"].clone());
    }
    let six = json!({ "text": "/echo six", "attachments": documents });
    assert_eq!(server.send(post(&path, &six)).await.problem().0, 400);
}

#[tokio::test]
async fn a_document_is_what_its_bytes_say_and_is_only_saved() {
    let server = Server::start().await;
    let html = "<script>alert(1)</script>";
    for (name, kind, bytes, media_type) in [
        (
            "page.html",
            "application/octet-stream",
            html.as_bytes(),
            "text/html",
        ),
        ("notes.md", "text/plain", "続き".as_bytes(), "text/markdown"),
        ("main.rs", "text/x-rust", b"fn main() {}", "text/plain"),
        ("a.txt", "image/png", b"%PDF-1.7 ...", "application/pdf"),
    ] {
        let kept = server.send(file(name, kind, bytes)).await.json(201);
        assert_eq!(
            (&kept["kind"], &kept["media_type"]),
            (&json!("document"), &json!(media_type))
        );
        let got = server.send(get(&path_of(&kept))).await;
        assert_eq!(got.header("content-type"), Some(media_type));
        let disposition = got.header("content-disposition").unwrap();
        assert!(
            disposition.starts_with("attachment; filename=\""),
            "{disposition}"
        );
        assert_eq!(got.body, bytes);
    }
}

#[tokio::test]
async fn what_bedrock_would_not_take_is_refused() {
    let server = Server::with(|settings| {
        settings.limits.chat.image_bytes = PNG.len();
        settings.limits.chat.document_bytes = 10;
    })
    .await;
    assert_eq!(
        server.send(file("a.png", "image/png", PNG)).await.status,
        201
    );
    let larger = [PNG, b"\0"].concat();
    for (request, status) in [
        (file("a.png", "image/png", larger), 413),
        (file("a.txt", "text/plain", "more than ten"), 413),
        (file("a.zip", "application/zip", &b"PK\x03\x04"[..]), 400),
        (
            file("a.bin", "application/octet-stream", &b"\xff\xfe\0"[..]),
            400,
        ),
        (file("a.txt", "text/plain", ""), 400),
        (file("a.txt", "multipart/form-data; boundary=x", "x"), 415),
        (bare(Method::POST, "/api/v1/attachments?name=x"), 415),
        (bare(Method::POST, "/api/v1/attachments"), 400),
    ] {
        let told = format!("{request:?}");
        assert_eq!(server.send(request).await.problem().0, status, "{told}");
    }
}

#[tokio::test]
async fn an_attachment_stays_with_its_message() {
    let server = Server::start().await;
    let id = server.conversation().await;
    let kept = server
        .send(file("a.md", "text/markdown", "# a"))
        .await
        .json(201);
    let body = json!({ "text": "/echo read", "attachments": [kept["id"]] });
    let path = format!("/api/v1/conversations/{id}/messages");
    let posted = server.send(post(&path, &body)).await.json(202);
    assert_eq!(posted["messages"][0]["attachments"], json!([kept]));
    let taken = server.send(bare(Method::DELETE, &path_of(&kept))).await;
    assert_eq!(taken.problem(), (409, "conflict".to_owned()));

    let free = server
        .send(file("b.md", "text/markdown", "# b"))
        .await
        .json(201);
    let gone = server.send(bare(Method::DELETE, &path_of(&free))).await;
    assert_eq!(gone.status, 204);
    let gone = server.send(bare(Method::DELETE, &path_of(&free))).await;
    assert_eq!(gone.problem(), (404, "missing".to_owned()));
    let unknown = json!({ "text": "x", "attachments": [fresh()] });
    assert_eq!(
        server.send(post(&path, &unknown)).await.status.as_u16() / 100,
        4
    );
}
