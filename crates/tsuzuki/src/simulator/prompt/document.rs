//! A request body on its way to a prompt.

use super::{Members, Part, Turn};
use crate::simulator::refusal::Refusal;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A JSON object, read but for its messages. Those stay text until each block of theirs is read and
/// let go: as a tree, a prompt of one block per character takes fifty times its bytes.
pub(in crate::simulator) struct Document<'a> {
    messages: &'a RawValue,
    rest: Value,
}

/// A message, read but for what is said in it.
pub(super) struct Message<'a> {
    content: &'a RawValue,
    rest: Value,
}

impl<'a> Document<'a> {
    /// Reads a JSON object.
    pub(in crate::simulator) fn read(json: &'a [u8]) -> serde_json::Result<Self> {
        let (messages, rest) = without("messages", serde_json::from_slice(json)?)?;
        Ok(Self { messages, rest })
    }

    /// All but its messages.
    pub(super) const fn members(&self) -> Members<'_> {
        Members(&self.rest)
    }

    pub(super) fn has_messages(&self) -> bool {
        !is_null(self.messages)
    }

    /// Its messages, each read by itself.
    pub(super) fn turns(
        &self,
        turn: impl Fn(&Message<'a>) -> Result<Turn, Refusal>,
    ) -> Result<Vec<Turn>, Refusal> {
        list(self.messages, "messages")?
            .into_iter()
            .map(|message| {
                let members = serde_json::from_str(message.get());
                let (content, rest) = members
                    .and_then(|members| without("content", members))
                    .map_err(|_| Refusal::wrong_type("messages"))?;
                turn(&Message { content, rest })
            })
            .collect()
    }
}

impl Message<'_> {
    /// All but what is said in it.
    pub(super) const fn members(&self) -> Members<'_> {
        Members(&self.rest)
    }

    /// As a turn, with its blocks read one after the other. None that are listed: nothing is said.
    pub(super) fn turn(
        &self,
        part: impl Fn(&Value) -> Result<Part, Refusal>,
    ) -> Result<Turn, Refusal> {
        let mut turn = Turn::of(self.members().text("role")?.unwrap_or_default());
        for block in list(self.content, "content")? {
            turn.add(part(&parsed(block)?)?);
        }
        Ok(turn)
    }

    /// As a turn in which one text is said.
    pub(super) fn turn_of(&self, text: String) -> Result<Turn, Refusal> {
        let mut turn = Turn::of(self.members().text("role")?.unwrap_or_default());
        turn.add(Part::Text(text));
        Ok(turn)
    }

    /// What is said in it, where that is one text and not a list of blocks.
    pub(super) fn text(&self) -> Option<String> {
        serde_json::from_str(self.content.get()).ok()
    }

    pub(super) fn has_content(&self) -> bool {
        !is_null(self.content)
    }
}

/// The members of an object, one of them left as text.
fn without<'a>(
    name: &str,
    mut members: BTreeMap<String, &'a RawValue>,
) -> serde_json::Result<(&'a RawValue, Value)> {
    let apart = members.remove(name).unwrap_or(RawValue::NULL);
    let rest = members
        .into_iter()
        .map(|(name, value)| Ok((name, serde_json::from_str(value.get())?)))
        .collect::<serde_json::Result<_>>()?;
    Ok((apart, Value::Object(rest)))
}

/// The elements of a list; a list that is not there has none.
fn list<'a>(value: &'a RawValue, name: &str) -> Result<Vec<&'a RawValue>, Refusal> {
    if is_null(value) {
        return Ok(Vec::new());
    }
    serde_json::from_str(value.get()).map_err(|_| Refusal::wrong_type(name))
}

fn parsed(value: &RawValue) -> Result<Value, Refusal> {
    serde_json::from_str(value.get()).map_err(|_| Refusal::malformed())
}

fn is_null(value: &RawValue) -> bool {
    value.get() == "null"
}
