//! Converse bodies.

use super::{Choice, Dialect, Document, Members, Part, Prompt, Thinking, ToolOffer, joined_texts};
use crate::simulator::refusal::Refusal;
use serde_json::Value;

pub(crate) fn read(whole: &Document<'_>) -> Result<Prompt, Refusal> {
    let body = whole.members();
    let inference = body.object("inferenceConfig")?;
    let extra = body.object("additionalModelRequestFields")?;
    let tools = body.object("toolConfig")?;
    Ok(Prompt {
        system: joined_texts(body.list("system")?),
        turns: whole.turns(|message| message.turn(part))?,
        max_tokens: inference.integer("maxTokens")?,
        temperature: inference.number("temperature")?,
        top_p: inference.number("topP")?,
        stop_sequences: inference.texts("stopSequences")?,
        tools: tools.list("tools")?.iter().filter_map(offer).collect(),
        choice: choice(&tools.object("toolChoice")?),
        thinking: thinking(&extra)?,
        schema: schema(&body, &extra),
        extra_paths: body.texts("additionalModelResponseFieldPaths")?,
        ..Prompt::empty(Dialect::Converse)
    })
}

/// `thinking` (Claude) or `reasoningConfig` (Nova 2).
pub(super) fn thinking(extra: &Members<'_>) -> Result<Thinking, Refusal> {
    let thinking = extra.object("thinking")?;
    let reasoning = extra.object("reasoningConfig")?;
    Ok(match (thinking.text("type")?, reasoning.text("type")?) {
        (Some("enabled"), _) => {
            Thinking::Budget(thinking.integer("budget_tokens")?.unwrap_or(1024))
        }
        (Some("adaptive"), _) | (None, Some("enabled")) => Thinking::Adaptive,
        (Some(_) | None, _) => Thinking::Off,
    })
}

fn schema(body: &Members<'_>, extra: &Members<'_>) -> Option<Value> {
    let native = extra.0.pointer("/output_config/format/schema").cloned();
    let text = body
        .0
        .pointer("/outputConfig/textFormat/structure/jsonSchema/schema")
        .and_then(Value::as_str);
    native.or_else(|| text.and_then(|text| serde_json::from_str(text).ok()))
}

fn part(value: &Value) -> Result<Part, Refusal> {
    let block = Members(value);
    if !value.is_object() {
        return Err(Refusal::wrong_type("content"));
    }
    if let Some(text) = block.text("text")? {
        return Ok(Part::Text(text.to_owned()));
    }
    if block.get("reasoningContent").is_some() {
        return Ok(Part::Reasoning);
    }
    if block.get("toolUse").is_some() {
        let call = block.object("toolUse")?;
        return Ok(Part::ToolUse {
            id: call.text("toolUseId")?.unwrap_or_default().to_owned(),
            name: call.text("name")?.unwrap_or_default().to_owned(),
        });
    }
    if block.get("toolResult").is_some() {
        let result = block.object("toolResult")?;
        let content =
            result
                .list("content")?
                .iter()
                .map(|item| match (item.get("text"), item.get("json")) {
                    (Some(Value::String(text)), _) => text.clone(),
                    (_, Some(json)) => json.to_string(),
                    (_, None) => String::new(),
                });
        return Ok(Part::ToolResult {
            id: result.text("toolUseId")?.unwrap_or_default().to_owned(),
            text: content.collect::<Vec<_>>().join("\n"),
        });
    }
    Ok(Part::Other)
}

fn offer(value: &Value) -> Option<ToolOffer> {
    let specification = value.get("toolSpec")?;
    Some(ToolOffer {
        name: specification.get("name")?.as_str()?.to_owned(),
        schema: specification
            .pointer("/inputSchema/json")
            .cloned()
            .unwrap_or(Value::Null),
    })
}

fn choice(choice: &Members<'_>) -> Choice {
    match (
        choice.0.pointer("/tool/name").and_then(Value::as_str),
        choice.get("any"),
    ) {
        (Some(name), _) => Choice::Named(name.to_owned()),
        (None, Some(_)) => Choice::Any,
        (None, None) => Choice::Auto,
    }
}
