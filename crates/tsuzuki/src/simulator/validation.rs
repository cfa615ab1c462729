//! What a request is refused for, in the service's own words.
//!
//! The literals were recorded or quoted in public issues; on Converse the models' own errors have a
//! prefix.

use super::prompt::{Dialect, Part, Prompt, Thinking, Turn};
use super::refusal::Refusal;
use crate::models::{Model, PrefillError, Sampling};
use tsuzuki_wire::engine::Prefill;

/// Families that refuse a conversation that an assistant begins; Claude, Qwen, GLM and Kimi take it.
const USER_FIRST: [&str; 6] = ["amazon", "meta", "mistral", "cohere", "ai21", "writer"];

/// Checks a request against a model.
pub(crate) fn check(prompt: &Prompt, model: &Model) -> Result<(), Refusal> {
    check_turns(prompt, model)?;
    check_prefill(prompt, model)?;
    check_limits(prompt, model)?;
    check_sampling(prompt, model)?;
    check_window(prompt, model)
}

/// An error of the model itself, which Converse wraps.
fn by_model(prompt: &Prompt, message: impl AsRef<str>) -> Refusal {
    let prefix = match prompt.dialect {
        Dialect::Converse => "The model returned the following errors: ",
        Dialect::Messages
        | Dialect::Nova
        | Dialect::Titan
        | Dialect::Llama
        | Dialect::Mistral
        | Dialect::Chat => "",
    };
    Refusal::validation(format!("{prefix}{}", message.as_ref()))
}

fn check_turns(prompt: &Prompt, model: &Model) -> Result<(), Refusal> {
    let Some(first) = prompt.turns.first() else {
        return Err(match prompt.dialect {
            Dialect::Messages => Refusal::validation("messages: at least one message is required"),
            Dialect::Converse
            | Dialect::Nova
            | Dialect::Titan
            | Dialect::Llama
            | Dialect::Mistral
            | Dialect::Chat => user_first(),
        });
    };
    for (at, turn) in prompt.turns.iter().enumerate() {
        check_role(turn, at, model)?;
        check_content(prompt, turn, at, model)?;
    }
    if first.is_assistant() && USER_FIRST.contains(&model.family()) {
        return Err(user_first());
    }
    let uses_tools = prompt
        .turns
        .iter()
        .flat_map(|turn| &turn.parts)
        .any(|part| match part {
            Part::ToolUse { .. } | Part::ToolResult { .. } => true,
            Part::Text(_) | Part::Reasoning | Part::Other => false,
        });
    if uses_tools && prompt.tools.is_empty() && prompt.dialect == Dialect::Converse {
        return Err(Refusal::validation(
            "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
        ));
    }
    Ok(())
}

fn user_first() -> Refusal {
    Refusal::validation(
        "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
    )
}

fn check_role(turn: &Turn, at: usize, model: &Model) -> Result<(), Refusal> {
    match turn.role.as_str() {
        "user" | "assistant" => Ok(()),
        // Turns of the system in the middle came with Opus 4.8 and the fifth generation, the first
        // that take no sampling parameters either.
        "system" if model.family() == "anthropic" && model.sampling == Sampling::None => Ok(()),
        role => Err(Refusal::validation(format!(
            "1 validation error detected: Value '{role}' at 'messages.{}.member.role' failed to satisfy constraint: \
             Member must satisfy enum value set: [user, assistant]",
            at + 1
        ))),
    }
}

fn check_content(prompt: &Prompt, turn: &Turn, at: usize, model: &Model) -> Result<(), Refusal> {
    if turn.parts.is_empty() && prompt.dialect != Dialect::Chat {
        return Err(match prompt.dialect {
            Dialect::Messages => {
                Refusal::validation(format!("messages.{at}: content cannot be empty"))
            }
            Dialect::Converse
            | Dialect::Nova
            | Dialect::Titan
            | Dialect::Llama
            | Dialect::Mistral
            | Dialect::Chat => Refusal::validation(format!(
                "The content field in the Message object at messages.{at} is empty. \
                     Add a ContentBlock object to the content field and try again."
            )),
        });
    }
    if let Some(block) = turn.blank {
        return Err(match prompt.dialect {
            Dialect::Converse | Dialect::Nova => Refusal::validation(format!(
                "The text field in the ContentBlock object at messages.{at}.content.{block} is blank. \
                 Add text to the text field, and try again."
            )),
            Dialect::Messages => {
                Refusal::validation("messages: text content blocks must be non-empty")
            }
            Dialect::Titan | Dialect::Llama | Dialect::Mistral | Dialect::Chat => {
                Refusal::malformed()
            }
        });
    }
    // Only a message that is blank as a whole: a prompt may come as one block per character, some
    // of which are spaces.
    let only_text = turn.parts.iter().all(|part| matches!(part, Part::Text(_)));
    if only_text && turn.text().trim().is_empty() && model.family() == "anthropic" {
        return Err(by_model(
            prompt,
            "messages: text content blocks must contain non-whitespace text",
        ));
    }
    Ok(())
}

