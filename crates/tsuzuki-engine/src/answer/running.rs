//! A leg that is running.

use crate::plan::Way;
use crate::seam::Border;
use crate::tokens::Estimate;
use crate::{BlockKind, End, Event, Frame, LegId, Usage};

/// A leg that is running.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) id: LegId,
    pub(super) way: Way,
    /// Whether nothing of the message had been shown when it was called.
    pub(super) fresh: bool,
    /// The border that its head has to prove, until it did. In a box, like all that most legs lack.
    pub(super) probing: Option<Box<Probing>>,
    /// Where its blocks go in the message.
    pub(super) blocks: Vec<Placed>,
    /// Its head, if it said that the request failed.
    pub(super) failed_head: Option<Box<Frame>>,
    /// Whether the backend took its request.
    pub(super) answered: bool,
    /// Its frames, while nothing of it may be shown before its end.
    pub(super) withheld: Option<Vec<Frame>>,
    pub(super) stop: Option<Frame>,
    pub(super) metadata: Option<Frame>,
    /// How it ended, once it did.
    pub(super) ended: Option<End>,
    pub(super) usage: Usage,
    /// Of all text it wrote.
    pub(super) received: Estimate,
    /// Of what was no news.
    pub(super) repeated: Estimate,
    /// How many characters of it were new.
    pub(super) new_chars: usize,
}

/// A head that waits for its verdict.
pub(super) struct Probing {
    pub(super) border: Border,
    /// Its text so far.
    pub(super) head: String,
    /// Its frames so far.
    pub(super) frames: Vec<Frame>,
}

// The head is user text, which must not reach a log by way of `{:?}`.
impl std::fmt::Debug for Probing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Probing({} bytes)", self.head.len())
    }
}

/// Where a block of the leg goes.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) block: u32,
    pub(super) kind: BlockKind,
    pub(super) place: Place,
    /// Whether the leg ended it.
    pub(super) closed: bool,
}

/// Where a block of the leg goes in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Under this number.
    Shown(u32),
    /// It goes on with the text block of this number, which is open already.
    Joined(u32),
    /// Nowhere.
    Dropped,
}

impl Running {
    pub(super) fn place(&self, block: u32) -> Option<&Placed> {
        self.blocks.iter().rfind(|placed| placed.block == block)
    }

    /// The frames withheld, and behind them those of the last block if it is a tool call: one that
    /// may have been cut.
    pub(super) fn take_withheld(&mut self) -> (Vec<Frame>, Vec<Frame>) {
        let mut frames = self.withheld.take().unwrap_or_default();
        let last = frames
            .iter()
            .rposition(|frame| matches!(frame.event, Event::BlockStart { .. }));
        let tool = last.filter(|at| {
            matches!(
                frames[*at].event,
                Event::BlockStart {
                    kind: BlockKind::ToolUse { .. },
                    ..
                }
            )
        });
        let tail = frames.split_off(tool.unwrap_or(frames.len()));
        (frames, tail)
    }
}
