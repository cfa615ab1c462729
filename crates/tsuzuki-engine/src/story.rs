//! Stories: scripted legs as text, and what the caller must see. Shared by the tests of the engine
//! and the driver, and by `play`.
//!
//! ```text
//! # A comment. The first line is the story's name.
//! model prefill               prefill | no-prefill | unknown | echo | limit N | default N
//! ask max_tokens 10           stop "text" | collected | tools | forced | reasoning | schema | guarded | prefill "text"
//! policy mode cap             legs N | rejects N | proven | guarded | cost DOLLARS | output N | deadline MS | report |
//!                             fallback MODEL | fallback MODEL@REGION | fallback @REGION
//! leg                         what the model sends when it is called, in order:
//!   text "JSON string"          one delta (also: reasoning "…", signature "…", tool ID NAME, input "…", image)
//!   half "JSON string"          the same, ending in half a character
//!   usage IN OUT                token counts, instead of estimated ones
//!   end max_tokens              end_turn | stop_sequence | tool_use | guardrail_intervened | content_filtered |
//!                               refusal | malformed NAME | context_full | anything else: unknown
//!   finish                      while this leg runs, the caller says that it wants no other
//!   fail lost                   damaged | stalled | throttled [MS] | overloaded | no_prefill | limit N | invalid |
//!                               denied | context_full (before any text: instead of an answer)
//! = text "…"                  what the caller must see; `UPDATE=1` rewrites these lines
//! ```

use crate::{
    Abilities, Ask, BlockKind, Carried, Cut, Delivery, Delta, End, Event, Fallback, Finish, Frame,
    Head, LegId, Metadata, Millis, Mode, ModelId, Policy, Prefill, Price, Reasoning, Refusal,
    Region, Rejection, Seams, Stop, Structure, Tools, Usage, tokens,
};

/// A story.
#[derive(Debug, Clone)]
pub struct Story {
    /// Its first line.
    pub name: String,
    /// What the caller asks.
    pub ask: Ask,
    /// What the model can do.
    pub abilities: Abilities,
    /// How far to go.
    pub policy: Policy,
    /// What the model sends, call by call.
    pub legs: Vec<Vec<Frame>>,
    /// The leg while which the caller says that it wants no other, if it does.
    pub finish: Option<LegId>,
    /// The lines that say what the caller must see, without their mark.
    pub expected: Vec<String>,
}

/// A story that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

impl std::fmt::Display for StoryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for StoryError {}

