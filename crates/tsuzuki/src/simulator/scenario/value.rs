//! The values of scenario files that have a spelling of their own.

use super::{Block, Calls, Chunk, Fallback, HttpError, Reply};
use crate::simulator::refusal::Exception;
use regex::Regex;
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::fmt;
use std::time::Duration;

impl<'de> Deserialize<'de> for Fallback {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "responder" => Ok(Self::Responder),
            "echo" => Ok(Self::Echo),
            "refuse" => Ok(Self::Refuse),
            _ => Err(D::Error::custom(
                "`default` must be \"responder\", \"echo\" or \"refuse\"",
            )),
        }
    }
}

/// A regular expression.
#[derive(Clone)]
pub(super) struct Pattern(pub(super) Regex);

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Regex::new(&text).map(Self).map_err(|error| {
            D::Error::custom(format!(
                "not a regular expression ({error}); put `\\` before a character that stands for itself, and write it in '…'"
            ))
        })
    }
}

/// A span of time, with its unit.
pub(super) struct Time(pub(super) Duration);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = |unit: &str| {
            text.strip_suffix(unit)
                .and_then(|number| number.trim().parse::<f64>().ok())
        };
        let seconds = number("ms")
            .map(|ms| ms / 1000.0)
            .or_else(|| number("s"))
            .or_else(|| number("m").map(|m| m * 60.0))
            .or_else(|| number("h").map(|h| h * 3600.0));
        seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .map(Self)
            .ok_or_else(|| {
                D::Error::custom("must be a time such as \"400ms\", \"2.5s\", \"1m\" or \"1h\"")
            })
    }
}

impl<'de> Deserialize<'de> for Chunk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "token" => Ok(Self::Token),
            "word" => Ok(Self::Word),
            "all" => Ok(Self::All),
            other => other
                .strip_prefix("char:")
                .and_then(|number| number.parse().ok())
                .map(Self::Characters)
                .ok_or_else(|| {
                    D::Error::custom("must be \"token\", \"word\", \"char:N\" or \"all\"")
                }),
        }
    }
}

/// The exception with a name, or a sentence that lists them.
pub(super) fn exception(name: &str) -> Result<Exception, String> {
    Exception::named(name).ok_or_else(|| {
        let names: Vec<&str> = Exception::ALL.into_iter().map(Exception::name).collect();
        format!(
            "`type` {name} is not an exception of Bedrock Runtime; use one of {}",
            names.join(", ")
        )
    })
}

impl<'de> Deserialize<'de> for Calls {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CallsVisitor;
        impl Visitor<'_> for CallsVisitor {
            type Value = Calls;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a call number such as 1, or a range such as \"2..4\" or \"3+\"")
            }
            fn visit_i64<E: serde::de::Error>(self, call: i64) -> Result<Calls, E> {
                let call = u32::try_from(call).map_err(|_| E::custom("`call` counts from 1"))?;
                Ok(Calls {
                    first: call,
                    last: call,
                })
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Calls, E> {
                let range = text.split_once("..").map_or_else(
                    || {
                        text.strip_suffix('+')
                            .map(|first| (first.parse().ok(), Some(u32::MAX)))
                    },
                    |(first, last)| Some((first.parse().ok(), last.parse().ok())),
                );
                match range {
                    Some((Some(first), Some(last))) => Ok(Calls { first, last }),
                    Some((_, _)) | None => {
                        Err(E::custom("`call` must be a number, \"2..4\" or \"3+\""))
                    }
                }
            }
        }
        deserializer.deserialize_any(CallsVisitor)
    }
}

impl<'de> Deserialize<'de> for HttpError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ErrorVisitor;
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Members {
            #[serde(rename = "type")]
            name: String,
            status: Option<u16>,
            message: Option<String>,
        }
        impl<'de> Visitor<'de> for ErrorVisitor {
            type Value = HttpError;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"throttle\", \"overload\", \"denied\", \"too-long\" or { type, status, message }")
            }
            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<HttpError, E> {
                match word {
                    "throttle" => Ok(HttpError::of(Exception::Throttling)),
                    "overload" => Ok(HttpError::of(Exception::ServiceUnavailable)),
                    "denied" => Ok(HttpError::of(Exception::AccessDenied)),
                    "too-long" => Ok(HttpError {
                        message: "Input is too long for requested model.".to_owned(),
                        ..HttpError::of(Exception::Validation)
                    }),
                    _ => Err(E::custom(
                        "`error` must be \"throttle\", \"overload\", \"denied\", \"too-long\" or { type = … }",
                    )),
                }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<HttpError, A::Error> {
                let members = Members::deserialize(MapAccessDeserializer::new(map))?;
                let exception = exception(&members.name).map_err(A::Error::custom)?;
                let usual = HttpError::of(exception);
                Ok(HttpError {
                    status: members.status.unwrap_or(usual.status),
                    message: members.message.unwrap_or(usual.message),
                    name: usual.name,
                })
            }
        }
        deserializer.deserialize_any(ErrorVisitor)
    }
}

impl<'de> Deserialize<'de> for Reply {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ReplyVisitor;
        impl<'de> Visitor<'de> for ReplyVisitor {
            type Value = Reply;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a text, { text = … }, { respond = \"/long 500\" } or [[rule.reply]] blocks",
                )
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Reply, E> {
                Ok(Reply::text(text))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Reply, A::Error> {
                Ok(Reply {
                    blocks: vec![
                        BlockTable::deserialize(MapAccessDeserializer::new(map))?.build()?,
                    ],
                })
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Reply, A::Error> {
                let mut blocks = Vec::new();
                while let Some(block) = list.next_element::<BlockTable>()? {
                    blocks.push(block.build()?);
                }
                Ok(Reply { blocks })
            }
        }
        deserializer.deserialize_any(ReplyVisitor)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockTable {
    text: Option<String>,
    respond: Option<String>,
    reasoning: Option<String>,
    signature: Option<String>,
    tool: Option<String>,
    input: Option<Value>,
}

impl BlockTable {
    fn build<E: serde::de::Error>(self) -> Result<Block, E> {
        match (self.text, self.respond, self.reasoning, self.tool) {
            (Some(text), None, None, None) => Ok(Block::Text(text.trim_end().to_owned())),
            (None, Some(question), None, None) => Ok(Block::Respond(question)),
            (None, None, Some(text), None) => Ok(Block::Reasoning {
                text,
                signature: self.signature,
            }),
            (None, None, None, Some(name)) => Ok(Block::Tool {
                name,
                input: self.input.unwrap_or_default(),
            }),
            (_, _, _, _) => Err(E::custom(
                "a block of `reply` has exactly one of `text`, `respond`, `reasoning`, `tool`",
            )),
        }
    }
}
