//! The events of ConverseStream.

use super::{print_usage, sequence_member, set_report, set_stop, set_usage, usage};
use crate::dialect::{Damaged, Piece};
use crate::eventstream::{self, Message};
use crate::json::{At, Edits, Value, quote};
use crate::{report, stop};
use bytes::Bytes;
use tsuzuki_engine::{BlockKind, Delta, Event, Metadata, Reasoning, Stop, Usage};

pub(super) fn read(message: &Message) -> Result<Piece, Damaged> {
    let payload = message.payload();
    let object = || Value::object(&payload).ok_or(Damaged);
    let piece = match message.string(":event-type") {
        Some("messageStart") => {
            object()?;
            Some(Piece::Event(Event::Start {
                usage: Usage::UNKNOWN,
            }))
        }
        Some("contentBlockStart") => {
            let object = object()?;
            block(object).map(|block| {
                Piece::Event(Event::BlockStart {
                    block,
                    kind: kind(object.member("start")),
                })
            })
        }
        Some("contentBlockDelta") => delta(object()?),
        Some("contentBlockStop") => {
            block(object()?).map(|block| Piece::Event(Event::BlockStop { block }))
        }
        Some("messageStop") => stopped(object()?).map(|stop| Piece::Event(Event::Stop(stop))),
        Some("metadata") => Some(Piece::Event(Event::Metadata(metadata(object()?)))),
        Some(_) | None => None,
    };
    // What lacks the members it must have is passed on unread.
    Ok(piece.unwrap_or(Piece::Event(Event::Other)))
}

fn block(object: Value<'_>) -> Option<u32> {
    object
        .member("contentBlockIndex")
        .and_then(Value::number)
        .and_then(|number| u32::try_from(number).ok())
}

fn kind(start: Option<Value<'_>>) -> BlockKind {
    let Some(first) = start.and_then(|start| start.members().next()) else {
        return BlockKind::Text;
    };
    match start.and_then(|start| start.member("toolUse")) {
        Some(tool) => tool_use(tool),
        None if first.key.is("text") => BlockKind::Text,
        None => BlockKind::Other,
    }
}

/// A call of a tool. One that the service itself answers is nothing the caller must do anything about.
pub(super) fn tool_use(tool: Value<'_>) -> BlockKind {
    let text = |name| {
        tool.member(name)
            .and_then(Value::string)
            .unwrap_or_default()
    };
    if tool
        .member("type")
        .is_some_and(|kind| kind.is("server_tool_use"))
    {
        return BlockKind::Other;
    }
    BlockKind::ToolUse {
        id: text("toolUseId"),
        name: text("name"),
    }
}

fn delta(object: Value<'_>) -> Option<Piece> {
    let block = block(object)?;
    let delta = object.member("delta")?;
    if let Some(text) = delta.member("text").and_then(Value::text) {
        return Some(Piece::Text { block, text });
    }
    let text = |path: &[&str]| delta.at(path).and_then(Value::string);
    let delta = if let Some(text) = text(&["toolUse", "input"]) {
        Delta::ToolInput(text)
    } else if let Some(text) = text(&["reasoningContent", "text"]) {
        Delta::Reasoning(Reasoning::Text(text))
    } else if let Some(text) = text(&["reasoningContent", "signature"]) {
        Delta::Reasoning(Reasoning::Signature(text))
    } else if let Some(text) = text(&["reasoningContent", "redactedContent"]) {
        Delta::Reasoning(Reasoning::Redacted(text))
    } else {
        Delta::Other
    };
    Some(Piece::Event(Event::Delta { block, delta }))
}

fn stopped(object: Value<'_>) -> Option<Stop> {
    let [reason, fields] = object.pick(["stopReason", "additionalModelResponseFields"]);
    let reason = reason.and_then(Value::string)?;
    let sequence = fields.and_then(sequence_member).and_then(Value::string);
    Some(Stop {
        end: stop::read(&reason),
        sequence,
        usage: Usage::UNKNOWN,
        report: None,
    })
}

fn metadata(object: Value<'_>) -> Metadata {
    Metadata {
        usage: usage(object.member("usage")),
        latency_ms: object.at(&["metrics", "latencyMs"]).and_then(Value::number),
    }
}

