//! From a path of messages and a shape to a request, in Bedrock's Converse.
//!
//! What is unset stays unset, so that the model's own default stands; but for the output limit, which
//! is modest (Bedrock reserves quota for it at admission) because continuing makes up for it. What a
//! model is known to refuse is left out and named, so that a conversation can change its model.

use super::effort::{self, Limit, Reasoning};
use super::run::transcript;
use super::turns::{self, Carried};
use super::{
    Block, ChatError, ConversationId, Holds, Message, MessageId, Moment, Role, Shape, State,
};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use tsuzuki::engine::{Ask, Mode, ModelId, Policy};
use tsuzuki::models::{Model, Models, Sampling};
use tsuzuki::wire::{Form, Wish, read_ask};
use tsuzuki::{MODEST_MAX_TOKENS, narrow};

/// The least output limit that models of OpenAI, xAI and Moonshot take, in tokens (LiteLLM's table).
const LEAST_OF_SOME: u32 = 16;

/// What a shape may hold, since lists of conversations tell it: characters of the system prompt, of
/// all stop sequences together, and of the model's own fields as JSON.
const SYSTEM_CHARS: usize = 100_000;
const STOP_CHARS: usize = 10_000;
const FIELDS_CHARS: usize = 100_000;
/// The longest name of a model or a guardrail (service model: `ConversationalModelId`).
const NAME_CHARS: usize = 2_048;

/// A request, ready to be asked.
pub(super) struct Request {
    /// What is asked.
    pub(super) ask: Ask,
    /// How far to go.
    pub(super) policy: Policy,
    /// What was asked for and left out because the model does not take it.
    pub(super) dropped: Vec<String>,
    /// The message whose summary has to be written before this can be asked, and is not in it.
    pub(super) summary_due: Option<MessageId>,
}

impl Request {
    /// Limits on the whole answer count from here: what the message said before this run was asked
    /// for by an earlier wish.
    pub(super) fn allow_for(&mut self, before: &Message) {
        let tokens = transcript(before).likely_tokens();
        let few = u32::try_from(tokens).unwrap_or(u32::MAX);
        let policy = &mut self.policy;
        policy.max_output_tokens = policy.max_output_tokens.saturating_add(tokens);
        self.ask.max_tokens = self.ask.max_tokens.map(|most| most.saturating_add(few));
    }
}

/// The request for the answer to the last message of a path, with every default of the shape filled
/// in, and the bytes of the attachments on the path.
pub(super) fn request(
    path: &[Message],
    carried: &Carried,
    shape: &Shape,
    operator: &Policy,
) -> Result<Request, ChatError> {
    check(shape)?;
    let model = ModelId(shape.model.clone().unwrap_or_default());
    let known = Models::builtin().get(&model);
    let mut dropped = Dropped::default();
    let mut body = Map::new();
    let turns = turns::turns(path, carried, known, &mut dropped);
    if turns.is_empty() {
        return Err(ChatError::Invalid {
            field: "text",
            told: "there is nothing to ask: write something".to_owned(),
        });
    }
    body.insert("messages".to_owned(), Value::Array(turns));
    system(&mut body, shape, known, &mut dropped);
    inference(&mut body, shape, known, &mut dropped);
    if let Some(guardrail) = &shape.guardrail {
        let guardrail =
            json!({ "guardrailIdentifier": guardrail.id, "guardrailVersion": guardrail.version });
        body.insert("guardrailConfig".to_owned(), guardrail);
    }
    let (ask, wish) = read_ask(
        Form::ConverseStream,
        model,
        vec![("content-type".to_owned(), "application/json".to_owned())],
        Bytes::from(Value::Object(body).to_string()),
    )
    .map_err(|error| ChatError::Invalid {
        field: "shape",
        told: error.kind.into_owned(),
    })?;
    Ok(Request {
        ask,
        policy: policy(shape, &wish, operator)?,
        dropped: dropped.0,
        summary_due: None,
    })
}

