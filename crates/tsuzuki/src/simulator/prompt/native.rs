//! The other makers' own bodies, in their simplest forms.

use super::{Dialect, Members, Part, Prompt, Turn, converse, messages};
use crate::models::Model;
use crate::simulator::refusal::Refusal;
use serde_json::Value;

/// Reads an InvokeModel body for a model.
pub(crate) fn read(model: &Model, value: &Value) -> Result<Prompt, Refusal> {
    let body = Members(value);
    match (model.family(), body.get("messages").is_some()) {
        ("anthropic", _) => messages::read(value),
        ("amazon", true) => nova(value),
        ("amazon", false) if body.get("inputText").is_some() => titan(&body),
        ("meta", false) if body.get("prompt").is_some() => Ok(Prompt {
            turns: vec![user(body.text("prompt")?)],
            max_tokens: body.integer("max_gen_len")?,
            ..sampled(&body, Dialect::Llama)?
        }),
        ("mistral", false) if body.get("prompt").is_some() => Ok(Prompt {
            turns: vec![user(body.text("prompt")?)],
            max_tokens: body.integer("max_tokens")?,
            stop_sequences: body.texts("stop")?,
            ..sampled(&body, Dialect::Mistral)?
        }),
        (_, true) => chat(&body),
        (_, false) => Err(Refusal::malformed()),
    }
}

/// Nova's own body is Converse's with a few names of its own.
fn nova(value: &Value) -> Result<Prompt, Refusal> {
    let prompt = converse::read(value)?;
    let short = Members(value)
        .object("inferenceConfig")?
        .integer("max_new_tokens")?;
    Ok(Prompt {
        dialect: Dialect::Nova,
        max_tokens: prompt.max_tokens.or(short),
        ..prompt
    })
}

fn titan(body: &Members<'_>) -> Result<Prompt, Refusal> {
    let settings = body.object("textGenerationConfig")?;
    Ok(Prompt {
        turns: vec![user(body.text("inputText")?)],
        max_tokens: settings.integer("maxTokenCount")?,
        temperature: settings.number("temperature")?,
        top_p: settings.number("topP")?,
        stop_sequences: settings.texts("stopSequences")?,
        ..Prompt::empty(Dialect::Titan)
    })
}

fn chat(body: &Members<'_>) -> Result<Prompt, Refusal> {
    let mut prompt = sampled(body, Dialect::Chat)?;
    prompt.max_tokens = body
        .integer("max_tokens")?
        .or(body.integer("max_completion_tokens")?);
    prompt.stop_sequences = match body.get("stop") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(_) => body.texts("stop")?,
        None => Vec::new(),
    };
    for message in body.list("messages")? {
        let message = Members(message);
        let parts = match message.get("content") {
            Some(Value::String(text)) => vec![Part::Text(text.clone())],
            Some(Value::Array(blocks)) => blocks
                .iter()
                .filter_map(|block| block.get("text")?.as_str())
                .map(|text| Part::Text(text.to_owned()))
                .collect(),
            Some(_) => return Err(Refusal::wrong_type("content")),
            None => Vec::new(),
        };
        let turn = Turn {
            role: message.text("role")?.unwrap_or_default().to_owned(),
            parts,
        };
        match turn.role.as_str() {
            "system" | "developer" => prompt.system.push_str(&turn.text()),
            "tool" => {
                let result = Part::ToolResult {
                    id: message.text("tool_call_id")?.unwrap_or_default().to_owned(),
                    text: turn.text(),
                };
                prompt.turns.push(Turn {
                    role: "user".to_owned(),
                    parts: vec![result],
                });
            }
            _ => prompt.turns.push(turn),
        }
    }
    Ok(prompt)
}

fn sampled(body: &Members<'_>, dialect: Dialect) -> Result<Prompt, Refusal> {
    Ok(Prompt {
        temperature: body.number("temperature")?,
        top_p: body.number("top_p")?,
        ..Prompt::empty(dialect)
    })
}

fn user(text: Option<&str>) -> Turn {
    Turn {
        role: "user".to_owned(),
        parts: vec![Part::Text(text.unwrap_or_default().to_owned())],
    }
}
