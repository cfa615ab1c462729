//! What leaves and comes back: conversations as JSON, whole.

mod export;
mod import;
mod markdown;

pub(super) use export::{__path_all, __path_one, all, one};
pub(super) use import::{__path_import, import};

use crate::chat::{AttachmentId, Conversation, Message, Moment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The version of the format.
const VERSION: u32 = 1;

/// Conversations, whole.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Archive {
    /// The version of the format: 1.
    #[schema(minimum = 1, maximum = 1)]
    tsuzuki: u32,
    /// When it was made.
    #[serde(default)]
    exported_at: Option<Moment>,
    /// The conversations.
    conversations: Vec<Kept>,
}

/// A conversation with everything in it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    /// The conversation.
    conversation: Conversation,
    /// All of its messages, all branches, parents before children.
    messages: Vec<Message>,
    /// The files of its messages, where they were asked for.
    #[serde(default)]
    attachments: Vec<Enclosed>,
}

/// A file of a message.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Enclosed {
    /// The attachment, as messages name it.
    id: AttachmentId,
    /// Its bytes, in base64.
    data: String,
}
