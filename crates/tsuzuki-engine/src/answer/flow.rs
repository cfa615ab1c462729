//! How the content of a leg reaches the caller: through the seam's verdict, the block numbering and
//! the hold-back.

use super::closing::Closing;
use super::message::kind_of;
use super::running::{Place, Placed, Probing};
use super::{Answer, Output};
use crate::seam::{self, Join, Progress, Verdict};
use crate::{BlockKind, Delta, End, Event, Finish, Frame, Outcome};

/// What a verdict did to the running leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// Nothing yet: more text is needed.
    Open,
    /// It was joined.
    Joined,
    /// It is gone, and something else follows.
    Gone,
}

impl Answer {
    /// A block's start, growth or end, or something nobody understands.
    pub(super) fn content(&mut self, frame: Frame) {
        if self
            .running
            .as_ref()
            .is_some_and(|running| running.probing.is_some())
        {
            self.probe(frame);
        } else {
            self.flow(frame);
        }
    }

    /// A frame of a head that waits for its verdict.
    fn probe(&mut self, frame: Frame) {
        let Some(running) = &mut self.running else {
            return;
        };
        let Some(probing) = &mut running.probing else {
            return;
        };
        let kind = match &frame.event {
            Event::BlockStart { kind, .. } => kind.clone(),
            Event::Delta { delta, .. } => kind_of(delta),
            Event::BlockStop { .. } => BlockKind::Text,
            Event::Other => return,
            Event::Head(_)
            | Event::Start { .. }
            | Event::Stop(_)
            | Event::Metadata(_)
            | Event::End(_) => return,
        };
        match kind {
            BlockKind::Reasoning => {}
            BlockKind::Text => {
                if let Some(text) = frame.text() {
                    probing.head.push_str(text);
                }
                probing.frames.push(frame);
                self.settle(Progress::Running);
            }
            BlockKind::ToolUse { .. } | BlockKind::Other => {
                if self.settle(Progress::Finished) == Settled::Joined {
                    self.flow(frame);
                }
            }
        }
    }

    /// Asks for the verdict on the running leg's head, and does what it says.
    pub(super) fn settle(&mut self, progress: Progress) -> Settled {
        let Some(running) = &mut self.running else {
            return Settled::Gone;
        };
        let Some(probing) = &running.probing else {
            return Settled::Joined;
        };
        match seam::judge(&probing.border, &probing.head, progress) {
            Verdict::Open => Settled::Open,
            Verdict::Join(join) => {
                if let Some(probing) = running.probing.take() {
                    self.join(*probing, join);
                }
                if self.running.is_some() {
                    Settled::Joined
                } else {
                    Settled::Gone
                }
            }
            Verdict::Reject(_) => {
                self.rejected();
                Settled::Gone
            }
            Verdict::Short => {
                self.short();
                Settled::Gone
            }
        }
    }

    /// Joins the running leg behind what is shown.
    fn join(&mut self, probing: Probing, join: Join) {
        let Some(running) = &mut self.running else {
            return;
        };
        let unshown = std::mem::take(&mut self.unshown);
        let white = std::mem::take(&mut self.white);
        let at = self.message.text.chars().count() + unshown.chars().count();
        let trimmed = probing.head[..join.drop_head].chars().count();
        running.repeated.add(&probing.head[..join.drop_head]);
        self.ledger
            .seam(at, join.proof, trimmed, self.progress.rejected);
        self.progress.rejected = 0;

        let mut glue = unshown;
        let mut drop = join.drop_head;
        if join.keep_held {
            glue.push_str(&white);
        } else if glue.is_empty() {
            // White space that was shown already is not shown again.
            let shown = &self.message.text[self.message.text.trim_end().len()..];
            if !shown.is_empty() && probing.head[drop..].starts_with(shown) {
                drop += shown.len();
            }
        }
        for frame in splice(probing.frames, drop, glue) {
            self.flow(frame);
        }
    }

