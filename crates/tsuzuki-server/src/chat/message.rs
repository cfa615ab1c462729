//! Conversations, messages, and what is told of how an answer came about.

use super::{AttachmentId, ConversationId, MessageId, Moment, RunId, Shape, object};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A conversation: a tree of messages, of which one path is shown.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Its title; empty until there is one.
    pub title: String,
    /// Whose word the title is.
    pub titled: Titled,
    /// Whether it stands above the others.
    pub pinned: bool,
    /// The folder it is in.
    pub folder: Option<String>,
    /// When it began.
    pub created_at: Moment,
    /// When something last happened in it.
    pub updated_at: Moment,
    /// When its user last looked at it.
    pub read_at: Moment,
    /// How it asks.
    #[serde(deserialize_with = "object")]
    pub shape: Shape,
    /// The last message of the path that is shown.
    pub head: Option<MessageId>,
    /// How its last answer stands.
    pub standing: Standing,
    /// What it cost so far.
    pub spent: Spent,
    /// The answer in another conversation that it goes on from, with a summary of what was said
    /// there. That conversation may be gone by now.
    #[serde(default)]
    pub from: Option<Origin>,
}

/// Where a conversation goes on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Origin {
    /// The conversation.
    pub conversation: ConversationId,
    /// The answer in it.
    pub message: MessageId,
}

/// Whose word a title is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Titled {
    /// Nobody's yet.
    Not,
    /// The model's.
    Model,
    /// The user's; no model changes it.
    User,
}

/// How the last answer of a conversation stands, for a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nothing happens, and everything was read.
    Quiet,
    /// An answer is being written.
    Running,
    /// An answer came to its end since the user last looked.
    Unread,
    /// An answer stopped short of its end since the user last looked.
    NeedsYou,
}

/// What answers cost.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Spent {
    /// How many answers.
    pub answers: u64,
    /// How many parts they were made of.
    pub parts: u64,
    /// Input tokens that were neither read from nor written to the cache.
    pub input: u64,
    /// Output tokens, reasoning included.
    pub output: u64,
    /// Input tokens read from the cache.
    pub cache_read: u64,
    /// Input tokens written to the cache.
    pub cache_write: u64,
    /// US dollars, as far as prices are known.
    pub cost: f64,
    /// How much of that continuing cost, in US dollars.
    pub continuing: f64,
    /// Whether some of it is estimated or has no known price.
    pub estimated: bool,
}

impl Spent {
    /// The sum of both. Counts that came in from outside may be as large as they fit, and stay so.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            answers: self.answers.saturating_add(other.answers),
            parts: self.parts.saturating_add(other.parts),
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            cache_read: self.cache_read.saturating_add(other.cache_read),
            cache_write: self.cache_write.saturating_add(other.cache_write),
            cost: self.cost + other.cost,
            continuing: self.continuing + other.continuing,
            estimated: self.estimated || other.estimated,
        }
    }

    /// What was spent since then.
    #[must_use]
    pub const fn since(self, then: Self) -> Self {
        Self {
            answers: self.answers.saturating_sub(then.answers),
            parts: self.parts.saturating_sub(then.parts),
            input: self.input.saturating_sub(then.input),
            output: self.output.saturating_sub(then.output),
            cache_read: self.cache_read.saturating_sub(then.cache_read),
            cache_write: self.cache_write.saturating_sub(then.cache_write),
            cost: (self.cost - then.cost).max(0.0),
            continuing: (self.continuing - then.continuing).max(0.0),
            estimated: self.estimated,
        }
    }
}

/// A message.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The conversation it is in.
    pub conversation: ConversationId,
    /// The message it follows; none for the first.
    pub parent: Option<MessageId>,
    /// Who said it.
    pub role: Role,
    /// When it was written, or began to be.
    pub created_at: Moment,
    /// What it says. A running answer holds what it said when it was last written down.
    pub blocks: Vec<Block>,
    /// What was attached to it, in order.
    pub attachments: Vec<Attachment>,
    /// How it stands.
    pub state: State,
    /// How the answer came about; none for a user's message.
    pub making: Option<Making>,
    /// All messages that follow the same parent with the same role, this one among them, oldest
    /// first: the branches. Filled in when a message is read, not kept.
    #[serde(default)]
    pub siblings: Vec<MessageId>,
}

/// Who said a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The user.
    User,
    /// The model.
    Assistant,
}

/// A block of a message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Block {
    /// Its number, rising.
    pub number: u32,
    /// What it holds.
    pub kind: Holds,
    /// Its text.
    pub text: String,
}

/// What a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// Text for the reader.
    Text,
    /// The model's reasoning.
    Reasoning,
    /// In a user's message: what was said before, summed up. It goes before the text. An empty one is
    /// still to be written, from what the conversation goes on from.
    Summary,
}

/// How a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is whole. Every message of a user is.
    Complete,
    /// It is being written.
    Running,
    /// The user stopped it.
    Stopped,
    /// It stopped short of its end; `making.problem` says why.
    Incomplete,
    /// A rule about its content stopped it.
    Refused,
    /// There is no answer at all; `making.problem` says why.
    Failed,
}

