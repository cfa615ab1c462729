//! Anthropic's Messages bodies, as InvokeModel takes them.

use super::converse::thinking;
use super::document::Message;
use super::{Choice, Dialect, Document, Members, Part, Prompt, ToolOffer, Turn, joined_texts};
use crate::simulator::refusal::Refusal;
use serde_json::Value;

pub(crate) fn read(whole: &Document<'_>) -> Result<Prompt, Refusal> {
    let body = whole.members();
    for (required, is_there) in [
        ("anthropic_version", body.get("anthropic_version").is_some()),
        ("max_tokens", body.get("max_tokens").is_some()),
        ("messages", whole.has_messages()),
    ] {
        if !is_there {
            return Err(Refusal::validation(format!("{required}: Field required")));
        }
    }
    let system = match body.get("system") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(blocks)) => joined_texts(blocks),
        Some(_) => return Err(Refusal::wrong_type("system")),
        None => String::new(),
    };
    let choice = body.object("tool_choice")?;
    Ok(Prompt {
        system,
        turns: whole.turns(turn)?,
        max_tokens: body.integer("max_tokens")?,
        temperature: body.number("temperature")?,
        top_p: body.number("top_p")?,
        stop_sequences: body.texts("stop_sequences")?,
        tools: body.list("tools")?.iter().filter_map(offer).collect(),
        choice: match (choice.text("type")?, choice.text("name")?) {
            (Some("tool"), Some(name)) => Choice::Named(name.to_owned()),
            (Some("any"), _) => Choice::Any,
            (_, _) => Choice::Auto,
        },
        thinking: thinking(&body)?,
        schema: body.0.pointer("/output_config/format/schema").cloned(),
        ..Prompt::empty(Dialect::Messages)
    })
}

fn turn(message: &Message<'_>) -> Result<Turn, Refusal> {
    match message.text() {
        Some(text) => message.turn_of(text),
        None if message.has_content() => message.turn(part),
        None => Err(Refusal::wrong_type("content")),
    }
}

fn part(value: &Value) -> Result<Part, Refusal> {
    let block = Members(value);
    Ok(match block.text("type")? {
        // Some clients leave the type of a text block out, and the service takes it.
        Some("text") | None => Part::Text(block.text("text")?.unwrap_or_default().to_owned()),
        Some("thinking" | "redacted_thinking") => Part::Reasoning,
        Some("tool_use") => Part::ToolUse {
            id: block.text("id")?.unwrap_or_default().to_owned(),
            name: block.text("name")?.unwrap_or_default().to_owned(),
        },
        Some("tool_result") => Part::ToolResult {
            id: block.text("tool_use_id")?.unwrap_or_default().to_owned(),
            text: match block.get("content") {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Array(blocks)) => joined_texts(blocks),
                Some(_) | None => String::new(),
            },
        },
        Some(_) => Part::Other,
    })
}

fn offer(value: &Value) -> Option<ToolOffer> {
    Some(ToolOffer {
        name: value.get("name")?.as_str()?.to_owned(),
        schema: value.get("input_schema").cloned().unwrap_or(Value::Null),
    })
}
