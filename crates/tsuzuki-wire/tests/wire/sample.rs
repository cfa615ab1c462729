//! Samples of our own making, and the steps every test takes.

use bytes::Bytes;
use tsuzuki_wire::engine::{Event, Frame, Head};
use tsuzuki_wire::{Decoder, Encoder, Form, eventstream};

/// An event as Bedrock sends it.
pub(crate) fn event(name: &str, payload: &str) -> Bytes {
    let headers = [
        (":event-type", name),
        (":content-type", "application/json"),
        (":message-type", "event"),
    ];
    eventstream::write(&headers, payload.as_bytes())
}

/// An exception as Bedrock sends it inside a stream.
pub(crate) fn exception(name: &str, payload: &str) -> Bytes {
    let headers = [
        (":exception-type", name),
        (":content-type", "application/json"),
        (":message-type", "exception"),
    ];
    eventstream::write(&headers, payload.as_bytes())
}

/// A chunk of a Messages stream.
pub(crate) fn chunk(inner: &str) -> Bytes {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.encode(inner);
    event("chunk", &format!(r#"{{"bytes":"{bytes}","p":"abcd"}}"#))
}

/// The event inside a chunk.
pub(crate) fn inner(frame: &Bytes) -> String {
    use base64::Engine as _;
    let payload: serde_json::Value = serde_json::from_str(&payload(frame)).unwrap();
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(payload["bytes"].as_str().unwrap())
        .unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The payload of the one message these bytes are.
pub(crate) fn payload(frame: &Bytes) -> String {
    let mut messages = Vec::new();
    eventstream::Reader::new()
        .read(frame.clone(), &mut messages)
        .unwrap();
    assert_eq!(messages.len(), 1);
    String::from_utf8(messages[0].payload().to_vec()).unwrap()
}

pub(crate) fn head(status: u16, headers: &[(&str, &str)]) -> Head {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Head {
        status,
        headers,
        request_id: None,
        region: None,
    }
}

/// The frames of a response that comes in these pieces.
pub(crate) fn decode(
    form: Form,
    head: &Head,
    pieces: impl IntoIterator<Item = Bytes>,
) -> Vec<Frame> {
    let mut decoder = Decoder::new(form, head);
    let mut frames = Vec::new();
    for piece in pieces {
        decoder.push(piece, &mut frames);
    }
    decoder.finish(&mut frames);
    let after_end = frames
        .iter()
        .skip_while(|frame| !matches!(frame.event, Event::End(_)))
        .skip(1)
        .count();
    assert_eq!(after_end, 0, "nothing follows an end");
    frames
}

/// The frames of a good response that comes in one piece.
pub(crate) fn decoded(form: Form, body: &Bytes) -> Vec<Frame> {
    decode(form, &head(200, &[]), [body.clone()])
}

/// The bytes these frames become.
pub(crate) fn encoded(form: Form, frames: impl IntoIterator<Item = Frame>) -> Bytes {
    let mut encoder = Encoder::new(form);
    let mut bytes = Vec::new();
    for frame in frames {
        bytes.extend(encoder.push(frame).unwrap_or_default());
    }
    bytes.extend(
        encoder
            .finish(&tsuzuki_wire::engine::Report::empty())
            .unwrap_or_default(),
    );
    Bytes::from(bytes)
}

/// All text for the reader.
pub(crate) fn text(frames: &[Frame]) -> String {
    frames.iter().filter_map(Frame::text).collect()
}

/// A small answer of every kind of Converse event.
pub(crate) fn converse_stream() -> Vec<Bytes> {
    vec![
        event("messageStart", r#"{"p":"abcd","role":"assistant"}"#),
        event(
            "contentBlockDelta",
            r#"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"Hm."}},"p":"ab"}"#,
        ),
        event(
            "contentBlockDelta",
            r#"{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"c2ln"}}}"#,
        ),
        event("contentBlockStop", r#"{"contentBlockIndex":0,"p":"abc"}"#),
        event(
            "contentBlockDelta",
            r#"{"contentBlockIndex":1,"delta":{"text":"続き \u65e5 "},"p":"ab", "new": 1.0}"#,
        ),
        event(
            "contentBlockDelta",
            r#"{"contentBlockIndex":1,"delta":{"text":""},"p":"ab"}"#,
        ),
        event(
            "contentBlockDelta",
            r#"{"contentBlockIndex":1,"delta":{"citation":{"title":"t"}},"p":"ab"}"#,
        ),
        event("contentBlockStop", r#"{"contentBlockIndex":1}"#),
        event("somethingNew", "not even JSON"),
        event(
            "contentBlockStart",
            r#"{"contentBlockIndex":2,"p":"a","start":{"toolUse":{"name":"look","toolUseId":"t1","type":"tool_use"}}}"#,
        ),
        event(
            "contentBlockDelta",
            r#"{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"a\":1}"}},"p":"abc"}"#,
        ),
        event("contentBlockStop", r#"{"contentBlockIndex":2}"#),
        event("messageStop", r#"{"p":"abcde","stopReason":"max_tokens"}"#),
        event(
            "metadata",
            r#"{"metrics":{"latencyMs":274},"p":"ab","usage":{"cacheReadInputTokenCount":3,"cacheReadInputTokens":3,"inputTokens":27,"outputTokens":5,"serverToolUsage":{},"totalTokens":35}}"#,
        ),
    ]
}

/// A small answer of every kind of Messages event.
pub(crate) fn messages_stream() -> Vec<Bytes> {
    vec![
        chunk(
            r#"{"type":"message_start","message":{"id":"msg_bdrk_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"cache_read_input_tokens":2,"output_tokens":1}}}"#,
        ),
        chunk(r#"{"type":"ping"}"#),
        chunk(
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
        ),
        chunk(
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm."}}"#,
        ),
        chunk(
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}"#,
        ),
        chunk(r#"{"type":"content_block_stop","index":0}"#),
        chunk(
            r#"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#,
        ),
        chunk(
            r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"続き "}, "new": 1.0}"#,
        ),
        chunk(r#"{"type":"content_block_stop","index":1}"#),
        chunk(
            r#"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t1","name":"look","input":{}}}"#,
        ),
        chunk(
            r#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"}}"#,
        ),
        chunk(r#"{"type":"content_block_stop","index":2}"#),
        chunk(
            r#"{"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{"output_tokens":21}}"#,
        ),
        chunk(
            r#"{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":9,"outputTokenCount":21,"invocationLatency":738,"firstByteLatency":378}}"#,
        ),
    ]
}

/// A Converse body with a block of every kind.
pub(crate) const CONVERSE: &str = r#" {"metrics":{"latencyMs":2251},"output":{"message":{"content":[ {"reasoningContent":{"reasoningText":{"signature":"c2ln","text":"Hm."}}}, {"text":"One \u65e5 "} , {"citationsContent":{"citations":[{"title":"t"}],"content":[{"text":"two"},{"text":"three"}]}},{"image":{"format":"png","source":{"bytes":"AA=="}}},{"toolUse":{"input":{"a":1.50},"name":"look","toolUseId":"t1","type":"tool_use"}}],"role":"assistant"}},"stopReason":"max_tokens","trace":{"x":1e2},"usage":{"cacheReadInputTokenCount":0,"cacheReadInputTokens":0,"inputTokens":16,"outputTokens":40,"serverToolUsage":{},"totalTokens":56}}"#;

/// A Messages body.
pub(crate) const MESSAGES: &str = r#"{"model":"m","id":"msg_bdrk_1","type":"message","role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"c2ln"},{"type":"text","text":"One "}],"stop_reason":"max_tokens","stop_sequence":null,"usage":{"input_tokens":17,"cache_creation_input_tokens":0,"output_tokens":86,"service_tier":"x"}}"#;
