//! How answers are spelt on the wire, as recorded traffic has it.

mod converse;
mod messages;
mod native;

use super::prompt::Dialect;
use super::refusal::json;
use super::scenario::Chunk;
use super::speech::{Speech, Spoken};
use crate::models::Model;
use base64::Engine as _;
use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;
use tsuzuki_wire::eventstream;

/// The alphabet whose prefixes are the padding of events.
const PADDING: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// One step of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The message begins.
    Start,
    /// A block begins.
    Open(usize),
    /// A block grows by the tokens `from..to`.
    Delta {
        block: usize,
        from: usize,
        to: usize,
    },
    /// A block of reasoning gets its seal.
    Seal(usize),
    /// A block ends.
    Close(usize),
    /// The message stops.
    Stop,
    /// Token counts and timing.
    Metadata,
}

/// What is printed, and the facts around it.
#[derive(Debug)]
pub(crate) struct Printer {
    pub(crate) dialect: Dialect,
    pub(crate) model: Arc<Model>,
    pub(crate) speech: Speech,
    pub(crate) input_tokens: usize,
    pub(crate) latency_ms: u64,
    pub(crate) extra_paths: Vec<String>,
    pub(crate) padding: bool,
    pub(crate) rng: fastrand::Rng,
    /// How many deltas were printed, on wires that number them.
    deltas: usize,
    /// How many tokens were printed, on wires that count them.
    tokens: usize,
    id: String,
}

impl Printer {
    pub(crate) fn new(
        dialect: Dialect,
        model: Arc<Model>,
        speech: Speech,
        input_tokens: usize,
        mut rng: fastrand::Rng,
    ) -> Self {
        let id = (0..22).map(|_| rng.alphanumeric()).collect();
        Self {
            dialect,
            model,
            speech,
            input_tokens,
            latency_ms: 1,
            extra_paths: Vec::new(),
            padding: true,
            rng,
            deltas: 0,
            tokens: 0,
            id,
        }
    }

    /// The body of a response in one piece.
    pub(crate) fn unary(&self) -> Bytes {
        match self.dialect {
            Dialect::Converse => json(&converse::unary(self)),
            Dialect::Messages => Bytes::from(messages::unary(self)),
            Dialect::Nova => json(&converse::nova(self)),
            Dialect::Titan | Dialect::Llama | Dialect::Mistral | Dialect::Chat => {
                Bytes::from(native::unary(self))
            }
        }
    }

    /// The frames of one step of a stream.
    pub(crate) fn frames(&mut self, step: Step) -> Vec<Bytes> {
        let chunks = match self.dialect {
            Dialect::Converse => {
                return converse::event(self, step)
                    .into_iter()
                    .map(|(name, payload)| self.frame(name, payload))
                    .collect();
            }
            Dialect::Messages => messages::chunks(self, step),
            Dialect::Nova => native::nova_chunks(self, step),
            Dialect::Titan | Dialect::Llama | Dialect::Mistral | Dialect::Chat => {
                native::chunks(self, step)
            }
        };
        chunks
            .into_iter()
            .map(|chunk| {
                let bytes = base64::engine::general_purpose::STANDARD.encode(chunk);
                self.frame("chunk", json!({"bytes": bytes}))
            })
            .collect()
    }

    /// One event frame, padded.
    pub(crate) fn frame(&mut self, name: &str, mut payload: Value) -> Bytes {
        if self.padding
            && let Some(members) = payload.as_object_mut()
        {
            let length = self.rng.usize(2..=PADDING.len() - 1);
            members.insert("p".to_owned(), Value::from(&PADDING[..length]));
        }
        let headers = [
            (":event-type", name),
            (":content-type", "application/json"),
            (":message-type", "event"),
        ];
        eventstream::write(&headers, &json(&payload))
    }

    /// The steps of the stream.
    pub(crate) fn steps(&self, chunk: Chunk) -> Vec<Step> {
        let mut steps = vec![Step::Start];
        for (block, spoken) in self.speech.blocks.iter().enumerate() {
            steps.push(Step::Open(block));
            let mut from = 0;
            for to in ends(spoken, chunk) {
                steps.push(Step::Delta { block, from, to });
                from = to;
            }
            if let Spoken::Reasoning {
                signature: Some(_), ..
            } = spoken
            {
                steps.push(Step::Seal(block));
            }
            steps.push(Step::Close(block));
        }
        steps.extend([Step::Stop, Step::Metadata]);
        steps
    }

    /// The text for the reader that a step brings.
    pub(crate) fn piece_of(&self, step: Step) -> &str {
        match step {
            Step::Delta { block, from, to } => self.piece(block, from, to),
            Step::Start
            | Step::Open(_)
            | Step::Seal(_)
            | Step::Close(_)
            | Step::Stop
            | Step::Metadata => "",
        }
    }

    /// The text of a delta.
    fn piece(&self, block: usize, from: usize, to: usize) -> &str {
        self.speech
            .blocks
            .get(block)
            .map_or("", |spoken| spoken.tokens().slice(from, to))
    }

    /// All text for the reader.
    fn text(&self) -> String {
        self.speech
            .blocks
            .iter()
            .filter_map(|spoken| match spoken {
                Spoken::Text(tokens) => Some(tokens.text()),
                Spoken::Reasoning { .. } | Spoken::Tool { .. } => None,
            })
            .collect()
    }

    /// The last chunk's own member, as Bedrock adds it to every native stream.
    fn metrics(&self) -> String {
        format!(
            r#""amazon-bedrock-invocationMetrics":{{"inputTokenCount":{},"outputTokenCount":{},"invocationLatency":{},"firstByteLatency":{}}}"#,
            self.input_tokens,
            self.speech.output_tokens,
            self.latency_ms,
            self.latency_ms.min(1)
        )
    }
}

/// Where the deltas of a block end, in tokens. A tool's input comes as fragments all the same.
fn ends(spoken: &Spoken, chunk: Chunk) -> Vec<usize> {
    let tokens = spoken.tokens();
    let count = tokens.count();
    let mut ends = Vec::new();
    let mut from = 0;
    for to in 1..=count {
        let full = match chunk {
            Chunk::Token => true,
            Chunk::Word => tokens.slice(to, to + 1).starts_with(char::is_whitespace),
            Chunk::Characters(most) => tokens.slice(from, to).chars().count() >= most,
            Chunk::All => false,
        };
        if full || to == count {
            ends.push(to);
            from = to;
        }
    }
    ends
}

/// A JSON string.
fn quote(text: &str) -> String {
    Value::from(text).to_string()
}