/// Whether a shape may be kept: a message could be asked with it, and it is not too large.
pub(super) fn fits(shape: &Shape) -> Result<(), ChatError> {
    let chars = |text: &Option<String>| text.as_deref().map_or(0, |text| text.chars().count());
    let stops = shape.stop_sequences.iter();
    let fields = serde_json::to_string(&shape.fields).map_or(0, |text| text.chars().count());
    let guardrail = shape.guardrail.as_ref();
    let named = guardrail.map_or(0, |of| {
        of.id.chars().count().max(of.version.chars().count())
    });
    for (field, chars, most) in [
        ("shape.model", chars(&shape.model), NAME_CHARS),
        ("shape.system", chars(&shape.system), SYSTEM_CHARS),
        (
            "shape.stop_sequences",
            stops.map(|stop| stop.chars().count()).sum(),
            STOP_CHARS,
        ),
        ("shape.fields", fields, FIELDS_CHARS),
        ("shape.guardrail", named, NAME_CHARS),
    ] {
        if chars > most {
            let told = format!("it has {chars} characters, and may have {most}");
            return Err(ChatError::Invalid { field, told });
        }
    }
    let any = asking("?".to_owned());
    request(&[any], &Carried::new(), shape, &Policy::new(Mode::Off)).map(drop)
}

/// A question to the model that nobody keeps.
pub(super) fn asking(text: String) -> Message {
    Message {
        id: MessageId::new(),
        conversation: ConversationId::new(),
        parent: None,
        role: Role::User,
        created_at: Moment::now(),
        blocks: vec![Block {
            number: 0,
            kind: Holds::Text,
            text,
        }],
        attachments: Vec::new(),
        state: State::Complete,
        making: None,
        siblings: Vec::new(),
    }
}

/// What no model takes is told before anything is sent.
fn check(shape: &Shape) -> Result<(), ChatError> {
    let wrong = |field, told: &str| ChatError::Invalid {
        field,
        told: told.to_owned(),
    };
    let outside = |value: Option<f64>| value.is_some_and(|value| !(0.0..=1.0).contains(&value));
    if shape.max_tokens == Some(0) {
        return Err(wrong(
            "shape.max_tokens",
            "an answer needs at least one token",
        ));
    }
    if outside(shape.temperature) {
        return Err(wrong("shape.temperature", "the temperature is from 0 to 1"));
    }
    if outside(shape.top_p) {
        return Err(wrong("shape.top_p", "top-p is from 0 to 1"));
    }
    if shape.stop_sequences.iter().any(String::is_empty) {
        return Err(wrong(
            "shape.stop_sequences",
            "a stop sequence has at least one character",
        ));
    }
    Ok(())
}

/// How far to go: the operator's policy, lowered as the shape wishes, and as its own field `tsuzuki`
/// does, which means here what it means in a request to the endpoint.
fn policy(shape: &Shape, field: &Wish, operator: &Policy) -> Result<Policy, ChatError> {
    let reach = &shape.reach;
    let wish = Wish {
        mode: reach.mode,
        max_output_tokens: reach.max_output_tokens,
        max_legs: reach.max_parts,
        max_cost: reach.max_cost,
        max_seconds: reach.max_seconds,
        seams: reach.seams,
        report: None,
    };
    narrow(operator, &wish)
        .and_then(|policy| narrow(&policy, field))
        .map_err(|_| ChatError::Invalid {
            field: "shape.reach",
            told: "every limit must be greater than 0, and the cost not negative".to_owned(),
        })
}

/// What was asked for and left out, by the names of the shape's fields, each once.
#[derive(Default)]
pub(super) struct Dropped(Vec<String>);

impl Dropped {
    pub(super) fn note(&mut self, field: &str) {
        if !self.0.iter().any(|known| known == field) {
            self.0.push(field.to_owned());
        }
    }
}

fn system(
    body: &mut Map<String, Value>,
    shape: &Shape,
    model: Option<&Model>,
    dropped: &mut Dropped,
) {
    let Some(system) = shape.system.as_ref().filter(|text| !text.trim().is_empty()) else {
        return;
    };
    if model.is_some_and(takes_no_system) {
        return dropped.note("system");
    }
    body.insert("system".to_owned(), json!([{ "text": system }]));
}

/// Models that Converse gives no system prompt (AWS documentation, supported models and features).
fn takes_no_system(model: &Model) -> bool {
    [
        "amazon.titan-text",
        "mistral.mistral-7b",
        "mistral.mixtral-8x7b",
    ]
    .iter()
    .any(|prefix| model.id.starts_with(prefix))
}

