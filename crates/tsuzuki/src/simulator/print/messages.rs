//! Anthropic's Messages, in the order its maker prints them.

use super::{Printer, Step, quote};
use crate::simulator::speech::{Spoken, Stop};

/// The body of a Messages response.
pub(super) fn unary(printer: &Printer) -> String {
    let content: Vec<String> = printer.speech.blocks.iter().filter_map(block).collect();
    format!(
        r#"{{{},"content":[{}],{},"usage":{{{},"output_tokens":{}}}}}"#,
        head(printer),
        content.join(","),
        stop(printer),
        input(printer),
        printer.speech.output_tokens
    )
}

/// The chunks of a step.
pub(super) fn chunks(printer: &Printer, step: Step) -> Vec<String> {
    let spoken = |block: usize| printer.speech.blocks.get(block);
    let chunk = match step {
        Step::Start => format!(
            r#"{{"type":"message_start","message":{{{},"content":[],"stop_reason":null,"stop_sequence":null,"usage":{{{},"output_tokens":1}}}}}}"#,
            head(printer),
            input(printer)
        ),
        Step::Open(block) => {
            let content = match spoken(block) {
                Some(Spoken::Text(_)) | None => r#"{"type":"text","text":""}"#.to_owned(),
                Some(Spoken::Reasoning { .. }) => {
                    r#"{"type":"thinking","thinking":"","signature":""}"#.to_owned()
                }
                Some(Spoken::Tool { id, name, .. }) => {
                    format!(
                        r#"{{"type":"tool_use","id":{},"name":{},"input":{{}}}}"#,
                        quote(id),
                        quote(name)
                    )
                }
            };
            format!(r#"{{"type":"content_block_start","index":{block},"content_block":{content}}}"#)
        }
        Step::Delta { block, from, to } => {
            let piece = quote(printer.piece(block, from, to));
            let delta = match spoken(block) {
                Some(Spoken::Text(_)) | None => {
                    format!(r#"{{"type":"text_delta","text":{piece}}}"#)
                }
                Some(Spoken::Reasoning { .. }) => {
                    format!(r#"{{"type":"thinking_delta","thinking":{piece}}}"#)
                }
                Some(Spoken::Tool { .. }) => {
                    format!(r#"{{"type":"input_json_delta","partial_json":{piece}}}"#)
                }
            };
            format!(r#"{{"type":"content_block_delta","index":{block},"delta":{delta}}}"#)
        }
        Step::Seal(block) => match spoken(block) {
            Some(Spoken::Reasoning {
                signature: Some(signature),
                ..
            }) => format!(
                r#"{{"type":"content_block_delta","index":{block},"delta":{{"type":"signature_delta","signature":{}}}}}"#,
                quote(signature)
            ),
            Some(
                Spoken::Reasoning {
                    signature: None, ..
                }
                | Spoken::Text(_)
                | Spoken::Tool { .. },
            )
            | None => {
                return Vec::new();
            }
        },
        Step::Close(block) => format!(r#"{{"type":"content_block_stop","index":{block}}}"#),
        Step::Stop => format!(
            r#"{{"type":"message_delta","delta":{{{}}},"usage":{{"output_tokens":{}}}}}"#,
            stop(printer),
            printer.speech.output_tokens
        ),
        Step::Metadata => format!(r#"{{"type":"message_stop",{}}}"#, printer.metrics()),
    };
    vec![chunk]
}

/// `id`, `type`, `role` and `model`. The model's name has neither its maker nor its version.
fn head(printer: &Printer) -> String {
    let model = printer
        .model
        .id
        .strip_prefix("anthropic.")
        .unwrap_or(&printer.model.id);
    let name = model.rsplit_once("-v").map_or(model, |(name, _)| name);
    let id = format!(
        r#""id":"msg_bdrk_01{}","type":"message","role":"assistant""#,
        printer.id
    );
    // Later models put their name first.
    if printer.model.tool_type {
        format!(r#""model":{},{id}"#, quote(name))
    } else {
        format!(r#"{id},"model":{}"#, quote(name))
    }
}

/// The counts of input.
fn input(printer: &Printer) -> String {
    let cache = if printer.model.cache_counts {
        r#","cache_creation_input_tokens":0,"cache_read_input_tokens":0"#
    } else {
        ""
    };
    format!(r#""input_tokens":{}{cache}"#, printer.input_tokens)
}

fn stop(printer: &Printer) -> String {
    let (reason, sequence) = match &printer.speech.stop {
        Stop::EndTurn => ("end_turn", None),
        Stop::ToolUse => ("tool_use", None),
        Stop::MaxTokens => ("max_tokens", None),
        Stop::Sequence(sequence) => ("stop_sequence", Some(sequence)),
        Stop::Scripted(reason) => (reason.as_str(), None),
    };
    let sequence = sequence.map_or_else(|| "null".to_owned(), |sequence| quote(sequence));
    format!(
        r#""stop_reason":{},"stop_sequence":{sequence}"#,
        quote(reason)
    )
}

fn block(spoken: &Spoken) -> Option<String> {
    Some(match spoken {
        Spoken::Text(tokens) => format!(r#"{{"type":"text","text":{}}}"#, quote(tokens.text())),
        Spoken::Reasoning { tokens, signature } => format!(
            r#"{{"type":"thinking","thinking":{},"signature":{}}}"#,
            quote(tokens.text()),
            quote(signature.as_deref().unwrap_or_default())
        ),
        Spoken::Tool { whole: false, .. } => return None,
        Spoken::Tool {
            id,
            name,
            input,
            whole: true,
        } => {
            format!(
                r#"{{"type":"tool_use","id":{},"name":{},"input":{}}}"#,
                quote(id),
                quote(name),
                input.text()
            )
        }
    })
}
