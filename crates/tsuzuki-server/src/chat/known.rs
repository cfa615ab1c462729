//! What was begun before with the same key.

use super::shared::Shared;
use super::{ChatError, Cursor, Message, MessageId, Posted, User};
use crate::store::Run;

/// What a key began, if it is the key of the last run that wrote a message. Limits and what has
/// happened since are no reason to tell a client that asks twice anything else.
pub(super) async fn known(
    shared: &Shared,
    user: &User,
    message: MessageId,
    key: Option<&str>,
) -> Result<Option<Posted>, ChatError> {
    let Some(key) = key else {
        return Ok(None);
    };
    let Some(message) = shared.store.message(user, message).await? else {
        return Ok(None);
    };
    let Some(run) = message.making.and_then(|making| making.run) else {
        return Ok(None);
    };
    match shared.store.run(user, run).await? {
        Some(run) if run.key.as_deref() == Some(key) => posted(shared, user, &run).await.map(Some),
        Some(_) | None => Ok(None),
    }
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
