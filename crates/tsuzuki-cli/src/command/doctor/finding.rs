//! What one step showed.

use super::phrase::Phrase;
use serde_json::{Value, json};
use std::fmt;

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Well.
    Passed,
    /// Badly.
    Failed,
    /// It was not taken.
    Skipped,
}

/// What one step showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// The step.
    pub(super) name: &'static str,
    /// How it went.
    pub(super) verdict: Verdict,
    /// What there is to know.
    pub(super) fact: Phrase,
    /// The way out, if it went badly.
    pub(super) hint: Option<Phrase>,
}

impl Finding {
    pub(super) const fn passed(name: &'static str, fact: Phrase) -> Self {
        Self {
            name,
            verdict: Verdict::Passed,
            fact,
            hint: None,
        }
    }

    pub(super) const fn failed(name: &'static str, fact: Phrase, hint: Phrase) -> Self {
        Self {
            name,
            verdict: Verdict::Failed,
            fact,
            hint: Some(hint),
        }
    }

    pub(super) const fn skipped(name: &'static str, why: Phrase) -> Self {
        Self {
            name,
            verdict: Verdict::Skipped,
            fact: why,
            hint: None,
        }
    }

    pub(super) fn object(&self) -> Value {
        json!({
            "name": self.name,
            "verdict": self.verdict.to_string(),
            "fact": self.fact.to_string(),
            "hint": self.hint.as_ref().map(Phrase::to_string),
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Passed => "ok",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        })
    }
}

/// A line, and below it the way out.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<8} {:<12} {}", self.verdict, self.name, self.fact)?;
        match &self.hint {
            Some(hint) => writeln!(f, "{:<21} hint: {hint}", ""),
            None => Ok(()),
        }
    }
}
