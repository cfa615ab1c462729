//! What was begun before with the same key.

use super::posting::conflict;
use super::shared::Shared;
use super::{ChatError, ConversationId, Cursor, Message, MessageId, Onward, Post, Posted, User};
use crate::store::Run;

/// What is asked for with a key.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// A message in a conversation, and its answer.
    Post(ConversationId, &'a Post),
    /// Another answer to a message of the user's: from the beginning, or from a seam on.
    Beside(MessageId),
    /// That an answer goes on.
    On(MessageId),
    /// That a new conversation goes on from an answer.
    Onward(MessageId, &'a Onward),
}

/// What a key began, if it began something. Limits and what has happened since are no reason to tell
/// a client that asks twice anything else; one that asks for something else is told so.
pub(super) async fn known(
    shared: &Shared,
    user: &User,
    wanted: Wanted<'_>,
    key: Option<&str>,
) -> Result<Option<Posted>, ChatError> {
    let Some(key) = key else {
        return Ok(None);
    };
    let Some(run) = shared.store.run_of_key(user, key).await? else {
        return Ok(None);
    };
    if !began(shared, user, wanted, &run).await? {
        return Err(used());
    }
    posted(shared, user, &run).await.map(Some)
}

/// A key is for one thing.
pub(super) fn used() -> ChatError {
    conflict("the idempotency key was used for something else: take a new one for every request")
}

/// Whether a run is what this began.
async fn began(
    shared: &Shared,
    user: &User,
    wanted: Wanted<'_>,
    run: &Run,
) -> Result<bool, ChatError> {
    let Some(answer) = shared.store.message(user, run.message).await? else {
        return Ok(false);
    };
    // A run that makes its message begins when that is made, and so does a question with its answer.
    let made = run.began_at == answer.created_at;
    let question = match answer.parent {
        Some(parent) => shared.store.message(user, parent).await?,
        None => None,
    };
    let Some(question) = question else {
        return Ok(false);
    };
    let together = question.created_at == answer.created_at;
    Ok(match wanted {
        Wanted::Post(conversation, post) => {
            let attached = question.attachments.iter().map(|attachment| attachment.id);
            made && together
                && run.conversation == conversation
                && question.parent == post.parent
                && question.text() == post.text
                && question.summary() == post.summary.as_deref()
                && attached.eq(post.attachments.iter().copied())
        }
        Wanted::Beside(asked) => made && !together && question.id == asked,
        Wanted::On(message) => !made && answer.id == message,
        Wanted::Onward(from, onward) => {
            let conversation = shared.store.conversation(user, run.conversation).await?;
            let origin = conversation.and_then(|conversation| conversation.from);
            made && together
                && question.parent.is_none()
                && question.summary().is_some()
                && origin.is_some_and(|origin| origin.message == from)
                && onward
                    .text
                    .as_ref()
                    .is_none_or(|text| *text == question.text())
        }
    })
}

/// What a run began with, told again: its messages as they stand, and where to read on from there.
pub(super) async fn posted(shared: &Shared, user: &User, run: &Run) -> Result<Posted, ChatError> {
    let message = shared.store.message(user, run.message).await?;
    let message = message.ok_or(ChatError::Missing("message"))?;
    let question = match message.parent {
        Some(parent) => shared.store.message(user, parent).await?,
        None => None,
    };
    let log = log_end(shared, run).await?;
    let (message, cursor) = match shared.live(user, run.id) {
        Some(live) => {
            let (shown, cursor) = live.snapshot();
            let shown = live.last().map_or(shown, |last| Message::clone(&last));
            (shown, cursor)
        }
        None => (message, log),
    };
    Ok(Posted {
        run: run.id,
        cursor: cursor.to_string(),
        messages: question.into_iter().chain([message]).collect(),
    })
}

async fn log_end(shared: &Shared, run: &Run) -> Result<Cursor, ChatError> {
    let log = shared.store.log(run.id).await?;
    Ok(Cursor {
        run: run.id,
        epoch: super::log::epoch(&run.epochs),
        seq: super::log::length(&log),
    })
}
