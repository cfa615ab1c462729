//! What one step showed.

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
    pub(super) fact: String,
    /// The way out, if it went badly.
    pub(super) hint: Option<String>,
}

impl Finding {
    pub(super) fn passed(name: &'static str, fact: impl Into<String>) -> Self {
        Self {
            name,
            verdict: Verdict::Passed,
            fact: fact.into(),
            hint: None,
        }
    }

    pub(super) fn failed(
        name: &'static str,
        fact: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            name,
            verdict: Verdict::Failed,
            fact: fact.into(),
            hint: Some(hint.into()),
        }
    }

    pub(super) fn skipped(name: &'static str, why: &str) -> Self {
        Self {
            name,
            verdict: Verdict::Skipped,
            fact: why.to_owned(),
            hint: None,
        }
    }

    pub(super) fn object(&self) -> Value {
        json!({
            "name": self.name,
            "verdict": self.verdict.to_string(),
            "fact": self.fact,
            "hint": self.hint,
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
