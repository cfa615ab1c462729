//! What a caller may want, by AWS's names.

use std::fmt;
use std::str::FromStr;

/// An operation of the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// `POST /model/{id}/converse`.
    Converse,
    /// `POST /model/{id}/converse-stream`.
    ConverseStream,
    /// `POST /model/{id}/invoke`, `InvokeModel`.
    Invoke,
    /// `POST /model/{id}/invoke-with-response-stream`, `InvokeModelWithResponseStream`.
    InvokeStream,
    /// `POST /model/{id}/count-tokens`.
    CountTokens,
    /// `GET /foundation-models`.
    ListFoundationModels,
    /// `GET /foundation-models/{id}`.
    GetFoundationModel,
    /// `GET /inference-profiles`.
    ListInferenceProfiles,
    /// `GET /inference-profiles/{id}`.
    GetInferenceProfile,
    /// `POST /guardrail/…/apply`.
    ApplyGuardrail,
    /// `POST /guardrail-checks/invoke`.
    InvokeGuardrailChecks,
    /// `POST /async-invoke`.
    StartAsyncInvoke,
    /// `GET /async-invoke`.
    ListAsyncInvokes,
    /// `GET /async-invoke/{arn}`.
    GetAsyncInvoke,
    /// `GET /metrics` and `GET /healthz`: Tsuzuki's own.
    Metrics,
}

/// What a network endpoint opens unless more is listed.
const OPEN_BY_DEFAULT: [Operation; 5] = [
    Operation::Converse,
    Operation::ConverseStream,
    Operation::Invoke,
    Operation::InvokeStream,
    Operation::CountTokens,
];

impl Operation {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Converse,
        Self::ConverseStream,
        Self::Invoke,
        Self::InvokeStream,
        Self::CountTokens,
        Self::ListFoundationModels,
        Self::GetFoundationModel,
        Self::ListInferenceProfiles,
        Self::GetInferenceProfile,
        Self::ApplyGuardrail,
        Self::InvokeGuardrailChecks,
        Self::StartAsyncInvoke,
        Self::ListAsyncInvokes,
        Self::GetAsyncInvoke,
        Self::Metrics,
    ];

    /// Its name, as AWS spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Converse => "Converse",
            Self::ConverseStream => "ConverseStream",
            Self::Invoke => "InvokeModel",
            Self::InvokeStream => "InvokeModelWithResponseStream",
            Self::CountTokens => "CountTokens",
            Self::ListFoundationModels => "ListFoundationModels",
            Self::GetFoundationModel => "GetFoundationModel",
            Self::ListInferenceProfiles => "ListInferenceProfiles",
            Self::GetInferenceProfile => "GetInferenceProfile",
            Self::ApplyGuardrail => "ApplyGuardrail",
            Self::InvokeGuardrailChecks => "InvokeGuardrailChecks",
            Self::StartAsyncInvoke => "StartAsyncInvoke",
            Self::ListAsyncInvokes => "ListAsyncInvokes",
            Self::GetAsyncInvoke => "GetAsyncInvoke",
            Self::Metrics => "Metrics",
        }
    }

    /// Whether what a call costs can be told from tokens, or is nothing.
    pub(crate) const fn is_counted(self) -> bool {
        match self {
            Self::Converse
            | Self::ConverseStream
            | Self::Invoke
            | Self::InvokeStream
            | Self::CountTokens
            | Self::ListFoundationModels
            | Self::GetFoundationModel
            | Self::ListInferenceProfiles
            | Self::GetInferenceProfile
            | Self::ListAsyncInvokes
            | Self::GetAsyncInvoke
            | Self::Metrics => true,
            Self::ApplyGuardrail | Self::InvokeGuardrailChecks | Self::StartAsyncInvoke => false,
        }
    }

    /// Whether a call costs money, so that it must not be played back to us.
    pub(crate) const fn spends(self) -> bool {
        match self {
            Self::Converse
            | Self::ConverseStream
            | Self::Invoke
            | Self::InvokeStream
            | Self::ApplyGuardrail
            | Self::InvokeGuardrailChecks
            | Self::StartAsyncInvoke => true,
            Self::CountTokens
            | Self::ListFoundationModels
            | Self::GetFoundationModel
            | Self::ListInferenceProfiles
            | Self::GetInferenceProfile
            | Self::ListAsyncInvokes
            | Self::GetAsyncInvoke
            | Self::Metrics => false,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no operation's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no operation of this name; there are {}", names())]
pub struct NoSuchOperation;

fn names() -> String {
    Operation::ALL.map(Operation::name).join(", ")
}

impl FromStr for Operation {
    type Err = NoSuchOperation;

    fn from_str(name: &str) -> Result<Self, NoSuchOperation> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.name() == name)
            .ok_or(NoSuchOperation)
    }
}

/// Which operations the endpoint has for its callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operations(Vec<Operation>);

impl Operations {
    /// Every one.
    #[must_use]
    pub fn all() -> Self {
        Self(Operation::ALL.to_vec())
    }

    /// None: an endpoint for the chat alone.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Converse, InvokeModel, both also streaming, CountTokens; and Tsuzuki's metrics, which
    /// nobody reads whose key does not name them.
    #[must_use]
    pub fn of_a_network() -> Self {
        let mut operations = OPEN_BY_DEFAULT.to_vec();
        operations.push(Operation::Metrics);
        Self(operations)
    }

    /// Opens more.
    #[must_use]
    pub fn and(mut self, more: impl IntoIterator<Item = Operation>) -> Self {
        self.0.extend(more);
        self
    }

    pub(crate) fn has(&self, operation: Operation) -> bool {
        self.0.contains(&operation)
    }
}
