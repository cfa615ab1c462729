//! What the simulator is to say and how it is to fail.
//!
//! One rule is one *whole* answer: the simulator cuts it at `maxTokens` and finds where to resume
//! it from the request alone. Rules can be written in Rust or as TOML; the
//! repository's `scenarios/` has examples of the language.

mod fault;
mod file;
mod value;

pub use fault::{At, Calls, Failure, Fault};
pub use file::ScenarioError;

use super::refusal::Exception;
use regex::Regex;
use serde_json::Value;
use std::time::Duration;

/// Everything a simulator is told.
#[derive(Debug, Clone, Default)]
pub struct Scenario {
    /// What it is called.
    pub name: Option<String>,
    /// What every random choice derives from.
    pub seed: u64,
    /// What happens to a request that no rule matches.
    pub fallback: Fallback,
    /// How fast answers come, where a rule says nothing else.
    pub pacing: Pacing,
    /// The rules; the first that matches answers.
    pub rules: Vec<Rule>,
}

/// What happens to a request that no rule matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fallback {
    /// The default responder answers.
    #[default]
    Responder,
    /// The question comes back.
    Echo,
    /// A `ValidationException` says that no rule matched.
    Refuse,
}

/// One whole answer, when it is given, and how it goes wrong.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// What it is called.
    pub name: Option<String>,
    /// Which requests it answers.
    pub when: When,
    /// The whole answer.
    pub reply: Reply,
    /// How it is cut.
    pub cut: CutStyle,
    /// How the model behaves where it resumes.
    pub resume: Resume,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// How fast it comes, if not as the scenario says.
    pub pacing: Option<Pacing>,
    /// The stop reason when the answer ends by itself, in Converse's words; `end_turn` or
    /// `tool_use` without it.
    pub stop: Option<String>,
    /// Refuses the request instead of answering.
    pub error: Option<HttpError>,
}

/// Which requests a rule answers. Everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct When {
    /// The operation's name, such as `ConverseStream`.
    pub operation: Option<Regex>,
    /// The model id as it was sent.
    pub model: Option<Regex>,
    /// The joined text of the last real question of the user.
    pub user: Option<Regex>,
    /// The system prompt.
    pub system: Option<Regex>,
    /// Whether the conversation ends with an assistant's turn.
    pub prefill: Option<bool>,
    /// The name of a tool whose result the last turn brings.
    pub tool_result: Option<Regex>,
    /// Which calls of this rule, counted from 1 per value of the header `x-sim-test`.
    pub call: Option<Calls>,
    /// How likely it answers, 0 to 1.
    pub chance: Option<f64>,
}

/// A whole answer, in blocks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reply {
    /// The blocks, in order.
    pub blocks: Vec<Block>,
}

/// One block of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Text for the reader.
    Text(String),
    /// Reasoning.
    Reasoning {
        /// What is thought.
        text: String,
        /// The seal that closes it.
        signature: Option<String>,
    },
    /// A call of a tool.
    Tool {
        /// The tool's name.
        name: String,
        /// Its input.
        input: Value,
    },
    /// What the default responder answers to this question.
    Respond(String),
}

/// How an answer is cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CutStyle {
    /// Whether a cut keeps the white space that follows it. Models do not.
    pub whitespace: bool,
    /// Whether an answer that fits exactly ends `max_tokens`; asked to go on, it then says nothing
    /// more and ends its turn.
    pub exact_end: bool,
}

/// How the model behaves where it resumes. The default is the ideal model. Habits show when the
/// model is asked to go on; a prefill is always gone on from exactly, as providers place it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// Whether a prefill is gone on from; otherwise the answer starts again.
    pub prefill: bool,
    /// Whether a user's request to go on is followed; otherwise the answer starts again.
    pub ask: bool,
    /// How many tokens before the place it repeats.
    pub overlap: usize,
    /// What it says first.
    pub preamble: String,
    /// How many tokens of the answer it leaves out.
    pub skip: usize,
    /// Whether it starts the current line again.
    pub restart_line: bool,
    /// Whether it opens the code fence again that the cut left open.
    pub reopen_fence: bool,
    /// Whether it starts the whole answer again.
    pub restart_answer: bool,
    /// What it says instead of going on.
    pub meta: Option<String>,
    /// How it repeats a quoted anchor.
    pub echo: Echo,
    /// Every how manyth resumed call of the rule has these habits; the others are ideal.
    pub every: u32,
}

/// How a quoted anchor is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Echo {
    /// As it was quoted.
    #[default]
    Exact,
    /// With its white space changed.
    Rewrap,
    /// As a JSON string.
    Quoted,
    /// Not at all.
    None,
    /// Only its second half.
    Partial,
}

/// How fast an answer comes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pacing {
    /// How long until the first token.
    pub ttft: Duration,
    /// Tokens per second; 0 is as fast as it goes.
    pub tokens_per_second: f64,
    /// By how much each pause varies, 0 to 1.
    pub jitter: f64,
    /// How much one delta holds.
    pub chunk: Chunk,
    /// Whether events carry the padding member `p`.
    pub padding: bool,
    /// By how much everything goes faster.
    pub speed: f64,
}

/// How much one delta holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chunk {
    /// One token.
    Token,
    /// Up to the next white space.
    Word,
    /// About this many characters, in whole tokens.
    Characters(usize),
    /// Everything.
    All,
}

/// An error response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpError {
    /// The status.
    pub status: u16,
    /// The exception's name.
    pub name: String,
    /// What it says.
    pub message: String,
}

impl Scenario {
    /// Reads a scenario file.
    ///
    /// # Errors
    ///
    /// [`ScenarioError`] names the line, the key and a way to repair it.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        file::parse(text)
    }
}

impl Rule {
    /// A rule that answers every request with a text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self {
            reply: Reply::text(text),
            ..Self::default()
        }
    }
}

impl Reply {
    /// An answer of one text. White space at its end is left out: models do not send it.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self {
            blocks: vec![Block::Text(text.trim_end().to_owned())],
        }
    }
}

impl Default for Resume {
    fn default() -> Self {
        Self {
            prefill: true,
            ask: true,
            overlap: 0,
            preamble: String::new(),
            skip: 0,
            restart_line: false,
            reopen_fence: false,
            restart_answer: false,
            meta: None,
            echo: Echo::Exact,
            every: 1,
        }
    }
}

impl Default for Pacing {
    fn default() -> Self {
        Self {
            ttft: Duration::ZERO,
            tokens_per_second: 0.0,
            jitter: 0.0,
            chunk: Chunk::Token,
            padding: true,
            speed: 1.0,
        }
    }
}

impl HttpError {
    /// An exception with its usual status and message.
    #[must_use]
    pub fn of(exception: Exception) -> Self {
        Self {
            status: exception.status(),
            name: exception.name().to_owned(),
            message: exception.message().to_owned(),
        }
    }
}