impl Story {
    /// Reads a story.
    ///
    /// # Errors
    /// A line is not one of those the module's page lists.
    pub fn parse(text: &str) -> Result<Self, StoryError> {
        let mut story = Self {
            name: text
                .lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches('#')
                .trim()
                .to_owned(),
            ask: empty_ask(),
            abilities: Abilities {
                price: Some(PRICE),
                ..Abilities::unknown()
            },
            policy: Policy::new(Mode::Extend),
            legs: Vec::new(),
            finish: None,
            expected: Vec::new(),
        };
        let mut leg: Option<Script> = None;
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let rest = rest.trim();
            let read = match word {
                "" => Ok(()),
                _ if word.starts_with('#') => Ok(()),
                "=" => {
                    story.expected.push(rest.to_owned());
                    Ok(())
                }
                "model" => story.model(rest),
                "ask" => story.asked(rest),
                "policy" => story.policed(rest),
                "leg" => {
                    story
                        .legs
                        .extend(leg.replace(Script::default()).map(|script| script.frames));
                    Ok(())
                }
                "finish" => {
                    story.finish = u32::try_from(story.legs.len() + 1).ok().map(LegId);
                    Ok(())
                }
                _ => leg
                    .as_mut()
                    .ok_or("what a leg sends comes after `leg`")
                    .and_then(|leg| leg.line(word, rest)),
            };
            read.map_err(|what| StoryError { line: at + 1, what })?;
        }
        story.legs.extend(leg.map(|script| script.frames));
        Ok(story)
    }

    fn model(&mut self, words: &str) -> Result<(), &'static str> {
        let abilities = &mut self.abilities;
        match words.split_once(' ').unwrap_or((words, "")) {
            ("prefill", _) => abilities.prefill = Prefill::Accepted,
            ("no-prefill", _) => abilities.prefill = Prefill::Refused,
            ("unknown", _) => abilities.prefill = Prefill::Unknown,
            ("echo", _) => {
                abilities.prefill = Prefill::Accepted;
                abilities.echoes_prefill = true;
            }
            ("limit", number) => abilities.max_output = Some(parse(number)?),
            ("default", number) => abilities.default_max_tokens = Some(parse(number)?),
            _ => {
                return Err(
                    "`model` takes prefill, no-prefill, unknown, echo, limit N or default N",
                );
            }
        }
        Ok(())
    }

    fn asked(&mut self, words: &str) -> Result<(), &'static str> {
        let ask = &mut self.ask;
        match words.split_once(' ').unwrap_or((words, "")) {
            ("max_tokens", number) => ask.max_tokens = Some(parse(number)?),
            ("stop", text) => ask.stop_sequences.push(string(text)?),
            ("collected", _) => ask.delivery = Delivery::Collected,
            ("tools", _) => ask.tools = Tools::Offered,
            ("forced", _) => ask.tools = Tools::Forced,
            ("reasoning", _) => ask.reasoning = true,
            ("schema", _) => ask.structure = Structure::Schema,
            ("guarded", _) => ask.guarded = true,
            ("prefill", text) => ask.prefill = Some(string(text)?),
            _ => {
                return Err(
                    "`ask` takes max_tokens N, stop \"…\", collected, tools, forced, reasoning, schema, guarded or prefill \"…\"",
                );
            }
        }
        Ok(())
    }

    fn policed(&mut self, words: &str) -> Result<(), &'static str> {
        let policy = &mut self.policy;
        match words.split_once(' ').unwrap_or((words, "")) {
            ("mode", "cap") => policy.mode = Mode::Cap,
            ("mode", "off") => policy.mode = Mode::Off,
            ("legs", number) => policy.max_legs = parse(number)?,
            ("rejects", number) => policy.rejects_per_border = parse(number)?,
            ("proven", _) => policy.seams = Seams::Proven,
            ("guarded", _) => policy.continue_guarded = true,
            ("cost", number) => policy.max_cost = parse(number)?,
            ("output", number) => policy.max_output_tokens = parse(number)?,
            ("deadline", number) => policy.deadline = Some(Millis(parse(number)?)),
            ("report", _) => policy.report = true,
            ("fallback", words) => {
                let (model, region) = words.split_once('@').unwrap_or((words, ""));
                let region = (!region.is_empty()).then(|| Region(region.to_owned()));
                policy.fallbacks.push(match (model, region) {
                    ("", Some(region)) => Fallback::Elsewhere(region),
                    (model, region) => Fallback::Model {
                        model: ModelId(model.to_owned()),
                        abilities: self.abilities.clone(),
                        region,
                    },
                });
            }
            _ => {
                return Err(
                    "`policy` takes mode cap, mode off, legs N, rejects N, proven, guarded, cost N, output N, deadline MS, report or fallback MODEL@REGION",
                );
            }
        }
        Ok(())
    }
}

/// What stories cost: round numbers, so that budgets are easy to reckon.
const PRICE: Price = Price {
    input: 1.0,
    output: 10.0,
    cache_read: 0.1,
    cache_write: 1.25,
};

/// A leg that is being read.
#[derive(Default)]
struct Script {
    frames: Vec<Frame>,
    /// The block that is open: its number and the word that opened it.
    open: Option<(u32, &'static str)>,
    blocks: u32,
    written: String,
    usage: Option<Usage>,
}

impl Script {
    fn line(&mut self, word: &str, rest: &str) -> Result<(), &'static str> {
        match word {
            "text" => self.text(string(rest)?, false),
            "half" => self.text(string(rest)?, true),
            "reasoning" => {
                let text = string(rest)?;
                self.written.push_str(&text);
                self.delta("reasoning", None, Delta::Reasoning(Reasoning::Text(text)));
            }
            "signature" => {
                let seal = string(rest)?;
                self.delta(
                    "reasoning",
                    None,
                    Delta::Reasoning(Reasoning::Signature(seal)),
                );
            }
            "tool" => {
                let (id, name) = rest
                    .split_once(' ')
                    .ok_or("`tool` takes an id and a name")?;
                self.close();
                let kind = BlockKind::ToolUse {
                    id: id.to_owned(),
                    name: name.to_owned(),
                };
                self.open("tool", Some(kind));
            }
            "input" => {
                let json = string(rest)?;
                self.written.push_str(&json);
                self.delta("tool", None, Delta::ToolInput(json));
            }
            "image" => self.delta("image", Some(BlockKind::Other), Delta::Other),
            "usage" => {
                let (input, output) = rest.split_once(' ').ok_or("`usage` takes two numbers")?;
                self.usage = Some(Usage {
                    input: Some(parse(input)?),
                    output: Some(parse(output)?),
                    ..Usage::UNKNOWN
                });
            }
            "end" => self.end(stop(rest)),
            "fail" => self.fail(rest)?,
            _ => {
                return Err(
                    "a leg has text, half, reasoning, signature, tool, input, image, usage, end and fail",
                );
            }
        }
        Ok(())
    }

    fn text(&mut self, text: String, half: bool) {
        self.written.push_str(&text);
        self.delta("text", None, Delta::Text { text, half });
    }

