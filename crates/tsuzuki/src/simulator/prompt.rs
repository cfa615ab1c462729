//! What a request asks, read from any wire form: the simulator's own view, since it plays the
//! server.

mod converse;
mod document;
mod messages;
mod native;

use super::refusal::Refusal;
use super::tokens;
use serde_json::Value;

pub(super) use converse::read as read_converse;
pub(super) use document::Document;
pub(super) use messages::read as read_messages;
pub(super) use native::read as read_native;

/// How a body is spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Converse, for every model.
    Converse,
    /// Anthropic's Messages.
    Messages,
    /// Amazon Nova's own body.
    Nova,
    /// Amazon Titan Text.
    Titan,
    /// Meta Llama.
    Llama,
    /// Mistral's text completion.
    Mistral,
    /// Chat completions, which most open-weight models take.
    Chat,
}

/// What a request asks.
#[derive(Debug, Clone)]
pub(crate) struct Prompt {
    pub(crate) dialect: Dialect,
    pub(crate) system: String,
    pub(crate) turns: Vec<Turn>,
    pub(crate) max_tokens: Option<i64>,
    pub(crate) temperature: Option<f64>,
    pub(crate) top_p: Option<f64>,
    pub(crate) stop_sequences: Vec<String>,
    pub(crate) tools: Vec<ToolOffer>,
    pub(crate) choice: Choice,
    pub(crate) thinking: Thinking,
    /// The JSON schema the answer must have.
    pub(crate) schema: Option<Value>,
    /// Pointers into the native response that the caller wants to see.
    pub(crate) extra_paths: Vec<String>,
}

/// One message.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    pub(crate) role: String,
    /// Its blocks. Texts that follow each other are one: a prompt may come as one block per
    /// character.
    pub(crate) parts: Vec<Part>,
    /// The place of the first block of text without any, as the blocks came.
    pub(crate) blank: Option<usize>,
    /// How many blocks came.
    blocks: usize,
    /// How many tokens they are, each counted on its own.
    tokens: usize,
}

/// One block of a message.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    Text(String),
    Reasoning,
    ToolUse { id: String, name: String },
    ToolResult { id: String, text: String },
    Other,
}

/// A tool on offer.
#[derive(Debug, Clone)]
pub(crate) struct ToolOffer {
    pub(crate) name: String,
    pub(crate) schema: Value,
}

/// What the caller says about tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    Auto,
    Any,
    Named(String),
}

/// What the caller says about reasoning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thinking {
    Off,
    Adaptive,
    Budget(i64),
}

impl Turn {
    /// A turn in which nothing is said yet.
    pub(super) fn of(role: impl Into<String>) -> Self {
        Self {
            role: role.into(),
            parts: Vec::new(),
            blank: None,
            blocks: 0,
            tokens: 0,
        }
    }

    /// Adds a block.
    pub(super) fn add(&mut self, part: Part) {
        self.tokens += weight(&part);
        if matches!(&part, Part::Text(text) if text.is_empty()) {
            self.blank.get_or_insert(self.blocks);
        }
        self.blocks += 1;
        match (self.parts.last_mut(), part) {
            (Some(Part::Text(before)), Part::Text(text)) => before.push_str(&text),
            (_, part) => self.parts.push(part),
        }
    }

    pub(crate) fn is_user(&self) -> bool {
        self.role == "user"
    }

    pub(crate) fn is_assistant(&self) -> bool {
        self.role == "assistant"
    }

    /// Its text, joined.
    pub(crate) fn text(&self) -> String {
        self.parts
            .iter()
            .filter_map(|part| match part {
                Part::Text(text) => Some(text.as_str()),
                Part::Reasoning | Part::ToolUse { .. } | Part::ToolResult { .. } | Part::Other => {
                    None
                }
            })
            .collect()
    }

