//! What happened, told truthfully: per leg, per seam, and as a whole.

use crate::{End, LegId, ModelId, Region, Usage};
use serde::{Deserialize, Serialize};

/// Why the answer stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The answer really ended.
    Complete,
    /// It did not, and this is why.
    Incomplete(Incomplete),
    /// A rule about its content stopped it.
    Refused,
    /// The caller stopped it.
    Cancelled,
}

/// Why an answer is incomplete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Incomplete {
    /// The caller's own limit, in a mode where it binds.
    MaxTokens,
    /// The operator's limit on output tokens.
    OutputBudget,
    /// The limit on legs.
    LegBudget,
    /// The limit on money.
    CostBudget,
    /// The deadline.
    Deadline,
    /// Legs came back with next to nothing new.
    NoProgress,
    /// A joint could not be proved, or not even guessed.
    Seam,
    /// What was open when the answer was cut cannot be resumed (a tool call, structured output, …).
    NotText,
    /// The model used its whole limit for reasoning, twice.
    ReasoningOnly,
    /// A guardrail watches the request, and continuing guarded answers is off.
    Guarded,
    /// A guardrail stepped in on a later leg.
    GuardrailOnContinuation,
    /// The context window is full.
    ContextFull,
    /// A fault that would not pass; what it was.
    Fault(End),
    /// The backend would not take a later leg.
    Rejected(End),
    /// A stop reason this version does not know.
    UnknownStop(String),
}

/// What happened to one answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Why the answer stopped; `None` while it runs.
    pub outcome: Option<Outcome>,
    /// Every leg, in order.
    pub legs: Vec<LegReport>,
    /// Every seam, in order.
    pub seams: Vec<SeamReport>,
    /// The billed sum of all legs.
    pub usage: Usage,
    /// Whether some of it had to be estimated, because a leg's own count never arrived.
    pub estimated: bool,
    /// Input tokens of the first leg.
    pub input_first_leg: Option<u64>,
    /// Output tokens the caller got, echoes and rejected legs aside.
    pub new_output: u64,
    /// What it cost in US dollars, where prices are known.
    pub cost: Option<f64>,
    /// How much of it continuing cost, 0 to 1, where prices are known.
    pub continuation_share: Option<f64>,
}

impl Report {
    /// Whether the answer really ended.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.outcome == Some(Outcome::Complete)
    }
}

/// What happened to one leg.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LegReport {
    /// Which leg.
    pub id: LegId,
    /// The model it called.
    pub model: ModelId,
    /// Where it was called, as the backend told or the operator listed it.
    pub region: Option<Region>,
    /// The backend's id of the request, where it gave one.
    pub request_id: Option<String>,
    /// The output limit it was called with in place of the caller's, if it was.
    pub max_tokens: Option<u32>,
    /// How it asked: `first`, `prefill` or `anchor`.
    pub by: String,
    /// How it ended; `None` while it runs, or when it was hung up.
    pub end: Option<End>,
    /// Its own token counts.
    pub usage: Usage,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

/// What happened at one seam.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeamReport {
    /// Where in the joined text, in characters.
    pub at: usize,
    /// How sure the joint is.
    pub proof: Proof,
    /// How many characters of the leg were dropped as repetition.
    pub trimmed: usize,
    /// How many attempts were rejected here.
    pub rejected: u32,
}

/// How sure a joint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// The model repeated the end of what it had written.
    Verified,
    /// The provider put the text there.
    Placed,
    /// Best effort.
    Unverified,
}

impl Report {
    /// Nothing happened yet.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            outcome: None,
            legs: Vec::new(),
            seams: Vec::new(),
            usage: Usage::UNKNOWN,
            estimated: false,
            input_first_leg: None,
            new_output: 0,
            cost: None,
            continuation_share: None,
        }
    }
}
