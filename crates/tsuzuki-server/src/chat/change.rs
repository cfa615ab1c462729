//! What a user changes about a conversation.

use super::{
    ChatError, Conversation, MessageId, Moment, Shape, Standing, Titled, object_or_null, title,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
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
    /// How it asks, as a whole: what it leaves out is unset.
    #[serde(deserialize_with = "object_or_null")]
    pub shape: Option<Shape>,
    /// What changes about how it asks, as a JSON merge patch (RFC 7396) of the shape: what is absent
    /// stays, and `null` unsets. Two that change different things do not undo each other. It goes
    /// without `shape`.
    #[schema(value_type = Option<Object>)]
    pub shape_changes: Option<Map<String, Value>>,
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
        if self.shape.is_some() && self.shape_changes.is_some() {
            return Err(ChatError::Invalid {
                field: "shape_changes",
                told: "send a shape as a whole, or changes to it, not both".to_owned(),
            });
        }
        if let Some(shape) = self.shape {
            shape.check()?;
            conversation.shape = shape;
        }
        if let Some(changes) = self.shape_changes {
            let shape =
                changed(&conversation.shape, changes).map_err(|told| ChatError::Invalid {
                    field: "shape_changes",
                    told: told.to_owned(),
                })?;
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

/// A shape after a merge patch. What is wrong is told without repeating values.
fn changed(shape: &Shape, changes: Map<String, Value>) -> Result<Shape, &'static str> {
    let mut value = serde_json::to_value(shape).unwrap_or_default();
    merge(&mut value, Value::Object(changes));
    serde_json::from_value(value).map_err(
        |_wrong| "what came of it is no shape: the description of Shape names what there is",
    )
}

/// RFC 7396, section 2.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(members) = target {
        for (name, value) in patch {
            if value.is_null() {
                members.remove(&name);
            } else {
                merge(members.entry(name).or_insert(Value::Null), value);
            }
        }
    }
}