    /// The tool results it brings, with their call ids.
    pub(crate) fn tool_results(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parts.iter().filter_map(|part| match part {
            Part::ToolResult { id, text } => Some((id.as_str(), text.as_str())),
            Part::Text(_) | Part::Reasoning | Part::ToolUse { .. } | Part::Other => None,
        })
    }
}

impl Prompt {
    pub(crate) const fn empty(dialect: Dialect) -> Self {
        Self {
            dialect,
            system: String::new(),
            turns: Vec::new(),
            max_tokens: None,
            temperature: None,
            top_p: None,
            stop_sequences: Vec::new(),
            tools: Vec::new(),
            choice: Choice::Auto,
            thinking: Thinking::Off,
            schema: None,
            extra_paths: Vec::new(),
        }
    }

    /// Whether it ends with an assistant's turn, which the model is to go on from.
    pub(crate) fn is_prefilled(&self) -> bool {
        self.turns.last().is_some_and(Turn::is_assistant)
    }

    /// How many tokens it is, as CountTokens and `usage` both say.
    pub(crate) fn input_tokens(&self) -> usize {
        const PER_TURN: usize = 4;
        let turns: usize = self.turns.iter().map(|turn| PER_TURN + turn.tokens).sum();
        let tools: usize = self
            .tools
            .iter()
            .map(|tool| tokens::count(&tool.name) + tokens::count(&tool.schema.to_string()))
            .sum();
        tokens::count(&self.system) + turns + tools
    }

    /// The name of the tool that was called with an id.
    pub(crate) fn tool_called(&self, call: &str) -> Option<&str> {
        self.turns
            .iter()
            .flat_map(|turn| &turn.parts)
            .find_map(|part| match part {
                Part::ToolUse { id, name } if id == call => Some(name.as_str()),
                Part::ToolUse { .. }
                | Part::Text(_)
                | Part::Reasoning
                | Part::ToolResult { .. }
                | Part::Other => None,
            })
    }
}

fn weight(part: &Part) -> usize {
    match part {
        Part::Text(text) | Part::ToolResult { text, .. } => tokens::count(text),
        Part::ToolUse { name, .. } => 8 + tokens::count(name),
        Part::Reasoning | Part::Other => 16,
    }
}

/// The members of a JSON object, read with the complaint a service has about a wrong type.
pub(super) struct Members<'a>(pub(super) &'a Value);

impl<'a> Members<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn list(&self, name: &str) -> Result<&'a [Value], Refusal> {
        match self.get(name) {
            None => Ok(&[]),
            Some(value) => value
                .as_array()
                .map(Vec::as_slice)
                .ok_or_else(|| Refusal::wrong_type(name)),
        }
    }

    fn text(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        self.get(name)
            .map(|value| value.as_str().ok_or_else(|| Refusal::wrong_type(name)))
            .transpose()
    }

    fn number(&self, name: &str) -> Result<Option<f64>, Refusal> {
        self.get(name)
            .map(|value| value.as_f64().ok_or_else(|| Refusal::wrong_type(name)))
            .transpose()
    }

    fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.get(name)
            .map(|value| value.as_i64().ok_or_else(|| Refusal::wrong_type(name)))
            .transpose()
    }

    fn object(&self, name: &str) -> Result<Self, Refusal> {
        match self.get(name) {
            None => Ok(Self(&Value::Null)),
            Some(value) if value.is_object() => Ok(Self(value)),
            Some(_) => Err(Refusal::wrong_type(name)),
        }
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, Refusal> {
        self.list(name)?
            .iter()
            .map(|value| {
                value
                    .as_str()
                    .map(str::to_owned)
                    .ok_or_else(|| Refusal::wrong_type(name))
            })
            .collect()
    }
}

/// The texts of a list of `{"text": …}`, joined with line breaks.
fn joined_texts(list: &[Value]) -> String {
    list.iter()
        .filter_map(|block| block.get("text").and_then(Value::as_str))
        .collect::<Vec<_>>()
        .join("\n")
}
