//! What the page is told of the backend, and who looks whether it can be used.

use futures_util::future::BoxFuture;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What the page is told of the backend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BackendIs {
    /// What it is.
    pub kind: BackendKind,
    /// A sentence about it, in English.
    pub told: String,
    /// Why it answers, in English, where there was a choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Its region, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The profile its settings come from, where they come from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Where its credentials come from; never what they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<String>,
}

/// What answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BackendKind {
    /// The offline simulator.
    Simulator,
    /// Amazon Bedrock.
    Bedrock,
}

/// Looks whether the backend can be used, step by step.
pub trait Doctor: Send + Sync {
    /// Looks now. It may call the backend, but nothing that costs money.
    fn look(&self) -> BoxFuture<'static, Diagnosis>;
}

/// What a doctor found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Diagnosis {
    /// What was looked at, in order.
    pub checks: Vec<Check>,
    /// The least IAM policy that the backend needs, as AWS takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub policy: Option<serde_json::Value>,
}

/// One thing a doctor looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Check {
    /// What it is.
    pub name: String,
    /// How it is.
    pub state: CheckState,
    /// What was seen, in an English sentence.
    pub told: String,
    /// The same for other languages.
    pub told_as: Worded,
    /// What to do, where something is wrong, in an English sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The same for other languages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint_as: Option<Worded>,
}

/// A sentence as a page words it in its own language. A code that a page does not know has the English
/// sentence beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Worded {
    /// Which sentence.
    pub code: String,
    /// What stands in it, by name. `said` is what AWS or this machine said, in English.
    pub values: BTreeMap<String, String>,
}

impl Worded {
    /// A sentence, and what AWS or this machine said of it.
    pub(super) fn new(code: &str, said: Option<String>) -> Self {
        let said = said.map(|said| ("said".to_owned(), said));
        Self {
            code: code.to_owned(),
            values: said.into_iter().collect(),
        }
    }
}

/// How something is that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// As it should be.
    Ok,
    /// Not as it should be.
    Failed,
    /// Not looked at, because something before it failed.
    Skipped,
}
