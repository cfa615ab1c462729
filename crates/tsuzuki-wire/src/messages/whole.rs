//! The body of a Messages answer.

use super::event::block_kind;
use super::{COUNTS, set_stop, set_usage, stop, usage};
use crate::dialect::{Content, Ending};
use crate::json::{At, Edits, Value, quote};
use crate::whole::{Block, Whole, text_delta};
use tsuzuki_engine::{BlockKind, Delta, Reasoning, Usage};

pub(super) fn read(body: &str) -> Option<Whole> {
    let object = Value::parse(body)?;
    let content = object.member("content")?;
    let stop = stop(object, object, Usage::UNKNOWN)?;
    Some(Whole {
        blocks: content.items().map(block_of).collect(),
        end: stop.end,
        sequence: stop.sequence,
        usage: usage(object.member("usage"), COUNTS),
        // The latency of a collected answer is in its header fields.
        latency_ms: None,
    })
}

fn block_of(block: Value<'_>) -> Block {
    let (kind, deltas) = read_block(block);
    Block {
        kind,
        span: block.span(),
        deltas,
    }
}

pub(super) fn read_block(block: Value<'_>) -> (BlockKind, Vec<Delta>) {
    let kind = block_kind(block);
    let text = |name| block.member(name).and_then(Value::string);
    let deltas = match &kind {
        BlockKind::Text => block
            .member("text")
            .and_then(Value::text)
            .map(text_delta)
            .into_iter()
            .collect(),
        BlockKind::Reasoning => [
            text("thinking").map(Reasoning::Text),
            text("signature").map(Reasoning::Signature),
            text("data").map(Reasoning::Redacted),
        ]
        .into_iter()
        .flatten()
        .map(Delta::Reasoning)
        .collect(),
        BlockKind::ToolUse { .. } => block
            .member("input")
            .map(|input| Delta::ToolInput(input.raw().to_owned()))
            .into_iter()
            .collect(),
        BlockKind::Other => Vec::new(),
    };
    (kind, deltas)
}

pub(super) fn set_ending(body: Value<'_>, ending: &Ending<'_>, edits: &mut Edits) {
    if let Some(stop) = ending.stop {
        set_stop(body, body, stop, edits);
    }
    if let (Some(counts), Some(object)) = (ending.usage, body.member("usage")) {
        set_usage(object, COUNTS, counts, edits);
    }
    if let Some(report) = &ending.report {
        edits.set(body, At::Last, &[(crate::wish::FIELD, report.clone())]);
    }
}

pub(super) fn block(block: &Content<'_>) -> Option<String> {
    Some(match block.kind {
        BlockKind::Text => format!("{{\"type\":\"text\",\"text\":{}}}", quote(block.text)),
        BlockKind::Reasoning => match block.redacted {
            Some(redacted) => format!(
                "{{\"type\":\"redacted_thinking\",\"data\":{}}}",
                quote(redacted)
            ),
            None => {
                let (text, signature) = (
                    quote(block.text),
                    quote(block.signature.unwrap_or_default()),
                );
                format!("{{\"type\":\"thinking\",\"thinking\":{text},\"signature\":{signature}}}")
            }
        },
        BlockKind::ToolUse { id, name } => {
            let (input, name, id) = (
                crate::whole::tool_input(block.tool_input),
                quote(name),
                quote(id),
            );
            format!("{{\"type\":\"tool_use\",\"id\":{id},\"name\":{name},\"input\":{input}}}")
        }
        BlockKind::Other => return None,
    })
}
