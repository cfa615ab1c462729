//! Converse: alphabetical keys, usage after the stop, no start for blocks of text.

use super::{Printer, Step};
use crate::simulator::speech::{Spoken, Stop};
use serde_json::{Map, Value, json};

/// The body of a Converse response.
pub(super) fn unary(printer: &Printer) -> Value {
    let mut body = json!({
        "metrics": {"latencyMs": printer.latency_ms},
        "output": {"message": {"content": content(printer), "role": "assistant"}},
        "stopReason": stop_reason(&printer.speech.stop),
        "usage": usage(printer),
    });
    if let (Some(fields), Some(members)) = (extra_fields(printer), body.as_object_mut()) {
        members.insert("additionalModelResponseFields".to_owned(), fields);
    }
    body
}

/// The body of Nova's own response, which is Converse's with other token counts.
pub(super) fn nova(printer: &Printer) -> Value {
    json!({
        "output": {"message": {"content": content(printer), "role": "assistant"}},
        "stopReason": stop_reason(&printer.speech.stop),
        "usage": {
            "cacheReadInputTokenCount": 0,
            "cacheWriteInputTokenCount": 0,
            "inputTokens": printer.input_tokens,
            "outputTokens": printer.speech.output_tokens,
            "totalTokens": printer.input_tokens + printer.speech.output_tokens,
        },
    })
}

/// The event of a step, and its payload.
pub(super) fn event(printer: &Printer, step: Step) -> Option<(&'static str, Value)> {
    Some(match step {
        Step::Start => ("messageStart", json!({"role": "assistant"})),
        Step::Open(block) => match printer.speech.blocks.get(block)? {
            Spoken::Tool { id, name, .. } => {
                let mut call = json!({"name": name, "toolUseId": id});
                add_tool_type(printer, &mut call);
                (
                    "contentBlockStart",
                    json!({"contentBlockIndex": block, "start": {"toolUse": call}}),
                )
            }
            Spoken::Text(_) | Spoken::Reasoning { .. } => return None,
        },
        Step::Delta { block, from, to } => {
            let piece = printer.piece(block, from, to);
            let delta = match printer.speech.blocks.get(block)? {
                Spoken::Text(_) => json!({"text": piece}),
                Spoken::Reasoning { .. } => json!({"reasoningContent": {"text": piece}}),
                Spoken::Tool { .. } => json!({"toolUse": {"input": piece}}),
            };
            (
                "contentBlockDelta",
                json!({"contentBlockIndex": block, "delta": delta}),
            )
        }
        Step::Seal(block) => match printer.speech.blocks.get(block)? {
            Spoken::Reasoning {
                signature: Some(signature),
                ..
            } => (
                "contentBlockDelta",
                json!({"contentBlockIndex": block, "delta": {"reasoningContent": {"signature": signature}}}),
            ),
            Spoken::Reasoning {
                signature: None, ..
            }
            | Spoken::Text(_)
            | Spoken::Tool { .. } => return None,
        },
        Step::Close(block) => ("contentBlockStop", json!({"contentBlockIndex": block})),
        Step::Stop => {
            let mut payload = json!({"stopReason": stop_reason(&printer.speech.stop)});
            if let (Some(fields), Some(members)) = (extra_fields(printer), payload.as_object_mut())
            {
                members.insert("additionalModelResponseFields".to_owned(), fields);
            }
            ("messageStop", payload)
        }
        Step::Metadata => (
            "metadata",
            json!({"metrics": {"latencyMs": printer.latency_ms}, "usage": usage(printer)}),
        ),
    })
}

/// A stop reason in Converse's words.
pub(super) fn stop_reason(stop: &Stop) -> &str {
    match stop {
        Stop::EndTurn => "end_turn",
        Stop::ToolUse => "tool_use",
        Stop::MaxTokens => "max_tokens",
        Stop::Sequence(_) => "stop_sequence",
        Stop::Scripted(reason) => reason,
    }
}

/// A tool call that was cut has no input that could be read, so it is not there at all.
fn content(printer: &Printer) -> Vec<Value> {
    printer
        .speech
        .blocks
        .iter()
        .filter_map(|spoken| match spoken {
            Spoken::Text(tokens) => Some(json!({"text": tokens.text()})),
            Spoken::Reasoning { tokens, signature } => {
                let mut text = json!({"text": tokens.text()});
                if let (Some(signature), Some(members)) = (signature, text.as_object_mut()) {
                    members.insert("signature".to_owned(), json!(signature));
                }
                Some(json!({"reasoningContent": {"reasoningText": text}}))
            }
            Spoken::Tool { whole: false, .. } => None,
            Spoken::Tool {
                id,
                name,
                input,
                whole: true,
            } => {
                let input: Value = serde_json::from_str(input.text()).unwrap_or_default();
                let mut call = json!({"input": input, "name": name, "toolUseId": id});
                add_tool_type(printer, &mut call);
                Some(json!({"toolUse": call}))
            }
        })
        .collect()
}

fn add_tool_type(printer: &Printer, call: &mut Value) {
    if printer.model.tool_type
        && let Some(members) = call.as_object_mut()
    {
        members.insert("type".to_owned(), json!("tool_use"));
    }
}

fn usage(printer: &Printer) -> Value {
    let mut usage = Map::new();
    // Under two names each.
    if printer.model.cache_counts {
        for name in [
            "cacheReadInputTokenCount",
            "cacheReadInputTokens",
            "cacheWriteInputTokenCount",
            "cacheWriteInputTokens",
        ] {
            usage.insert(name.to_owned(), json!(0));
        }
    }
    usage.insert("inputTokens".to_owned(), json!(printer.input_tokens));
    usage.insert(
        "outputTokens".to_owned(),
        json!(printer.speech.output_tokens),
    );
    usage.insert("serverToolUsage".to_owned(), json!({}));
    usage.insert(
        "totalTokens".to_owned(),
        json!(printer.input_tokens + printer.speech.output_tokens),
    );
    Value::Object(usage)
}

/// The one native member that callers ask for: which stop sequence was hit.
fn extra_fields(printer: &Printer) -> Option<Value> {
    let Stop::Sequence(sequence) = &printer.speech.stop else {
        return None;
    };
    let asked = |path: &str| printer.extra_paths.iter().any(|asked| asked == path);
    if asked("/delta/stop_sequence") {
        Some(json!({"delta": {"stop_sequence": sequence}}))
    } else if asked("/stop_sequence") {
        Some(json!({"stop_sequence": sequence}))
    } else {
        None
    }
}
