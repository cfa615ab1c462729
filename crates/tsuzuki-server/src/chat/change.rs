//! What a user changes about a conversation.

use super::{
    ChatError, Conversation, MessageId, Moment, Shape, Standing, Titled, object_or_null, title,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    #[serde(deserialize_with = "object_or_null")]
    pub shape: Option<Shape>,
    /// Show the path that goes through this message.
    pub through: Option<MessageId>,
    /// Its user looked at it now.
    pub read: Option<bool>,
}

impl Change {
    /// Everything but the path that is shown, which the store has to be asked about.
    pub(super) fn apply(self, conversation: &mut Conversation) -> Result<(), ChatError> {
        if let Some(title) = self.title {
            let title = title.trim();
            if title.chars().count() > title::LONGEST_BY_HAND {
                return Err(ChatError::Invalid {
                    field: "title",
                    told: format!("a title has at most {} characters", title::LONGEST_BY_HAND),
                });
            }
            conversation.titled = if title.is_empty() {
                Titled::Not
            } else {
                Titled::User
            };
            title.clone_into(&mut conversation.title);
        }
        if let Some(pinned) = self.pinned {
            conversation.pinned = pinned;
        }
        if let Some(folder) = self.folder {
            let folder = folder.trim();
            conversation.folder = (!folder.is_empty()).then(|| folder.to_owned());
        }
        if let Some(shape) = self.shape {
            shape.check()?;
            conversation.shape = shape;
        }
        if self.read == Some(true) {
            conversation.read_at = Moment::now();
            conversation.standing = match conversation.standing {
                Standing::Running => Standing::Running,
                Standing::Quiet | Standing::Unread | Standing::NeedsYou => Standing::Quiet,
            };
        }
        Ok(())
    }
}
