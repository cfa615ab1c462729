//! The guards of every door, in the language of this one.

use crate::client::{get, having, post};
use crate::server::Server;
use serde_json::json;
use tsuzuki_server::HOP_HEADER;

#[tokio::test]
async fn other_web_pages_are_kept_out() {
    let server = Server::start().await;
    let own = format!("http://{}", server.address);
    for (name, value, status) in [
        ("origin", own.as_str(), 201),
        ("sec-fetch-site", "same-origin", 201),
        ("origin", "http://evil.example", 403),
        ("origin", "null", 403),
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("host", "evil.example", 403),
        (HOP_HEADER, "1", 400),
    ] {
        let request = having(post("/api/v1/conversations", &json!({})), name, value);
        let got = server.send(request).await;
        assert_eq!(got.status.as_u16(), status, "{name}: {value}");
        if status != 201 {
            got.problem();
        }
    }
}

#[tokio::test]
async fn an_answer_of_the_api_can_do_nothing_in_a_browser() {
    let server = Server::start().await;
    for path in ["/api/v1/about", "/api/v1/nothing", "/api/v1/docs"] {
        let got = server.send(get(path)).await;
        let policy = got.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"));
        assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(got.header("cache-control"), Some("no-store"));
        assert_eq!(
            got.header("cross-origin-resource-policy"),
            Some("same-origin")
        );
        assert!(got.header("access-control-allow-origin").is_none());
    }
}

#[tokio::test]
async fn the_bedrock_door_is_as_it_was() {
    let server = Server::start().await;
    let body = json!({ "messages": [{ "role": "user", "content": [{ "text": "/echo hi" }] }] });
    let path = format!("/model/{}/converse", crate::server::HAIKU);
    let answer = server.send(post(&path, &body)).await;
    assert_eq!(answer.json(200)["output"]["message"]["role"], "assistant");
    assert!(answer.header("content-security-policy").is_none());
    let unknown = server.send(get("/model/x/nope")).await;
    assert!(unknown.header("x-amzn-errortype").is_some());
}
