//! How a conversation asks: the model, and everything a request may say beside the messages.

use super::{ChatError, object, request};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tsuzuki::engine::{Mode, Seams};
use utoipa::ToSchema;

/// How a conversation asks. What is `None` or empty is unset: it is taken from the user's defaults,
/// and what is unset there too is not sent, so that the model's own default stands.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Shape {
    /// The model, as its id is sent: a bare id, a profile or an ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub model: Option<String>,
    /// The system prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100_000)]
    pub system: Option<String>,
    /// The output limit of the first part, in tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// The sampling temperature, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Nucleus sampling, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Texts that end the answer when the model writes one of them; 10,000 characters at most,
    /// together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop_sequences: Vec<String>,
    /// Fields of the model's own (`additionalModelRequestFields`), such as `top_k`; 100,000 characters
    /// at most, as JSON.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
    /// How much the model reasons before it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// The guardrail that watches the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guardrail: Option<Guardrail>,
    /// How far answers go.
    #[serde(skip_serializing_if = "Reach::is_unset", deserialize_with = "object")]
    pub reach: Reach,
}

/// How much the model reasons before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// Not at all.
    Off,
    /// A little.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
}

/// A guardrail of Amazon Bedrock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Guardrail {
    /// Its id or ARN.
    pub id: String,
    /// Its version: a number, or `DRAFT`.
    pub version: String,
}

/// How far answers go: less than the operator's policy, never more.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Reach {
    /// What an output limit means.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^(off|cap|extend)$")]
    pub mode: Option<Mode>,
    /// The most parts, the first included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_parts: Option<u32>,
    /// The most output tokens of all parts together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u64>,
    /// The most money, in US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_cost: Option<f64>,
    /// The longest time, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_seconds: Option<f64>,
    /// What to do at a joint that cannot be proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^(best_effort|proven)$")]
    pub seams: Option<Seams>,
}

impl Reach {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_unset(&self) -> bool {
        *self == Self::default()
    }
}

impl Shape {
    /// Whether it may be kept: whatever keeps one asks here first, so that no message is refused
    /// for what it did not bring.
    pub(crate) fn check(&self) -> Result<(), ChatError> {
        request::fits(self)
    }

    /// This shape, with what it leaves unset taken from the defaults.
    #[must_use]
    pub fn over(&self, defaults: &Self) -> Self {
        fn first<T: Clone>(own: &Option<T>, default: &Option<T>) -> Option<T> {
            own.clone().or_else(|| default.clone())
        }
        let mut fields = defaults.fields.clone();
        fields.extend(self.fields.clone());
        Self {
            model: first(&self.model, &defaults.model),
            system: first(&self.system, &defaults.system),
            max_tokens: first(&self.max_tokens, &defaults.max_tokens),
            temperature: first(&self.temperature, &defaults.temperature),
            top_p: first(&self.top_p, &defaults.top_p),
            stop_sequences: if self.stop_sequences.is_empty() {
                defaults.stop_sequences.clone()
            } else {
                self.stop_sequences.clone()
            },
            fields,
            effort: first(&self.effort, &defaults.effort),
            guardrail: first(&self.guardrail, &defaults.guardrail),
            reach: Reach {
                mode: first(&self.reach.mode, &defaults.reach.mode),
                max_parts: first(&self.reach.max_parts, &defaults.reach.max_parts),
                max_output_tokens: first(
                    &self.reach.max_output_tokens,
                    &defaults.reach.max_output_tokens,
                ),
                max_cost: first(&self.reach.max_cost, &defaults.reach.max_cost),
                max_seconds: first(&self.reach.max_seconds, &defaults.reach.max_seconds),
                seams: first(&self.reach.seams, &defaults.reach.seams),
            },
        }
    }
}

// A system prompt and fields are the user's text, which must not reach a log by way of `{:?}`.
impl std::fmt::Debug for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shape")
            .field("model", &self.model)
            .field("max_tokens", &self.max_tokens)
            .finish_non_exhaustive()
    }
}
