//! What all requests have in common.

use crate::dialect::Dialect;
use crate::form::{DecodeError, Place};
use crate::json::{Edits, Kind, Value, quote};
use std::borrow::Cow;
use tsuzuki_engine::{Cache, Structure, Tools};

/// What a request says that the engine must know.
pub(crate) struct Facts {
    pub(crate) max_tokens: Option<u32>,
    pub(crate) stop_sequences: Vec<String>,
    pub(crate) tools: Tools,
    pub(crate) reasoning: bool,
    pub(crate) structure: Structure,
    pub(crate) guarded: bool,
    pub(crate) prefill: Option<String>,
}

pub(crate) const fn wrong(kind: &'static str) -> DecodeError {
    DecodeError {
        place: Place::Request,
        kind: Cow::Borrowed(kind),
    }
}

/// The members of these names, where `null` counts as absent. Refuses an object in which one of them
/// stands twice: readers differ in which of two they believe, so what we read or change might not be
/// what the backend answers.
pub(crate) fn once<'a, const N: usize>(
    object: Value<'a>,
    names: &[&'static str; N],
) -> Result<[Option<Value<'a>>; N], DecodeError> {
    let mut seen = [None; N];
    for member in object.members() {
        let mut named = names.iter().zip(&mut seen);
        if let Some((name, seen)) = named.find(|(name, _)| member.key.is(name))
            && seen.replace(member.value).is_some()
        {
            return Err(DecodeError {
                place: Place::Request,
                kind: Cow::Owned(format!("{name}: the member is given twice; give it once")),
            });
        }
    }
    Ok(seen.map(|value| value.filter(|value| value.kind() != Kind::Null)))
}

/// The body of a request.
pub(crate) fn body(bytes: &[u8]) -> Result<Value<'_>, DecodeError> {
    let body = Value::read(bytes).ok_or_else(|| wrong("The request body is not valid JSON."))?;
    of_kind(
        body,
        Kind::Object,
        "The request body must be a JSON object.",
    )
}

fn of_kind<'a>(
    value: Value<'a>,
    kind: Kind,
    complaint: &'static str,
) -> Result<Value<'a>, DecodeError> {
    if value.kind() == kind {
        Ok(value)
    } else {
        Err(wrong(complaint))
    }
}

/// A member of a given kind, if there is one.
pub(crate) fn member<'a>(
    object: Value<'a>,
    name: &str,
    kind: Kind,
    complaint: &'static str,
) -> Result<Option<Value<'a>>, DecodeError> {
    optional(object.member(name), kind, complaint)
}

/// The same, where it was looked up already.
pub(crate) fn optional<'a>(
    value: Option<Value<'a>>,
    kind: Kind,
    complaint: &'static str,
) -> Result<Option<Value<'a>>, DecodeError> {
    value
        .map(|value| of_kind(value, kind, complaint))
        .transpose()
}

/// An output limit. One that is out of range is read as the nearest that is not; the backend, who
/// gets the caller's own words, decides about it.
pub(crate) fn limit(
    object: Value<'_>,
    name: &str,
    complaint: &'static str,
) -> Result<Option<u32>, DecodeError> {
    let Some(value) = member(object, name, Kind::Number, complaint)? else {
        return Ok(None);
    };
    let number: f64 = value.raw().parse().map_err(|_| wrong(complaint))?;
    if number.fract() != 0.0 {
        return Err(wrong(complaint));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates, which is meant"
    )]
    Ok(Some(number as u32))
}

/// A list of texts.
pub(crate) fn texts(
    object: Value<'_>,
    name: &str,
    complaint: &'static str,
) -> Result<Vec<String>, DecodeError> {
    let Some(list) = member(object, name, Kind::Array, complaint)? else {
        return Ok(Vec::new());
    };
    list.items()
        .map(|item| item.string().ok_or_else(|| wrong(complaint)))
        .collect()
}

/// What the caller says about tools: the tools, and the choice if there is one.
pub(crate) fn tools(tools: Option<Value<'_>>, forced: bool) -> Tools {
    match tools.map(|tools| tools.items().count()) {
        None | Some(0) => Tools::None,
        Some(_) if forced => Tools::Forced,
        Some(_) => Tools::Offered,
    }
}

/// The members by which providers take reasoning settings: Anthropic's, Amazon's, DeepSeek's and
/// OpenAI's; the recordings have all but the last two.
pub(crate) const REASONING: [&str; 6] = [
    "thinking",
    "reasoning_config",
    "reasoningConfig",
    "reasoning",
    "reasoning_effort",
    "reasoningEffort",
];

