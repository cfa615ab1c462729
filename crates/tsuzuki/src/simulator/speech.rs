//! What one call says: a part of a whole answer, cut and resumed.

use super::place::{Conversation, Way};
use super::prompt::Prompt;
use super::scenario::{Block, CutStyle, Echo, Resume};
use super::tokens::Tokens;
use serde_json::Value;

/// What one call says.
#[derive(Debug, Clone)]
pub(crate) struct Speech {
    pub(crate) blocks: Vec<Spoken>,
    pub(crate) stop: Stop,
    pub(crate) output_tokens: usize,
}

/// One block, as far as it was said.
#[derive(Debug, Clone)]
pub(crate) enum Spoken {
    Text(Tokens),
    Reasoning {
        tokens: Tokens,
        signature: Option<String>,
    },
    Tool {
        id: String,
        name: String,
        input: Tokens,
        whole: bool,
    },
}

/// Why it stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    EndTurn,
    ToolUse,
    MaxTokens,
    /// A stop sequence.
    Sequence(String),
    /// As the rule says, in Converse's words.
    Scripted(String),
}

impl Spoken {
    pub(crate) const fn tokens(&self) -> &Tokens {
        match self {
            Self::Text(tokens)
            | Self::Reasoning { tokens, .. }
            | Self::Tool { input: tokens, .. } => tokens,
        }
    }
}

/// The whole answer and how this model handles it.
pub(crate) struct Script<'a> {
    pub(crate) blocks: &'a [Block],
    pub(crate) cut: CutStyle,
    pub(crate) resume: &'a Resume,
    /// The number of this call, for habits that come only now and then.
    pub(crate) call: u32,
    pub(crate) stop: Option<&'a str>,
}

impl Script<'_> {
    /// All text of the answer: what requests to go on are placed in.
    fn document(&self) -> String {
        self.blocks
            .iter()
            .filter_map(|block| match block {
                Block::Text(text) => Some(text.as_str()),
                Block::Reasoning { .. } | Block::Tool { .. } | Block::Respond(_) => None,
            })
            .collect()
    }

    /// What this call says, with at most `limit` tokens.
    pub(crate) fn say(
        &self,
        prompt: &Prompt,
        conversation: &Conversation,
        limit: usize,
        tool_id: &str,
    ) -> Speech {
        let document = self.document();
        let allowed = match conversation.way {
            Way::Fresh => false,
            Way::Prefill => self.resume.prefill,
            Way::Anchor(_) | Way::Nudge => self.resume.ask,
        };
        let place = if allowed {
            conversation.place(&document)
        } else {
            None
        };
        let Some(place) = place else {
            return self.cut(prompt, self.from(0, "", limit, tool_id), limit);
        };
        // A prefill cannot be talked around: the provider puts the text there.
        let has_habits =
            conversation.way != Way::Prefill && self.call.is_multiple_of(self.resume.every);
        let ideal = Resume::default();
        let resume = if has_habits { self.resume } else { &ideal };
        if let Some(meta) = &resume.meta {
            return self.cut(prompt, vec![Spoken::Text(Tokens::of(meta))], limit);
        }
        let opening = opening(resume, &conversation.way, &document[..place]);
        let start = restart(resume, &document, place);
        self.cut(prompt, self.from(start, &opening, limit, tool_id), limit)
    }

    /// The blocks from a place in the text on, the first text after an opening; of each text one
    /// token more than may be said, which tells whether it is cut.
    fn from(&self, start: usize, opening: &str, limit: usize, tool_id: &str) -> Vec<Spoken> {
        let mut spoken = Vec::new();
        let mut opening = (!opening.is_empty()).then_some(opening);
        let mut passed = 0;
        for block in self.blocks {
            let is_text = match block {
                Block::Text(_) => true,
                Block::Reasoning { .. } | Block::Tool { .. } | Block::Respond(_) => false,
            };
            // The text ended where the block did: what the model says first comes before what
            // follows it, not behind.
            if !is_text
                && passed > 0
                && passed >= start
                && let Some(opening) = opening.take()
            {
                spoken.push(Spoken::Text(Tokens::of(opening)));
            }
            match block {
                Block::Text(text) => {
                    let rest = text.get(start.saturating_sub(passed)..).unwrap_or_default();
                    passed += text.len();
                    if !rest.is_empty() {
                        let mut tokens = Tokens::of(opening.take().unwrap_or_default());
                        tokens.push(rest, limit.saturating_add(1));
                        spoken.push(Spoken::Text(tokens));
                    }
                }
                Block::Reasoning { text, signature } if passed >= start => {
                    spoken.push(Spoken::Reasoning {
                        tokens: Tokens::of(text),
                        signature: signature.clone(),
                    });
                }
                Block::Tool { name, input } if passed >= start => spoken.push(Spoken::Tool {
                    id: format!("{tool_id}{}", spoken.len()),
                    name: name.clone(),
                    input: Tokens::of(&printed(input)),
                    whole: true,
                }),
                Block::Reasoning { .. } | Block::Tool { .. } | Block::Respond(_) => {}
            }
        }
        if let Some(opening) = opening {
            spoken.push(Spoken::Text(Tokens::of(opening)));
        }
        spoken
    }

    fn cut(&self, prompt: &Prompt, whole: Vec<Spoken>, limit: usize) -> Speech {
        let mut speech = Speech {
            blocks: Vec::new(),
            stop: self.end(&whole),
            output_tokens: 0,
        };
        let exact = self.cut.exact_end
            && whole
                .iter()
                .map(|block| block.tokens().count())
                .sum::<usize>()
                == limit;
        for mut block in whole {
            let left = limit - speech.output_tokens;
            let full = block.tokens().count() <= left;
            if left == 0 {
                speech.stop = Stop::MaxTokens;
                break;
            }
            let mut spent = block.tokens().count().min(left);
            if !full {
                speech.stop = Stop::MaxTokens;
                shorten(&mut block, left, self.cut);
            }
            let mut stopped = false;
            if let Spoken::Text(tokens) = &mut block
                && let Some((start, sequence)) = first_of(&prompt.stop_sequences, tokens.text())
            {
                spent = tokens.covering(start + sequence.len());
                tokens.truncate_text(start);
                speech.stop = Stop::Sequence(sequence.to_owned());
                stopped = true;
            }
            speech.output_tokens += spent;
            speech.blocks.push(block);
            if stopped || !full {
                return speech;
            }
        }
        if exact && !speech.blocks.is_empty() {
            speech.stop = Stop::MaxTokens;
        }
        speech
    }

    fn end(&self, whole: &[Spoken]) -> Stop {
        let calls = whole.iter().any(|block| match block {
            Spoken::Tool { .. } => true,
            Spoken::Text(_) | Spoken::Reasoning { .. } => false,
        });
        match (self.stop, calls) {
            (Some(stop), _) => Stop::Scripted(stop.to_owned()),
            (None, true) => Stop::ToolUse,
            (None, false) => Stop::EndTurn,
        }
    }
}

