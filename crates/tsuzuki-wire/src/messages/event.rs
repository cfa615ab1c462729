//! The events of a Messages stream, each as base64 in a `chunk`.

use super::{COUNTS, METRICS, print_sequence, print_usage, set_stop, set_usage, stop, usage};
use crate::dialect::{Damaged, Piece, delta_text};
use crate::eventstream::{self, Message};
use crate::json::{At, Edits, Value, quote};
use crate::{fault, report};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use tsuzuki_engine::{BlockKind, Delta, Event, Metadata, Reasoning, Stop};

/// The event a chunk carries.
fn inner(payload: &[u8]) -> Option<Vec<u8>> {
    let bytes = Value::object(payload)?.member("bytes")?.string()?;
    STANDARD.decode(bytes).ok()
}

pub(super) fn read(message: &Message) -> Result<Piece, Damaged> {
    if message.string(":event-type") != Some("chunk") {
        return Ok(Piece::Event(Event::Other));
    }
    let inner = inner(&message.payload()).ok_or(Damaged)?;
    let object = Value::read(&inner).ok_or(Damaged)?;
    // What lacks the members it must have is passed on unread.
    Ok(piece(object).unwrap_or(Piece::Event(Event::Other)))
}

fn piece(object: Value<'_>) -> Option<Piece> {
    let kind = object.member("type")?.string()?;
    let event = match kind.as_str() {
        "message_start" => Event::Start {
            usage: usage(object.at(&["message", "usage"]), COUNTS),
        },
        "content_block_start" => Event::BlockStart {
            block: block(object)?,
            kind: block_kind(object.member("content_block")?),
        },
        "content_block_delta" => return delta(object),
        "content_block_stop" => Event::BlockStop {
            block: block(object)?,
        },
        "message_delta" => Event::Stop(stop(
            object,
            object.member("delta")?,
            usage(object.member("usage"), COUNTS),
        )?),
        "message_stop" => {
            let metrics = object.member("amazon-bedrock-invocationMetrics");
            let latency = metrics.and_then(|metrics| metrics.member("invocationLatency"));
            Event::Metadata(Metadata {
                usage: usage(metrics, METRICS),
                latency_ms: latency.and_then(Value::number),
            })
        }
        "error" => {
            let text = |name| {
                object
                    .at(&["error", name])
                    .and_then(Value::string)
                    .unwrap_or_default()
            };
            return Some(Piece::End(fault::native(&text("type"), &text("message"))));
        }
        _ => return None,
    };
    Some(Piece::Event(event))
}

fn block(object: Value<'_>) -> Option<u32> {
    object
        .member("index")
        .and_then(Value::number)
        .and_then(|number| u32::try_from(number).ok())
}

pub(super) fn block_kind(block: Value<'_>) -> BlockKind {
    let text = |name| {
        block
            .member(name)
            .and_then(Value::string)
            .unwrap_or_default()
    };
    match text("type").as_str() {
        "text" => BlockKind::Text,
        "thinking" | "redacted_thinking" => BlockKind::Reasoning,
        "tool_use" => BlockKind::ToolUse {
            id: text("id"),
            name: text("name"),
        },
        _ => BlockKind::Other,
    }
}

fn delta(object: Value<'_>) -> Option<Piece> {
    let block = block(object)?;
    let delta = object.member("delta")?;
    let text = |name| delta.member(name).and_then(Value::string);
    let delta = match delta.member("type")?.string()?.as_str() {
        "text_delta" => {
            return Some(Piece::Text {
                block,
                text: delta.member("text")?.text()?,
            });
        }
        "thinking_delta" => Delta::Reasoning(Reasoning::Text(text("thinking")?)),
        "signature_delta" => Delta::Reasoning(Reasoning::Signature(text("signature")?)),
        "input_json_delta" => Delta::ToolInput(text("partial_json")?),
        _ => Delta::Other,
    };
    Some(Piece::Event(Event::Delta { block, delta }))
}

/// The type of a delta, and the member its text stands in. Redacted reasoning comes whole, in its
/// block's start.
const fn words(delta: &Delta) -> Option<(&'static str, &'static str)> {
    match delta {
        Delta::Text { .. } => Some(("text_delta", "text")),
        Delta::Reasoning(Reasoning::Text(_)) => Some(("thinking_delta", "thinking")),
        Delta::Reasoning(Reasoning::Signature(_)) => Some(("signature_delta", "signature")),
        Delta::ToolInput(_) => Some(("input_json_delta", "partial_json")),
        Delta::Reasoning(Reasoning::Redacted(_)) | Delta::Other => None,
    }
}

pub(super) fn patch(message: &Message, event: &Event) -> Option<Bytes> {
    let payload = message.payload();
    let inner = inner(&payload)?;
    let changed = edits(Value::object(&inner)?, event)?;
    let chunk = Value::object(&payload)?;
    let mut outer = Edits::default();
    outer.replace(chunk.member("bytes")?, quote(&STANDARD.encode(changed)));
    Some(message.with_payload(outer.apply(chunk.document()).as_bytes()))
}

