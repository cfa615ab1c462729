//! Where conversations are kept: one trait, and one story that any database must pass
//! (`tests/store`).
//!
//! A store knows no HTTP and no models. What it says it has kept, it has kept: a call that returns
//! `Ok` is durable as far as its settings promise.

mod snippet;
mod sqlite;
mod terms;

pub use sqlite::{Durability, Integrity, Sqlite, SqliteSettings};

use crate::chat::{
    Attachment, AttachmentId, Conversation, ConversationId, Message, MessageId, Moment, RunId,
    Shape, Spent, Standing, User, object,
};
use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Keeps conversations, messages, runs and their logs.
///
/// Everything belongs to a user; what belongs to another is not there (`None`, `false`, an empty
/// list), never an error that would tell it exists.
#[async_trait]
pub trait Store: Send + Sync {
    /// A user's conversations: pinned ones first, then the latest change first.
    async fn conversations(&self, user: &User, page: Page)
    -> Result<Vec<Conversation>, StoreError>;
    /// One conversation.
    async fn conversation(
        &self,
        user: &User,
        id: ConversationId,
    ) -> Result<Option<Conversation>, StoreError>;
    /// Keeps a conversation, new or changed (its title is searched too). What it spent is taken when
    /// it is new; later only [`Store::close`] and [`Store::spend`] add to it.
    ///
    /// # Errors
    /// [`Fault::Conflict`] when the id is another user's.
    async fn put_conversation(
        &self,
        user: &User,
        conversation: &Conversation,
    ) -> Result<(), StoreError>;
    /// Removes a conversation with its messages, runs, logs, exchanges, attachments and index
    /// entries, so that none of its text is left in the file. Whether it was there.
    async fn delete_conversation(
        &self,
        user: &User,
        id: ConversationId,
    ) -> Result<bool, StoreError>;