fn shorten(block: &mut Spoken, left: usize, cut: CutStyle) {
    match block {
        Spoken::Text(tokens) => {
            let rest = tokens.text()[tokens.start(left)..].to_owned();
            tokens.truncate(left);
            if cut.whitespace {
                tokens.trail(&rest[..rest.len() - rest.trim_start().len()]);
            }
        }
        Spoken::Reasoning { tokens, signature } => {
            tokens.truncate(left);
            *signature = None;
        }
        Spoken::Tool { input, whole, .. } => {
            input.truncate(left);
            *whole = false;
        }
    }
}

/// The stop sequence that comes first, and where.
fn first_of<'a>(sequences: &'a [String], text: &str) -> Option<(usize, &'a str)> {
    sequences
        .iter()
        .filter_map(|sequence| Some((text.find(sequence.as_str())?, sequence.as_str())))
        .min()
}

/// Where a habit makes the model start, instead of the place itself.
fn restart(resume: &Resume, document: &str, place: usize) -> usize {
    if resume.restart_answer {
        return 0;
    }
    if resume.restart_line {
        return document[..place].rfind('\n').map_or(0, |line| line + 1);
    }
    let mut start = place;
    if resume.overlap > 0 {
        let before = Tokens::of(&document[..place]);
        start = before.start(before.count().saturating_sub(resume.overlap));
    }
    if resume.skip > 0 {
        let after = Tokens::of(&document[start..]);
        start += after.start(resume.skip.min(after.count()));
    }
    start
}

/// What the model says before it goes on.
fn opening(resume: &Resume, way: &Way, said: &str) -> String {
    let mut opening = resume.preamble.clone();
    if resume.reopen_fence
        && let Some(fence) = open_fence(said)
    {
        opening.push_str(fence);
        opening.push('\n');
    }
    if let Way::Anchor(anchor) = way {
        match resume.echo {
            Echo::Exact => opening.push_str(anchor),
            Echo::Rewrap => opening.push_str(&rewrapped(anchor)),
            Echo::Quoted => opening.push_str(&Value::from(anchor.as_str()).to_string()),
            Echo::None => {}
            Echo::Partial => {
                let half = anchor.chars().count() / 2;
                opening.extend(anchor.chars().skip(half));
            }
        }
    }
    opening
}

/// The line of a code fence that is still open at the end of a text.
fn open_fence(text: &str) -> Option<&str> {
    text.lines()
        .fold(None, |open, line| match (open, line.starts_with("```")) {
            (None, true) => Some(line),
            (Some(_), true) => None,
            (open, false) => open,
        })
}

/// The same words with their white space changed: line breaks become spaces, spaces line breaks.
fn rewrapped(text: &str) -> String {
    if text.contains('\n') {
        text.replace('\n', " ")
    } else {
        text.replacen(' ', "\n", 1)
    }
}

/// A tool's input as JSON text.
fn printed(input: &Value) -> String {
    if input.is_null() {
        "{}".to_owned()
    } else {
        input.to_string()
    }
}
