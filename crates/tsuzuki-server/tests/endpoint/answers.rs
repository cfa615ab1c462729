//! Answers of one leg and of several, and errors.

use crate::backend::{
    Piece, Reply, Scripted, converse, settings, start, start_over, stream_end, stream_start,
    stream_text,
};
use crate::client::{post, send, send_h2};
use bytes::Bytes;
use serde_json::json;
use std::sync::Arc;
use tsuzuki::engine::{Millis, Mode};
use tsuzuki::simulator::{Scenario, Simulator};

pub(crate) const CONVERSE: &str = "/model/a.b-v1%3A0/converse";
pub(crate) const CONVERSE_STREAM: &str = "/model/a.b-v1%3A0/converse-stream";
const INVOKE: &str = "/model/a.b-v1%3A0/invoke";

pub(crate) fn question() -> String {
    json!({
        "messages": [{ "role": "user", "content": [{ "text": "hi" }] }],
        "inferenceConfig": { "maxTokens": 10 },
    })
    .to_string()
}

fn native_question() -> String {
    json!({
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 10,
        "messages": [{ "role": "user", "content": "hi" }],
    })
    .to_string()
}

fn native(text: &str, stop: &str) -> String {
    json!({
        "id": "msg_bdrk_1", "type": "message", "role": "assistant", "model": "m",
        "content": [{ "type": "text", "text": text }],
        "stop_reason": stop, "stop_sequence": null,
        "usage": { "input_tokens": 5, "output_tokens": 3 },
    })
    .to_string()
}

#[tokio::test]
async fn an_answer_of_one_leg_goes_back_as_it_came() {
    let odd = r#"{ "output":{"message":{"role":"assistant","content":[{"text":"\u3042 done"}]}},
        "stopReason":"end_turn","usage":{"inputTokens":1e0,"outputTokens":2,"totalTokens":3},"new":[1.50], "metrics":{"latencyMs":9}}"#;
    let streamed = [
        stream_start(),
        stream_text("a"),
        stream_text("b"),
        stream_end("end_turn"),
    ];
    let stream_bytes = streamed.concat();
    let backend = Scripted::new(move |_, request| {
        let reply = if request.path.ends_with("-stream") {
            Reply::events(streamed.iter().cloned().map(Piece::Bytes).collect())
        } else {
            Reply::json(200, odd).header("Content-Length", &odd.len().to_string())
        };
        reply
            .header("x-amzn-RequestId", "theirs")
            .header("x-new", "kept")
            .header("Connection", "keep-alive")
    });
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    for (path, body) in [(CONVERSE, odd.as_bytes()), (CONVERSE_STREAM, &stream_bytes)] {
        for got in [
            send(endpoint.address, post(path, question())).await,
            send_h2(endpoint.address, post(path, question())).await,
        ] {
            assert_eq!(got.status, 200);
            assert_eq!(&got.body[..], body);
            assert_eq!(got.header("x-amzn-requestid"), Some("theirs"));
            assert_eq!(got.header("x-new"), Some("kept"));
            assert_eq!(got.header("connection"), None);
        }
    }
    assert_eq!(backend.request(0).body, question());
}

#[tokio::test]
async fn a_cut_answer_comes_whole() {
    let backend = Scripted::new(|number, _| match number {
        0 => Reply::json(200, converse("Hel", "max_tokens")).header("x-amzn-RequestId", "first"),
        _ => Reply::json(200, converse("lo, world.", "end_turn")),
    });
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let got = send(endpoint.address, post(CONVERSE, question())).await;
    let body = got.json();
    assert_eq!(
        body["output"]["message"]["content"][0]["text"],
        "Hello, world."
    );
    assert_eq!(body["stopReason"], "end_turn");
    assert_eq!(body["usage"]["outputTokens"], 6);
    let report = &body["additionalModelResponseFields"]["tsuzuki"];
    assert_eq!(report["legs"].as_array().unwrap().len(), 2);
    assert_eq!(got.header("x-amzn-requestid"), Some("first"));
    assert_eq!(backend.calls(), 2);
}

