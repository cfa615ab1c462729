//! Converse and ConverseStream.
//!
//! Shapes are those of the service model of Bedrock Runtime (2023-09-30); what it leaves open is as
//! recorded: keys in alphabetical order, padding `p` on events, no `contentBlockStart` for text.

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
use tsuzuki_engine::{BlockKind, Delta, Event, Usage};

/// Converse and ConverseStream.
pub(crate) struct Converse;

impl Dialect for Converse {
    fn facts(&self, body: Value<'_>) -> Result<Facts, DecodeError> {
        request::facts(body)
    }
    fn wish_home(&self) -> Option<&'static str> {
        Some("additionalModelRequestFields")
    }
    fn set_limit(&self, body: Value<'_>, limit: u32, edits: &mut Edits) {
        match body.member("inferenceConfig") {
            Some(config) => edits.set(config, At::Last, &[("maxTokens", limit.to_string())]),
            None => edits.set(
                body,
                At::Last,
                &[("inferenceConfig", format!("{{\"maxTokens\":{limit}}}"))],
            ),
        }
    }
    fn text_block(&self, text: &str) -> String {
        format!("{{\"text\":{text}}}")
    }
    fn cached_block(&self, text: &str) -> String {
        format!(
            "{},{{\"cachePoint\":{{\"type\":\"default\"}}}}",
            self.text_block(text)
        )
    }
    fn cache_member(&self) -> &'static str {
        "\"cachePoint\""
    }
    fn message(&self, role: &str, block: &str) -> String {
        format!("{{\"content\":[{block}],\"role\":{}}}", quote(role))
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
        body.at(&["output", "message", "content"])
    }
    fn set_ending(&self, body: Value<'_>, ending: &Ending<'_>, edits: &mut Edits) {
        whole::set_ending(body, ending, edits);
    }
    fn blank(&self, content: &str) -> String {
        format!(
            "{{\"metrics\":{{\"latencyMs\":0}},\"output\":{{\"message\":{{\"content\":{content},\"role\":\"assistant\"}}}},\
             \"stopReason\":\"\",\"usage\":{{\"inputTokens\":0,\"outputTokens\":0,\"totalTokens\":0}}}}"
        )
    }
    fn retext(&self, block: Value<'_>, text: &str) -> Option<String> {
        whole::retext(block, text)
    }
    fn block(&self, block: &Content<'_>) -> Option<String> {
        whole::block(block)
    }
}

/// The token counts of an answer.
fn usage(usage: Option<Value<'_>>) -> Usage {
    let mut counts = Usage::UNKNOWN;
    for member in usage.into_iter().flat_map(Value::members) {
        let count = [
            ("inputTokens", &mut counts.input),
            ("outputTokens", &mut counts.output),
            ("cacheReadInputTokens", &mut counts.cache_read),
            ("cacheWriteInputTokens", &mut counts.cache_write),
        ]
        .into_iter()
        .find(|(name, _)| member.key.is(name));
        if let Some((_, count)) = count {
            *count = member.value.number();
        }
    }
    counts
}

/// Puts token counts in the place of an answer's own, the undeclared twins of the cache counts too.
fn set_usage(object: Value<'_>, usage: Usage, edits: &mut Edits) {
    if self::usage(Some(object)) == usage {
        return;
    }
    let mut counts = vec![("totalTokens", usage.total())];
    counts.extend(usage.input.map(|count| ("inputTokens", count)));
    counts.extend(usage.output.map(|count| ("outputTokens", count)));
    for (known, name, twin) in [
        (
            usage.cache_read,
            "cacheReadInputTokens",
            "cacheReadInputTokenCount",
        ),
        (
            usage.cache_write,
            "cacheWriteInputTokens",
            "cacheWriteInputTokenCount",
        ),
    ] {
        let Some(count) = known else { continue };
        if count > 0 || object.member(name).is_some() {
            counts.push((name, count));
        }
        if object.member(twin).is_some() {
            counts.push((twin, count));
        }
    }
    let counts: Vec<_> = counts
        .into_iter()
        .map(|(name, count)| (name, count.to_string()))
        .collect();
    edits.set(object, At::Last, &counts);
}

/// Token counts of our own.
fn print_usage(usage: Usage) -> String {
    let mut counts = Vec::new();
    counts.extend(
        usage
            .cache_read
            .map(|count| format!("\"cacheReadInputTokens\":{count}")),
    );
    counts.extend(
        usage
            .cache_write
            .map(|count| format!("\"cacheWriteInputTokens\":{count}")),
    );
    counts.push(format!("\"inputTokens\":{}", usage.input.unwrap_or(0)));
    counts.push(format!("\"outputTokens\":{}", usage.output.unwrap_or(0)));
    counts.push(format!("\"totalTokens\":{}", usage.total()));
    format!("{{{}}}", counts.join(","))
}

/// The stop sequence that was hit, in the model's own fields, where the caller had it reported: the
/// paths are `/delta/stop_sequence` (as the AI SDK asks) and `/stop_sequence`.
fn sequence_member(fields: Value<'_>) -> Option<Value<'_>> {
    fields
        .at(&["delta", "stop_sequence"])
        .or_else(|| fields.member("stop_sequence"))
}

/// Puts a stop's words in the place of those of a `messageStop` or a collected body.
fn set_stop(object: Value<'_>, stop: &tsuzuki_engine::Stop, edits: &mut Edits) {
    let [reason, fields] = object.pick(["stopReason", "additionalModelResponseFields"]);
    let reason = reason.and_then(Value::string);
    if reason.as_deref().map(crate::stop::read).as_ref() != Some(&stop.end) {
        edits.set(
            object,
            At::Last,
            &[("stopReason", quote(crate::stop::print(&stop.end)))],
        );
    }
    if let Some(member) = fields.and_then(sequence_member)
        && member.string() != stop.sequence
    {
        edits.replace(
            member,
            stop.sequence
                .as_deref()
                .map_or_else(|| "null".to_owned(), quote),
        );
    }
}

/// Puts our report where the service has room for a model's own fields.
fn set_report(object: Value<'_>, report: String, edits: &mut Edits) {
    match object
        .member("additionalModelResponseFields")
        .filter(|fields| fields.kind() == crate::json::Kind::Object)
    {
        Some(fields) => edits.set(fields, At::Last, &[(crate::wish::FIELD, report)]),
        None => {
            let fields = format!("{{\"{}\":{report}}}", crate::wish::FIELD);
            edits.set(
                object,
                At::First,
                &[("additionalModelResponseFields", fields)],
            );
        }
    }
}