/// Where a delta's text stands within `delta`.
const fn path(delta: &Delta) -> Option<&'static [&'static str]> {
    match delta {
        Delta::Text { .. } => Some(&["text"]),
        Delta::Reasoning(Reasoning::Text(_)) => Some(&["reasoningContent", "text"]),
        Delta::Reasoning(Reasoning::Signature(_)) => Some(&["reasoningContent", "signature"]),
        Delta::Reasoning(Reasoning::Redacted(_)) => Some(&["reasoningContent", "redactedContent"]),
        Delta::ToolInput(_) => Some(&["toolUse", "input"]),
        Delta::Other => None,
    }
}

pub(super) fn patch(message: &Message, event: &Event) -> Option<Bytes> {
    let payload = message.payload();
    let object = Value::object(&payload)?;
    let mut edits = Edits::default();
    let mut set_block = |block: &u32| {
        edits.set(
            object,
            At::First,
            &[("contentBlockIndex", block.to_string())],
        );
    };
    match event {
        Event::BlockStart { block, .. } | Event::BlockStop { block } => set_block(block),
        Event::Delta { block, delta } => {
            set_block(block);
            if let (Some(path), Some(text)) = (path(delta), crate::dialect::delta_text(delta)) {
                let value = object.member("delta")?.at(path)?;
                if value.string()? != text {
                    edits.replace(value, quote(text));
                }
            }
        }
        Event::Stop(stop) => {
            set_stop(object, stop, &mut edits);
            if let Some(report) = &stop.report {
                set_report(object, report::print(report), &mut edits);
            }
        }
        Event::Metadata(metadata) => {
            set_usage(object.member("usage")?, metadata.usage, &mut edits);
            if let (Some(latency), Some(metrics)) = (metadata.latency_ms, object.member("metrics"))
            {
                edits.set(metrics, At::Last, &[("latencyMs", latency.to_string())]);
            }
        }
        Event::Start { .. } | Event::Other | Event::Head(_) | Event::End(_) => {}
    }
    Some(message.with_payload(edits.apply(object.document()).as_bytes()))
}

pub(super) fn print(event: &Event) -> Option<Bytes> {
    let (name, payload) = match event {
        Event::Start { .. } => ("messageStart", "{\"role\":\"assistant\"}".to_owned()),
        Event::BlockStart {
            block,
            kind: BlockKind::ToolUse { id, name },
        } => {
            let tool = format!("{{\"name\":{},\"toolUseId\":{}}}", quote(name), quote(id));
            (
                "contentBlockStart",
                format!("{{\"contentBlockIndex\":{block},\"start\":{{\"toolUse\":{tool}}}}}"),
            )
        }
        Event::Delta { block, delta } => {
            let mut inner = quote(crate::dialect::delta_text(delta)?);
            for name in path(delta)?.iter().rev() {
                inner = format!("{{\"{name}\":{inner}}}");
            }
            (
                "contentBlockDelta",
                format!("{{\"contentBlockIndex\":{block},\"delta\":{inner}}}"),
            )
        }
        Event::BlockStop { block } => (
            "contentBlockStop",
            format!("{{\"contentBlockIndex\":{block}}}"),
        ),
        Event::Stop(stop) => {
            let mut payload = format!("{{\"stopReason\":{}}}", quote(stop::print(&stop.end)));
            if let Some(report) = &stop.report {
                let mut edits = Edits::default();
                set_report(
                    Value::object(payload.as_bytes())?,
                    report::print(report),
                    &mut edits,
                );
                payload = edits.apply(&payload);
            }
            ("messageStop", payload)
        }
        Event::Metadata(metadata) => {
            let (latency, usage) = (
                metadata.latency_ms.unwrap_or(0),
                print_usage(metadata.usage),
            );
            (
                "metadata",
                format!("{{\"metrics\":{{\"latencyMs\":{latency}}},\"usage\":{usage}}}"),
            )
        }
        Event::BlockStart {
            kind: BlockKind::Text | BlockKind::Reasoning | BlockKind::Other,
            ..
        }
        | Event::Head(_)
        | Event::Other
        | Event::End(_) => return None,
    };
    Some(eventstream::write(
        &[
            (":event-type", name),
            (":content-type", "application/json"),
            (":message-type", "event"),
        ],
        payload.as_bytes(),
    ))
}