/// Limits, sampling, stop sequences, effort, and the model's own fields.
fn inference(
    body: &mut Map<String, Value>,
    shape: &Shape,
    model: Option<&Model>,
    dropped: &mut Dropped,
) {
    let mut fields = shape.fields.clone();
    let reasoning = shape.effort.map_or(Reasoning::Unsaid, |effort| {
        effort::reasoning(model, effort, shape.max_tokens)
    });
    let (mut limit, mut reasons) = (Limit::AsAsked, false);
    match reasoning {
        Reasoning::Unsaid => {}
        Reasoning::Refused => dropped.note("effort"),
        Reasoning::Fields {
            fields: own,
            effort,
            limit: wanted,
            reasons: on,
        } => {
            (limit, reasons) = (wanted, on);
            // What the user wrote by hand stands.
            for (name, value) in own {
                fields.entry(name).or_insert(value);
            }
            if let Some(effort) = effort {
                body.insert("outputConfig".to_owned(), json!({ "effort": effort }));
            }
        }
    }
    let mut inference = Map::new();
    if let Some(max_tokens) = max_tokens(shape.max_tokens, model, limit, dropped) {
        inference.insert("maxTokens".to_owned(), json!(max_tokens));
    }
    sampling(&mut inference, &mut fields, shape, model, reasons, dropped);
    if !shape.stop_sequences.is_empty() {
        if model.is_some_and(takes_no_stops) {
            dropped.note("stop_sequences");
        } else {
            inference.insert("stopSequences".to_owned(), json!(shape.stop_sequences));
        }
    }
    if !inference.is_empty() {
        body.insert("inferenceConfig".to_owned(), Value::Object(inference));
    }
    if !fields.is_empty() {
        body.insert(
            "additionalModelRequestFields".to_owned(),
            Value::Object(fields),
        );
    }
}

fn max_tokens(
    asked: Option<u32>,
    model: Option<&Model>,
    limit: Limit,
    dropped: &mut Dropped,
) -> Option<u32> {
    let most = model.and_then(|model| model.max_output).unwrap_or(u32::MAX);
    let usual = match limit {
        Limit::AsAsked => MODEST_MAX_TOKENS,
        Limit::Above(budget) => budget.saturating_add(MODEST_MAX_TOKENS),
        Limit::Unset => {
            if asked.is_some() {
                dropped.note("max_tokens");
            }
            return None;
        }
    };
    let least = match model.map(Model::family) {
        Some("openai" | "xai" | "moonshotai") => LEAST_OF_SOME,
        Some(_) | None => 1,
    };
    Some(asked.unwrap_or_else(|| usual.min(most)).max(least))
}

/// Temperature and top-p, as far as the model takes them: with reasoning on, none does.
fn sampling(
    inference: &mut Map<String, Value>,
    fields: &mut Map<String, Value>,
    shape: &Shape,
    model: Option<&Model>,
    reasons: bool,
    dropped: &mut Dropped,
) {
    let takes = if reasons {
        Sampling::None
    } else {
        model.map_or(Sampling::Both, |model| model.sampling)
    };
    let (temperature, top_p) = match takes {
        Sampling::Both => (shape.temperature, shape.top_p),
        Sampling::One if shape.temperature.is_some() => (shape.temperature, None),
        Sampling::One => (None, shape.top_p),
        Sampling::None => {
            // The provider's own spelling of the same is refused alike.
            for name in ["temperature", "top_p", "top_k", "topP", "topK"] {
                if fields.remove(name).is_some() {
                    dropped.note("fields");
                }
            }
            (None, None)
        }
    };
    for (name, field, asked, sent) in [
        ("temperature", "temperature", shape.temperature, temperature),
        ("topP", "top_p", shape.top_p, top_p),
    ] {
        match sent {
            Some(value) => {
                inference.insert(name.to_owned(), json!(value));
            }
            None if asked.is_some() => dropped.note(field),
            None => {}
        }
    }
}

/// "This model doesn't support the stopSequences field": Grok, and OpenAI's from GPT-5.6 on.
fn takes_no_stops(model: &Model) -> bool {
    ["xai.grok", "openai.gpt-5.6", "openai.gpt-6"]
        .iter()
        .any(|prefix| model.id.starts_with(prefix))
}