    /// One message, with its siblings.
    async fn message(&self, user: &User, id: MessageId) -> Result<Option<Message>, StoreError>;
    /// The path that leads to a message: at most `limit` messages, oldest first, the last of them
    /// being `leaf`, each with its siblings.
    async fn path(
        &self,
        user: &User,
        leaf: MessageId,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError>;
    /// The end of the path that goes through a message: from it, always the latest child.
    async fn leaf(&self, user: &User, through: MessageId) -> Result<Option<MessageId>, StoreError>;
    /// All messages of a conversation, parents before children, for export.
    async fn messages(
        &self,
        user: &User,
        conversation: ConversationId,
    ) -> Result<Vec<Message>, StoreError>;
    /// Keeps messages that no run writes (imports, cuts), parents first, and indexes them. All of them
    /// or none. A message that is there already keeps its place in the tree.
    ///
    /// # Errors
    /// [`Fault::Conflict`] when an id is taken, or a conversation, parent or attachment is not there.
    async fn put_messages(&self, user: &User, messages: &[Message]) -> Result<(), StoreError>;

    /// Begins a run: conversation, messages and run in one transaction. When the run's key is known
    /// for this user, nothing is kept and the run that had it is told instead.
    ///
    /// # Errors
    /// [`Fault::Conflict`] as for the other `put_*`, and when the message is being written already.
    async fn begin(&self, user: &User, begin: &Begin) -> Result<Begun, StoreError>;
    /// Appends to the logs of runs: everything of one tick in one durable write. Tells the runs whose
    /// entries were left out, because they are over or gone or the numbers do not follow those
    /// appended before: what happens to one run is no reason to hold up the others. After an error
    /// nothing of the tick was kept.
    async fn append(&self, tick: Vec<Append>) -> Result<Vec<RunId>, StoreError>;
    /// Ends a run: its message as it stands now, its index entries, the conversation and the run in
    /// one transaction. Its log is kept until [`Store::retire`] takes it.
    ///
    /// # Errors
    /// [`Fault::Conflict`] when the run is not alive.
    async fn close(&self, close: &Close) -> Result<(), StoreError>;
    /// A run.
    async fn run(&self, user: &User, id: RunId) -> Result<Option<Run>, StoreError>;
    /// The run that was begun with this key of the client's.
    async fn run_of_key(&self, user: &User, key: &str) -> Result<Option<Run>, StoreError>;
    /// The log of a run as it was appended, oldest first; empty once it was retired.
    async fn log(&self, run: RunId) -> Result<Vec<Append>, StoreError>;
    /// The runs that are alive, oldest first: in a store that was just opened, those for somebody to
    /// take over.
    async fn alive(&self) -> Result<Vec<Alive>, StoreError>;
    /// Notes that a run was taken over: its new epoch begins after the entries its log holds.
    ///
    /// # Errors
    /// [`Fault::Conflict`] when the run is not alive, or the epoch's number is not a new one.
    async fn take_over(&self, run: RunId, epoch: Epoch) -> Result<(), StoreError>;

    /// Keeps what was sent and received for one part of an answer, in place of what was kept for it.
    async fn put_exchange(&self, message: MessageId, exchange: &Exchange)
    -> Result<(), StoreError>;
    /// What was sent and received for an answer, part by part. Past 16 MB of them, the parts' requests
    /// and responses are empty and told as shortened.
    async fn exchanges(&self, user: &User, message: MessageId)
    -> Result<Vec<Exchange>, StoreError>;

    /// Keeps an attachment; it belongs to no message yet.
    async fn put_attachment(
        &self,
        user: &User,
        attachment: &Attachment,
        bytes: Bytes,
    ) -> Result<(), StoreError>;
    /// An attachment and its bytes.
    async fn attachment(
        &self,
        user: &User,
        id: AttachmentId,
    ) -> Result<Option<(Attachment, Bytes)>, StoreError>;
    /// Removes an attachment that belongs to no message. Whether it was there.
    async fn delete_attachment(&self, user: &User, id: AttachmentId) -> Result<bool, StoreError>;

    /// Finds titles and messages that are whole: titles first, each the best first, and of those that
    /// are as good the latest. Any text is a query.
    async fn search(&self, user: &User, search: &Search) -> Result<Vec<Hit>, StoreError>;
    /// Adds what was spent in a conversation beside its answers (on its title) to its sum, and to that
    /// of the day of a moment. Where the conversation is gone, to that of the day alone.
    async fn spend(
        &self,
        user: &User,
        conversation: ConversationId,
        at: Moment,
        spent: Spent,
    ) -> Result<(), StoreError>;
    /// What was spent, day by day (UTC), from the day of a moment on; also by what was deleted since.
    async fn spent(&self, user: &User, since: Moment) -> Result<Vec<Day>, StoreError>;

    /// The user's defaults.
    async fn defaults(&self, user: &User) -> Result<Defaults, StoreError>;
    /// Keeps the user's defaults.
    async fn put_defaults(&self, user: &User, defaults: &Defaults) -> Result<(), StoreError>;

    /// Keeps a session until it ends: `token` is the hash of what the browser holds.
    async fn put_session(&self, token: &[u8], user: &User, until: Moment)
    -> Result<(), StoreError>;
    /// Whose session a token is, unless it ended.
    async fn session(&self, token: &[u8]) -> Result<Option<User>, StoreError>;
    /// Ends a session.
    async fn end_session(&self, token: &[u8]) -> Result<(), StoreError>;

    /// Removes what nobody needs any more: logs of runs and exchanges that ended before a moment,
    /// attachments that no message took, sessions that ended.
    async fn retire(&self, before: Moment) -> Result<(), StoreError>;
    /// Whether the store works: reads and writes.
    async fn check(&self) -> Result<(), StoreError>;
}

/// Part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Leave out this many.
    pub offset: usize,
    /// At most this many.
    pub limit: usize,
}

/// What a run begins with.
#[derive(Debug, Clone)]
pub struct Begin {
    /// The conversation as it stands with the run.
    pub conversation: Conversation,
    /// New messages, parents first (a user's and the answer's, or the answer's alone), or the
    /// message that goes on.
    pub messages: Vec<Message>,
    /// The run.
    pub run: Run,
}

/// What came of [`Store::begin`].
#[derive(Debug, Clone, PartialEq)]
pub enum Begun {
    /// It was kept.
    New,
    /// The key is known: this run had it.
    Known(Box<Run>),
}

/// One answer, or the going on of one, by one server after another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The conversation.
    pub conversation: ConversationId,
    /// The message it writes.
    pub message: MessageId,
    /// The client's idempotency key.
    pub key: Option<String>,
    /// Whether it is alive.
    pub alive: bool,
    /// When it began.
    pub began_at: Moment,
    /// When it was over.
    pub over_at: Option<Moment>,
    /// How it asks, every default filled in: what a server needs to take it over.
    pub shape: Shape,
    /// Where each epoch begins. The first begins at 0.
    pub epochs: Vec<Epoch>,
}

