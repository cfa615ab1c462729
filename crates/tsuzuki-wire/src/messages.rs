//! The Anthropic Messages body of InvokeModel and InvokeModelWithResponseStream.
//!
//! Shapes are Anthropic's, with what Bedrock adds (`amazon-bedrock-…` members), as recorded. Each
//! `chunk` of a stream carries one event, as base64 in `bytes`.

mod event;
mod request;
mod whole;

use crate::dialect::{Content, Damaged, Dialect, Ending, Piece};
use crate::eventstream::Message;
use crate::form::DecodeError;
use crate::json::{At, Edits, Value, quote};
use crate::request::Facts;
use crate::whole::Whole;
use bytes::Bytes;
use tsuzuki_engine::{BlockKind, Delta, End, Event, Refusal, Stop, Usage};

/// The Anthropic Messages body.
pub(crate) struct Messages;

impl Dialect for Messages {
    fn facts(&self, body: Value<'_>) -> Result<Facts, DecodeError> {
        request::facts(body)
    }
    fn wish_home(&self) -> Option<&'static str> {
        None
    }
    fn set_limit(&self, body: Value<'_>, limit: u32, edits: &mut Edits) {
        edits.set(body, At::Last, &[("max_tokens", limit.to_string())]);
    }
    fn text_block(&self, text: &str) -> String {
        format!("{{\"type\":\"text\",\"text\":{text}}}")
    }
    fn cached_block(&self, text: &str) -> String {
        format!(
            "{{\"type\":\"text\",\"text\":{text},\"cache_control\":{{\"type\":\"ephemeral\"}}}}"
        )
    }
    fn cache_member(&self) -> &'static str {
        "\"cache_control\""
    }
    fn message(&self, role: &str, block: &str) -> String {
        format!("{{\"role\":{},\"content\":[{block}]}}", quote(role))
    }
    fn read(&self, message: &Message) -> Result<Piece, Damaged> {
        event::read(message)
    }
    fn patch(&self, message: &Message, event: &Event) -> Option<Bytes> {
        event::patch(message, event)
    }
    fn print(&self, event: &Event) -> Option<Bytes> {
        event::print(event)
    }
    fn whole(&self, body: &str) -> Option<Whole> {
        whole::read(body)
    }
    fn read_block(&self, block: Value<'_>) -> (BlockKind, Vec<Delta>) {
        whole::read_block(block)
    }
    fn content<'a>(&self, body: Value<'a>) -> Option<Value<'a>> {
        body.member("content")
    }
    fn set_ending(&self, body: Value<'_>, ending: &Ending<'_>, edits: &mut Edits) {
        whole::set_ending(body, ending, edits);
    }
    fn blank(&self, content: &str) -> String {
        format!(
            "{{\"type\":\"message\",\"role\":\"assistant\",\"content\":{content},\"stop_reason\":null,\
             \"stop_sequence\":null,\"usage\":{{\"input_tokens\":0,\"output_tokens\":0}}}}"
        )
    }
    fn retext(&self, block: Value<'_>, text: &str) -> Option<String> {
        let document = block.raw();
        let mut edits = Edits::default();
        edits.replace(
            Value::object(document.as_bytes())?.member("text")?,
            quote(text),
        );
        Some(edits.apply(document))
    }
    fn block(&self, block: &Content<'_>) -> Option<String> {
        whole::block(block)
    }
}

/// The names of token counts, in the order of `counts`.
const COUNTS: [&str; 4] = [
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
];
/// The same in the metrics Bedrock adds to the last event of a stream.
const METRICS: [&str; 4] = [
    "inputTokenCount",
    "outputTokenCount",
    "cacheReadInputTokenCount",
    "cacheWriteInputTokenCount",
];

const fn counts(usage: Usage) -> [Option<u64>; 4] {
    [
        usage.input,
        usage.output,
        usage.cache_read,
        usage.cache_write,
    ]
}

fn usage(object: Option<Value<'_>>, names: [&str; 4]) -> Usage {
    let [input, output, cache_read, cache_write] = names.map(|name| {
        object
            .and_then(|object| object.member(name))
            .and_then(Value::number)
    });
    Usage {
        input,
        output,
        cache_read,
        cache_write,
    }
}

/// Puts token counts in the place of those that are there. Where the answer did not count, nor do we.
fn set_usage(object: Value<'_>, names: [&str; 4], usage: Usage, edits: &mut Edits) {
    for (name, count) in names.into_iter().zip(counts(usage)) {
        if let (Some(value), Some(count)) = (object.member(name), count) {
            edits.replace(value, count.to_string());
        }
    }
}

/// Token counts of our own.
fn print_usage(usage: Usage) -> String {
    let known = COUNTS
        .into_iter()
        .zip(counts(usage))
        .filter_map(|(name, count)| Some((name, count?)));
    let members: Vec<_> = known
        .map(|(name, count)| format!("\"{name}\":{count}"))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// How a message stopped. `holder` has the reason; `object` is the event or body around it, where
/// Bedrock says that a guardrail stepped in.
fn stop(object: Value<'_>, holder: Value<'_>, usage: Usage) -> Option<Stop> {
    let reason = holder.member("stop_reason").and_then(Value::string)?;
    let sequence = holder.member("stop_sequence").and_then(Value::string);
    let end = if object
        .member("amazon-bedrock-guardrailAction")
        .is_some_and(|action| action.is("INTERVENED"))
    {
        End::Refused(Refusal::Guardrail)
    } else {
        crate::stop::read(&reason)
    };
    Some(Stop {
        end,
        sequence,
        usage,
        report: None,
    })
}

/// Puts a stop's words in the place of those that are there.
fn set_stop(object: Value<'_>, holder: Value<'_>, wanted: &Stop, edits: &mut Edits) {
    let said = stop(object, holder, Usage::UNKNOWN);
    if said.as_ref().map(|said| &said.end) != Some(&wanted.end) {
        edits.set(
            holder,
            At::Last,
            &[("stop_reason", quote(crate::stop::print(&wanted.end)))],
        );
    }
    if said.and_then(|said| said.sequence) != wanted.sequence {
        edits.set(
            holder,
            At::Last,
            &[("stop_sequence", print_sequence(wanted))],
        );
    }
}

fn print_sequence(stop: &Stop) -> String {
    stop.sequence
        .as_deref()
        .map_or_else(|| "null".to_owned(), quote)
}
