//! Scenario files: TOML, read strictly, with errors that say how to repair them.

use super::value::{Pattern, Time, exception};
use super::{
    At, Calls, Chunk, CutStyle, Echo, Failure, Fallback, Fault, HttpError, Pacing, Reply, Resume,
    Rule, Scenario, When,
};
use crate::simulator::refusal::Exception;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

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
