//! What a model can do: a table's first guess, corrected by what errors teach.

use crate::{Ask, End, Rejection, Tools};
use serde::{Deserialize, Serialize};

/// What a model can do. Unknown is a value, not a default to success.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Abilities {
    /// Whether a trailing assistant message is continued.
    pub prefill: Prefill,
    /// Whether it is still continued when the request offers tools.
    pub prefill_with_tools: bool,
    /// Whether the provider repeats the prefill at the head of its answer.
    pub echoes_prefill: bool,
    /// The most output tokens one call may ask for.
    pub max_output: Option<u32>,
    /// The output limit that applies when a request names none.
    pub default_max_tokens: Option<u32>,
    /// What tokens cost, where known.
    pub price: Option<Price>,
}

/// Whether a trailing assistant message is continued by the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prefill {
    /// Known to work.
    Accepted,
    /// Known to be an error.
    Refused,
    /// Nobody knows; treated as refused until shown otherwise.
    Unknown,
}

/// US dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// Input that was not cached.
    pub input: f64,
    /// Output, reasoning included.
    pub output: f64,
    /// Input read from the cache.
    pub cache_read: f64,
    /// Input written to the cache.
    pub cache_write: f64,
}

impl Abilities {
    /// A model nobody knows anything about.
    #[must_use]
    pub const fn unknown() -> Self {
        Self {
            prefill: Prefill::Unknown,
            prefill_with_tools: false,
            echoes_prefill: false,
            max_output: None,
            default_max_tokens: None,
            price: None,
        }
    }
}

/// What an error taught about a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lesson {
    /// A trailing assistant message is refused.
    PrefillRefused,
    /// The output limit is this many tokens.
    LimitIs(u32),
}

impl Lesson {
    /// What the end of a leg teaches about the model, if anything. A prefill refused beside tools
    /// says nothing about prefill alone.
    #[must_use]
    pub fn of(end: &End, ask: &Ask) -> Option<Self> {
        match end {
            End::Rejected(Rejection::NoPrefill) => {
                (ask.tools == Tools::None).then_some(Self::PrefillRefused)
            }
            End::Rejected(Rejection::LimitIs(limit)) => Some(Self::LimitIs(*limit)),
            End::Rejected(
                Rejection::Invalid
                | Rejection::Denied
                | Rejection::NotFound
                | Rejection::ContextFull,
            )
            | End::Finished(_)
            | End::Cut(_)
            | End::Refused(_)
            | End::Unknown(_) => None,
        }
    }
}