/// The time of one server in the life of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Epoch {
    /// Its number.
    pub number: u32,
    /// How many entries the log held when it began.
    pub from: u64,
}

impl Epoch {
    /// The first, with which a run begins.
    pub const FIRST: Self = Self { number: 0, from: 0 };
}

/// Entries of one run, as its readers get them.
#[derive(Clone, PartialEq, Eq)]
pub struct Append {
    /// The run.
    pub run: RunId,
    /// The number of the first of them.
    pub from: u64,
    /// How many they are.
    pub count: u32,
    /// A JSON array of [`Entry`](crate::chat::Entry).
    pub entries: Bytes,
}

/// What a run ends with.
#[derive(Debug, Clone)]
pub struct Close {
    /// Whose run it is.
    pub user: User,
    /// The run, no longer alive.
    pub run: RunId,
    /// When it was over.
    pub at: Moment,
    /// The message as it stands.
    pub message: Message,
    /// How the conversation stands with it, once no other of its runs is alive: until then it runs.
    pub standing: Standing,
    /// What this run spent: added to the conversation's sum, and to that of the day of `at`.
    pub spent: Spent,
}

/// A run that was alive, with what it takes to go on.
#[derive(Debug, Clone)]
pub struct Alive {
    /// Whose it is.
    pub user: User,
    /// The run.
    pub run: Run,
    /// The message as it stood when the run began.
    pub message: Message,
    /// Its log.
    pub log: Vec<Append>,
    /// When it last said something, or began.
    pub heard_at: Moment,
    /// Why not all of it can be read, where that is so; what is here is what can.
    pub damaged: Option<StoreError>,
}

/// What was sent and received for one part of an answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The number of the part.
    pub part: u32,
    /// When it was sent.
    pub at: Moment,
    /// The status of the response.
    pub status: Option<u16>,
    /// The header fields of the response.
    pub headers: Vec<(String, String)>,
    /// The body of the request.
    pub request: Bytes,
    /// What came back: event after event, one JSON text a line, or the body of an error.
    pub response: Bytes,
    /// Whether the request or the response is longer than what is here.
    pub shortened: bool,
}

/// What to find.
#[derive(Clone)]
pub struct Search {
    /// The words, as typed. All of them must be there, or longer ones that begin so; a part in
    /// quotation marks must be there as it is.
    pub words: String,
    /// At most this many.
    pub limit: usize,
}

/// Something found.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hit {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its title.
    pub title: String,
    /// The message; none when the title was found.
    pub message: Option<MessageId>,
    /// When the message was written, or the conversation changed.
    pub at: Moment,
    /// A piece of the text around what was found.
    pub snippet: Vec<Piece>,
}

/// A piece of a snippet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// What was spent in a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Day {
    /// The day, UTC: `2026-11-23`.
    pub day: String,
    /// What was spent.
    pub spent: Spent,
}

/// What a user wants where a conversation says nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Defaults {
    /// How conversations ask.
    #[serde(deserialize_with = "object")]
    pub shape: Shape,
    /// Who writes titles.
    pub titles: Titles,
}

/// Who writes titles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Titles {
    /// The model, after the first answer: one more small request.
    #[default]
    Model,
    /// The first words of the first message.
    Words,
}

/// Why the store could not do it. Its text names no user text.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{told}")]
pub struct StoreError {
    /// What kind of fault.
    pub fault: Fault,
    /// What is wrong and what to do, in a sentence.
    pub told: String,
}

/// What kind of fault a store has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There is no room left.
    Full,
    /// Somebody else holds it.
    Locked,
    /// It may not be written.
    ReadOnly,
    /// It is damaged.
    Damaged,
    /// A newer version of Tsuzuki made it.
    Newer,
    /// What is to be kept is not what is there (an id that is another's, a parent that is missing).
    Conflict,
    /// Anything else: an error of input or output.
    Failed,
}

// These hold user text, which must not reach a log by way of `{:?}`.
impl std::fmt::Debug for Append {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Append({}, {}+{})", self.run, self.from, self.count)
    }
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Exchange({}, {:?})", self.part, self.status)
    }
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Search({} bytes)", self.words.len())
    }
}

impl std::fmt::Debug for Hit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hit({}, {:?})", self.conversation, self.message)
    }
}
