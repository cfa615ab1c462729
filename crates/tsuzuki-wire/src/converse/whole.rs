//! The body of a Converse answer.

use super::event::tool_use;
use super::{sequence_member, set_report, set_stop, set_usage};
use crate::dialect::{Content, Ending};
use crate::json::{At, Edits, Value, quote};
use crate::stop;
use crate::whole::{Block, Whole, text_delta};
use tsuzuki_engine::{BlockKind, Delta, Reasoning};

pub(super) fn read(body: &str) -> Option<Whole> {
    let object = Value::parse(body)?;
    let [output, reason, usage, metrics, fields] = object.pick([
        "output",
        "stopReason",
        "usage",
        "metrics",
        "additionalModelResponseFields",
    ]);
    let content = output?.at(&["message", "content"])?;
    let reason = reason.and_then(Value::string)?;
    Some(Whole {
        blocks: content.items().map(block_of).collect(),
        end: stop::read(&reason),
        sequence: fields.and_then(sequence_member).and_then(Value::string),
        usage: super::usage(usage),
        latency_ms: metrics
            .and_then(|metrics| metrics.member("latencyMs"))
            .and_then(Value::number),
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
    if let Some(text) = block.member("text").and_then(Value::text) {
        return (BlockKind::Text, vec![text_delta(text)]);
    }
    if let Some(content) = block.at(&["citationsContent", "content"]) {
        let texts = content
            .items()
            .filter_map(|item| item.member("text"))
            .filter_map(Value::text);
        return (
            BlockKind::Text,
            texts.map(text_delta).chain([Delta::Other]).collect(),
        );
    }
    if let Some(reasoning) = block.member("reasoningContent") {
        let text = |path: &[&str]| reasoning.at(path).and_then(Value::string);
        let pieces = [
            text(&["reasoningText", "text"]).map(Reasoning::Text),
            text(&["reasoningText", "signature"]).map(Reasoning::Signature),
            text(&["redactedContent"]).map(Reasoning::Redacted),
        ];
        return (
            BlockKind::Reasoning,
            pieces.into_iter().flatten().map(Delta::Reasoning).collect(),
        );
    }
    match block.member("toolUse").map(|tool| (tool, tool_use(tool))) {
        Some((tool, kind @ BlockKind::ToolUse { .. })) => {
            let input = tool
                .member("input")
                .map(|input| Delta::ToolInput(input.raw().to_owned()));
            (kind, input.into_iter().collect())
        }
        Some((_, BlockKind::Text | BlockKind::Reasoning | BlockKind::Other)) | None => {
            (BlockKind::Other, Vec::new())
        }
    }
}

pub(super) fn set_ending(body: Value<'_>, ending: &Ending<'_>, edits: &mut Edits) {
    if let Some(stop) = ending.stop {
        set_stop(body, stop, edits);
    }
    if let Some(counts) = ending.usage
        && let Some(object) = body.member("usage")
    {
        set_usage(object, counts, edits);
    }
    if let Some(latency) = ending.latency_ms
        && let Some(metrics) = body.member("metrics")
    {
        edits.set(metrics, At::Last, &[("latencyMs", latency.to_string())]);
    }
    if let Some(report) = &ending.report {
        set_report(body, report.clone(), edits);
    }
}

pub(super) fn retext(block: Value<'_>, text: &str) -> Option<String> {
    let document = block.raw();
    let block = Value::object(document.as_bytes())?;
    let mut edits = Edits::default();
    if let Some(value) = block.member("text") {
        edits.replace(value, quote(text));
    } else {
        // A cited text comes in pieces; what was added or taken away is at its end.
        let content = block.at(&["citationsContent", "content"])?;
        let mut rest = text;
        let mut pieces = content
            .items()
            .filter_map(|item| item.member("text"))
            .peekable();
        while let Some(piece) = pieces.next() {
            let known = piece.string()?;
            let kept = match rest.strip_prefix(known.as_str()) {
                Some(_) if pieces.peek().is_some() => known.as_str(),
                Some(_) | None => rest,
            };
            if kept != known {
                edits.replace(piece, quote(kept));
            }
            rest = rest.get(kept.len()..).unwrap_or_default();
        }
    }
    Some(edits.apply(document))
}

pub(super) fn block(block: &Content<'_>) -> Option<String> {
    Some(match block.kind {
        BlockKind::Text => format!("{{\"text\":{}}}", quote(block.text)),
        BlockKind::Reasoning => match block.redacted {
            Some(redacted) => format!(
                "{{\"reasoningContent\":{{\"redactedContent\":{}}}}}",
                quote(redacted)
            ),
            None => {
                let signature = block
                    .signature
                    .map(|seal| format!("\"signature\":{},", quote(seal)))
                    .unwrap_or_default();
                let text = quote(block.text);
                format!(
                    "{{\"reasoningContent\":{{\"reasoningText\":{{{signature}\"text\":{text}}}}}}}"
                )
            }
        },
        BlockKind::ToolUse { id, name } => {
            let (input, name, id) = (
                crate::whole::tool_input(block.tool_input),
                quote(name),
                quote(id),
            );
            format!("{{\"toolUse\":{{\"input\":{input},\"name\":{name},\"toolUseId\":{id}}}}}")
        }
        BlockKind::Other => return None,
    })
}
