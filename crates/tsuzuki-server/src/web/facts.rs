//! What the page is told of the backend, and who looks whether it can be used.

use futures_util::future::BoxFuture;
use serde::Serialize;
use utoipa::ToSchema;

/// What the page is told of the backend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BackendIs {
    /// What it is.
    pub kind: BackendKind,
    /// A sentence about it.
    pub told: String,
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
    /// What was seen, in a sentence.
    pub told: String,
    /// What to do, where something is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
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