    fn delta(&mut self, word: &'static str, kind: Option<BlockKind>, delta: Delta) {
        if self.open.is_none_or(|(_, open)| open != word) {
            self.close();
            self.open(word, kind);
        }
        if let Some((block, _)) = self.open {
            self.frames.push(Frame::made(Event::Delta { block, delta }));
        }
    }

    fn open(&mut self, word: &'static str, kind: Option<BlockKind>) {
        self.begin();
        let block = self.blocks;
        self.blocks += 1;
        self.open = Some((block, word));
        self.frames
            .extend(kind.map(|kind| Frame::made(Event::BlockStart { block, kind })));
    }

    fn close(&mut self) {
        self.frames.extend(
            self.open
                .take()
                .map(|(block, _)| Frame::made(Event::BlockStop { block })),
        );
    }

    fn begin(&mut self) {
        if self.frames.is_empty() {
            self.head(200);
            self.frames.push(Frame::made(Event::Start {
                usage: Usage::UNKNOWN,
            }));
        }
    }

    fn head(&mut self, status: u16) {
        let head = Head {
            status,
            headers: Vec::new(),
            request_id: None,
            region: None,
        };
        self.frames.push(Frame::made(Event::Head(head)));
    }

    fn end(&mut self, end: End) {
        self.begin();
        self.close();
        let stop = Stop {
            end: end.clone(),
            sequence: None,
            usage: Usage::UNKNOWN,
            report: None,
        };
        self.frames.push(Frame::made(Event::Stop(stop)));
        let output = Some(tokens::estimate(&self.written));
        let usage = self.usage.unwrap_or(Usage {
            input: Some(100),
            output,
            ..Usage::UNKNOWN
        });
        self.frames.push(Frame::made(Event::Metadata(Metadata {
            usage,
            latency_ms: Some(10),
        })));
        self.frames.push(Frame::end(end));
    }

    fn fail(&mut self, words: &str) -> Result<(), &'static str> {
        let end = match words.split_once(' ').unwrap_or((words, "")) {
            ("lost", _) => End::Cut(Cut::Lost),
            ("damaged", _) => End::Cut(Cut::Damaged),
            ("stalled", _) => End::Cut(Cut::Stalled),
            ("throttled", "") => End::Cut(Cut::Throttled { retry_after: None }),
            ("throttled", ms) => End::Cut(Cut::Throttled {
                retry_after: Some(Millis(parse(ms)?)),
            }),
            ("overloaded", _) => End::Cut(Cut::Overloaded { retry_after: None }),
            ("no_prefill", _) => End::Rejected(Rejection::NoPrefill),
            ("limit", number) => End::Rejected(Rejection::LimitIs(parse(number)?)),
            ("invalid", _) => End::Rejected(Rejection::Invalid),
            ("denied", _) => End::Rejected(Rejection::Denied),
            ("context_full", _) => End::Rejected(Rejection::ContextFull),
            _ => {
                return Err(
                    "`fail` takes lost, damaged, stalled, throttled, overloaded, no_prefill, limit N, invalid, denied or context_full",
                );
            }
        };
        if self.frames.is_empty() {
            self.head(if matches!(end, End::Rejected(_)) {
                400
            } else {
                503
            });
        }
        self.frames.push(Frame::end(end));
        Ok(())
    }
}

/// What a stop reason means.
fn stop(words: &str) -> End {
    match words.split_once(' ').unwrap_or((words, "")) {
        ("end_turn", _) => End::Finished(Finish::EndTurn),
        ("stop_sequence", _) => End::Finished(Finish::StopSequence),
        ("tool_use", _) => End::Finished(Finish::ToolUse),
        ("max_tokens", _) => End::Cut(Cut::Length),
        ("guardrail_intervened", _) => End::Refused(Refusal::Guardrail),
        ("content_filtered", _) => End::Refused(Refusal::ContentFilter),
        ("refusal", _) => End::Refused(Refusal::Declined),
        ("malformed", name) => End::Cut(Cut::Malformed(name.to_owned())),
        ("context_full", _) => End::Rejected(Rejection::ContextFull),
        _ => End::Unknown(words.to_owned()),
    }
}

fn string(text: &str) -> Result<String, &'static str> {
    serde_json::from_str(text).map_err(|_| "a text is written as a JSON string")
}

fn parse<T: std::str::FromStr>(number: &str) -> Result<T, &'static str> {
    number.parse().map_err(|_| "a number is missing or wrong")
}

fn empty_ask() -> Ask {
    Ask {
        model: ModelId("story".to_owned()),
        max_tokens: None,
        stop_sequences: Vec::new(),
        delivery: Delivery::Streamed,
        tools: Tools::None,
        reasoning: false,
        structure: Structure::Free,
        guarded: false,
        prefill: None,
        carried: Carried {
            form: "story".to_owned(),
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        },
    }
}
