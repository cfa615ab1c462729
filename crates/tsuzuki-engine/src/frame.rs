//! The smallest piece of an answer in flight, and the only currency.

use crate::{End, Region};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One piece of an answer: what it means, and the bytes that said so.
///
/// A frame nobody altered leaves with its `source`; an altered one is printed by patching the
/// source, so that members nobody understands survive.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// What the frame means.
    pub event: Event,
    /// The bytes it came in, in the caller's wire form; opaque here.
    #[serde(skip)]
    pub source: Option<Bytes>,
    /// Whether `event` no longer says what `source` says.
    #[serde(default)]
    pub altered: bool,
}

/// What a frame means.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The response began. A leg's first frame.
    Head(Head),
    /// The message began.
    Start {
        /// Token counts known at the start, on wires that send them there.
        usage: Usage,
    },
    /// A block began. Some wires leave this out for text; the first delta then begins it.
    BlockStart {
        /// The block's number within the message.
        block: u32,
        /// What it holds.
        kind: BlockKind,
    },
    /// A block grew.
    Delta {
        /// The block's number within the message.
        block: u32,
        /// What it grew by.
        delta: Delta,
    },
    /// A block ended.
    BlockStop {
        /// The block's number within the message.
        block: u32,
    },
    /// The message stopped.
    Stop(Stop),
    /// Token counts and timing, after the stop.
    Metadata(Metadata),
    /// Something this version does not understand; it passes with its source.
    Other,
    /// The leg ended. A leg's last frame; its source is the error as it came, if it was one.
    End(End),
}

/// How a response began.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The status code.
    pub status: u16,
    /// The header fields, in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The backend's id of the request, where it gave one.
    pub request_id: Option<String>,
    /// Where the request went, where the backend tells.
    pub region: Option<Region>,
}

/// What a block holds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// Text for the reader.
    Text,
    /// The model's reasoning.
    Reasoning,
    /// A call of a tool.
    ToolUse {
        /// The call's id.
        id: String,
        /// The tool's name.
        name: String,
    },
    /// Anything else.
    Other,
}

/// What a block grew by.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delta {
    /// Text for the reader.
    Text {
        /// The text, whole characters only.
        text: String,
        /// Whether the source ends in half a character (a lone surrogate), whose whole comes at
        /// the head of the block's next delta.
        half: bool,
    },
    /// Reasoning.
    Reasoning(Reasoning),
    /// A fragment of the JSON text of a tool's input.
    ToolInput(String),
    /// Anything else (citations, images, …).
    Other,
}

/// A piece of reasoning.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reasoning {
    /// Readable text.
    Text(String),
    /// The provider's seal over the block.
    Signature(String),
    /// Reasoning the provider keeps to itself, as base64.
    Redacted(String),
}

/// How the message stopped.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    /// What the stop reason means.
    pub end: End,
    /// The stop sequence that was hit, where the wire tells.
    pub sequence: Option<String>,
    /// Token counts, on wires that send them with the stop.
    pub usage: Usage,
    /// Our own report, to be printed where the wire has room for it.
    pub report: Option<Box<crate::Report>>,
}

/// Token counts and timing, after the stop.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// Token counts.
    pub usage: Usage,
    /// The provider's own measure of how long it took, in milliseconds.
    pub latency_ms: Option<u64>,
}

/// Token counts. What a wire did not send is `None`, never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Input that was neither read from nor written to the cache.
    pub input: Option<u64>,
    /// Output, reasoning included.
    pub output: Option<u64>,
    /// Input read from the cache.
    pub cache_read: Option<u64>,
    /// Input written to the cache.
    pub cache_write: Option<u64>,
}