    /// A frame whose place is settled.
    pub(super) fn flow(&mut self, mut frame: Frame) {
        let Some(running) = &mut self.running else {
            return;
        };
        let (block, kind) = match &frame.event {
            Event::BlockStart { block, kind } => (*block, Some(kind.clone())),
            Event::Delta { block, delta } => (*block, Some(kind_of(delta))),
            Event::BlockStop { block } => (*block, None),
            Event::Other => {
                if self.holdback.is_empty() {
                    self.show(frame);
                } else {
                    self.holdback.push(frame);
                }
                return;
            }
            Event::Head(_)
            | Event::Start { .. }
            | Event::Stop(_)
            | Event::Metadata(_)
            | Event::End(_) => return,
        };
        let known = running
            .place(block)
            .filter(|placed| !placed.closed)
            .map(|placed| placed.place);
        let begins = matches!(frame.event, Event::BlockStart { .. });
        let place = match (known, kind) {
            (Some(place), _) if !begins => place,
            (_, Some(kind)) => self.place(block, kind),
            (_, None) => return,
        };
        let number = match place {
            Place::Dropped => return,
            Place::Joined(_) if begins => return,
            Place::Joined(number) | Place::Shown(number) => number,
        };
        renumber(&mut frame, number);
        match &frame.event {
            Event::Delta {
                delta: Delta::Text { .. },
                ..
            } => {
                self.holdback.push(frame);
                self.settle_text();
            }
            Event::BlockStop { .. } => {
                if self.close_place(block) == Some(&BlockKind::Text) {
                    self.holdback.push(frame);
                } else {
                    self.show(frame);
                }
            }
            Event::BlockStart { .. } | Event::Delta { .. } => {
                self.show_held();
                self.show(frame);
            }
            Event::Head(_)
            | Event::Start { .. }
            | Event::Stop(_)
            | Event::Metadata(_)
            | Event::Other
            | Event::End(_) => {}
        }
    }

    /// Decides where a block of the running leg goes, and closes the one before it.
    fn place(&mut self, block: u32, kind: BlockKind) -> Place {
        let open_text = self.message.open_text();
        let first_text = self.running.as_ref().is_some_and(|running| {
            !running
                .blocks
                .iter()
                .any(|placed| placed.kind == BlockKind::Text && placed.place != Place::Dropped)
        });
        let fresh = self.running.as_ref().is_some_and(|running| running.fresh);
        let place = match (&kind, open_text) {
            (BlockKind::Reasoning, _) if !fresh => Place::Dropped,
            (BlockKind::Text, Some(number)) if first_text => Place::Joined(number),
            (
                BlockKind::Text
                | BlockKind::Reasoning
                | BlockKind::ToolUse { .. }
                | BlockKind::Other,
                _,
            ) => {
                self.show_held();
                self.close_block();
                Place::Shown(self.message.number(block))
            }
        };
        if let Some(running) = &mut self.running {
            // Most legs have one.
            if running.blocks.is_empty() {
                running.blocks.reserve_exact(1);
            }
            running.blocks.push(Placed {
                block,
                kind,
                place,
                closed: false,
            });
        }
        place
    }

    /// The running leg ended a block; tells what it held.
    fn close_place(&mut self, block: u32) -> Option<&BlockKind> {
        let running = self.running.as_mut()?;
        let mut blocks = running.blocks.iter_mut();
        let placed = blocks.rfind(|placed| placed.block == block)?;
        placed.closed = true;
        Some(&placed.kind)
    }

    /// Ends the block that is open, if one is.
    pub(super) fn close_block(&mut self) {
        if let Some(block) = self.message.open() {
            self.show(Frame::made(Event::BlockStop { block }));
        }
    }

