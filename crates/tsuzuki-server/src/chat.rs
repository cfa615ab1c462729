//! The web door's back half: conversations, runs and live streams.
//!
//! [`Chat`] is its face. A message is kept before a model is called, entries are kept before a reader
//! sees them, and a run that was alive when the server stopped is taken over by the next one.

mod entry;
mod id;
mod message;
mod shape;

pub use entry::{Cursor, Entry, NoCursor};
pub use id::{AttachmentId, ConversationId, MessageId, Moment, RunId, User};
pub use message::{
    Attachment, AttachmentKind, Block, Conversation, Ended, Holds, Making, Message, Part, Problem,
    Role, Seam, SeamKind, Spent, Standing, State, Titled,
};
pub use shape::{Effort, Guardrail, Reach, Shape};

use crate::store::{Run, Store, StoreError};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tsuzuki::Backend;
use tsuzuki::engine::Policy;
use utoipa::ToSchema;

/// Conversations, and the runs that write their answers. Clones share everything.
#[derive(Clone)]
pub struct Chat;

/// What the operator decides about the chat.
#[derive(Debug, Clone)]
pub struct ChatSettings {
    /// How far answers may go: a conversation's shape lowers it.
    pub policy: Policy,
    /// The model of a conversation that names none.
    pub model: String,
    /// How long entries are gathered before they are written down; at most 30 ms.
    pub tick: Duration,
    /// The oldest a run may be, when a server starts, to be taken over rather than marked incomplete.
    pub take_over: Duration,
    /// How many runs may be alive at once, and of one user.
    pub runs: usize,
    /// How many runs of one user may be alive at once.
    pub runs_of_a_user: usize,
    /// The most characters of a message.
    pub message_chars: usize,
}

/// A new message of a user, and the answer to it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Post {
    /// The message's id; made by the server where the client makes none.
    #[serde(default)]
    pub id: MessageId,
    /// The message it follows: none for the first, or for a new branch from the beginning.
    #[serde(default)]
    pub parent: Option<MessageId>,
    /// What it says.
    pub text: String,
    /// What is attached.
    #[serde(default)]
    pub attachments: Vec<AttachmentId>,
    /// The id of the answer.
    #[serde(default)]
    pub answer: MessageId,
    /// What differs from the conversation for this answer only.
    #[serde(default)]
    pub shape: Shape,
}

/// Another answer to a message of a user.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Again {
    /// The id of the answer.
    #[serde(default)]
    pub answer: MessageId,
    /// What differs from the conversation for this answer only: the model, say.
    #[serde(default)]
    pub shape: Shape,
}

/// What a run was begun with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Posted {
    /// The run.
    pub run: RunId,
    /// Where to read it from: `run:epoch.seq`.
    pub cursor: String,
    /// The new messages, or the message that goes on.
    pub messages: Vec<Message>,
}

/// A conversation as a reader opens it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Thread {
    /// The conversation.
    pub conversation: Conversation,
    /// The messages of the path that is shown, oldest first: the last of them, as many as asked for.
    /// A running one holds what was said up to its cursor.
    pub messages: Vec<Message>,
    /// Whether there are older ones.
    pub older: bool,
    /// For each running message, where to read on: `run:epoch.seq`.
    pub cursors: Vec<String>,
}

/// What a reader is told. Deltas are rendered once and shared by all readers.
#[derive(Debug, Clone)]
pub enum Told {
    /// A conversation is new, or changed.
    Conversation(Arc<Conversation>),
    /// A conversation is gone.
    Removed(ConversationId),
    /// A message of the followed conversation is new, or changed as a whole; with where its run, if it
    /// is alive, goes on.
    Message(Arc<Message>, Option<Cursor>),
    /// Entries of a run in the followed conversation: a JSON array, the number of the first, and
    /// where the reader stands after them.
    Entries {
        /// The conversation.
        conversation: ConversationId,
        /// The message the run writes.
        message: MessageId,
        /// The number of the first entry.
        from: u64,
        /// The entries, as JSON.
        entries: Bytes,
        /// Where the reader stands after them.
        cursor: Cursor,
    },
}

/// Why the chat would not do it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ChatError {
    /// There is no such thing, or it is another's.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// It cannot be done as things stand.
    #[error("{0}")]
    Conflict(String),
    /// What was sent is wrong: the field, and what is wrong with it.
    #[error("{field}: {told}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong and what to do.
        told: String,
    },
    /// Too many runs are alive.
    #[error("{0}")]
    Busy(String),
    /// The server is shutting down.
    #[error("the server is shutting down; try again in a moment")]
    ShuttingDown,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[expect(unused_variables, clippy::unused_async, reason = "the bodies follow")]
