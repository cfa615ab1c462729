//! How a model is told how much to reason, family by family.
//!
//! Sources: Anthropic's and Amazon's documentation as of November 2026, and errors reported in public
//! issues (manual budgets refused from Opus 4.7 on; Nova 2 at `high` wants `maxTokens` and sampling
//! unset: UKGovernmentBEIS/inspect_ai#3767). None of it was recorded by us.

use super::Effort;
use serde_json::{Map, Value, json};
use tsuzuki::models::Model;

/// Anthropic's smallest budget, in tokens.
const LEAST_BUDGET: u32 = 1024;

/// How a request says it.
pub(super) enum Reasoning {
    /// The model does as it does unasked, which is what is wanted.
    Unsaid,
    /// The model cannot be told so.
    Refused,
    /// By fields of its own; it then takes no sampling parameters.
    Fields {
        /// In `additionalModelRequestFields`.
        fields: Map<String, Value>,
        /// `outputConfig.effort`.
        effort: Option<&'static str>,
        /// What has to be known of the output limit.
        limit: Limit,
        /// Whether the model reasons then.
        reasons: bool,
    },
}

/// What reasoning does to the output limit, which it shares with the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// Nothing.
    AsAsked,
    /// It has to be above the budget.
    Above(u32),
    /// The model wants none.
    Unset,
}

/// How Claude models reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claude {
    /// Not at all.
    Never,
    /// With a budget in tokens.
    Budget,
    /// As much as it takes; off unless asked.
    Adaptive,
    /// As much as it takes; on unless asked.
    AdaptiveByDefault,
    /// The same, and told to stop by another word.
    BetweenTools,
    /// Always.
    Always,
}

/// How an effort is said to a model, within an output limit if the caller named one.
pub(super) fn reasoning(model: Option<&Model>, effort: Effort, asked: Option<u32>) -> Reasoning {
    let Some(model) = model else {
        return Reasoning::Refused;
    };
    match model.family() {
        "anthropic" => claude(generation(&model.id), effort, asked),
        "amazon" if model.id.starts_with("amazon.nova-2") => nova(effort),
        "openai" => match word(effort) {
            Some(word) => said("reasoning_effort", json!(word), Limit::AsAsked),
            None => Reasoning::Refused,
        },
        _ if effort == Effort::Off && !model.reasoning => Reasoning::Unsaid,
        _ => Reasoning::Refused,
    }
}

/// How Claude models reason, by the words of their ids.
fn generation(id: &str) -> Claude {
    let has = |words: &[&str]| words.iter().any(|word| id.contains(word));
    if has(&["sonnet-5-5"]) {
        Claude::BetweenTools
    } else if has(&["fable", "mythos", "opus-5-5"]) {
        Claude::Always
    } else if has(&["opus-5", "sonnet-5", "haiku-5"]) {
        Claude::AdaptiveByDefault
    } else if has(&["-4-6", "-4-7", "-4-8"]) {
        Claude::Adaptive
    } else if has(&["-3-7-", "opus-4", "sonnet-4", "haiku-4"]) {
        Claude::Budget
    } else {
        Claude::Never
    }
}

fn claude(generation: Claude, effort: Effort, asked: Option<u32>) -> Reasoning {
    let off = |kind: &str| Reasoning::Fields {
        fields: fields("thinking", json!({ "type": kind })),
        effort: None,
        limit: Limit::AsAsked,
        reasons: false,
    };
    match (generation, word(effort)) {
        (Claude::Never | Claude::Budget | Claude::Adaptive, None) => Reasoning::Unsaid,
        (Claude::AdaptiveByDefault, None) => off("disabled"),
        (Claude::BetweenTools, None) => off("between_tools"),
        (Claude::Always, None) | (Claude::Never, Some(_)) => Reasoning::Refused,
        (Claude::Budget, Some(_)) => budget(effort, asked),
        (Claude::Always, Some(word)) => Reasoning::Fields {
            fields: Map::new(),
            effort: Some(word),
            limit: Limit::AsAsked,
            reasons: true,
        },
        (Claude::Adaptive | Claude::AdaptiveByDefault | Claude::BetweenTools, Some(word)) => {
            Reasoning::Fields {
                fields: fields("thinking", json!({ "type": "adaptive" })),
                effort: Some(word),
                limit: Limit::AsAsked,
                reasons: true,
            }
        }
    }
}

/// A budget in tokens: below the caller's own limit, where there is one.
fn budget(effort: Effort, asked: Option<u32>) -> Reasoning {
    let wanted = match effort {
        Effort::Off | Effort::Low => LEAST_BUDGET,
        Effort::Medium => 4 * LEAST_BUDGET,
        Effort::High => 16 * LEAST_BUDGET,
    };
    let budget = asked.map_or(wanted, |limit| wanted.min(limit.saturating_sub(1)));
    if budget < LEAST_BUDGET {
        return Reasoning::Refused;
    }
    said(
        "thinking",
        json!({ "type": "enabled", "budget_tokens": budget }),
        Limit::Above(budget),
    )
}

fn nova(effort: Effort) -> Reasoning {
    let Some(word) = word(effort) else {
        return Reasoning::Unsaid;
    };
    let limit = if effort == Effort::High {
        Limit::Unset
    } else {
        Limit::AsAsked
    };
    said(
        "reasoningConfig",
        json!({ "type": "enabled", "maxReasoningEffort": word }),
        limit,
    )
}

fn said(name: &str, value: Value, limit: Limit) -> Reasoning {
    Reasoning::Fields {
        fields: fields(name, value),
        effort: None,
        limit,
        reasons: true,
    }
}

fn fields(name: &str, value: Value) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert(name.to_owned(), value);
    fields
}

/// The word for an effort; none for none.
const fn word(effort: Effort) -> Option<&'static str> {
    match effort {
        Effort::Off => None,
        Effort::Low => Some("low"),
        Effort::Medium => Some("medium"),
        Effort::High => Some("high"),
    }
}
