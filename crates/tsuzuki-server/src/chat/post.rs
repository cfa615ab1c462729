//! What a client sends to begin an answer, and what it is told.

use super::{AttachmentId, ConversationId, Message, MessageId, RunId, Shape, object};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A new message of a user, and the answer to it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// The message's id; made by the server where the client makes none.
    #[serde(default)]
    pub id: MessageId,
    /// The message it follows: none for the first, or for a new branch from the beginning.
    #[serde(default)]
    pub parent: Option<MessageId>,
    /// What it says.
    pub text: String,
    /// What was said before, summed up: it goes before the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What is attached.
    #[serde(default)]
    pub attachments: Vec<AttachmentId>,
    /// The id of the answer.
    #[serde(default)]
    pub answer: MessageId,
    /// What differs from the conversation for this answer only.
    #[serde(default, deserialize_with = "object")]
    pub shape: Shape,
}

/// Another answer to a message of a user.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Again {
    /// The id of the answer.
    #[serde(default)]
    pub answer: MessageId,
    /// What differs from the conversation for this answer only: the model, say.
    #[serde(default, deserialize_with = "object")]
    pub shape: Shape,
}

/// Going on in a new conversation, with a summary of this one.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Onward {
    /// The id of the new conversation.
    #[serde(default)]
    pub conversation: ConversationId,
    /// The id of its first message.
    #[serde(default)]
    pub id: MessageId,
    /// The id of the answer to that.
    #[serde(default)]
    pub answer: MessageId,
    /// What to ask there; the question of this answer, with what was attached to it, where there is
    /// no text.
    #[serde(default)]
    pub text: Option<String>,
}

/// What a run was begun with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Posted {
    /// The run.
    pub run: RunId,
    /// Where to read it from: `run:epoch.seq`.
    pub cursor: String,
    /// The new messages, or the message that goes on.
    pub messages: Vec<Message>,
}
