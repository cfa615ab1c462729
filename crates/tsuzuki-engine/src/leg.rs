//! One call to one model.

use crate::{Ask, ModelId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The number of a leg within its answer, from 1, in the order the legs were called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LegId(pub u32);

impl fmt::Display for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "leg {}", self.0)
    }
}

/// Where a leg is called, in a word that only the backend reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Region(pub String);

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One call to one model, ready for a codec: the caller's request, changed only as `by` and
/// `max_tokens` say.
#[derive(Debug, Clone)]
pub struct Leg {
    /// Which leg this is.
    pub id: LegId,
    /// What the caller wants.
    pub ask: Arc<Ask>,
    /// The model to call: the caller's, or one of the operator's fallbacks.
    pub model: ModelId,
    /// Where to call it: a region of the operator's fallbacks, or `None` for the backend's own.
    pub region: Option<Region>,
    /// How the leg asks for the rest.
    pub by: By,
    /// The output limit to put in place of the caller's; `None` leaves the caller's words.
    pub max_tokens: Option<u32>,
    /// Whether the provider is asked to cache what continuing adds.
    pub cache: Cache,
}

/// Whether the provider is asked to cache the request up to the text so far, so that another try at
/// the same border reads it at the cache's price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cache {
    /// It is not.
    Unasked,
    /// It is, where the request has room for another cache point.
    BehindPartial,
}

/// How a leg asks.
#[derive(Clone, PartialEq, Eq)]
pub enum By {
    /// The caller's own messages, as they came (also when they are asked again).
    First,
    /// The text so far as the assistant's unfinished turn.
    Prefill {
        /// The text so far, without trailing white space.
        partial: Arc<str>,
    },
    /// The text so far as the assistant's turn, then a user's turn that asks to go on.
    Anchor {
        /// The text so far, without trailing white space.
        partial: Arc<str>,
        /// What the user's turn says. Never stored, never shown.
        nudge: Arc<str>,
    },
}

impl fmt::Debug for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "First",
            Self::Prefill { .. } => "Prefill",
            Self::Anchor { .. } => "Anchor",
        })
    }
}
