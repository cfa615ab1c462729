//! The wire forms we read, and the one way in and out of each.

use bytes::Bytes;
use serde::Deserialize;
use tsuzuki_engine::{Ask, Delivery, Frame, Head, Leg, Mode, ModelId, Report, Seams};

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
}

/// What a request asks of Tsuzuki itself: our own field, cut out of the body.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wish {
    /// What the caller's `maxTokens` means.
    pub mode: Option<Mode>,
    /// A lower limit on output tokens.
    pub max_output_tokens: Option<u64>,
    /// A lower limit on legs.
    pub max_legs: Option<u32>,
    /// A lower limit on money, in US dollars.
    pub max_cost: Option<f64>,
    /// When to stop, in seconds from the start.
    pub max_seconds: Option<f64>,
    /// What to do at a joint that cannot be proved.
    pub seams: Option<Seams>,
    /// Whether to report in any case.
    pub report: Option<bool>,
}

/// Bytes that are not what they should be. Never holds a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// Where.
    pub place: Place,
    /// What is wrong, in words that carry no user text.
    pub kind: &'static str,
}

/// Where bytes were not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The body of a request.
    Request,
    /// Our own field in it.
    Wish,
    /// The body of a response.
    Response,
    /// A frame of an event stream.
    Frame,
}

/// Which form an `InvokeModel` body has; `None`: one we do not read, which passes untouched.
#[must_use]
pub fn recognise(_body: &[u8], _delivery: Delivery) -> Option<Form> {
    todo!()
}

/// Reads a request.
///
/// # Errors
/// The body is not what the form promises.
pub fn read_ask(
    _form: Form,
    _model: ModelId,
    _headers: Vec<(String, String)>,
    _body: Bytes,
) -> Result<(Ask, Wish), DecodeError> {
    todo!()
}

/// Prints the body of a leg: the caller's own bytes, changed only as the leg says.
///
/// # Errors
/// The carried body is not what its form promises.
pub fn leg_body(_leg: &Leg) -> Result<Bytes, DecodeError> {
    todo!()
}

/// Turns one response into frames.
#[derive(Debug)]
pub struct Decoder {}

impl Decoder {
    /// For a response that began with `head`. The `Head` frame is the caller's to make.
    #[must_use]
    pub fn new(_form: Form, _head: &Head) -> Self {
        todo!()
    }
    /// More bytes came; frames they complete are appended to `out`. After an `End` nothing follows.
    pub fn push(&mut self, _bytes: Bytes, _out: &mut Vec<Frame>) {}
    /// The response ended (or broke off). Appends the `End` if the bytes told one; a response that
    /// only stopped has none, and whoever drives the leg says what that means.
    pub fn finish(&mut self, _out: &mut Vec<Frame>) {}
}

/// Turns the frames of one answer into the bytes of one response.
#[derive(Debug)]
pub struct Encoder {}

impl Encoder {
    /// For an answer in this form.
    #[must_use]
    pub fn new(_form: Form) -> Self {
        todo!()
    }
    /// Takes one frame. In a streamed form, the bytes to send now; in a collected one, nothing.
    pub fn push(&mut self, _frame: Frame) -> Option<Bytes> {
        todo!()
    }
    /// The answer is over. In a collected form, the whole body.
    pub fn finish(self, _report: &Report) -> Option<Bytes> {
        todo!()
    }
}