/// How an answer came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Making {
    /// The model that was asked.
    pub model: String,
    /// Where it was asked: the region, where the backend has one.
    pub region: Option<String>,
    /// The run that writes it, or last wrote it.
    pub run: Option<RunId>,
    /// Its parts, in order.
    pub parts: Vec<Part>,
    /// Its seams, in order.
    pub seams: Vec<Seam>,
    /// What it cost; `answers` is 1.
    pub spent: Spent,
    /// How long it took, in milliseconds, waiting included.
    pub ms: u64,
    /// What was asked for and left out because this model does not take it, by the names of
    /// [`Shape`]'s fields.
    pub dropped: Vec<String>,
    /// Why it is not complete.
    pub problem: Option<Problem>,
    /// What a running answer waits for, where nothing comes for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
}

/// Nothing comes for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Waiting {
    /// Why: `throttled` or `fault`.
    pub why: String,
    /// The latest moment it goes on, by the server's clock.
    pub until: Moment,
    /// Which attempt comes then, since something last came: from 2.
    pub attempt: u32,
}

/// One call to a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Part {
    /// Which part, from 1.
    pub number: u32,
    /// The model it called.
    pub model: String,
    /// Where, when not in the answer's own region.
    pub region: Option<String>,
    /// How it asked: `first`, `prefill` or `anchor`.
    pub by: String,
    /// The backend's id of the request.
    pub request_id: Option<String>,
    /// The output limit it was called with, in tokens, if not the conversation's.
    pub max_tokens: Option<u32>,
    /// How it ended; none while it runs, and when it was hung up.
    pub ended: Option<Ended>,
    /// Input tokens, uncached.
    pub input: Option<u64>,
    /// Output tokens.
    pub output: Option<u64>,
    /// Input tokens read from the cache.
    pub cache_read: Option<u64>,
    /// Input tokens written to the cache.
    pub cache_write: Option<u64>,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

/// How a part ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ended {
    /// `finished`, `cut`, `refused`, `rejected` or `unknown`.
    pub kind: String,
    /// What exactly, in the words of the engine: `end_turn`, `length`, `lost`, `throttled`, …
    pub why: String,
}

/// Where two parts meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Seam {
    /// Where, in characters (Unicode scalar values) of the text blocks joined.
    pub at: usize,
    /// The number of the part after it.
    pub part: u32,
    /// What made it necessary.
    pub kind: SeamKind,
    /// How the part before it ended, as in [`Ended`]; none after a restart or by wish.
    pub why: Option<String>,
    /// How sure the joint is: `verified`, `placed` or `unverified`.
    pub proof: String,
    /// How many characters were dropped as repetition.
    pub trimmed: usize,
    /// How many attempts were rejected here.
    pub rejected: u32,
    /// How long the reader waited for it, in milliseconds.
    pub ms: u64,
}

/// What made a seam necessary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeamKind {
    /// The output limit of a part.
    Length,
    /// A fault of the line or the model.
    Fault,
    /// The server was restarted.
    Restart,
    /// The user asked to go on.
    Asked,
}

/// Why an answer is not complete, and what may be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A word for programs: `max_tokens`, `output_budget`, `part_budget`, `cost_budget`, `deadline`,
    /// `no_progress`, `seam`, `context_full`, `guardrail`, `content_filter`, `declined`, `throttled`,
    /// `denied`, `not_found`, `invalid`, `lost`, `interrupted`, `store`, …
    pub code: String,
    /// A sentence for people, in English.
    pub detail: String,
    /// Whose sentence that is.
    #[serde(default)]
    pub said_by: Speaker,
    /// The backend's id of the request that failed.
    pub request_id: Option<String>,
    /// Whether continuing may help.
    pub can_continue: bool,
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// We.
    #[default]
    Tsuzuki,
    /// The backend, in its own words.
    Backend,
}

/// What is attached to a message; its bytes are kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// What the file was called, in one line. Requests say what Bedrock takes of it.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// What it is for a model.
    pub kind: AttachmentKind,
    /// Its size, in bytes.
    pub bytes: u64,
}

/// What an attachment is for a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// A picture.
    Image,
    /// A document.
    Document,
}

impl Message {
    /// Its text for the reader: its text blocks, joined.
    #[must_use]
    pub fn text(&self) -> String {
        self.blocks
            .iter()
            .filter(|block| block.kind == Holds::Text)
            .map(|block| block.text.as_str())
            .collect()
    }

    /// The summary that it brings; empty while that is still to be written.
    #[must_use]
    pub fn summary(&self) -> Option<&str> {
        let summary = |block: &&Block| block.kind == Holds::Summary;
        let block = self.blocks.iter().find(summary)?;
        Some(&block.text)
    }
}

// Messages hold user text, which must not reach a log by way of `{:?}`.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("role", &self.role)
            .field("state", &self.state)
            .field("blocks", &self.blocks)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Block({}, {:?}, {} bytes)",
            self.number,
            self.kind,
            self.text.len()
        )
    }
}

impl std::fmt::Debug for Conversation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conversation")
            .field("id", &self.id)
            .field("standing", &self.standing)
            .finish_non_exhaustive()
    }
}
