//! Scenario files: TOML, read strictly, with errors that say how to repair them.

use super::{
    At, Block, Calls, Chunk, CutStyle, Echo, Failure, Fallback, Fault, HttpError, Pacing, Reply,
    Resume, Rule, Scenario, When,
};
use crate::simulator::refusal::Exception;
use regex::Regex;
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// A scenario file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ScenarioError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what would be right, with the key's name.
    pub what: String,
}

pub(super) fn parse(text: &str) -> Result<Scenario, ScenarioError> {
    let file: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = 1 + text.get(..at).unwrap_or(text).matches('\n').count();
        let source = text.lines().nth(line - 1).unwrap_or_default();
        let key = source.split('=').next().unwrap_or_default().trim();
        ScenarioError {
            line,
            what: explain(key, error.message()),
        }
    })?;
    let pacing = file.stream.over(Pacing::default());
    let rules = file
        .rule
        .into_iter()
        .map(|rule| rule.build(file.model.as_ref(), pacing))
        .collect();
    Ok(Scenario {
        name: file.name,
        seed: file.seed,
        fallback: file.default.unwrap_or_default(),
        pacing,
        rules,
    })
}

/// The parser's message, with the key before it and the nearest name that exists after it.
fn explain(key: &str, message: &str) -> String {
    let message = message.trim().replace('\n', "; ");
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let hint = match (message.starts_with("unknown "), quoted.split_first()) {
        (true, Some((wrong, known))) => known
            .iter()
            .map(|name| (distance(wrong, name), name))
            .min()
            .filter(|(distance, _)| *distance <= 3)
            .map(|(_, name)| format!("; did you mean `{name}`?")),
        (_, _) => None,
    };
    let place = if key.is_empty() || message.contains(key) {
        String::new()
    } else {
        format!("`{key}`: ")
    };
    format!("{place}{message}{}", hint.unwrap_or_default())
}

/// How many letters must change to make one word of another.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = i;
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        for (j, y) in b.iter().enumerate() {
            let change = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(before + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema")]
    _schema: Option<Schema>,
    name: Option<String>,
    #[serde(default)]
    seed: u64,
    model: Option<Pattern>,
    default: Option<Fallback>,
    #[serde(default)]
    stream: StreamTable,
    #[serde(default)]
    rule: Vec<RuleTable>,
}

struct Schema;

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            1 => Ok(Self),
            other => Err(D::Error::custom(format!(
                "`schema` {other} is not known; write `schema = 1`"
            ))),
        }
    }
}

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

#[derive(Clone)]
struct Pattern(Regex);

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

struct Time(Duration);

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
            .or_else(|| number("m").map(|m| m * 60.0));
        seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .map(Self)
            .ok_or_else(|| D::Error::custom("must be a time such as \"400ms\", \"2.5s\" or \"1m\""))
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

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct StreamTable {
    ttft: Option<Time>,
    tps: Option<f64>,
    jitter: Option<f64>,
    chunk: Option<Chunk>,
    padding: Option<bool>,
    speed: Option<f64>,
}

