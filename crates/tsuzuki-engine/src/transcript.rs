//! What was shown: enough to go on in another process.

use crate::{BlockKind, Delta, End, Event, Frame, Usage, tokens};
use serde::{Deserialize, Serialize};

/// A fold of the frames that were shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// Whether the message began.
    pub started: bool,
    /// Its blocks, in order.
    pub blocks: Vec<Shown>,
    /// How the message stopped, if it did.
    pub stopped: Option<End>,
    /// Token counts, as far as they were shown.
    pub usage: Usage,
}

/// A block that was shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Its number.
    pub block: u32,
    /// What it holds.
    pub kind: BlockKind,
    /// Its text, if it holds text.
    pub text: String,
    /// Whether it is still open.
    pub open: bool,
}

// A transcript holds user text, which must not reach a log by way of `{:?}`.
impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Shown({}, {:?}, {} bytes, open {})",
            self.block,
            self.kind,
            self.text.len(),
            self.open
        )
    }
}

impl Transcript {
    /// Nothing was shown.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            started: false,
            blocks: Vec::new(),
            stopped: None,
            usage: Usage::UNKNOWN,
        }
    }

    /// What these frames showed.
    pub fn of<'a>(frames: impl IntoIterator<Item = &'a Frame>) -> Self {
        let mut transcript = Self::empty();
        frames.into_iter().for_each(|frame| transcript.show(frame));
        transcript
    }

    /// One more frame was shown.
    pub fn show(&mut self, frame: &Frame) {
        match &frame.event {
            Event::Start { usage } => {
                self.started = true;
                self.usage = self.usage.updated(*usage);
            }
            Event::BlockStart { block, kind } => self.open(*block, kind.clone()),
            Event::Delta { block, delta } => {
                let kind = match delta {
                    Delta::Text { .. } => BlockKind::Text,
                    Delta::Reasoning(_) => BlockKind::Reasoning,
                    Delta::ToolInput(_) | Delta::Other => BlockKind::Other,
                };
                self.open(*block, kind);
                if let (Some(text), Some(shown)) = (frame.text(), self.blocks.last_mut()) {
                    shown.text.push_str(text);
                }
            }
            Event::BlockStop { block } => {
                if let Some(shown) = self.blocks.iter_mut().rfind(|shown| shown.block == *block) {
                    shown.open = false;
                }
            }
            Event::Stop(stop) => {
                self.stopped = Some(stop.end.clone());
                self.usage = self.usage.updated(stop.usage);
            }
            Event::Metadata(metadata) => self.usage = self.usage.updated(metadata.usage),
            Event::Head(_) | Event::Other | Event::End(_) => {}
        }
    }

    fn open(&mut self, block: u32, kind: BlockKind) {
        if self.blocks.iter().all(|shown| shown.block != block) {
            self.blocks.push(Shown {
                block,
                kind,
                text: String::new(),
                open: true,
            });
        }
    }

    /// About how many tokens its text is: what budgets take an answer for that goes on from it.
    #[must_use]
    pub fn likely_tokens(&self) -> u64 {
        tokens::estimate(&self.text())
    }

    /// All text for the reader, joined.
    #[must_use]
    pub fn text(&self) -> String {
        self.blocks
            .iter()
            .filter(|shown| shown.kind == BlockKind::Text)
            .map(|shown| shown.text.as_str())
            .collect()
    }
}
