//! The web door's back half: conversations, runs and live streams.
//!
//! [`Chat`] is its face. A message is kept before a model is called, entries are kept before a reader
//! sees them, and a run that was alive when the server stopped is taken over by the next one.

mod change;
mod cut_short;
mod effort;
mod ending;
mod entry;
mod exchange;
mod fold;
mod going_on;
mod id;
mod importing;
mod known;
mod live;
mod log;
mod mailbox;
mod message;
mod object;
mod onward;
mod post;
mod posting;
mod reading;
mod request;
mod run;
mod scribe;
mod shape;
mod shared;
mod stopping;
mod summary;
mod takeover;
mod telling;
mod title;
mod turns;

pub use change::Change;
pub use entry::{Cursor, Entry, NoCursor};
pub use id::{AttachmentId, ConversationId, MessageId, Moment, RunId, User};
pub use message::{
    Attachment, AttachmentKind, Block, Conversation, Ended, Holds, Making, Message, Origin, Part,
    Problem, Role, Seam, SeamKind, Speaker, Spent, Standing, State, Titled, Waiting,
};
pub use post::{Again, Onward, Post, Posted};
pub use shape::{Effort, Guardrail, Reach, Shape};

use crate::store::{Run, Store, StoreError};
use bytes::Bytes;
use exchange::Files;
use futures_util::stream::BoxStream;
pub(crate) use importing::Incoming;
use mailbox::Mail;
pub(crate) use object::{Object, object, object_or_null};
use serde::{Deserialize, Serialize};
use shared::{Shared, kept};
use std::sync::Arc;
use std::time::Duration;
pub(crate) use title::{LONGEST_BY_HAND as TITLE_CHARS, plain};
use tsuzuki::Backend;
use tsuzuki::engine::Policy;
use utoipa::ToSchema;

/// How often a shutdown looks whether runs are still alive.
const LOOK: Duration = Duration::from_millis(20);

/// Conversations, and the runs that write their answers. Clones share everything.
///
/// When the last clone is dropped, everything stops where it is, as if the process had died: runs that
/// were alive are for the next one to take over.
#[derive(Clone)]
pub struct Chat {
    shared: Arc<Shared>,
    _life: Arc<Life>,
}

/// Ends the tasks when it goes.
struct Life(Arc<Shared>);

impl Drop for Life {
    fn drop(&mut self) {
        self.0.closing.cancel();
        self.0.dead.cancel();
        self.0.ended.cancel();
    }
}

/// What the operator decides about the chat.
#[derive(Debug, Clone)]
pub struct ChatSettings {
    /// How far answers may go: a conversation's shape lowers it.
    pub policy: Policy,
    /// The model of a conversation that names none.
    pub model: String,
    /// How long entries are gathered before they are written down; at most 30 ms.
    pub tick: Duration,
    /// How long ago a run may have said something, when a server starts, to be taken over rather than
    /// marked incomplete.
    pub take_over: Duration,
    /// How many runs may be alive at once, and of one user.
    pub runs: usize,
    /// How many runs of one user may be alive at once.
    pub runs_of_a_user: usize,
    /// The most characters of a message.
    pub message_chars: usize,
}

