//! How conversations are read: as they stand, and as they go on.

use super::live::Live;
use super::mailbox::Mail;
use super::shared::Shared;
use super::{
    Chat, ChatError, ConversationId, Cursor, Message, MessageId, RunId, State, Thread, Told, User,
    log,
};
use crate::store::Run;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream, SelectAll};
use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

impl Chat {
    /// See [`Chat::thread`].
    pub(super) async fn read_thread(
        &self,
        user: &User,
        id: ConversationId,
        until: Option<MessageId>,
        limit: usize,
    ) -> Result<Thread, ChatError> {
        let shared = &self.shared;
        let conversation = shared.conversation(user, id).await?;
        let mut messages = match until.or(conversation.head) {
            Some(leaf) => shared.store.path(user, leaf, limit).await?,
            None => Vec::new(),
        };
        if until.is_some() && messages.last().is_none_or(|last| last.conversation != id) {
            return Err(ChatError::Missing("message"));
        }
        let mut cursors = Vec::new();
        for message in &mut messages {
            if let Some(cursor) = as_it_stands(shared, user, message).await? {
                cursors.push(cursor.to_string());
            }
        }
        Ok(Thread {
            older: messages.first().is_some_and(|first| first.parent.is_some()),
            conversation,
            messages,
            cursors,
        })
    }

    /// See [`Chat::message`].
    pub(super) async fn read_message(
        &self,
        user: &User,
        id: MessageId,
    ) -> Result<Message, ChatError> {
        let message = self.shared.store.message(user, id).await?;
        let mut message = message.ok_or(ChatError::Missing("message"))?;
        as_it_stands(&self.shared, user, &mut message).await?;
        Ok(message)
    }

    /// See [`Chat::follow`].
    pub(super) async fn follow_all(
        &self,
        user: &User,
        conversation: Option<ConversationId>,
        after: &[Cursor],
    ) -> Result<BoxStream<'static, Told>, ChatError> {
        let shared = Arc::clone(&self.shared);
        // First, so that nothing falls between what is read now and what is told from now on.
        let mailbox = shared.mailboxes.open(user, conversation);
        let mut begins = Vec::new();
        let mut reading = Reading::default();
        if let Some(id) = conversation {
            let conversation = shared.conversation(user, id).await?;
            begins.push(Told::Conversation(Arc::new(conversation)));
            for cursor in after {
                if shared.live(user, cursor.run).is_none() {
                    begins.extend(past(&shared, user, Some(id), *cursor).await?);
                }
            }
            for live in shared.lives_in(user, id) {
                let cursor = after.iter().find(|cursor| cursor.run == live.run);
                match cursor {
                    Some(_) => {}
                    // Over: the message holds what it said.
                    None if live.last().is_some() => continue,
                    None => begins.extend(question(&shared, user, &live).await?),
                }
                reading.attach(live, cursor.copied());
            }
        }
        let ended = shared.ended.clone().cancelled_owned();
        Ok(async_stream::stream! {
            // One wait for all that is told: each new one would take its place in a queue that all
            // readers share.
            let mut ended = pin!(ended);
            for told in begins {
                yield told;
            }
            loop {
                let told = tokio::select! {
                    biased;
                    () = &mut ended => return,
                    mail = mailbox.next() => match mail {
                        Mail::Conversation(conversation) => Told::Conversation(conversation),
                        Mail::Removed(id) => Told::Removed(id),
                        Mail::Message(message) => Told::Message(message, None),
                        Mail::Run(live) => {
                            reading.attach(live, None);
                            continue;
                        }
                    },
                    Some(told) = reading.lives.next(), if !reading.lives.is_empty() => told,
                };
                yield told;
            }
        }
        .boxed())
    }

    /// See [`Chat::follow_run`].
    pub(super) async fn follow_one(
        &self,
        user: &User,
        run: RunId,
        after: Option<Cursor>,
    ) -> Result<BoxStream<'static, Told>, ChatError> {
        let shared = &self.shared;
        let from_its_beginning = |epoch| Cursor { run, epoch, seq: 0 };
        if let Some(live) = shared.live(user, run) {
            let (_, now) = live.snapshot();
            let after = after.unwrap_or_else(|| from_its_beginning(now.epoch));
            let ended = shared.ended.clone().cancelled_owned();
            return Ok(live.read(Some(after)).take_until(ended).boxed());
        }
        let known = shared.store.run(user, run).await?;
        let known = known.ok_or(ChatError::Missing("run"))?;
        let after = after.unwrap_or_else(|| from_its_beginning(log::epoch(&known.epochs)));
        let told = past(shared, user, None, after).await?;
        Ok(stream::iter(told).boxed())
    }
}