impl Usage {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        input: None,
        output: None,
        cache_read: None,
        cache_write: None,
    };

    /// What is known from both, the later word standing where both speak.
    #[must_use]
    pub fn updated(self, later: Self) -> Self {
        Self {
            input: later.input.or(self.input),
            output: later.output.or(self.output),
            cache_read: later.cache_read.or(self.cache_read),
            cache_write: later.cache_write.or(self.cache_write),
        }
    }

    /// The sum of both, unknown only where neither speaks.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        fn add(a: Option<u64>, b: Option<u64>) -> Option<u64> {
            match (a, b) {
                (Some(a), Some(b)) => Some(a.saturating_add(b)),
                (one, None) | (None, one) => one,
            }
        }
        Self {
            input: add(self.input, other.input),
            output: add(self.output, other.output),
            cache_read: add(self.cache_read, other.cache_read),
            cache_write: add(self.cache_write, other.cache_write),
        }
    }

    /// All tokens together.
    #[must_use]
    pub fn total(&self) -> u64 {
        [self.input, self.output, self.cache_read, self.cache_write]
            .into_iter()
            .flatten()
            .sum()
    }
}

impl Frame {
    /// A frame we made ourselves.
    #[must_use]
    pub const fn made(event: Event) -> Self {
        Self {
            event,
            source: None,
            altered: false,
        }
    }
    /// A frame as it came.
    #[must_use]
    pub const fn came(event: Event, source: Bytes) -> Self {
        Self {
            event,
            source: Some(source),
            altered: false,
        }
    }
    /// The end of a leg, as a frame.
    #[must_use]
    pub const fn end(end: End) -> Self {
        Self::made(Event::End(end))
    }
    /// The number of the block this frame belongs to, if it does to one.
    #[must_use]
    pub const fn block(&self) -> Option<u32> {
        match &self.event {
            Event::BlockStart { block, .. }
            | Event::Delta { block, .. }
            | Event::BlockStop { block } => Some(*block),
            Event::Head(_)
            | Event::Start { .. }
            | Event::Stop(_)
            | Event::Metadata(_)
            | Event::Other
            | Event::End(_) => None,
        }
    }
    /// The text this frame adds for the reader, if it does.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.event {
            Event::Delta {
                delta: Delta::Text { text, .. },
                ..
            } => Some(text),
            Event::Delta {
                delta: Delta::Reasoning(_) | Delta::ToolInput(_) | Delta::Other,
                ..
            }
            | Event::Head(_)
            | Event::Start { .. }
            | Event::BlockStart { .. }
            | Event::BlockStop { .. }
            | Event::Stop(_)
            | Event::Metadata(_)
            | Event::Other
            | Event::End(_) => None,
        }
    }
}

// Frames hold user text, which must not reach a log by way of `{:?}`.
impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?}{}",
            self.event,
            if self.altered { " (altered)" } else { "" }
        )
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head(head) => write!(f, "Head({})", head.status),
            Self::Start { .. } => f.write_str("Start"),
            Self::BlockStart { block, kind } => write!(f, "BlockStart({block}, {kind:?})"),
            Self::Delta { block, delta } => write!(f, "Delta({block}, {delta:?})"),
            Self::BlockStop { block } => write!(f, "BlockStop({block})"),
            Self::Stop(stop) => write!(f, "Stop({:?})", stop.end),
            Self::Metadata(_) => f.write_str("Metadata"),
            Self::Other => f.write_str("Other"),
            Self::End(end) => write!(f, "End({end:?})"),
        }
    }
}

impl fmt::Debug for BlockKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "Text",
            Self::Reasoning => "Reasoning",
            Self::ToolUse { .. } => "ToolUse",
            Self::Other => "Other",
        })
    }
}

impl fmt::Debug for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { text, half } => write!(
                f,
                "Text[{} bytes{}]",
                text.len(),
                if *half { ", half" } else { "" }
            ),
            Self::Reasoning(_) => f.write_str("Reasoning"),
            Self::ToolInput(json) => write!(f, "ToolInput[{} bytes]", json.len()),
            Self::Other => f.write_str("Other"),
        }
    }
}