/// A conversation as a reader opens it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
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
        let (files, filed) = Files::new();
        let shared = Arc::new(Shared::new(settings, store, backend, files));
        let chat = Self {
            shared: Arc::clone(&shared),
            _life: Arc::new(Life(Arc::clone(&shared))),
        };
        let writer = Arc::clone(&shared);
        shared.spawn(async move {
            let tick = writer.settings.tick;
            writer.scribe.write(&*writer.store, tick).await;
        });
        let filer = Arc::clone(&shared);
        shared.spawn(async move { exchange::keep(&*filer.store, filed).await });
        takeover::take_over(&shared).await?;
        Ok(chat)
    }

    /// The store underneath, for what needs no run: lists, search, attachments, export, sessions.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.shared.store
    }

    /// Makes a conversation. One that is there already with this id and user is told as it is.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn create(&self, user: &User, new: Conversation) -> Result<Conversation, ChatError> {
        new.shape.check()?;
        let _lock = self.shared.lock(new.id).await;
        if let Some(known) = self.shared.store.conversation(user, new.id).await? {
            return Ok(known);
        }
        self.shared
            .store
            .put_conversation(user, &new)
            .await
            .map_err(kept)?;
        self.announce(user, new.clone());
        Ok(new)
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
        let _lock = self.shared.lock(id).await;
        let mut conversation = self.shared.conversation(user, id).await?;
        if let Some(through) = change.through {
            let leaf = self.shared.store.leaf(user, through).await?;
            let leaf = leaf.ok_or(ChatError::Missing("message"))?;
            let message = self.shared.store.message(user, leaf).await?;
            if message.is_none_or(|message| message.conversation != id) {
                return Err(ChatError::Missing("message"));
            }
            conversation.head = Some(leaf);
        }
        change.apply(&mut conversation)?;
        self.shared
            .store
            .put_conversation(user, &conversation)
            .await
            .map_err(kept)?;
        self.announce(user, conversation.clone());
        Ok(conversation)
    }

    /// Removes a conversation; its runs are stopped first.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn remove(&self, user: &User, id: ConversationId) -> Result<(), ChatError> {
        let (chat, user) = (self.clone(), user.clone());
        let remove = async move { chat.remove_it(&user, id).await };
        self.shared.to_its_end(remove).await
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
        self.read_thread(user, id, until, limit).await
    }

    /// One message as it stands now.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn message(&self, user: &User, id: MessageId) -> Result<Message, ChatError> {
        self.read_message(user, id).await
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
        let (chat, user) = (self.clone(), user.clone());
        let post = async move { chat.post_it(&user, id, post, key).await };
        self.shared.to_its_end(post).await
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
        let (chat, user) = (self.clone(), user.clone());
        let answer = async move { chat.answer_again(&user, question, again, key).await };
        self.shared.to_its_end(answer).await
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
        let (chat, user) = (self.clone(), user.clone());
        let go_on = async move { chat.go_on_with(&user, message, key).await };
        self.shared.to_its_end(go_on).await
    }

    /// Goes on in a new conversation, whose first message brings a summary of what was said up to an
    /// answer. The run that answers it writes the summary first.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn go_onward(
        &self,
        user: &User,
        answer: MessageId,
        onward: Onward,
        key: Option<String>,
    ) -> Result<Posted, ChatError> {
        let (chat, user) = (self.clone(), user.clone());
        let go = async move { chat.go_onward_from(&user, answer, onward, key).await };
        self.shared.to_its_end(go).await
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
        let (chat, user) = (self.clone(), user.clone());
        let retry = async move { chat.retry_from(&user, message, seam, answer, key).await };
        self.shared.to_its_end(retry).await
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
        let (chat, user) = (self.clone(), user.clone());
        let cut = async move { chat.cut_off(&user, message, seam, answer).await };
        self.shared.to_its_end(cut).await
    }

    /// Stops a run; what was said stays. Nothing happens to a run that is over.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn stop(&self, user: &User, run: RunId) -> Result<Run, ChatError> {
        let (chat, user) = (self.clone(), user.clone());
        let stop = async move { chat.stop_it(&user, run).await };
        self.shared.to_its_end(stop).await
    }

    /// Lets a run end with the part it is at.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn finish(&self, user: &User, run: RunId) -> Result<Run, ChatError> {
        if let Some(live) = self.shared.live(user, run) {
            live.brake.finish();
        }
        self.run(user, run).await
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
        self.follow_all(user, conversation, after).await
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
        self.follow_one(user, run, after).await
    }

    fn announce(&self, user: &User, conversation: Conversation) {
        self.shared
            .tell(user, &Mail::Conversation(Arc::new(conversation)));
    }

    pub(in crate::chat) async fn run(&self, user: &User, run: RunId) -> Result<Run, ChatError> {
        let known = self.shared.store.run(user, run).await?;
        known.ok_or(ChatError::Missing("run"))
    }

    /// Whether the chat works: its store can be read and written.
    ///
    /// # Errors
    /// What is wrong with the store.
    pub async fn check(&self) -> Result<(), ChatError> {
        Ok(self.shared.store.check().await?)
    }

    /// How many runs are alive.
    #[must_use]
    pub fn alive(&self) -> usize {
        self.shared.alive()
    }

    /// Begins no more runs, lets those that are alive finish for a while, and leaves the rest, written
    /// down, to the next server.
    pub async fn shut_down(&self, grace: Duration) {
        let shared = &self.shared;
        shared.closing.cancel();
        // A run that is over may still want its title; nobody waits longer for that.
        let alive = async {
            while shared.alive() > 0 {
                tokio::time::sleep(LOOK).await;
            }
        };
        if tokio::time::timeout(grace, alive).await.is_err() {
            tracing::info!(runs = shared.alive(), "runs are left to the next server");
        }
        shared.dead.cancel();
        shared.tasks.close();
        shared.tasks.wait().await;
        shared.ended.cancel();
    }
}
