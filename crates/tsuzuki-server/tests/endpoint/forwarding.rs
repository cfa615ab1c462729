//! What nobody needs to read passes byte for byte.

use crate::backend::{Piece, Reply, Scripted, settings, start};
use crate::client::{get, post, send, send_h2};
use bytes::Bytes;
use std::time::Duration;
use tsuzuki::BodyError;
use tsuzuki::engine::Mode;

/// Bytes that are no text and no JSON.
fn noise(length: usize) -> Bytes {
    let mut state = 7_u32;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect()
}

#[tokio::test]
async fn bytes_and_fields_pass_both_ways() {
    let backend = Scripted::new(|_, _| {
        Reply {
            status: 299,
            headers: vec![("X-Amzn-RequestId", "theirs".to_owned())],
            after: Duration::ZERO,
            pieces: (0..50).map(|size| Piece::Bytes(noise(size * 97))).collect(),
        }
        .header("X-Custom", "kept")
        .header("Connection", "close, x-private")
        .header("X-Private", "of one connection")
        .header("Transfer-Encoding", "chunked")
    });
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let body = noise(200_000);
    let mut request = post("/model/x/count-tokens?a=%2F", body.clone());
    for (name, value) in [
        ("content-type", "application/octet-stream"),
        ("x-amzn-bedrock-trace", "ENABLED"),
        (
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKID/1/r/bedrock/aws4_request",
        ),
        ("x-amz-security-token", "secret"),
        ("x-tsuzuki-mode", "off"),
        ("connection", "x-mine"),
        ("x-mine", "of one connection"),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let got = send(endpoint.address, request).await;
    assert_eq!(got.status, 299);
    let expected: Vec<u8> = (0..50).flat_map(|size| noise(size * 97)).collect();
    assert_eq!(got.body, expected);
    assert_eq!(got.header("x-amzn-requestid"), Some("theirs"));
    assert_eq!(got.header("x-custom"), Some("kept"));
    assert_eq!(got.header("x-private"), None);

    let seen = backend.request(0);
    assert_eq!(seen.body, body);
    assert_eq!(seen.path, "/model/x/count-tokens?a=%2F");
    assert_eq!(
        seen.header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(seen.header("x-amzn-bedrock-trace"), Some("ENABLED"));
    for name in [
        "authorization",
        "x-amz-security-token",
        "x-tsuzuki-mode",
        "x-mine",
        "host",
    ] {
        assert_eq!(seen.header(name), None, "{name} stays here");
    }
}

/// Whose length is known comes with it, whoever made it.
#[tokio::test]
async fn a_length_that_is_known_is_told() {
    let backend = Scripted::new(|_, _| {
        Reply::json(200, r#"{"inputTokens":7}"#).header("Content-Length", "17")
    });
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let mut head = get("/livez");
    *head.method_mut() = http::Method::HEAD;
    for (request, status) in [
        (get("/livez"), 200),
        (get("/no/such/place"), 404),
        (post("/model/x/converse", "{oops"), 400),
        (post("/model/x/count-tokens", "{}"), 200),
    ] {
        let got = send(endpoint.address, request).await;
        assert_eq!(got.status, status);
        let length = got.body.len().to_string();
        assert!(length != "0");
        assert_eq!(got.header("content-length"), Some(length.as_str()));
        assert_eq!(got.header("transfer-encoding"), None);
    }
    let got = send(endpoint.address, head).await;
    assert_eq!((got.body.len(), got.header("transfer-encoding")), (0, None));
    assert!(
        got.header("content-length")
            .is_some_and(|length| length != "0")
    );
}

#[tokio::test]
async fn a_body_that_breaks_is_not_made_whole() {
    let backend = Scripted::new(|_, _| Reply {
        status: 200,
        headers: Vec::new(),
        after: Duration::ZERO,
        pieces: vec![
            Piece::Bytes(Bytes::from_static(b"half")),
            Piece::Break(BodyError::Lost),
        ],
    });
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    for got in [
        send(endpoint.address, post("/model/x/count-tokens", "{}")).await,
        send_h2(endpoint.address, post("/model/x/count-tokens", "{}")).await,
    ] {
        assert_eq!((&got.body[..], got.whole), (&b"half"[..], false));
    }
}

#[tokio::test]
async fn a_backend_out_of_reach_is_an_error_clients_know() {
    let backend = Scripted::new(|_, _| Reply {
        status: 200,
        headers: Vec::new(),
        after: Duration::ZERO,
        pieces: vec![Piece::Break(BodyError::Lost)],
    });
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let got = send(endpoint.address, post("/model/x/count-tokens", "{}")).await;
    assert_eq!(got.status, 503);
    assert_eq!(got.error(), "ServiceUnavailableException");
}
