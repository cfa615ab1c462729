//! The other makers' own bodies: each with its own word for a cut.

use super::{Printer, Step, quote};
use crate::simulator::prompt::Dialect;
use crate::simulator::speech::Stop;

/// The body of a response in one piece.
pub(super) fn unary(printer: &Printer) -> String {
    let text = quote(&printer.text());
    let (into, out) = (printer.input_tokens, printer.speech.output_tokens);
    let reason = quote(reason(printer));
    match printer.dialect {
        Dialect::Llama => format!(
            r#"{{"generation":{text},"prompt_token_count":{into},"generation_token_count":{out},"stop_reason":{reason}}}"#
        ),
        Dialect::Titan => format!(
            r#"{{"inputTextTokenCount":{into},"results":[{{"tokenCount":{out},"outputText":{text},"completionReason":{reason}}}]}}"#
        ),
        Dialect::Mistral => format!(r#"{{"outputs":[{{"text":{text},"stop_reason":{reason}}}]}}"#),
        Dialect::Chat | Dialect::Converse | Dialect::Messages | Dialect::Nova => format!(
            r#"{{"choices":[{{"finish_reason":{reason},"index":0,"logprobs":null,"message":{{"content":{text},"refusal":null,"role":"assistant"}}}}],"created":0,"id":"chatcmpl-{}","model":{},"object":"chat.completion","usage":{{"completion_tokens":{out},"prompt_tokens":{into},"total_tokens":{}}}}}"#,
            printer.id,
            quote(&printer.model.id),
            into + out
        ),
    }
}

/// The chunks of a step.
pub(super) fn chunks(printer: &mut Printer, step: Step) -> Vec<String> {
    let (piece, last) = match step {
        Step::Delta { block, from, to } => {
            printer.tokens += to - from;
            printer.deltas += 1;
            (quote(printer.piece(block, from, to)), false)
        }
        Step::Metadata => (quote(""), true),
        Step::Start | Step::Open(_) | Step::Seal(_) | Step::Close(_) | Step::Stop => {
            return Vec::new();
        }
    };
    let or_null = |is: bool, text: String| if is { text } else { "null".to_owned() };
    let reason = or_null(last, quote(reason(printer)));
    let tail = if last {
        format!(",{}", printer.metrics())
    } else {
        String::new()
    };
    let first = or_null(
        printer.deltas == 1 && !last,
        printer.input_tokens.to_string(),
    );
    vec![match printer.dialect {
        Dialect::Llama => format!(
            r#"{{"generation":{piece},"prompt_token_count":{first},"generation_token_count":{},"stop_reason":{reason}{tail}}}"#,
            printer.tokens
        ),
        Dialect::Titan => format!(
            r#"{{"outputText":{piece},"index":0,"totalOutputTextTokenCount":{},"completionReason":{reason},"inputTextTokenCount":{first}{tail}}}"#,
            or_null(last, printer.speech.output_tokens.to_string())
        ),
        Dialect::Mistral => {
            format!(r#"{{"outputs":[{{"text":{piece},"stop_reason":{reason}}}]{tail}}}"#)
        }
        Dialect::Chat | Dialect::Converse | Dialect::Messages | Dialect::Nova => {
            let delta = if last {
                "{}".to_owned()
            } else {
                format!(r#"{{"content":{piece}}}"#)
            };
            format!(
                r#"{{"choices":[{{"delta":{delta},"finish_reason":{reason},"index":0}}],"created":0,"id":"chatcmpl-{}","model":{},"object":"chat.completion.chunk"{tail}}}"#,
                printer.id,
                quote(&printer.model.id)
            )
        }
    }]
}

/// Nova's own stream: every delta is a block of its own, with its own number and its own stop.
pub(super) fn nova_chunks(printer: &mut Printer, step: Step) -> Vec<String> {
    match step {
        Step::Start => vec![r#"{"messageStart":{"role":"assistant"}}"#.to_owned()],
        Step::Delta { block, from, to } => {
            let index = printer.deltas;
            printer.deltas += 1;
            let piece = quote(printer.piece(block, from, to));
            vec![
                format!(
                    r#"{{"contentBlockDelta":{{"delta":{{"text":{piece}}},"contentBlockIndex":{index}}}}}"#
                ),
                format!(r#"{{"contentBlockStop":{{"contentBlockIndex":{index}}}}}"#),
            ]
        }
        Step::Stop => {
            let reason = quote(super::converse::stop_reason(&printer.speech.stop));
            vec![format!(r#"{{"messageStop":{{"stopReason":{reason}}}}}"#)]
        }
        Step::Metadata => vec![format!(
            r#"{{"metadata":{{"usage":{{"inputTokens":{},"outputTokens":{},"cacheReadInputTokenCount":0,"cacheWriteInputTokenCount":0}},"metrics":{{}},"trace":{{}}}},{}}}"#,
            printer.input_tokens,
            printer.speech.output_tokens,
            printer.metrics()
        )],
        Step::Open(_) | Step::Seal(_) | Step::Close(_) => Vec::new(),
    }
}

fn reason(printer: &Printer) -> &str {
    let (cut, end, tools) = match printer.dialect {
        Dialect::Titan => ("LENGTH", "FINISH", "FINISH"),
        Dialect::Converse
        | Dialect::Messages
        | Dialect::Nova
        | Dialect::Llama
        | Dialect::Mistral
        | Dialect::Chat => ("length", "stop", "tool_calls"),
    };
    match &printer.speech.stop {
        Stop::MaxTokens => cut,
        Stop::EndTurn | Stop::Sequence(_) => end,
        Stop::ToolUse => tools,
        Stop::Scripted(reason) => reason,
    }
}