/// The runs that a reader reads, one for each message.
#[derive(Default)]
struct Reading {
    lives: SelectAll<BoxStream<'static, Told>>,
    of_messages: HashMap<MessageId, (RunId, CancellationToken)>,
}

impl Reading {
    /// Reads a run from a cursor on. What an earlier run had to say about the same message is told
    /// by the message this one begins with.
    fn attach(&mut self, live: Arc<Live>, after: Option<Cursor>) {
        let (message, run) = (live.message, live.run);
        if let Some((known, enough)) = self.of_messages.get(&message) {
            if *known >= run {
                return;
            }
            enough.cancel();
        }
        let enough = CancellationToken::new();
        self.of_messages.insert(message, (run, enough.clone()));
        let told = live.read(after).take_until(enough.cancelled_owned());
        self.lives.push(told.boxed());
    }
}

/// A message with what its run wrote down since, and where to read on while it is alive.
async fn as_it_stands(
    shared: &Shared,
    user: &User,
    message: &mut Message,
) -> Result<Option<Cursor>, ChatError> {
    if message.state != State::Running {
        return Ok(None);
    }
    let siblings = std::mem::take(&mut message.siblings);
    let mut alive = None;
    match shared.writing(user, message.id) {
        Some(live) => match live.last() {
            Some(last) => message.clone_from(&last),
            None => {
                let (shown, cursor) = live.snapshot();
                *message = shown;
                alive = Some(cursor);
            }
        },
        // It was closed and forgotten between the two looks.
        None => {
            if let Some(read) = shared.store.message(user, message.id).await? {
                *message = read;
            }
        }
    }
    message.siblings = siblings;
    Ok(alive)
}

/// The message that a run answers: a reader that comes later may not have it.
async fn question(shared: &Shared, user: &User, live: &Live) -> Result<Option<Told>, ChatError> {
    let (answer, _) = live.snapshot();
    let Some(parent) = answer.parent else {
        return Ok(None);
    };
    let question = shared.store.message(user, parent).await?;
    Ok(question.map(|question| Told::Message(Arc::new(question), None)))
}

/// What a run that is over said after a cursor, and its message.
async fn past(
    shared: &Shared,
    user: &User,
    followed: Option<ConversationId>,
    after: Cursor,
) -> Result<Vec<Told>, ChatError> {
    let Some(run) = shared.store.run(user, after.run).await? else {
        return Ok(Vec::new());
    };
    if followed.is_some_and(|followed| followed != run.conversation) {
        return Ok(Vec::new());
    }
    let mut told = said(shared, &run, after).await?;
    if let Some(mut message) = shared.store.message(user, run.message).await? {
        as_it_stands(shared, user, &mut message).await?;
        told.push(Told::Message(Arc::new(message), None));
    }
    Ok(told)
}

/// The entries of a run that is over, from a cursor on; none once its log was retired.
async fn said(shared: &Shared, run: &Run, after: Cursor) -> Result<Vec<Told>, ChatError> {
    let written = shared.store.log(run.id).await?;
    let mut told = Vec::new();
    let mut at = log::place(&run.epochs, log::length(&written), after);
    while let Some(news) = at.and_then(|at| log::after(&written, at)) {
        let seq = news.from + news.count;
        at = Some(seq);
        told.push(Told::Entries {
            conversation: run.conversation,
            message: run.message,
            from: news.from,
            entries: news.entries,
            cursor: Cursor {
                run: run.id,
                epoch: log::epoch(&run.epochs),
                seq,
            },
        });
    }
    Ok(told)
}