fn check_prefill(prompt: &Prompt, model: &Model) -> Result<(), Refusal> {
    if !prompt.is_prefilled() {
        return Ok(());
    }
    if model.prefill == Prefill::Refused {
        return Err(match model.prefill_error {
            PrefillError::NoPrefill => by_model(
                prompt,
                "This model does not support assistant message prefill. The conversation must end with a user message.",
            ),
            PrefillError::LastTurn => Refusal::validation(
                "The model that you are using requires the last turn in the conversation to be a user message. \
                 Add a user message to the conversation and try again.",
            ),
        });
    }
    if model.family() != "anthropic" {
        return Ok(());
    }
    if !prompt.tools.is_empty() && !model.prefill_with_tools {
        return Err(by_model(
            prompt,
            "Your API request included an `assistant` message in the final position, which would pre-fill the \
             `assistant` response. When using tools, pre-filling the `assistant` response is not supported.",
        ));
    }
    let last = prompt.turns.last();
    if prompt.thinking != Thinking::Off
        && last.is_some_and(|turn| !matches!(turn.parts.first(), Some(Part::Reasoning)))
    {
        return Err(by_model(
            prompt,
            format!(
                "messages.{}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `text`. When \
                 `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the \
                 lastmost set of `tool_use` and `tool_result` blocks).",
                prompt.turns.len() - 1
            ),
        ));
    }
    if last.is_some_and(|turn| turn.text().ends_with(char::is_whitespace)) {
        return Err(by_model(
            prompt,
            "messages: final assistant content cannot end with trailing whitespace",
        ));
    }
    Ok(())
}

fn check_limits(prompt: &Prompt, model: &Model) -> Result<(), Refusal> {
    let member = match prompt.dialect {
        Dialect::Converse | Dialect::Nova => "inferenceConfig.maxTokens",
        Dialect::Titan => "textGenerationConfig.maxTokenCount",
        Dialect::Llama => "max_gen_len",
        Dialect::Messages | Dialect::Mistral | Dialect::Chat => "max_tokens",
    };
    if let Some(tokens) = prompt.max_tokens.filter(|tokens| *tokens < 1) {
        return Err(match prompt.dialect {
            Dialect::Messages => {
                Refusal::validation("max_tokens: Input should be greater than or equal to 1")
            }
            Dialect::Converse
            | Dialect::Nova
            | Dialect::Titan
            | Dialect::Llama
            | Dialect::Mistral
            | Dialect::Chat => Refusal::validation(format!(
                "1 validation error detected: Value '{tokens}' at '{member}' failed to satisfy constraint: \
                     Member must have value greater than or equal to 1"
            )),
        });
    }
    if let (Some(tokens), Some(limit)) = (prompt.max_tokens, model.max_output)
        && tokens > i64::from(limit)
    {
        return Err(match prompt.dialect {
            Dialect::Converse => Refusal::validation(format!(
                "The maximum tokens you requested exceeds the model limit of {limit}. \
                 Try again with a maximum tokens value that is lower than {limit}."
            )),
            Dialect::Messages
            | Dialect::Nova
            | Dialect::Titan
            | Dialect::Llama
            | Dialect::Mistral
            | Dialect::Chat => Refusal::validation(format!(
                "max_tokens: {tokens} > {limit}, which is the maximum allowed number of output tokens for {}",
                model.id
            )),
        });
    }
    if let Thinking::Budget(budget) = prompt.thinking
        && prompt.max_tokens.is_some_and(|tokens| tokens <= budget)
    {
        return Err(by_model(
            prompt,
            "`max_tokens` must be greater than `thinking.budget_tokens`.",
        ));
    }
    Ok(())
}

fn check_sampling(prompt: &Prompt, model: &Model) -> Result<(), Refusal> {
    for (name, value) in [("temperature", prompt.temperature), ("topP", prompt.top_p)] {
        let bound = match value {
            Some(value) if value > 1.0 && prompt.dialect == Dialect::Converse => {
                "less than or equal to 1"
            }
            Some(value) if value < 0.0 => "greater than or equal to 0",
            Some(_) | None => continue,
        };
        return Err(Refusal::validation(format!(
            "1 validation error detected: Value '{:?}' at 'inferenceConfig.{name}' failed to satisfy constraint: \
             Member must have value {bound}",
            value.unwrap_or_default()
        )));
    }
    if prompt.stop_sequences.iter().any(String::is_empty) {
        return Err(Refusal::validation(
            "1 validation error detected: Value '[]' at 'inferenceConfig.stopSequences' failed to satisfy constraint: \
             Member must satisfy constraint: [Member must have length greater than or equal to 1]",
        ));
    }
    match (model.sampling, prompt.temperature, prompt.top_p) {
        (Sampling::None, None, None) | (Sampling::Both, _, _) => Ok(()),
        (Sampling::None, temperature, _) if model.family() == "anthropic" => {
            let name = if temperature.is_some() {
                "temperature"
            } else {
                "top_p"
            };
            Err(by_model(
                prompt,
                format!("`{name}` is deprecated for this model."),
            ))
        }
        (Sampling::None, temperature, _) => {
            let name = if temperature.is_some() {
                "temperature"
            } else {
                "topP"
            };
            Err(Refusal::validation(format!(
                "This model doesn't support the {name} field. Remove {name} and try again."
            )))
        }
        (Sampling::One, Some(_), Some(_)) => Err(by_model(
            prompt,
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
        )),
        (Sampling::One, _, _) => Ok(()),
    }
}

fn check_window(prompt: &Prompt, model: &Model) -> Result<(), Refusal> {
    let tokens = prompt.input_tokens();
    match model
        .context
        .and_then(|context| usize::try_from(context).ok())
    {
        Some(context) if tokens > context && model.family() == "anthropic" => Err(by_model(
            prompt,
            format!("prompt is too long: {tokens} tokens > {context} maximum"),
        )),
        Some(context) if tokens > context => Err(Refusal::validation(
            "Input is too long for requested model.",
        )),
        Some(_) | None => Ok(()),
    }
}
