//! How conversations come in from elsewhere: all of them, or none.

use super::mailbox::Mail;
use super::shared::{Shared, kept};
use super::{Attachment, Chat, ChatError, Conversation, ConversationId, Message, MessageId, User};
use crate::store::{Fault, StoreError};
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::Arc;

/// A conversation that comes in.
pub(crate) struct Incoming {
    /// The conversation.
    pub(crate) conversation: Conversation,
    /// Its messages, parents before children.
    pub(crate) messages: Vec<Message>,
    /// The files of its messages.
    pub(crate) files: Vec<(Attachment, Bytes)>,
}

impl Chat {
    /// Keeps conversations under their own ids, or, where one of them is taken, under new ones. All of
    /// them or none, also when whoever sends them leaves.
    pub(crate) async fn take_in(
        &self,
        user: &User,
        incoming: Vec<Incoming>,
    ) -> Result<(), ChatError> {
        let (shared, user) = (Arc::clone(&self.shared), user.clone());
        let work = async move {
            let mut came = Vec::with_capacity(incoming.len());
            for one in incoming {
                match keep(&shared, &user, one).await {
                    Ok(conversation) => came.push(conversation),
                    Err(error) => {
                        for conversation in came {
                            // The first error is the one to tell.
                            let _gone = remove(&shared, &user, conversation.id).await;
                        }
                        return Err(kept(error));
                    }
                }
            }
            for conversation in came {
                shared.tell(&user, &Mail::Conversation(Arc::new(conversation)));
            }
            Ok(())
        };
        self.shared.to_its_end(work).await
    }
}

async fn keep(shared: &Shared, user: &User, one: Incoming) -> Result<Conversation, StoreError> {
    let Incoming {
        mut conversation,
        mut messages,
        files,
    } = one;
    for (attachment, bytes) in files {
        shared
            .store
            .put_attachment(user, &attachment, bytes)
            .await?;
    }
    match put(shared, user, &conversation, &messages).await {
        Ok(()) => return Ok(conversation),
        Err(error) if error.fault == Fault::Conflict => {}
        Err(error) => return Err(error),
    }
    rename(&mut conversation, &mut messages);
    put(shared, user, &conversation, &messages).await?;
    Ok(conversation)
}

/// Gives everything an id of its own.
fn rename(conversation: &mut Conversation, messages: &mut [Message]) {
    conversation.id = ConversationId::new();
    let ids: HashMap<MessageId, MessageId> = messages
        .iter()
        .map(|message| (message.id, MessageId::new()))
        .collect();
    let renamed = |id: MessageId| ids.get(&id).copied().unwrap_or(id);
    for message in messages {
        message.conversation = conversation.id;
        message.id = renamed(message.id);
        message.parent = message.parent.map(renamed);
    }
    conversation.head = conversation.head.map(renamed);
}

/// All of a conversation, or nothing; a conflict where it is there already.
async fn put(
    shared: &Shared,
    user: &User,
    conversation: &Conversation,
    messages: &[Message],
) -> Result<(), StoreError> {
    let store = &shared.store;
    let _lock = shared.lock(conversation.id).await;
    if store.conversation(user, conversation.id).await?.is_some() {
        return Err(StoreError {
            fault: Fault::Conflict,
            told: "the conversation is there already".to_owned(),
        });
    }
    // Its head is one of the messages, which come after it.
    let headless = Conversation {
        head: None,
        ..conversation.clone()
    };
    store.put_conversation(user, &headless).await?;
    let kept = match store.put_messages(user, messages).await {
        Ok(()) => store.put_conversation(user, conversation).await,
        Err(error) => Err(error),
    };
    if kept.is_err() {
        // The first error is the one to tell.
        let _removed = store.delete_conversation(user, conversation.id).await;
    }
    kept
}

async fn remove(shared: &Shared, user: &User, id: ConversationId) -> Result<bool, StoreError> {
    let _lock = shared.lock(id).await;
    shared.store.delete_conversation(user, id).await
}
