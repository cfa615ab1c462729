//! Conversations as a store keeps them.

use tsuzuki_server::chat::{
    Block, Conversation, ConversationId, Holds, Message, MessageId, Moment, Role, RunId, Shape,
    Spent, Standing, State, Titled,
};
use tsuzuki_server::store::{Begin, Epoch, Run};

/// A conversation without messages.
pub(super) fn conversation() -> Conversation {
    let now = Moment::now();
    Conversation {
        id: ConversationId::new(),
        title: "A conversation".to_owned(),
        titled: Titled::User,
        pinned: false,
        folder: None,
        created_at: now,
        updated_at: now,
        read_at: now,
        shape: Shape::default(),
        head: None,
        standing: Standing::Quiet,
        spent: Spent::default(),
        from: None,
    }
}

/// A message with a text of so many bytes.
pub(super) fn message(
    conversation: ConversationId,
    parent: Option<MessageId>,
    (role, state): (Role, State),
    bytes: usize,
) -> Message {
    Message {
        id: MessageId::new(),
        conversation,
        parent,
        role,
        created_at: Moment::now(),
        blocks: vec![Block {
            number: 0,
            kind: Holds::Text,
            text: "some words ".chars().cycle().take(bytes).collect(),
        }],
        attachments: Vec::new(),
        state,
        making: None,
        siblings: Vec::new(),
    }
}

/// A run in a conversation of its own.
pub(super) fn begin() -> Begin {
    let conversation = conversation();
    let id = conversation.id;
    let question = message(id, None, (Role::User, State::Complete), 100);
    let parent = Some(question.id);
    let answer = message(id, parent, (Role::Assistant, State::Running), 0);
    let run = Run {
        id: RunId::new(),
        conversation: id,
        message: answer.id,
        key: None,
        alive: true,
        began_at: Moment::now(),
        over_at: None,
        shape: Shape::default(),
        epochs: vec![Epoch { number: 0, from: 0 }],
    };
    Begin {
        conversation,
        messages: vec![question, answer],
        run,
    }
}
