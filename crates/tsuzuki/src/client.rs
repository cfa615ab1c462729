//! The library's own door: a question in, a whole answer out.

use crate::simulator::{Scenario, Simulator};
use crate::{Backend, Brake, Error, Journal, Step, Wired, drive, narrow};
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tsuzuki_wire::engine::{Answer, Mode, ModelId, Outcome, Policy, Report};
use tsuzuki_wire::{Form, read_ask};

/// The output limit a question carries when it names none, in tokens. Bedrock reserves quota for it
/// at admission, so a modest one lets more answers run at once; continuation makes up for it.
pub const MODEST_MAX_TOKENS: u32 = 4096;

/// Asks questions of a backend.
#[derive(Clone)]
pub struct Client {
    backend: Arc<dyn Backend>,
    policy: Policy,
    journal: Option<Arc<dyn Journal>>,
}

/// What one side said in a conversation.
#[derive(Clone, PartialEq, Eq)]
pub enum Turn {
    /// The user.
    User(String),
    /// The assistant.
    Assistant(String),
}

/// A question to a model, with everything a request may say.
#[derive(Clone)]
pub struct Question {
    model: ModelId,
    turns: Vec<Turn>,
    system: Option<String>,
    max_tokens: Option<u32>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    stop_sequences: Vec<String>,
    fields: Map<String, Value>,
    form: Form,
}

/// An answer on its way.
pub struct Reply {
    steps: BoxStream<'static, Step>,
    brake: Brake,
    over: Option<(Outcome, Box<Report>)>,
}

impl Client {
    /// Over this backend.
    #[must_use]
    pub fn new(backend: Arc<dyn Backend>) -> Self {
        Self {
            backend,
            policy: Policy::new(Mode::Extend),
            journal: None,
        }
    }

    /// Over the offline simulator, which knows no AWS and answers from what it is.
    #[must_use]
    pub fn simulator() -> Self {
        Self::new(Arc::new(Wired::new(Arc::new(Simulator::new(
            Scenario::default(),
        )))))
    }

    /// How far to go with each answer; the default is [`Mode::Extend`] with its limits.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Where frames are kept before anybody sees them.
    #[must_use]
    pub fn journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// Asks. The reply runs while it is read.
    ///
    /// # Errors
    /// The question cannot be put into a request, or its wish cannot be granted.
    pub fn ask(&self, question: &Question) -> Result<Reply, Error> {
        let (ask, wish) = read_ask(
            question.form,
            question.model.clone(),
            vec![("content-type".to_owned(), "application/json".to_owned())],
            question.body(),
        )
        .map_err(Error::Question)?;
        let abilities = self.backend.abilities(&ask.model);
        let mut policy = narrow(&self.policy, &wish)?;
        // Many answers that are throttled together must not come back together.
        policy.seed ^= fastrand::u64(..);
        let answer = Answer::new(ask, abilities, policy);
        let brake = Brake::default();
        let backend = Arc::clone(&self.backend);
        let steps = drive(answer, backend, self.journal.clone(), brake.clone());
        Ok(Reply {
            steps: steps.boxed(),
            brake,
            over: None,
        })
    }
}

impl Question {
    /// A first question to a model.
    #[must_use]
    pub fn new(model: impl Into<String>, prompt: impl Into<String>) -> Self {
        Self::conversation(model, vec![Turn::User(prompt.into())])
    }

    /// The next question of a conversation: its turns so far, the user's last.
    #[must_use]
    pub fn conversation(model: impl Into<String>, turns: Vec<Turn>) -> Self {
        Self {
            model: ModelId(model.into()),
            turns,
            system: None,
            max_tokens: Some(MODEST_MAX_TOKENS),
            temperature: None,
            top_p: None,
            stop_sequences: Vec::new(),
            fields: Map::new(),
            form: Form::ConverseStream,
        }
    }

    /// The system prompt.
    #[must_use]
    pub fn system(mut self, system: impl Into<String>) -> Self {
        self.system = Some(system.into());
        self
    }

    /// The output limit of the first call, in tokens; 4,096 unless told.
    #[must_use]
    pub const fn max_tokens(mut self, max_tokens: u32) -> Self {
        self.max_tokens = Some(max_tokens);
        self
    }

    /// The sampling temperature, 0 to 1.
    #[must_use]
    pub const fn temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// Nucleus sampling, 0 to 1.
    #[must_use]
    pub const fn top_p(mut self, top_p: f64) -> Self {
        self.top_p = Some(top_p);
        self
    }

    /// A text that ends the answer when the model writes it.
    #[must_use]
    pub fn stop_at(mut self, sequence: impl Into<String>) -> Self {
        self.stop_sequences.push(sequence.into());
        self
    }

    /// A model-specific field, such as `top_k`; `tsuzuki` narrows the client's policy for this
    /// question, as it does in a request to the endpoint.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, value: Value) -> Self {
        self.fields.insert(name.into(), value);
        self
    }

    /// Whether the backend is asked to stream (the default) or to answer in one piece.
    #[must_use]
    pub const fn streamed(mut self, streamed: bool) -> Self {
        self.form = if streamed {
            Form::ConverseStream
        } else {
            Form::Converse
        };
        self
    }

    fn body(&self) -> Bytes {
        let mut inference = Map::new();
        let settings = [
            ("maxTokens", self.max_tokens.map(Value::from)),
            ("temperature", self.temperature.map(Value::from)),
            ("topP", self.top_p.map(Value::from)),
            (
                "stopSequences",
                (!self.stop_sequences.is_empty()).then(|| Value::from(self.stop_sequences.clone())),
            ),
        ];
        for (name, value) in settings {
            if let Some(value) = value {
                inference.insert(name.to_owned(), value);
            }
        }
        let messages: Vec<Value> = self.turns.iter().filter_map(Turn::message).collect();
        let mut body = json!({ "messages": messages, "inferenceConfig": inference });
        if let Some(system) = &self.system {
            body["system"] = json!([{ "text": system }]);
        }
        if !self.fields.is_empty() {
            body["additionalModelRequestFields"] = Value::Object(self.fields.clone());
        }
        Bytes::from(body.to_string())
    }
}

impl Turn {
    /// The turn as a message; nothing for an empty one, which Bedrock would refuse.
    fn message(&self) -> Option<Value> {
        let (role, text) = match self {
            Self::User(text) => ("user", text),
            Self::Assistant(text) => ("assistant", text),
        };
        (!text.trim().is_empty()).then(|| json!({ "role": role, "content": [{ "text": text }] }))
    }
}

impl Reply {
    /// The next thing that happens; `None` once the answer is over.
    pub async fn next_step(&mut self) -> Option<Step> {
        if self.over.is_some() {
            return None;
        }
        let step = self.steps.next().await?;
        if let Step::Over { outcome, report } = &step {
            self.over = Some((outcome.clone(), report.clone()));
        }
        Some(step)
    }

    /// The next piece of text; `None` once there is no more.
    pub async fn next_text(&mut self) -> Option<String> {
        while let Some(step) = self.next_step().await {
            if let Step::Frame(frame) = step
                && let Some(text) = frame.text()
                && !text.is_empty()
            {
                return Some(text.to_owned());
            }
        }
        None
    }

    /// Reads to the end and tells what happened.
    pub async fn finish(mut self) -> Report {
        while self.next_step().await.is_some() {}
        match self.over {
            Some((_, report)) => *report,
            None => Report::empty(),
        }
    }

    /// Stops the answer. What it wrote stays; its last frames and its report still come.
    pub fn cancel(&self) {
        self.brake.cancel();
    }
}
