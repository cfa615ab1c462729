//! Clients that wait hear something harmless.

use crate::answers::{CONVERSE, CONVERSE_STREAM, question};
use crate::backend::{
    Endpoint, Piece, Reply, Scripted, converse, event, settings, start, stream_end, stream_start,
    stream_text,
};
use crate::client::{PATIENCE, connect, post, send};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tsuzuki::BodyError;
use tsuzuki::engine::Mode;

async fn watchful(backend: &Arc<Scripted>) -> Endpoint {
    let mut settings = settings(Mode::Extend);
    settings.limits.silence = Duration::from_millis(100);
    start(backend, settings).await
}

/// Makes the engine rest for a second.
fn busy() -> Reply {
    Reply::json(429, r#"{"message":"Too many requests"}"#).header("Retry-After", "1")
}

#[tokio::test]
async fn a_long_collected_answer_begins_with_spaces() {
    let backend = Scripted::new(|number, _| match number {
        0 => Reply::json(200, converse("Hel", "max_tokens")),
        _ => Reply::json(200, converse("lo.", "end_turn")).after(Duration::from_millis(450)),
    });
    let endpoint = watchful(&backend).await;
    let got = send(endpoint.address, post(CONVERSE, question())).await;
    assert_eq!(got.status, 200);
    assert_eq!(got.header("content-length"), None);
    let spaces = got.body.iter().take_while(|byte| **byte == b' ').count();
    assert!(spaces >= 2, "{spaces} spaces in 450 ms");
    assert_eq!(
        got.json()["output"]["message"]["content"][0]["text"],
        "Hello."
    );
}

#[tokio::test]
async fn no_space_before_the_first_leg_succeeded() {
    let backend = Scripted::new(|_, _| {
        Reply::json(400, r#"{"message":"no"}"#).after(Duration::from_millis(450))
    });
    let endpoint = watchful(&backend).await;
    let got = send(endpoint.address, post(CONVERSE, question())).await;
    assert_eq!(
        (got.status.as_u16(), &got.body[..]),
        (400, &br#"{"message":"no"}"#[..])
    );
}

#[tokio::test]
async fn what_goes_wrong_after_the_first_space_is_told_inside() {
    let backend = Scripted::new(|number, _| match number {
        0 => Reply::json(200, converse("Hel", "max_tokens")),
        _ => Reply {
            pieces: vec![Piece::Hang],
            ..Reply::json(200, "")
        },
    });
    let endpoint = watchful(&backend).await;
    let mut body: serde_json::Value = serde_json::from_str(&question()).unwrap();
    body["additionalModelRequestFields"] = json!({ "tsuzuki": { "maxSeconds": 0.4 } });
    let got = send(endpoint.address, post(CONVERSE, body.to_string())).await;
    assert_eq!((got.status.as_u16(), got.body[0]), (200, b' '));
    let got = got.json();
    assert_eq!(got["output"]["message"]["content"][0]["text"], "Hel");
    assert_eq!(got["stopReason"], "max_tokens");
    let report = &got["additionalModelResponseFields"]["tsuzuki"];
    assert_eq!(
        (&report["outcome"], &report["reason"]),
        (&json!("incomplete"), &json!("deadline"))
    );
}

#[tokio::test]
async fn a_stream_says_something_while_the_engine_rests() {
    let backend = Scripted::new(|number, _| {
        let pieces = match number {
            0 => vec![
                Piece::Bytes(stream_start()),
                Piece::Bytes(stream_text("Hel")),
                Piece::Break(BodyError::Lost),
            ],
            1 => return busy(),
            _ => vec![
                Piece::Bytes(stream_start()),
                Piece::Bytes(stream_text("lo.")),
                Piece::Bytes(stream_end("end_turn")),
            ],
        };
        Reply::events(pieces)
    });
    let endpoint = watchful(&backend).await;
    let got = send(endpoint.address, post(CONVERSE_STREAM, question())).await;
    let text = String::from_utf8_lossy(&got.body).into_owned();
    assert!(text.matches("keepAlive").count() >= 2, "{text}");
    assert!(text.contains("end_turn"));
}

#[tokio::test]
async fn a_messages_stream_pings() {
    let chunk = |event_json: serde_json::Value| {
        let bytes = BASE64_STANDARD.encode(event_json.to_string());
        event("chunk", &json!({ "bytes": bytes }))
    };
    let backend = Scripted::new(move |number, _| {
        if number == 1 {
            return busy();
        }
        let text = if number == 0 { "Hel" } else { "lo." };
        let mut pieces = vec![
            Piece::Bytes(chunk(json!({ "type": "message_start", "message": {
                "id": "m", "type": "message", "role": "assistant", "content": [], "model": "m",
                "stop_reason": null, "usage": { "input_tokens": 5, "output_tokens": 1 } } }))),
            Piece::Bytes(chunk(json!({ "type": "content_block_start", "index": 0,
                "content_block": { "type": "text", "text": "" } }))),
            Piece::Bytes(chunk(json!({ "type": "content_block_delta", "index": 0,
                "delta": { "type": "text_delta", "text": text } }))),
        ];
        if number == 0 {
            pieces.push(Piece::Break(BodyError::Lost));
        } else {
            for last in [
                json!({ "type": "content_block_stop", "index": 0 }),
                json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" },
                    "usage": { "output_tokens": 3 } }),
                json!({ "type": "message_stop" }),
            ] {
                pieces.push(Piece::Bytes(chunk(last)));
            }
        }
        Reply::events(pieces)
    });
    let endpoint = watchful(&backend).await;
    let body = json!({
        "anthropic_version": "bedrock-2023-05-31", "max_tokens": 10,
        "messages": [{ "role": "user", "content": "hi" }],
    });
    let path = "/model/a.b/invoke-with-response-stream";
    let got = send(endpoint.address, post(path, body.to_string())).await;
    let text = String::from_utf8_lossy(&got.body).into_owned();
    let ping = BASE64_STANDARD.encode(r#"{"type":"ping"}"#);
    assert!(text.matches(ping.as_str()).count() >= 2, "{text}");
}

#[tokio::test]
async fn a_stream_that_began_well_says_so_before_its_first_event() {
    let backend = Scripted::new(|_, _| Reply::events(vec![Piece::Hang]));
    let endpoint = watchful(&backend).await;
    let mut sender = connect(endpoint.address).await;
    let mut request = post(CONVERSE_STREAM, question());
    let host = "localhost".parse().unwrap();
    request.headers_mut().insert("host", host);
    let response = tokio::time::timeout(PATIENCE, sender.send_request(request));
    assert_eq!(response.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn a_backend_that_thinks_is_not_spoken_over() {
    let pieces = [stream_start(), stream_text("one."), stream_end("end_turn")];
    let bytes = pieces.concat();
    let backend = Scripted::new(move |_, _| {
        let mut pieces: Vec<Piece> = pieces.iter().cloned().map(Piece::Bytes).collect();
        pieces.insert(1, Piece::Pause(Duration::from_millis(400)));
        Reply::events(pieces)
    });
    let endpoint = watchful(&backend).await;
    let got = send(endpoint.address, post(CONVERSE_STREAM, question())).await;
    assert_eq!(
        got.body, bytes,
        "an answer of one leg is the backend's own bytes"
    );
}
