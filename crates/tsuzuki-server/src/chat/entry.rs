//! The log of a run: what its readers are told, in order, each entry with its number.

use super::{Making, Moment, Part, RunId, Seam, State};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;

/// One entry in the log of a run. The log is append-only; folding it over the message as it stood
/// when the run began gives the message as it stands.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Entry {
    /// A text block grew.
    Text {
        /// The block's number.
        block: u32,
        /// By what.
        text: String,
    },
    /// A block of reasoning grew.
    Reasoning {
        /// The block's number.
        block: u32,
        /// By what.
        text: String,
    },
    /// A part began, or ended: it stands in place of the part with its number.
    Part {
        /// The part.
        part: Part,
    },
    /// Two parts were joined.
    Seam {
        /// The seam.
        seam: Seam,
    },
    /// Nothing will come for a while.
    Waiting {
        /// Why: `throttled` or `fault`.
        why: String,
        /// For how long, at most, in milliseconds.
        at_most: u64,
        /// Until when that is, by the server's clock; 0 in logs of older versions.
        #[serde(default)]
        until: Moment,
        /// Which attempt comes then, since something last came: from 2; 0 in logs of older versions.
        #[serde(default)]
        attempt: u32,
    },
    /// The run was taken over after the server stopped.
    Resumed,
    /// The run is over; nothing follows.
    Over {
        /// How the message stands.
        state: State,
        /// How it came about, as a whole.
        making: Making,
    },
}

/// A place in the log of a run: its next reader wants what comes after it.
///
/// The epoch counts how often the run was taken over after a restart. A reader that comes with an
/// older epoch and a number which that epoch never wrote down (power was lost) gets the message anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The run.
    pub run: RunId,
    /// How often it was taken over.
    pub epoch: u32,
    /// How many entries were read.
    pub seq: u64,
}

// On the wire: `run:epoch.seq`.
impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}.{}", self.run, self.epoch, self.seq)
    }
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cursor is written run:epoch.seq")]
pub struct NoCursor;

impl FromStr for Cursor {
    type Err = NoCursor;
    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let (run, place) = text.split_once(':').ok_or(NoCursor)?;
        let (epoch, seq) = place.split_once('.').ok_or(NoCursor)?;
        Ok(Self {
            run: run.parse().map_err(|_| NoCursor)?,
            epoch: epoch.parse().map_err(|_| NoCursor)?,
            seq: seq.parse().map_err(|_| NoCursor)?,
        })
    }
}

// Entries hold the answer's text, which must not reach a log by way of `{:?}`.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { block, text } => write!(f, "Text({block}, {} bytes)", text.len()),
            Self::Reasoning { block, text } => {
                write!(f, "Reasoning({block}, {} bytes)", text.len())
            }
            Self::Part { part } => write!(f, "Part({})", part.number),
            Self::Seam { seam } => write!(f, "Seam({})", seam.part),
            Self::Waiting { why, at_most, .. } => write!(f, "Waiting({why}, {at_most} ms)"),
            Self::Resumed => f.write_str("Resumed"),
            Self::Over { state, .. } => write!(f, "Over({state:?})"),
        }
    }
}
