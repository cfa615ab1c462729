//! What the tests stand on: a simulator, requests, and answers read back from their bytes.

use base64::Engine as _;
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tsuzuki::backend::Transport as _;
use tsuzuki::simulator::{Rule, Scenario, Simulator};
use tsuzuki::{BodyError, RawRequest};

/// A model that takes prefill and one that refuses it.
pub(crate) const PREFILL: &str = "anthropic.claude-3-haiku-20240307-v1:0";
pub(crate) const NO_PREFILL: &str = "us.anthropic.claude-opus-4-8";

/// Texts of the kinds that break at seams.
pub(crate) const TEXTS: [&str; 6] = [
    "はい、カエルについての俳句を作ってみました。\n\n古池や\n　蛙飛びこむ\n水の音\n\n続きもあります。",
    "Here is the code:\n\n```python\ndef f(x):\n    if x > 10:\n        return \"big\"\n\n    return x * 2\n```\n\nDone.",
    "| name | value |\n| --- | --- |\n| a | 1000 |\n| b | 1000 |\n| c | 1000 |\n\nThat is all.",
    "{\n  \"a\": [1, 2, 3],\n  \"b\": {\"c\": \"d e\", \"e\": null}\n}",
    "家族 👩‍👩‍👧‍👦 と旗 🏴‍☠️ 🇯🇵🇫🇷 と e\u{301}\u{302} か\u{3099} 1️⃣ 👍🏽!",
    "One\r\ntwo  three\t\tfour\r\n\r\nfive … six.",
];

/// A response that came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) pieces: Vec<Result<Bytes, BodyError>>,
}

impl Answer {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.pieces
            .iter()
            .filter_map(|piece| piece.as_ref().ok())
            .flatten()
            .copied()
            .collect()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }

    /// The frames of a stream that is whole: (event or exception type, payload).
    pub(crate) fn frames(&self) -> Vec<(String, Value)> {
        let (frames, rest) = frames(&self.bytes());
        assert_eq!(rest, 0, "the stream ends inside a frame");
        frames
    }

    /// The chunks of a native stream.
    pub(crate) fn chunks(&self) -> Vec<Value> {
        self.frames()
            .iter()
            .map(|(name, payload)| {
                assert_eq!(name, "chunk");
                let bytes = base64::engine::general_purpose::STANDARD
                    .decode(payload["bytes"].as_str().unwrap())
                    .unwrap();
                serde_json::from_slice(&bytes).unwrap()
            })
            .collect()
    }

    /// The text of a Converse stream, and its stop reason if it has one.
    pub(crate) fn streamed(&self) -> (String, Option<String>) {
        let frames = self.frames();
        let text = frames
            .iter()
            .filter_map(|(_, payload)| payload["delta"]["text"].as_str())
            .collect();
        let stop = frames
            .iter()
            .find_map(|(_, payload)| payload["stopReason"].as_str().map(str::to_owned));
        (text, stop)
    }
}

/// Reads event-stream frames; what is left over is counted.
pub(crate) fn frames(bytes: &[u8]) -> (Vec<(String, Value)>, usize) {
    let mut frames = Vec::new();
    let mut at = 0;
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    while bytes.len() >= at + 12 && bytes.len() >= at + number(at) {
        let (total, headers) = (number(at), number(at + 4));
        let head = &bytes[at + 12..at + 12 + headers];
        let payload = &bytes[at + 12 + headers..at + total - 4];
        let name_length = head[0] as usize;
        let value = 1 + name_length + 3;
        let value_length = u16::from_be_bytes(head[value - 2..value].try_into().unwrap()) as usize;
        let name = String::from_utf8(head[value..value + value_length].to_vec()).unwrap();
        frames.push((name, serde_json::from_slice(payload).unwrap()));
        at += total;
    }
    (frames, bytes.len() - at)
}

/// A simulator whose every answer is one text.
pub(crate) fn saying(text: &str) -> Simulator {
    with(Rule::text(text))
}

pub(crate) fn with(rule: Rule) -> Simulator {
    Simulator::new(Scenario {
        rules: vec![rule],
        ..Scenario::default()
    })
}

pub(crate) fn request(model: &str, operation: &str, body: &Value) -> RawRequest {
    RawRequest {
        method: "POST".to_owned(),
        path: format!("/model/{}/{operation}", model.replace(':', "%3A")),
        headers: Vec::new(),
        body: Bytes::from(body.to_string()),
    }
}

pub(crate) async fn send(simulator: &Simulator, request: RawRequest) -> Answer {
    let response = simulator.send(request).await;
    let pieces = response.body.collect().await;
    Answer {
        status: response.status,
        headers: response.headers,
        pieces,
    }
}

pub(crate) async fn call(
    simulator: &Simulator,
    model: &str,
    operation: &str,
    body: &Value,
) -> Answer {
    send(simulator, request(model, operation, body)).await
}

pub(crate) fn user(text: &str) -> Value {
    json!({"role": "user", "content": [{"text": text}]})
}

pub(crate) fn assistant(text: &str) -> Value {
    json!({"role": "assistant", "content": [{"text": text}]})
}

pub(crate) fn converse(messages: &[Value], max_tokens: usize) -> Value {
    json!({"messages": messages, "inferenceConfig": {"maxTokens": max_tokens}})
}

pub(crate) fn messages(messages: &[Value], max_tokens: usize) -> Value {
    json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": max_tokens, "messages": messages})
}

/// The text of a Converse answer.
pub(crate) fn text_of(answer: &Value) -> &str {
    answer["output"]["message"]["content"][0]["text"]
        .as_str()
        .unwrap_or_default()
}