impl StreamTable {
    fn over(self, base: Pacing) -> Pacing {
        Pacing {
            ttft: self.ttft.map_or(base.ttft, |time| time.0),
            tokens_per_second: self.tps.unwrap_or(base.tokens_per_second),
            jitter: self.jitter.unwrap_or(base.jitter),
            chunk: self.chunk.unwrap_or(base.chunk),
            padding: self.padding.unwrap_or(base.padding),
            speed: self.speed.unwrap_or(base.speed),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleTable {
    name: Option<String>,
    op: Option<Pattern>,
    model: Option<Pattern>,
    user: Option<Pattern>,
    system: Option<Pattern>,
    prefill: Option<bool>,
    tool_result: Option<Pattern>,
    call: Option<Calls>,
    chance: Option<f64>,
    #[serde(default)]
    reply: Reply,
    #[serde(default)]
    cut: CutTable,
    #[serde(default)]
    resume: ResumeTable,
    #[serde(default)]
    fault: Vec<FaultTable>,
    stream: Option<StreamTable>,
    stop: Option<String>,
    error: Option<HttpError>,
}

impl RuleTable {
    fn build(self, model: Option<&Pattern>, pacing: Pacing) -> Rule {
        let regex = |pattern: Option<Pattern>| pattern.map(|pattern| pattern.0);
        Rule {
            name: self.name,
            when: When {
                operation: regex(self.op),
                model: regex(self.model.or_else(|| model.cloned())),
                user: regex(self.user),
                system: regex(self.system),
                prefill: self.prefill,
                tool_result: regex(self.tool_result),
                call: self.call,
                chance: self.chance,
            },
            reply: self.reply,
            cut: CutStyle {
                whitespace: self.cut.whitespace,
                exact_end: self.cut.exact_end == Some(ExactEnd::MaxTokens),
            },
            resume: self.resume.build(),
            faults: self.fault.into_iter().map(|fault| fault.0).collect(),
            pacing: self.stream.map(|stream| stream.over(pacing)),
            stop: self.stop,
            error: self.error,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct CutTable {
    #[serde(default)]
    whitespace: bool,
    exact_end: Option<ExactEnd>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum ExactEnd {
    EndTurn,
    MaxTokens,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Via {
    Prefill,
    Ask,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ResumeTable {
    via: Option<Vec<Via>>,
    overlap: usize,
    preamble: String,
    skip: usize,
    restart_line: bool,
    reopen_fence: bool,
    restart_answer: bool,
    meta: Option<String>,
    echo: Echo,
    every: Option<u32>,
}

impl ResumeTable {
    fn build(self) -> Resume {
        let via = |way: Via| self.via.as_ref().is_none_or(|ways| ways.contains(&way));
        Resume {
            prefill: via(Via::Prefill),
            ask: via(Via::Ask),
            overlap: self.overlap,
            preamble: self.preamble,
            skip: self.skip,
            restart_line: self.restart_line,
            reopen_fence: self.reopen_fence,
            restart_answer: self.restart_answer,
            meta: self.meta,
            echo: self.echo,
            every: self.every.unwrap_or(1).max(1),
        }
    }
}

struct FaultTable(Fault);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultMembers {
    call: Option<Calls>,
    at: Option<String>,
    #[serde(rename = "do")]
    what: String,
    #[serde(rename = "type")]
    name: Option<String>,
    status: Option<u16>,
    message: Option<String>,
    #[serde(rename = "for")]
    how_long: Option<Time>,
    times: Option<u32>,
}

impl<'de> Deserialize<'de> for FaultTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = FaultMembers::deserialize(deserializer)?;
        let at = At::parse(members.at.as_deref().unwrap_or("start"))
            .map_err(|error| D::Error::custom(format!("`at` {error}")))?;
        let exception = match &members.name {
            None => Exception::Throttling,
            Some(name) => exception(name).map_err(D::Error::custom)?,
        };
        let message = members
            .message
            .unwrap_or_else(|| exception.message().to_owned());
        let failure = match members.what.as_str() {
            "http" => Failure::Http(HttpError {
                status: members.status.unwrap_or_else(|| exception.status()),
                name: exception.name().to_owned(),
                message,
            }),
            "exception" => Failure::Exception { exception, message },
            word => match (Failure::parse(word), members.how_long) {
                (Some(Failure::Stall(_)), Some(time)) => Failure::Stall(time.0),
                (Some(failure), None) => failure,
                (Some(_), Some(_)) => {
                    return Err(D::Error::custom("`for` belongs to `do = \"stall\"`"));
                }
                (None, _) => {
                    return Err(D::Error::custom(
                        "`do` must be one of http, exception, eof, eof-midframe, reset, stall, bad-crc, dribble, glue, \
                         drop-metadata, unknown-event",
                    ));
                }
            },
        };
        Ok(Self(Fault {
            call: members.call,
            at,
            failure,
            times: members.times,
        }))
    }
}

fn exception(name: &str) -> Result<Exception, String> {
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
