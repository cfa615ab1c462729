//! The pure machine that continues a cut answer.
//!
//! Frames in, frames out, calls on the side: [`Answer`] turns what models send into what one
//! caller sees. It never knows vendors, model names, HTTP, async, clocks, randomness, logging or
//! files; time is an argument, and so is the seed of the jitter.
//!
//! Start with [`Answer`]; [`Ask`] says what is wanted, [`Policy`] how far to go, [`Abilities`]
//! what the model can do. [`seam::judge`] is the one place that joins, `plan` the one that decides.

mod abilities;
mod answer;
mod ask;
mod end;
mod frame;
mod holdback;
mod ledger;
mod leg;
mod nudge;
mod plan;
mod policy;
mod report;
pub mod seam;
pub mod story;
mod tokens;
mod transcript;

pub use abilities::{Abilities, Lesson, Prefill, Price};
pub use answer::{Answer, Input, Output, Why};
pub use ask::{Ask, Carried, Delivery, ModelId, Structure, Tools};
pub use end::{Cut, End, Finish, Refusal, Rejection};
pub use frame::{BlockKind, Delta, Event, Frame, Head, Metadata, Reasoning, Stop, Usage};
pub use leg::{By, Cache, Leg, LegId, Region};
pub use policy::{Fallback, Mode, Policy, Seams};
pub use report::{Incomplete, LegReport, Outcome, Proof, Report, SeamReport};
pub use transcript::{Shown, Transcript};

/// Milliseconds since the answer began. The engine is told the time; it never asks.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// This many whole seconds.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds * 1000)
    }
    /// The later moment, never past the end of time.
    #[must_use]
    pub const fn after(self, wait: Self) -> Self {
        Self(self.0.saturating_add(wait.0))
    }
    /// How long from `earlier` to here; zero if it lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}
