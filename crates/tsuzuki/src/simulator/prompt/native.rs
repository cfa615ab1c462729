//! The other makers' own bodies, in their simplest forms.

use super::document::Message;
use super::{Dialect, Document, Members, Part, Prompt, Turn, converse, messages};
use crate::models::Model;
use crate::simulator::refusal::Refusal;
use serde_json::Value;

/// Reads an InvokeModel body for a model.
pub(crate) fn read(model: &Model, whole: &Document<'_>) -> Result<Prompt, Refusal> {
    let body = whole.members();
    match (model.family(), whole.has_messages()) {
        ("anthropic", _) => messages::read(whole),
        ("amazon", true) => nova(whole),
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
        (_, true) => chat(whole),
        (_, false) => Err(Refusal::malformed()),
    }
}

/// Nova's own body is Converse's with a few names of its own.
fn nova(whole: &Document<'_>) -> Result<Prompt, Refusal> {
    let prompt = converse::read(whole)?;
    let short = whole
        .members()
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

fn chat(whole: &Document<'_>) -> Result<Prompt, Refusal> {
    let body = &whole.members();
    let mut prompt = sampled(body, Dialect::Chat)?;
    prompt.max_tokens = body
        .integer("max_tokens")?
        .or(body.integer("max_completion_tokens")?);
    prompt.stop_sequences = match body.get("stop") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(_) => body.texts("stop")?,
        None => Vec::new(),
    };
    for turn in whole.turns(turn)? {
        match turn.role.as_str() {
            "system" | "developer" => prompt.system.push_str(&turn.text()),
            _ => prompt.turns.push(turn),
        }
    }
    Ok(prompt)
}

fn turn(message: &Message<'_>) -> Result<Turn, Refusal> {
    let turn = match message.text() {
        Some(text) => message.turn_of(text),
        None => message.turn(|block| {
            let text = block.get("text").and_then(Value::as_str);
            Ok(text.map_or(Part::Other, |text| Part::Text(text.to_owned())))
        }),
    }?;
    if turn.role != "tool" {
        return Ok(turn);
    }
    // What a tool gave is a user's turn to the other makers.
    let mut result = Turn::of("user");
    result.add(Part::ToolResult {
        id: message
            .members()
            .text("tool_call_id")?
            .unwrap_or_default()
            .to_owned(),
        text: turn.text(),
    });
    Ok(result)
}

fn sampled(body: &Members<'_>, dialect: Dialect) -> Result<Prompt, Refusal> {
    Ok(Prompt {
        temperature: body.number("temperature")?,
        top_p: body.number("top_p")?,
        ..Prompt::empty(dialect)
    })
}

fn user(text: Option<&str>) -> Turn {
    let mut turn = Turn::of("user");
    turn.add(Part::Text(text.unwrap_or_default().to_owned()));
    turn
}