    /// Shows what of the held text can no longer change; across a seam, a stop sequence in it ends
    /// the answer. (Within one leg the model's own service sees to that.)
    fn settle_text(&mut self) {
        let ask = std::sync::Arc::clone(&self.ask);
        if !self.ledger.report().seams.is_empty()
            && let Some((at, sequence)) = self.holdback.stop_sequence(&ask.stop_sequences)
        {
            for frame in self.holdback.stop_at(at) {
                self.show(frame);
            }
            if let Some(mut running) = self.running.take() {
                self.close_account(&mut running);
            }
            let end = End::Finished(Finish::StopSequence);
            return self.conclude(
                Outcome::Complete,
                Closing::Made(end, Some(sequence.to_owned())),
            );
        }
        // Out of its place while its frames are shown, which does not touch it: this runs for every
        // delta, and a list of them would be an allocation each time.
        let mut holdback = std::mem::take(&mut self.holdback);
        let settled = holdback.settled(&ask.stop_sequences);
        settled.for_each(|frame| self.show(frame));
        self.holdback = holdback;
    }

    /// Shows everything that is held.
    pub(super) fn show_held(&mut self) {
        let mut holdback = std::mem::take(&mut self.holdback);
        holdback.all().for_each(|frame| self.show(frame));
        self.holdback = holdback;
    }

    /// Hands a frame to the caller.
    pub(super) fn show(&mut self, frame: Frame) {
        self.message.note(&frame);
        let new = frame.text().map_or(0, |text| text.chars().count());
        if new > 0 {
            if let Some(running) = &mut self.running {
                running.new_chars += new;
            }
            self.progress.at = self.now;
            self.progress.since_fault += new;
            if self.progress.since_fault >= self.policy.fault_progress {
                self.progress.faults = 0;
                self.progress.rests = 0;
            }
        }
        self.queue.push_back(Output::Emit(frame));
    }
}

/// The frames of a head without its first `drop` bytes of text, with `glue` before the rest. The
/// text that stays goes on in one block; empty text blocks before it are left out.
fn splice(frames: Vec<Frame>, drop: usize, mut glue: String) -> Vec<Frame> {
    let joined = joined_block(&frames, drop);
    let mut left = drop;
    let mut spliced = Vec::with_capacity(frames.len() + 1);
    for mut frame in frames {
        match &mut frame.event {
            Event::Delta {
                block,
                delta: Delta::Text { text, .. },
            } => {
                let cut = left.min(text.len());
                left -= cut;
                if cut == text.len() && (cut > 0 || *block != joined) {
                    continue;
                }
                if cut > 0 || !glue.is_empty() {
                    text.replace_range(..cut, &glue);
                    glue.clear();
                    frame.altered = true;
                }
            }
            Event::BlockStart { block, .. } if *block != joined => continue,
            Event::BlockStop { block } => {
                if *block != joined {
                    continue;
                }
                spliced.extend(glue_frame(joined, &mut glue));
            }
            Event::BlockStart { .. }
            | Event::Delta { .. }
            | Event::Head(_)
            | Event::Start { .. }
            | Event::Stop(_)
            | Event::Metadata(_)
            | Event::Other
            | Event::End(_) => {}
        }
        spliced.push(frame);
    }
    spliced.extend(glue_frame(joined, &mut glue));
    spliced
}

/// The block in which the text behind the first `drop` bytes begins.
fn joined_block(frames: &[Frame], drop: usize) -> u32 {
    let mut left = drop;
    let mut first = None;
    for frame in frames {
        if let Event::Delta {
            block,
            delta: Delta::Text { text, .. },
        } = &frame.event
        {
            if text.len() > left {
                return *block;
            }
            left -= text.len();
            first = Some(*block);
        }
    }
    first.unwrap_or(0)
}

fn glue_frame(block: u32, glue: &mut String) -> Option<Frame> {
    let text = std::mem::take(glue);
    (!text.is_empty()).then(|| {
        Frame::made(Event::Delta {
            block,
            delta: Delta::Text { text, half: false },
        })
    })
}

/// Gives a frame its number within the message.
fn renumber(frame: &mut Frame, number: u32) {
    match &mut frame.event {
        Event::BlockStart { block, .. }
        | Event::Delta { block, .. }
        | Event::BlockStop { block } => {
            if *block != number {
                *block = number;
                frame.altered = true;
            }
        }
        Event::Head(_)
        | Event::Start { .. }
        | Event::Stop(_)
        | Event::Metadata(_)
        | Event::Other
        | Event::End(_) => {}
    }
}
