//! What differs between the families of bodies, in one list.

use crate::eventstream::Message;
use crate::form::DecodeError;
use crate::json::{Edits, Text, Value};
use crate::request::Facts;
use crate::whole::Whole;
use bytes::Bytes;
use tsuzuki_engine::{BlockKind, Delta, Event, Reasoning, Stop, Usage};

/// A family of bodies: how it says what all of them say.
pub(crate) trait Dialect: Send + Sync {
    /// What a request says that the engine must know.
    fn facts(&self, body: Value<'_>) -> Result<Facts, DecodeError>;
    /// The member of a request that our own field lives in; `None`: the body itself.
    fn wish_home(&self) -> Option<&'static str>;
    /// Puts an output limit into a request.
    fn set_limit(&self, body: Value<'_>, limit: u32, edits: &mut Edits);
    /// A text block of a message, given the text as JSON.
    fn text_block(&self, text: &str) -> String;
    /// A text block behind which the provider is asked to cache, given the text as JSON.
    fn cached_block(&self, text: &str) -> String;
    /// The member by which a request asks to cache, with its quotation marks.
    fn cache_member(&self) -> &'static str;
    /// A message, given its role and its one block as JSON.
    fn message(&self, role: &str, block: &str) -> String;

    /// What an event of a stream says; `Err`: its payload is not what was sent.
    fn read(&self, message: &Message) -> Result<Piece, Damaged>;
    /// The event, with what we altered spliced in; `None`: it cannot be.
    fn patch(&self, message: &Message, event: &Event) -> Option<Bytes>;
    /// An event of our own; `None`: this family has no words for it.
    fn print(&self, event: &Event) -> Option<Bytes>;

    /// Reads a collected body.
    fn whole(&self, body: &str) -> Option<Whole>;
    /// What a block of a collected body holds.
    fn read_block(&self, block: Value<'_>) -> (BlockKind, Vec<Delta>);
    /// The array of blocks in a collected body.
    fn content<'a>(&self, body: Value<'a>) -> Option<Value<'a>>;
    /// Puts into a collected body what stands beside its blocks, where it says something else.
    fn set_ending(&self, body: Value<'_>, ending: &Ending<'_>, edits: &mut Edits);
    /// A collected body of our own, with this list of blocks; the rest is for `set_ending` to say.
    fn blank(&self, content: &str) -> String;
    /// A block with another text; `None`: it has no place for one.
    fn retext(&self, block: Value<'_>, text: &str) -> Option<String>;
    /// A block of our own.
    fn block(&self, block: &Content<'_>) -> Option<String>;
}

/// What an event of a stream says.
pub(crate) enum Piece {
    /// This.
    Event(Event),
    /// A piece of text, perhaps with halves of characters at its ends.
    Text { block: u32, text: Text },
    /// An error, as an event.
    End(tsuzuki_engine::End),
}

/// A payload is not what was sent.
pub(crate) struct Damaged;

/// What stands beside the blocks of a collected body. `None` leaves the body's own words.
pub(crate) struct Ending<'a> {
    pub(crate) stop: Option<&'a Stop>,
    pub(crate) usage: Option<Usage>,
    pub(crate) latency_ms: Option<u64>,
    /// Our report, as JSON.
    pub(crate) report: Option<String>,
}

/// What a block of a collected body holds, as far as frames told.
pub(crate) struct Content<'a> {
    pub(crate) kind: &'a BlockKind,
    pub(crate) text: &'a str,
    pub(crate) tool_input: &'a str,
    pub(crate) signature: Option<&'a str>,
    pub(crate) redacted: Option<&'a str>,
}

/// The text a delta carries, of whichever kind.
pub(crate) const fn delta_text(delta: &Delta) -> Option<&str> {
    match delta {
        Delta::Text { text, .. }
        | Delta::Reasoning(
            Reasoning::Text(text) | Reasoning::Signature(text) | Reasoning::Redacted(text),
        )
        | Delta::ToolInput(text) => Some(text.as_str()),
        Delta::Other => None,
    }
}