impl Chat {
    /// Over this store and backend. Runs that were alive are taken over at once.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn open(
        settings: ChatSettings,
        store: Arc<dyn Store>,
        backend: Arc<dyn Backend>,
    ) -> Result<Self, ChatError> {
        todo!()
    }

    /// The store underneath, for what needs no run: lists, search, attachments, export, sessions.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        todo!()
    }

    /// Makes a conversation. One that is there already with this id and user is told as it is.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn create(&self, user: &User, new: Conversation) -> Result<Conversation, ChatError> {
        todo!()
    }

    /// Changes a conversation: title, pin, folder, shape, what is shown, that it was read.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn change(
        &self,
        user: &User,
        id: ConversationId,
        change: Change,
    ) -> Result<Conversation, ChatError> {
        todo!()
    }

    /// Removes a conversation; its runs are stopped first.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn remove(&self, user: &User, id: ConversationId) -> Result<(), ChatError> {
        todo!()
    }

    /// A conversation's last `limit` messages on the path that leads to `until` (its head, where
    /// none is named), with where to read running ones on.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn thread(
        &self,
        user: &User,
        id: ConversationId,
        until: Option<MessageId>,
        limit: usize,
    ) -> Result<Thread, ChatError> {
        todo!()
    }

    /// One message as it stands now.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn message(&self, user: &User, id: MessageId) -> Result<Message, ChatError> {
        todo!()
    }

    /// Keeps a message and begins the run that answers it. With a key that was used before, tells
    /// what that one began.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn post(
        &self,
        user: &User,
        id: ConversationId,
        post: Post,
        key: Option<String>,
    ) -> Result<Posted, ChatError> {
        todo!()
    }

    /// Answers a user's message again, beside the answers it has.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn again(
        &self,
        user: &User,
        question: MessageId,
        again: Again,
        key: Option<String>,
    ) -> Result<Posted, ChatError> {
        todo!()
    }

    /// Goes on with an answer that stopped short of its end, in the same message.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn go_on(
        &self,
        user: &User,
        message: MessageId,
        key: Option<String>,
    ) -> Result<Posted, ChatError> {
        todo!()
    }

    /// Writes an answer anew from its `seam`-th seam (from 1) on, in a message beside it.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn retry(
        &self,
        user: &User,
        message: MessageId,
        seam: usize,
        answer: MessageId,
        key: Option<String>,
    ) -> Result<Posted, ChatError> {
        todo!()
    }

    /// An answer up to its `seam`-th seam (from 1), in a message beside it; no model is called.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn cut(
        &self,
        user: &User,
        message: MessageId,
        seam: usize,
        answer: MessageId,
    ) -> Result<Message, ChatError> {
        todo!()
    }

    /// Stops a run; what was said stays. Nothing happens to a run that is over.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn stop(&self, user: &User, run: RunId) -> Result<Run, ChatError> {
        todo!()
    }

    /// Lets a run end with the part it is at.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn finish(&self, user: &User, run: RunId) -> Result<Run, ChatError> {
        todo!()
    }

    /// What happens to a user's conversations from now on, and in the followed one what its runs say
    /// after these cursors. Begins with what the reader lacks. Ends when the server shuts down.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn follow(
        &self,
        user: &User,
        conversation: Option<ConversationId>,
        after: &[Cursor],
    ) -> Result<BoxStream<'static, Told>, ChatError> {
        todo!()
    }

    /// What one run says after a cursor, to its end; whether it is alive or not.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn follow_run(
        &self,
        user: &User,
        run: RunId,
        after: Option<Cursor>,
    ) -> Result<BoxStream<'static, Told>, ChatError> {
        todo!()
    }

    /// Tells readers that conversations came in by another way (import).
    pub fn announce(&self, user: &User, conversation: Conversation) {
        todo!()
    }

    /// How many runs are alive.
    #[must_use]
    pub fn alive(&self) -> usize {
        todo!()
    }

    /// Begins no more runs, lets those that are alive finish for a while, and leaves the rest, written
    /// down, to the next server.
    pub async fn shut_down(&self, grace: Duration) {
        todo!()
    }
}

/// What to change about a conversation. What is absent stays.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Change {
    /// Its title; an empty one lets the model write one again.
    pub title: Option<String>,
    /// Whether it stands above the others.
    pub pinned: Option<bool>,
    /// The folder it is in; empty is none.
    pub folder: Option<String>,
    /// How it asks, as a whole.
    pub shape: Option<Shape>,
    /// Show the path that goes through this message.
    pub through: Option<MessageId>,
    /// Its user looked at it now.
    pub read: Option<bool>,
}
