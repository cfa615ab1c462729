//! How far to go. All defaults and limits of an answer stand here.

use crate::{Abilities, Cache, Millis, ModelId, Region};
use serde::{Deserialize, Serialize};

/// How far to go with one answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// What the caller's own output limit means.
    pub mode: Mode,
    /// The most output tokens of all legs together.
    pub max_output_tokens: u64,
    /// The most legs, the first included.
    pub max_legs: u32,
    /// The most money, in US dollars, where prices are known.
    pub max_cost: f64,
    /// When the answer must be over, whatever its state.
    pub deadline: Option<Millis>,
    /// What to do at a joint that cannot be proved.
    pub seams: Seams,
    /// Whether to report even on an answer of one complete leg.
    pub report: bool,
    /// Whether an answer watched by a guardrail may be continued at all.
    pub continue_guarded: bool,
    /// What may go on, and where, when the caller's model keeps failing, in this order; nothing
    /// else, and nowhere else.
    pub fallbacks: Vec<Fallback>,
    /// Whether anchor legs ask the provider to cache what they add.
    pub cache: Cache,
    /// The least output limit of a later leg, in tokens.
    pub leg_floor: u32,
    /// The greatest output limit of a later leg, in tokens.
    pub leg_ceiling: u32,
    /// How many rejected joints one border may have.
    pub rejects_per_border: u32,
    /// How long the answer may go without new text before faults end it.
    pub no_progress: Millis,
    /// How many faults in a row, throttling aside, without `fault_progress` new characters.
    pub faults_in_a_row: u32,
    /// How many new characters make up for the faults before them.
    pub fault_progress: usize,
    /// Two legs in a row with fewer new characters than this end the answer.
    pub least_progress: usize,
    /// The first rest after a fault; it doubles from there.
    pub backoff: Millis,
    /// The longest rest after a fault.
    pub backoff_ceiling: Millis,
    /// The seed of the jitter of the rests.
    pub seed: u64,
}

/// What may go on with an answer whose own model keeps failing, because the operator says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// Another model or profile.
    Model {
        /// Its id.
        model: ModelId,
        /// What it can do.
        abilities: Abilities,
        /// Where it is called; `None` is the backend's own region.
        region: Option<Region>,
    },
    /// The model that the caller named, in another region.
    Elsewhere(Region),
}

/// What the caller's own output limit means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// One leg, passed through untouched.
    Off,
    /// A ceiling on the whole answer; broken streams are still recovered.
    Cap,
    /// The size of the first leg only.
    Extend,
}

/// What to do at a joint that cannot be proved after all rejects are spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seams {
    /// Join what is plausible and mark it unverified.
    BestEffort,
    /// End the answer incomplete.
    Proven,
}

impl Policy {
    /// The defaults, for a mode.
    #[must_use]
    pub const fn new(mode: Mode) -> Self {
        Self {
            mode,
            max_output_tokens: 128_000,
            max_legs: 64,
            max_cost: 2.0,
            deadline: None,
            seams: Seams::BestEffort,
            report: false,
            continue_guarded: false,
            fallbacks: Vec::new(),
            cache: Cache::Unasked,
            leg_floor: 1024,
            leg_ceiling: 8192,
            rejects_per_border: 2,
            no_progress: Millis::from_seconds(300),
            faults_in_a_row: 3,
            fault_progress: 200,
            least_progress: 16,
            backoff: Millis(500),
            backoff_ceiling: Millis::from_seconds(20),
            seed: 0,
        }
    }
}
