//! What goes wrong, and where.

use super::HttpError;
use crate::simulator::refusal::Exception;
use regex::Regex;
use std::time::Duration;

/// Something that goes wrong.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Which calls of the rule, counted from 1 per value of the header `x-sim-test`; all without it.
    pub call: Option<Calls>,
    /// Where in the response.
    pub at: At,
    /// What happens.
    pub failure: Failure,
    /// How often at most, counted like the calls.
    pub times: Option<u32>,
}

/// A range of call numbers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calls {
    /// The first.
    pub first: u32,
    /// The last.
    pub last: u32,
}

/// Where in a response.
#[derive(Debug, Clone)]
pub enum At {
    /// Before anything of it.
    Start,
    /// After this many tokens.
    Token(usize),
    /// After this many deltas.
    Delta(usize),
    /// After this many bytes of the body.
    Byte(usize),
    /// Once the text of this response matches.
    Text(Regex),
    /// Before the message stops.
    End,
}

/// What happens there. What is not about streams falls on a response in one piece as the error,
/// the break or the silence that it would be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// An error response in place of the answer.
    Http(HttpError),
    /// An exception inside the stream; its name as HTTP has it.
    Exception {
        /// Which one.
        exception: Exception,
        /// What it says.
        message: String,
    },
    /// The body ends as if it were over.
    Eof,
    /// The body ends inside a frame.
    EofMidFrame,
    /// The connection breaks.
    Reset,
    /// Silence, and then it goes on.
    Stall(Duration),
    /// The checksum of the next frame is wrong.
    BadChecksum,
    /// From here on bytes come one by one.
    Dribble,
    /// From here on all frames come in one piece.
    Glue,
    /// The stream ends without its metadata.
    DropMetadata,
    /// An event of a kind nobody knows.
    UnknownEvent,
}

impl Fault {
    /// A fault on every call.
    #[must_use]
    pub const fn new(at: At, failure: Failure) -> Self {
        Self {
            call: None,
            at,
            failure,
            times: None,
        }
    }

    /// The same fault, on one call only.
    #[must_use]
    pub fn on_call(self, call: u32) -> Self {
        Self {
            call: Some(Calls {
                first: call,
                last: call,
            }),
            ..self
        }
    }
}

impl Calls {
    /// Whether a call is one of them.
    #[must_use]
    pub const fn has(self, call: u32) -> bool {
        self.first <= call && call <= self.last
    }
}

impl At {
    /// Reads `start`, `token:N`, `delta:N`, `byte:N`, `text:REGEX` or `end`.
    ///
    /// # Errors
    ///
    /// A sentence that says what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (kind, value) = text.split_once(':').unwrap_or((text, ""));
        let number = || {
            value
                .parse()
                .map_err(|_| format!("`{kind}:` needs a whole number, as in `{kind}:20`"))
        };
        match kind {
            "start" => Ok(Self::Start),
            "end" => Ok(Self::End),
            "token" => number().map(Self::Token),
            "delta" => number().map(Self::Delta),
            "byte" => number().map(Self::Byte),
            "text" => Regex::new(value)
                .map(Self::Text)
                .map_err(|error| format!("not a regular expression: {error}")),
            _ => Err(
                "must be `start`, `token:N`, `delta:N`, `byte:N`, `text:REGEX` or `end`".to_owned(),
            ),
        }
    }
}

impl Failure {
    /// Reads a one-word failure: `eof`, `reset`, an exception's name, …
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "eof" => Self::Eof,
            "eof-midframe" => Self::EofMidFrame,
            "reset" => Self::Reset,
            "stall" => Self::Stall(Duration::from_secs(60 * 60)),
            "bad-crc" => Self::BadChecksum,
            "dribble" => Self::Dribble,
            "glue" => Self::Glue,
            "drop-metadata" => Self::DropMetadata,
            "unknown-event" => Self::UnknownEvent,
            name => {
                let exception = Exception::named(name)?;
                Self::Exception {
                    exception,
                    message: exception.message().to_owned(),
                }
            }
        })
    }

    /// Reads the header `x-sim-fault`: `eof@token:20`.
    pub(crate) fn parse_header(value: &str) -> Option<Fault> {
        let (word, at) = value.split_once('@').unwrap_or((value, "start"));
        Some(Fault::new(At::parse(at).ok()?, Self::parse(word)?))
    }
}