fn edits(object: Value<'_>, event: &Event) -> Option<String> {
    let mut edits = Edits::default();
    let mut set_block = |block: &u32| edits.set(object, At::Last, &[("index", block.to_string())]);
    match event {
        Event::Start { usage } => {
            if let Some(counts) = object.at(&["message", "usage"]) {
                set_usage(counts, COUNTS, *usage, &mut edits);
            }
        }
        Event::BlockStart { block, .. } | Event::BlockStop { block } => set_block(block),
        Event::Delta { block, delta } => {
            set_block(block);
            if let (Some((_, name)), Some(text)) = (words(delta), delta_text(delta)) {
                let value = object.at(&["delta", name])?;
                if value.string()? != text {
                    edits.replace(value, quote(text));
                }
            }
        }
        Event::Stop(stop) => {
            set_stop(object, object.member("delta")?, stop, &mut edits);
            if let Some(counts) = object.member("usage") {
                set_usage(counts, COUNTS, stop.usage, &mut edits);
            }
            if let Some(report) = &stop.report {
                edits.set(
                    object,
                    At::Last,
                    &[(crate::wish::FIELD, report::print(report))],
                );
            }
        }
        Event::Metadata(metadata) => {
            if let Some(metrics) = object.member("amazon-bedrock-invocationMetrics") {
                set_usage(metrics, METRICS, metadata.usage, &mut edits);
                if let Some(latency) = metadata.latency_ms {
                    edits.set(
                        metrics,
                        At::Last,
                        &[("invocationLatency", latency.to_string())],
                    );
                }
            }
        }
        Event::Other | Event::Head(_) | Event::End(_) => {}
    }
    Some(edits.apply(object.document()))
}

pub(super) fn print(event: &Event) -> Option<Bytes> {
    let inner = match event {
        Event::Start { usage } => format!(
            "{{\"type\":\"message_start\",\"message\":{{\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\
             \"stop_reason\":null,\"stop_sequence\":null,\"usage\":{}}}}}",
            print_usage(*usage)
        ),
        Event::BlockStart { block, kind } => {
            let content = match kind {
                BlockKind::Text => "{\"type\":\"text\",\"text\":\"\"}".to_owned(),
                BlockKind::Reasoning => {
                    "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}".to_owned()
                }
                BlockKind::ToolUse { id, name } => {
                    format!(
                        "{{\"type\":\"tool_use\",\"id\":{},\"name\":{},\"input\":{{}}}}",
                        quote(id),
                        quote(name)
                    )
                }
                BlockKind::Other => return None,
            };
            format!(
                "{{\"type\":\"content_block_start\",\"index\":{block},\"content_block\":{content}}}"
            )
        }
        Event::Delta { block, delta } => {
            let (kind, name) = words(delta)?;
            let text = quote(delta_text(delta)?);
            format!(
                "{{\"type\":\"content_block_delta\",\"index\":{block},\
                 \"delta\":{{\"type\":\"{kind}\",\"{name}\":{text}}}}}"
            )
        }
        Event::BlockStop { block } => {
            format!("{{\"type\":\"content_block_stop\",\"index\":{block}}}")
        }
        Event::Stop(stop) => print_stop(stop),
        Event::Metadata(metadata) => {
            let known = METRICS.into_iter().zip(super::counts(metadata.usage));
            let latency = ("invocationLatency", metadata.latency_ms);
            let members: Vec<_> = known
                .chain([latency])
                .filter_map(|(name, count)| Some(format!("\"{name}\":{}", count?)))
                .collect();
            let metrics = members.join(",");
            format!(
                "{{\"type\":\"message_stop\",\"amazon-bedrock-invocationMetrics\":{{{metrics}}}}}"
            )
        }
        Event::Head(_) | Event::Other | Event::End(_) => return None,
    };
    Some(eventstream::write(
        &[
            (":event-type", "chunk"),
            (":content-type", "application/json"),
            (":message-type", "event"),
        ],
        format!("{{\"bytes\":\"{}\"}}", STANDARD.encode(inner)).as_bytes(),
    ))
}

fn print_stop(stop: &Stop) -> String {
    let reason = quote(crate::stop::print(&stop.end));
    let report = stop
        .report
        .as_ref()
        .map(|report| format!(",\"{}\":{}", crate::wish::FIELD, report::print(report)));
    format!(
        "{{\"type\":\"message_delta\",\"delta\":{{\"stop_reason\":{reason},\"stop_sequence\":{}}},\"usage\":{}{}}}",
        print_sequence(stop),
        print_usage(stop.usage),
        report.unwrap_or_default()
    )
}