/// Whether one of them turns reasoning on.
pub(crate) fn reasons(fields: Value<'_>) -> bool {
    REASONING
        .into_iter()
        .filter_map(|name| fields.member(name))
        .any(|setting| {
            let word = if setting.kind() == Kind::Object {
                setting.member("type")
            } else {
                Some(setting)
            };
            word.is_none_or(|word| {
                !["disabled", "none", "off"].iter().any(|off| word.is(off)) && word.raw() != "false"
            })
        })
}

/// Whether a format setting holds the answer to a structure.
pub(crate) fn structured(format: Option<Value<'_>>) -> bool {
    format.is_some_and(|format| !format.member("type").is_some_and(|kind| kind.is("text")))
}

/// The messages, if there are any.
pub(crate) fn messages(body: Value<'_>) -> Result<Option<Vec<Value<'_>>>, DecodeError> {
    let complaint = "messages: expected a list of objects";
    let Some(list) = member(body, "messages", Kind::Array, complaint)? else {
        return Ok(None);
    };
    list.items()
        .map(|item| {
            let message = of_kind(item, Kind::Object, complaint)?;
            once(message, &["role", "content"])?;
            Ok(message)
        })
        .collect::<Result<_, _>>()
        .map(Some)
}

fn is_assistant(message: Value<'_>) -> bool {
    message
        .member("role")
        .is_some_and(|role| role.is("assistant"))
}

/// The text of the caller's own trailing assistant turns.
pub(crate) fn prefill(messages: &[Value<'_>]) -> Option<String> {
    let first = messages
        .iter()
        .rposition(|message| !is_assistant(*message))
        .map_or(0, |index| index + 1);
    let trailing = messages
        .get(first..)
        .filter(|trailing| !trailing.is_empty())?;
    let contents = trailing
        .iter()
        .filter_map(|message| message.member("content"));
    Some(
        contents
            .flat_map(|content| match content.kind() {
                Kind::String => vec![content],
                Kind::Array => content
                    .items()
                    .filter_map(|block| block.member("text"))
                    .collect(),
                Kind::Object | Kind::Number | Kind::Bool | Kind::Null => Vec::new(),
            })
            .filter_map(Value::string)
            .collect(),
    )
}

/// The most cache points a request may have (AWS documentation, prompt caching).
const MOST_CACHE_POINTS: usize = 4;

/// Adds what continuing adds: the text so far as the assistant's turn (joined to the caller's own
/// trailing one), then the user's turn, if there is one.
pub(crate) fn go_on(
    dialect: &dyn Dialect,
    body: Value<'_>,
    partial: &str,
    nudge: Option<&str>,
    cache: Cache,
    edits: &mut Edits,
) -> Result<(), DecodeError> {
    let nothing = || wrong("messages: a request without messages cannot be continued");
    let turns = messages(body)?.ok_or_else(nothing)?;
    let list = body.member("messages").ok_or_else(nothing)?;
    let turn = |role: &str, text: &str| dialect.message(role, &dialect.text_block(&quote(text)));
    let cached = match cache {
        // Counted as text: one too many costs a cache point, one too few an error.
        Cache::BehindPartial => {
            body.raw().matches(dialect.cache_member()).count() < MOST_CACHE_POINTS
        }
        Cache::Unasked => false,
    };
    let mut added = Vec::new();
    match turns.last().filter(|last| is_assistant(**last)) {
        Some(last) => lengthen(dialect, *last, partial, edits)?,
        None if cached => {
            added.push(dialect.message("assistant", &dialect.cached_block(&quote(partial))));
        }
        None => added.push(turn("assistant", partial)),
    }
    added.extend(nudge.map(|nudge| turn("user", nudge)));
    if !added.is_empty() {
        edits.append(list, &added.join(","));
    }
    Ok(())
}

/// Joins text to a message: to its last block if that is text, else as a block of its own.
fn lengthen(
    dialect: &dyn Dialect,
    message: Value<'_>,
    partial: &str,
    edits: &mut Edits,
) -> Result<(), DecodeError> {
    let unreadable =
        || wrong("messages: the content of the last message must be a list of blocks or a text");
    let content = message.member("content").ok_or_else(unreadable)?;
    match content.kind() {
        Kind::String => edits.lengthen(content, partial),
        Kind::Array => match content
            .items()
            .last()
            .and_then(|block| block.member("text"))
        {
            Some(text) if text.kind() == Kind::String => edits.lengthen(text, partial),
            Some(_) | None => edits.append(content, &dialect.text_block(&quote(partial))),
        },
        Kind::Object | Kind::Number | Kind::Bool | Kind::Null => return Err(unreadable()),
    }
    Ok(())
}
