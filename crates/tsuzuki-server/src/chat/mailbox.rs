//! What happens to a user's conversations, for everybody who reads.
//!
//! A mailbox holds the latest word about each thing and nothing older, so it cannot overflow: a
//! reader that is slow gets the newest state of everything, and misses nothing.

use super::live::Live;
use super::{Conversation, ConversationId, Message, MessageId, RunId, User};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::Notify;

/// Everybody who reads.
#[derive(Default)]
pub(super) struct Mailboxes {
    of_users: Mutex<HashMap<User, Vec<Weak<Mailbox>>>>,
}

/// What one reader has to be told.
pub(super) struct Mailbox {
    followed: Option<ConversationId>,
    mail: Mutex<VecDeque<Mail>>,
    bell: Notify,
}

/// Something that happened.
#[derive(Clone)]
pub(super) enum Mail {
    /// A conversation is new, or changed.
    Conversation(Arc<Conversation>),
    /// A conversation is gone.
    Removed(ConversationId),
    /// A message that no run writes is new, or changed.
    Message(Arc<Message>),
    /// A run began.
    Run(Arc<Live>),
}

/// What a piece of mail is about: a later one takes the place of an earlier one.
#[derive(PartialEq, Eq)]
enum About {
    Conversation(ConversationId),
    Message(MessageId),
    Run(RunId),
}

impl Mail {
    fn about(&self) -> About {
        match self {
            Self::Conversation(conversation) => About::Conversation(conversation.id),
            Self::Removed(id) => About::Conversation(*id),
            Self::Message(message) => About::Message(message.id),
            Self::Run(live) => About::Run(live.run),
        }
    }

    /// The conversation that a reader has to follow to be told; none if every reader of the user is.
    fn only_in(&self) -> Option<ConversationId> {
        match self {
            Self::Conversation(_) | Self::Removed(_) => None,
            Self::Message(message) => Some(message.conversation),
            Self::Run(live) => Some(live.conversation),
        }
    }
}

impl Mailboxes {
    /// A mailbox for a reader that follows this conversation.
    pub(super) fn open(&self, user: &User, followed: Option<ConversationId>) -> Arc<Mailbox> {
        let mailbox = Arc::new(Mailbox {
            followed,
            mail: Mutex::default(),
            bell: Notify::new(),
        });
        let mut users = self.of_users.lock().unwrap_or_else(PoisonError::into_inner);
        users
            .entry(user.clone())
            .or_default()
            .push(Arc::downgrade(&mailbox));
        mailbox
    }

    /// Tells all readers of a user.
    pub(super) fn tell(&self, user: &User, mail: &Mail) {
        let mut users = self.of_users.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(readers) = users.get_mut(user) else {
            return;
        };
        readers.retain(|reader| {
            let Some(reader) = reader.upgrade() else {
                return false;
            };
            reader.put(mail);
            true
        });
        if readers.is_empty() {
            users.remove(user);
        }
    }
}

impl Mailbox {
    fn put(&self, mail: &Mail) {
        if mail
            .only_in()
            .is_some_and(|conversation| self.followed != Some(conversation))
        {
            return;
        }
        let mut waiting = self.mail.lock().unwrap_or_else(PoisonError::into_inner);
        let about = mail.about();
        waiting.retain(|older| older.about() != about);
        waiting.push_back(mail.clone());
        drop(waiting);
        self.bell.notify_one();
    }

    /// The next piece of mail. Nothing is lost when the wait is given up.
    pub(super) async fn next(&self) -> Mail {
        loop {
            let mail = self
                .mail
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front();
            match mail {
                Some(mail) => return mail,
                None => self.bell.notified().await,
            }
        }
    }
}
