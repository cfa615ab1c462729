//! The one message the caller sees, and its grammar: one start, block numbers rising, one stop, one
//! metadata, whatever the legs did.

use crate::plan::Open;
use crate::{BlockKind, Delta, Event, Frame, Transcript};

/// The state of the message shown so far.
pub(super) struct Message {
    pub(super) head_shown: bool,
    pub(super) started: bool,
    pub(super) stopped: bool,
    /// All text shown, joined over blocks.
    pub(super) text: String,
    /// Whether a block that is not text was shown.
    other_blocks: bool,
    /// Whether a tool call was shown that the model left behind it, so that it is whole.
    tool_call_behind: bool,
    /// The last block.
    last: Option<Block>,
    /// The number of the next block.
    next: u32,
}

/// A block of the message.
#[derive(Clone)]
struct Block {
    number: u32,
    kind: BlockKind,
    /// The JSON text of a tool's input so far.
    input: String,
    open: bool,
}

// The input is user text, which must not reach a log by way of `{:?}`.
impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Block({}, {:?}, open {})",
            self.number, self.kind, self.open
        )
    }
}

impl Message {
    pub(super) const fn new() -> Self {
        Self {
            head_shown: false,
            started: false,
            stopped: false,
            text: String::new(),
            other_blocks: false,
            tool_call_behind: false,
            last: None,
            next: 0,
        }
    }

    /// The message another process showed.
    pub(super) fn of(transcript: &Transcript) -> Self {
        let mut message = Self::new();
        message.head_shown = transcript.started;
        message.started = transcript.started;
        message.text = transcript.text();
        message.stopped = transcript.stopped.is_some();
        for shown in &transcript.blocks {
            message.begin(shown.block, shown.kind.clone());
            if let Some(last) = &mut message.last {
                last.open = shown.open;
            }
        }
        message
    }

    /// Whether anything of the answer was shown.
    pub(super) const fn has_content(&self) -> bool {
        !self.text.is_empty() || self.other_blocks
    }

    /// The number for a block that a leg calls `block`: its own, if that keeps the numbers rising.
    pub(super) fn number(&self, block: u32) -> u32 {
        block.max(self.next)
    }

    /// The number of the block that is open, if one is.
    pub(super) fn open(&self) -> Option<u32> {
        self.last
            .as_ref()
            .filter(|last| last.open)
            .map(|last| last.number)
    }

    /// The number of the text block that is open, if one is.
    pub(super) fn open_text(&self) -> Option<u32> {
        self.last
            .as_ref()
            .filter(|last| last.open && last.kind == BlockKind::Text)
            .map(|last| last.number)
    }

    /// What a cut now would leave behind, and whether a whole tool call stands in the message.
    pub(super) fn at_cut(&self) -> (Open, bool) {
        let Some(last) = &self.last else {
            return (Open::Text, false);
        };
        let whole = serde_json::from_str::<serde::de::IgnoredAny>(&last.input).is_ok();
        match &last.kind {
            BlockKind::Text => (Open::Text, self.tool_call_behind),
            BlockKind::Reasoning => (Open::Reasoning, self.tool_call_behind),
            BlockKind::ToolUse { .. } if whole => (Open::Other, true),
            BlockKind::ToolUse { .. } => (Open::ToolUse, self.tool_call_behind),
            BlockKind::Other => (Open::Other, self.tool_call_behind),
        }
    }

    /// Notes a frame that is about to be shown.
    pub(super) fn note(&mut self, frame: &Frame) {
        match &frame.event {
            Event::Head(_) => self.head_shown = true,
            Event::Start { .. } => self.started = true,
            Event::BlockStart { block, kind } => self.begin(*block, kind.clone()),
            Event::Delta { block, delta } => {
                if self.open() != Some(*block) {
                    self.begin(*block, kind_of(delta));
                }
                match (delta, &mut self.last) {
                    (Delta::Text { text, .. }, _) => self.text.push_str(text),
                    (Delta::ToolInput(json), Some(last)) => last.input.push_str(json),
                    (Delta::ToolInput(_) | Delta::Reasoning(_) | Delta::Other, _) => {}
                }
            }
            Event::BlockStop { .. } => {
                if let Some(last) = &mut self.last {
                    last.open = false;
                }
            }
            Event::Stop(_) => self.stopped = true,
            Event::Metadata(_) | Event::Other | Event::End(_) => {}
        }
    }

    fn begin(&mut self, number: u32, kind: BlockKind) {
        self.other_blocks |= kind != BlockKind::Text;
        self.tool_call_behind |= self
            .last
            .as_ref()
            .is_some_and(|last| matches!(last.kind, BlockKind::ToolUse { .. }));
        self.next = self.next.max(number.saturating_add(1));
        self.last = Some(Block {
            number,
            kind,
            input: String::new(),
            open: true,
        });
    }
}

/// The kind of a block that begins with this delta.
pub(super) const fn kind_of(delta: &Delta) -> BlockKind {
    match delta {
        Delta::Text { .. } => BlockKind::Text,
        Delta::Reasoning(_) => BlockKind::Reasoning,
        Delta::ToolInput(_) | Delta::Other => BlockKind::Other,
    }
}
