//! The wire forms we read, and requests in them.

use crate::converse::Converse;
use crate::dialect::Dialect;
use crate::json::{Edits, Value};
use crate::messages::Messages;
use crate::wish::Wish;
use crate::{request, wish};
use bytes::Bytes;
use std::borrow::Cow;
use std::fmt;
use tsuzuki_engine::{Ask, By, Cache, Carried, Delivery, Leg, ModelId};

/// A wire form: one operation and one family of bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// `POST /model/{id}/converse`
    Converse,
    /// `POST /model/{id}/converse-stream`
    ConverseStream,
    /// `POST /model/{id}/invoke` with an Anthropic Messages body
    Messages,
    /// `POST /model/{id}/invoke-with-response-stream` with an Anthropic Messages body
    MessagesStream,
}

impl Form {
    /// Its name, as [`tsuzuki_engine::Carried`] carries it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Converse => "converse",
            Self::ConverseStream => "converse-stream",
            Self::Messages => "invoke",
            Self::MessagesStream => "invoke-with-response-stream",
        }
    }
    /// The form of this name. The names are also the last segment of the operation's path.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [
            Self::Converse,
            Self::ConverseStream,
            Self::Messages,
            Self::MessagesStream,
        ]
        .into_iter()
        .find(|form| form.name() == name)
    }
    /// Whether answers come in pieces.
    #[must_use]
    pub const fn delivery(self) -> Delivery {
        match self {
            Self::Converse | Self::Messages => Delivery::Collected,
            Self::ConverseStream | Self::MessagesStream => Delivery::Streamed,
        }
    }
    /// The family of its bodies.
    pub(crate) const fn dialect(self) -> &'static dyn Dialect {
        match self {
            Self::Converse | Self::ConverseStream => &Converse,
            Self::Messages | Self::MessagesStream => &Messages,
        }
    }
}

/// Bytes that are not what they should be. Never holds a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// Where.
    pub place: Place,
    /// What is wrong, in words that carry no user text and may be told to the caller.
    pub kind: Cow<'static, str>,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)
    }
}

impl std::error::Error for DecodeError {}

/// Where bytes were not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The body of a request.
    Request,
    /// Our own field in it.
    Wish,
}

/// Which form an `InvokeModel` body has; `None`: one we do not read, which passes untouched.
#[must_use]
pub fn recognise(body: &[u8], delivery: Delivery) -> Option<Form> {
    let body = Value::object(body)?;
    body.member("anthropic_version")?;
    body.member("messages")?;
    Some(match delivery {
        Delivery::Collected => Form::Messages,
        Delivery::Streamed => Form::MessagesStream,
    })
}

/// Reads a request.
///
/// Only what cannot be read safely is refused; whether a role, a number or a combination is allowed
/// is for the backend to say. Our own field is cut out of the body, every other byte is carried.
///
/// # Errors
/// The body is not what the form promises, or our own field in it is not what it should be.
pub fn read_ask(
    form: Form,
    model: ModelId,
    headers: Vec<(String, String)>,
    body: Bytes,
) -> Result<(Ask, Wish), DecodeError> {
    let dialect = form.dialect();
    let document = request::body(&body)?;
    // First, so that whatever else is wrong, a wish that cannot be cut out is refused as one.
    let (wish, cut) = wish::take(document, dialect.wish_home())?;
    let facts = dialect.facts(document)?;
    let guarded = facts.guarded
        || headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("x-amzn-bedrock-guardrailidentifier"));
    let rest = less(cut, document, &body);
    let ask = Ask {
        model,
        max_tokens: facts.max_tokens,
        stop_sequences: facts.stop_sequences,
        delivery: form.delivery(),
        tools: facts.tools,
        reasoning: facts.reasoning,
        structure: facts.structure,
        guarded,
        prefill: facts.prefill,
        carried: Carried {
            form: form.name().to_owned(),
            headers,
            body: rest,
        },
    };
    Ok((ask, wish))
}

/// A request's body less our own field, for a backend that shall say itself what is wrong with the
/// rest. A body that is not even JSON comes back as it is.
///
/// # Errors
/// Our own field in it is not what it should be.
pub fn without_wish(form: Form, body: &Bytes) -> Result<Bytes, DecodeError> {
    let Some(document) = Value::object(body) else {
        return Ok(body.clone());
    };
    let (_wish, cut) = wish::take(document, form.dialect().wish_home())?;
    Ok(less(cut, document, body))
}

fn less(cut: Edits, document: Value<'_>, body: &Bytes) -> Bytes {
    if cut.is_empty() {
        body.clone()
    } else {
        Bytes::from(cut.apply(document.document()))
    }
}

/// Prints the body of a leg: the caller's own bytes, changed only as the leg says.
///
/// # Errors
/// The carried body is not what its form promises, or has no messages to go on from.
pub fn leg_body(leg: &Leg) -> Result<Bytes, DecodeError> {
    let carried = &leg.ask.carried;
    if leg.max_tokens.is_none() && leg.by == By::First {
        return Ok(carried.body.clone());
    }
    let form = Form::named(&carried.form)
        .ok_or_else(|| request::wrong("the request is carried in an unknown form"))?;
    let dialect = form.dialect();
    let document = request::body(&carried.body)?;
    let mut edits = Edits::default();
    if let Some(limit) = leg.max_tokens {
        dialect.set_limit(document, limit, &mut edits);
    }
    match &leg.by {
        By::First => {}
        By::Prefill { partial } => {
            request::go_on(dialect, document, partial, None, Cache::Unasked, &mut edits)?;
        }
        By::Anchor { partial, nudge } => {
            request::go_on(
                dialect,
                document,
                partial,
                Some(nudge),
                leg.cache,
                &mut edits,
            )?;
        }
    }
    Ok(Bytes::from(edits.apply(document.document())))
}
