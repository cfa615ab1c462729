//! Why a leg stopped. There is no default and no optional end: whoever makes one says why.

use crate::Millis;
use serde::{Deserialize, Serialize};

/// Why a leg stopped. Every leg ends with exactly one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The model said all it wanted to say.
    Finished(Finish),
    /// The model would have said more.
    Cut(Cut),
    /// The answer was stopped on purpose by a rule about its content; never continued.
    Refused(Refusal),
    /// The backend would not take the request, or cannot go on with it.
    Rejected(Rejection),
    /// A stop reason this version does not know, as spelt on the wire. Passed on, never continued,
    /// never called complete.
    Unknown(String),
}

/// How a model finished by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The end of its turn.
    EndTurn,
    /// One of the caller's stop sequences.
    StopSequence,
    /// It wants tools run.
    ToolUse,
}

/// What cut a leg that had more to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// The output limit of the leg.
    Length,
    /// The connection went away, or the stream stopped without an end.
    Lost,
    /// Bytes arrived that cannot be what was sent (checksum, framing, not text).
    Damaged,
    /// Nothing came for longer than the backend waits.
    Stalled,
    /// The backend asked for less: after the given time, when it said one.
    Throttled {
        /// How long the backend asked to wait.
        retry_after: Option<Millis>,
    },
    /// The backend failed in a way that may pass (408, 424, 500, 503 and their in-stream kin).
    Overloaded {
        /// How long the backend asked to wait.
        retry_after: Option<Millis>,
    },
    /// The model produced something its own service could not use, as spelt on the wire.
    Malformed(String),
}

/// Which rule about content stopped the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// A guardrail the caller configured.
    Guardrail,
    /// The provider's content filter.
    ContentFilter,
    /// The model itself declined.
    Declined,
}

/// Why a backend would not take a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Malformed or not allowed as it stands.
    Invalid,
    /// No permission.
    Denied,
    /// No such model or resource.
    NotFound,
    /// A trailing assistant message is refused by this model.
    NoPrefill,
    /// More output was asked for than the model gives; the number is its limit.
    LimitIs(u32),
    /// No room is left in the context window.
    ContextFull,
}

impl End {
    /// Whether another leg may bring what this one did not, text aside.
    #[must_use]
    pub const fn is_fault(&self) -> bool {
        matches!(
            self,
            Self::Cut(
                Cut::Lost
                    | Cut::Damaged
                    | Cut::Stalled
                    | Cut::Throttled { .. }
                    | Cut::Overloaded { .. }
            )
        )
    }
}