#[tokio::test]
async fn a_cut_stream_comes_whole() {
    let backend = Scripted::new(|number, _| {
        let (text, stop) = match number {
            0 => ("Hel", "max_tokens"),
            _ => ("lo, world.", "end_turn"),
        };
        let pieces = [stream_start(), stream_text(text), stream_end(stop)];
        Reply::events(pieces.into_iter().map(Piece::Bytes).collect())
    });
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let got = send_h2(endpoint.address, post(CONVERSE_STREAM, question())).await;
    assert_eq!(
        got.header("content-type"),
        Some("application/vnd.amazon.eventstream")
    );
    let text = String::from_utf8_lossy(&got.body).into_owned();
    let at = |what: &str| {
        text.find(what)
            .unwrap_or_else(|| panic!("{what} is missing"))
    };
    assert!(at("\"Hel\"") < at("world.") && at("world.") < at("end_turn"));
    assert_eq!(text.matches("messageStart").count(), 1);
    assert!(!text.contains(r#""stopReason":"max_tokens""#));
}

#[tokio::test]
async fn invoke_fields_pass_on_one_leg_and_are_sums_on_several() {
    let counted = |reply: Reply| {
        reply
            .header("X-Amzn-Bedrock-Input-Token-Count", "5")
            .header("X-Amzn-Bedrock-Output-Token-Count", "3")
    };
    for (legs, expected) in [(1, ("5", "3")), (2, ("10", "6"))] {
        let backend = Scripted::new(move |number, _| {
            counted(if number + 1 < legs {
                Reply::json(200, native("Hel", "max_tokens"))
            } else {
                Reply::json(200, native("lo.", "end_turn"))
            })
        });
        let endpoint = start(&backend, settings(Mode::Extend)).await;
        let got = send(endpoint.address, post(INVOKE, native_question())).await;
        assert_eq!(got.json()["stop_reason"], "end_turn");
        let field = |name| got.header(name).unwrap();
        assert_eq!(
            (
                field("x-amzn-bedrock-input-token-count"),
                field("x-amzn-bedrock-output-token-count")
            ),
            expected
        );
    }
}

#[tokio::test]
async fn an_error_to_the_callers_own_request_passes_verbatim() {
    let odd = r#"{"message":"no such \u3042" , "more":1}"#;
    let backend = Scripted::new(move |_, _| {
        Reply::json(400, odd)
            .header("x-amzn-ErrorType", "ValidationException:http://elsewhere/")
            .header("x-amzn-RequestId", "theirs")
    });
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    for path in [CONVERSE, CONVERSE_STREAM] {
        for got in [
            send(endpoint.address, post(path, question())).await,
            send_h2(endpoint.address, post(path, question())).await,
        ] {
            assert_eq!(got.status, 400);
            assert_eq!(got.body, odd);
            let kind = Some("ValidationException:http://elsewhere/");
            assert_eq!(got.header("x-amzn-errortype"), kind);
            assert_eq!(got.header("x-amzn-requestid"), Some("theirs"));
            assert_eq!(got.header("content-type"), Some("application/json"));
        }
    }
    assert_eq!(backend.calls(), 4, "nothing is asked again");
}

#[tokio::test]
async fn faults_that_do_not_pass_become_exceptions() {
    let mut brief = settings(Mode::Extend);
    brief.policy.backoff = Millis(1);
    brief.policy.backoff_ceiling = Millis(2);
    brief.policy.no_progress = Millis(50);
    let throttled = Scripted::new(|_, _| {
        Reply::json(
            429,
            r#"{"message":"Too many requests, please wait before trying again."}"#,
        )
        .header("x-amzn-ErrorType", "ThrottlingException:http://x/")
    });
    // A body that is no whole JSON document.
    let damaged = Scripted::new(|_, _| Reply {
        pieces: vec![Piece::Bytes(Bytes::from_static(b"{\"output\":"))],
        ..Reply::json(200, "")
    });
    for (backend, status, kind) in [
        (throttled, 429, "ThrottlingException"),
        (damaged, 500, "InternalServerException"),
    ] {
        let endpoint = start(&backend, brief.clone()).await;
        let got = send(endpoint.address, post(CONVERSE, question())).await;
        assert_eq!(got.status, status, "{kind}");
        let named = got.header("x-amzn-errortype").unwrap();
        assert!(named.starts_with(kind), "{named}");
        assert!(got.json()["message"].is_string());
        assert!(backend.calls() > 1, "{kind}: it was tried again");
    }
}

#[tokio::test]
async fn requests_we_cannot_read_are_told_why() {
    let backend = Scripted::new(|_, _| Reply::json(200, "{}"));
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let wish = |wish: serde_json::Value| {
        let mut body: serde_json::Value = serde_json::from_str(&question()).unwrap();
        body["additionalModelRequestFields"] = json!({ "tsuzuki": wish });
        body.to_string()
    };
    for (body, kind, says) in [
        ("{oops".to_owned(), "SerializationException", "line 1"),
        (String::new(), "SerializationException", "JSON"),
        ("[1]".to_owned(), "SerializationException", "request body"),
        (
            question().replace("\"messages\":[", "\"messages\":[[],"),
            "SerializationException",
            "messages",
        ),
        (
            question().replacen('{', r#"{"messages":[],"#, 1),
            "SerializationException",
            "given twice",
        ),
        (
            wish(json!({ "mode": "always" })),
            "ValidationException",
            "tsuzuki",
        ),
        (
            wish(json!({ "maxLegs": 0 })),
            "ValidationException",
            "maxLegs",
        ),
        (
            wish(json!({ "maxSeconds": -1 })),
            "ValidationException",
            "maxSeconds",
        ),
    ] {
        for path in [CONVERSE, CONVERSE_STREAM] {
            let got = send(endpoint.address, post(path, body.clone())).await;
            assert_eq!(got.status, 400, "{body}");
            assert_eq!(got.error(), kind, "{body}");
            let message = got.json()["message"].as_str().unwrap().to_owned();
            assert!(message.contains(says), "{body}: {message}");
        }
    }
    let mut request = post(CONVERSE, question());
    request
        .headers_mut()
        .insert("x-tsuzuki-mode", "on".parse().unwrap());
    assert_eq!(
        send(endpoint.address, request).await.error(),
        "ValidationException"
    );
    let mut request = post(CONVERSE, question());
    for mode in ["off", "extend"] {
        let fields = request.headers_mut();
        fields.append("x-tsuzuki-mode", mode.parse().unwrap());
    }
    let got = send(endpoint.address, request).await;
    assert_eq!(
        (got.error().as_str(), got.message().contains("twice")),
        ("ValidationException", true)
    );
    assert_eq!(backend.calls(), 0);
}

/// What is wrong with a request does not depend on who says so.
#[tokio::test]
async fn a_wrong_request_gets_the_same_error_in_every_mode() {
    let bodies = [
        Bytes::from_static(b"{oops"),
        Bytes::from_static(b"[1]"),
        Bytes::from_static(
            b"{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"\xe9\"}]}]}",
        ),
        Bytes::from_static(br#"{"messages":"x"}"#),
        question().replace("10", "\"10\"").into(),
        question().replace("10", "1.5").into(),
        question().replace("10", "true").into(),
    ];
    let mut endpoints = Vec::new();
    for mode in [Mode::Extend, Mode::Cap, Mode::Off] {
        endpoints.push(
            start_over(
                Arc::new(Simulator::new(Scenario::default())),
                settings(mode),
            )
            .await,
        );
    }
    for path in [
        "/model/anthropic.claude-3-haiku-20240307-v1:0/converse",
        "/model/anthropic.claude-3-haiku-20240307-v1:0/converse-stream",
    ] {
        for body in &bodies {
            for endpoint in &endpoints {
                let got = send(endpoint.address, post(path, body.clone())).await;
                assert_eq!(got.status, 400, "{body:?}");
                assert_eq!(got.error(), "SerializationException", "{body:?}");
            }
        }
    }
}

#[tokio::test]
async fn mode_off_cuts_our_field_out_of_what_it_cannot_read() {
    let backend = Scripted::new(|_, _| Reply::json(400, "{}"));
    let endpoint = start(&backend, settings(Mode::Off)).await;
    let body = |field: &str| {
        format!(r#"{{"messages":"x","additionalModelRequestFields":{{"top_k":1{field}}}}}"#)
    };
    send(
        endpoint.address,
        post(CONVERSE, body(r#","tsuzuki":{"maxLegs":1}"#)),
    )
    .await;
    assert_eq!(backend.request(0).body, body(""));
    let two = format!(
        r#"{{"additionalModelRequestFields":{{"tsuzuki":{{}}}},{}"#,
        &body("")[1..]
    );
    let got = send(endpoint.address, post(CONVERSE, two)).await;
    assert_eq!(
        (got.error().as_str(), backend.calls()),
        ("ValidationException", 1)
    );
}

#[tokio::test]
async fn a_redirect_is_passed_on_and_not_followed_or_repeated() {
    for mode in [Mode::Extend, Mode::Off] {
        let backend =
            Scripted::new(|_, _| Reply::json(307, "moved").header("Location", "https://example/"));
        let endpoint = start(&backend, settings(mode)).await;
        for path in [CONVERSE, CONVERSE_STREAM] {
            let got = send(endpoint.address, post(path, question())).await;
            assert_eq!((got.status.as_u16(), &got.body[..]), (307, &b"moved"[..]));
            assert_eq!(got.header("location"), Some("https://example/"));
        }
        assert_eq!(backend.calls(), 2);
    }
}

#[tokio::test]
async fn mode_off_passes_bytes_through_less_our_own_field() {
    let noise = Bytes::from_static(b"\xff\x00 not an answer at all");
    let answer = noise.clone();
    let backend = Scripted::new(move |_, _| Reply::json(200, answer.clone()));
    let with_wish = r#"{ "messages":[ {"role":"user","content":[{"text":"hi"}]} ],
        "additionalModelRequestFields":{"top_k":1.50,"tsuzuki":{"mode":"off"}}}"#;
    let without = r#"{ "messages":[ {"role":"user","content":[{"text":"hi"}]} ],
        "additionalModelRequestFields":{"top_k":1.50}}"#;
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let got = send(endpoint.address, post(CONVERSE, with_wish)).await;
    assert_eq!(got.body, noise);
    assert_eq!(backend.request(0).body, without);

    let mut request = post(CONVERSE_STREAM, question());
    request
        .headers_mut()
        .insert("x-tsuzuki-mode", "off".parse().unwrap());
    assert_eq!(send(endpoint.address, request).await.body, noise);
    assert_eq!(backend.request(1).body, question());

    let off = start(&backend, settings(Mode::Off)).await;
    let mut request = post(CONVERSE, "{oops");
    request
        .headers_mut()
        .insert("x-tsuzuki-mode", "extend".parse().unwrap());
    assert_eq!(send(off.address, request).await.body, noise);
    assert_eq!(
        backend.request(2).body,
        "{oops",
        "its errors are the backend's to tell"
    );
}

#[tokio::test]
async fn bodies_we_do_not_read_pass_untouched() {
    let backend = Scripted::new(|_, _| Reply::json(200, r#"{"results":[]}"#));
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    for body in [r#"{"inputText":"hi"}"#, "not JSON"] {
        let got = send(endpoint.address, post(INVOKE, body)).await;
        assert_eq!(got.body, r#"{"results":[]}"#);
        assert_eq!(backend.request(backend.calls() - 1).body, body);
    }
}

#[tokio::test]
async fn a_request_may_ask_for_less() {
    let backend = Scripted::new(|_, _| Reply::json(200, converse("Hel", "max_tokens")));
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let mut body: serde_json::Value = serde_json::from_str(&question()).unwrap();
    body["additionalModelRequestFields"] = json!({ "tsuzuki": { "maxLegs": 1 } });
    let got = send(endpoint.address, post(CONVERSE, body.to_string())).await;
    let got = got.json();
    assert_eq!(got["stopReason"], "max_tokens");
    let report = &got["additionalModelResponseFields"]["tsuzuki"];
    assert_eq!(report["outcome"], "incomplete");
    assert_eq!(backend.calls(), 1);
}
