//! How a leg ends, and what follows it.

use super::closing::Closing;
use super::flow::Settled;
use super::running::Running;
use super::{Answer, Failed, Output};
use crate::ledger::Account;
use crate::plan::{self, Call, Next, Purpose, Way};
use crate::seam::{self, Progress, Verdict};
use crate::{Cut, Delta, End, Event, Finish, Frame, Incomplete, Outcome, Structure, Tools, Usage};

impl Answer {
    /// The running leg brought its end.
    pub(super) fn leg_ended(&mut self, end: &End, frame: Frame) {
        if let Some(running) = &mut self.running {
            running.ended = Some(end.clone());
        }
        let id = self.running.as_ref().map(|running| running.id);
        let tail = if self.holds_whole_legs_for(end) {
            Vec::new()
        } else {
            self.release_withheld(end)
        };
        // What was released may have ended the leg already, and called another.
        if self.running.as_ref().map(|running| running.id) != id {
            return;
        }
        if let Some(progress) = progress_of(end)
            && self.settle_ended(end, progress) == Settled::Gone
        {
            return;
        }
        let Some(mut running) = self.running.take() else {
            return;
        };
        self.close_account(&mut running);
        self.count(end, &running);
        let (partial, _) = self.border();
        let mut case = self.case(&partial, running.way);
        if !tail.is_empty() {
            case.open = plan::Open::ToolUse;
        }
        let next = plan::after(end, &case);
        let withheld = running.withheld.take().unwrap_or_default();
        let frame = self.what_failed(&next, end, frame, &mut running);
        self.running = Some(running);
        if !throws_away(&next) {
            self.release(withheld);
        }
        self.follow(next, Some(frame), tail);
    }

    /// The end that the caller is to see. When a fallback's backend would not even take the request,
    /// that is no answer to the caller's own, whose failure is kept for this case.
    fn what_failed(
        &mut self,
        next: &Next,
        end: &End,
        frame: Frame,
        running: &mut Running,
    ) -> Frame {
        match next {
            Next::Call(call) if call.purpose == Purpose::FallBack => {
                self.given_up.get_or_insert_with(|| {
                    Box::new(Failed {
                        head: running.failed_head.take(),
                        end: end.clone(),
                        frame: frame.clone(),
                    })
                });
                frame
            }
            Next::Verbatim | Next::GiveUp(_) if matches!(end, End::Rejected(_)) => {
                match self.given_up.take() {
                    Some(failed) => {
                        running.failed_head = failed.head;
                        failed.frame
                    }
                    None => frame,
                }
            }
            Next::Complete
            | Next::CompleteWithTools
            | Next::Stop
            | Next::Refused
            | Next::Verbatim
            | Next::GiveUp(_)
            | Next::Call(_)
            | Next::Rest { .. } => frame,
        }
    }

    /// Whether a leg that ended like this is thrown away whole if it is asked again.
    fn holds_whole_legs_for(&self, end: &End) -> bool {
        let all_or_nothing =
            self.ask.structure == Structure::Schema || self.ask.tools == Tools::Forced;
        match end {
            End::Cut(Cut::Length) => all_or_nothing,
            End::Cut(Cut::Malformed(_)) => true,
            End::Refused(_) => self
                .running
                .as_ref()
                .is_some_and(|running| running.way != Way::First),
            End::Finished(_) | End::Cut(_) | End::Rejected(_) | End::Unknown(_) => false,
        }
    }

    /// Shows what was withheld until the leg's end; gives back a tool call that the cut may have
    /// broken.
    fn release_withheld(&mut self, end: &End) -> Vec<Frame> {
        let Some(running) = self
            .running
            .as_mut()
            .filter(|running| running.withheld.is_some())
        else {
            return Vec::new();
        };
        let (mut frames, mut tail) = running.take_withheld();
        if *end != End::Cut(Cut::Length) {
            frames.append(&mut tail);
        }
        self.release(frames);
        tail
    }

    /// Shows frames of the running leg, as long as it is the one that runs.
    fn release(&mut self, frames: Vec<Frame>) {
        let id = self.running.as_ref().map(|running| running.id);
        for frame in frames {
            if self.running.as_ref().map(|running| running.id) != id {
                return;
            }
            self.content(frame);
        }
    }

    /// The verdict on the head of a leg that ended.
    fn settle_ended(&mut self, end: &End, progress: Progress) -> Settled {
        if *end == End::Finished(Finish::StopSequence) {
            self.restore_stop_sequence();
        }
        self.settle(progress)
    }

    /// A service that stops at a stop sequence leaves it out. Where the sequence began before the
    /// border, the model had to repeat its beginning: what it wrote is a head that breaks off inside
    /// the anchor. With the sequence put back the head proves itself, and the joined text holds it.
    fn restore_stop_sequence(&mut self) {
        let ask = std::sync::Arc::clone(&self.ask);
        let Some(probing) = self
            .running
            .as_mut()
            .and_then(|running| running.probing.as_mut())
        else {
            return;
        };
        let joins = |head: &str| {
            matches!(
                seam::judge(&probing.border, head, Progress::Finished),
                Verdict::Join(_)
            )
        };
        if joins(&probing.head) {
            return;
        }
        let restored = ask
            .stop_sequences
            .iter()
            .find(|stop| joins(&format!("{}{stop}", probing.head)));
        if let Some(stop) = restored {
            probing.head.push_str(stop);
            // Behind the text, and before the end of its block.
            let text = probing
                .frames
                .iter()
                .rposition(|frame| frame.text().is_some());
            let block = text.and_then(|at| probing.frames[at].block()).unwrap_or(0);
            let delta = Delta::Text {
                text: stop.clone(),
                half: false,
            };
            let frame = Frame::made(Event::Delta { block, delta });
            probing.frames.insert(text.map_or(0, |at| at + 1), frame);
        }
    }

    /// Counts a leg that ended towards the bounds of the answer.
    fn count(&mut self, end: &End, running: &Running) {
        match end {
            End::Cut(Cut::Length) => {
                self.progress.faults = 0;
                self.progress.rests = 0;
                let idle =
                    running.way != Way::First && running.new_chars < self.policy.least_progress;
                self.progress.idle_legs = if idle { self.progress.idle_legs + 1 } else { 0 };
            }
            End::Cut(Cut::Throttled { .. }) => self.progress.since_fault = 0,
            End::Cut(Cut::Lost | Cut::Damaged | Cut::Stalled | Cut::Overloaded { .. }) => {
                self.progress.since_fault = 0;
                self.progress.faults += 1;
            }
            End::Cut(Cut::Malformed(_))
            | End::Finished(_)
            | End::Refused(_)
            | End::Rejected(_)
            | End::Unknown(_) => {}
        }
    }

    /// The running leg's head was not joined: ask again at the same border.
    pub(super) fn rejected(&mut self) {
        self.progress.rejected += 1;
        self.hang_up();
        let (partial, _) = self.border();
        let next = plan::after_reject(self.progress.rejected, &self.case(&partial, Way::Anchor));
        self.follow(next, None, Vec::new());
    }

    /// The running leg was cut before it said anything new.
    pub(super) fn short(&mut self) {
        self.progress.idle_legs += 1;
        let way = self
            .running
            .as_ref()
            .map_or(Way::First, |running| running.way);
        self.hang_up();
        let (partial, _) = self.border();
        let next = plan::after_short(&self.case(&partial, way));
        self.follow(next, None, Vec::new());
    }

    /// Drops the running leg, none of whose text was joined.
    fn hang_up(&mut self) {
        let Some(mut running) = self.running.take() else {
            return;
        };
        running.repeated = running.received;
        self.close_account(&mut running);
    }

    /// Accounts for a leg, and hangs it up if it has not ended by itself.
    pub(super) fn close_account(&mut self, running: &mut Running) {
        if running.ended.is_none() {
            self.queue.push_back(Output::Hangup(running.id));
        }
        let usage = std::mem::replace(&mut running.usage, Usage::UNKNOWN);
        let input = running
            .answered
            .then(|| self.ledger.likely_input(&self.ask, running.way));
        self.ledger.end(Account {
            end: running.ended.as_ref(),
            usage,
            counted: usage.output.is_some() && running.stop.is_some(),
            likely_input: input,
            received: running.received,
            repeated: running.repeated,
            price: self.abilities.price,
            now: self.now,
        });
    }

    /// Does what the plan says.
    pub(super) fn follow(&mut self, next: Next, end: Option<Frame>, tail: Vec<Frame>) {
        match next {
            Next::Call(call) => {
                self.cut();
                self.call(call);
            }
            Next::Rest { until, why, call } => {
                self.cut();
                self.progress.rests += 1;
                self.resting = Some((until, why, call));
            }
            Next::Complete => self.conclude_own(Outcome::Complete, None),
            Next::CompleteWithTools => {
                self.running = None;
                self.conclude(
                    Outcome::Complete,
                    Closing::Made(End::Finished(Finish::ToolUse), None),
                );
            }
            Next::Stop => self.stop(Outcome::Cancelled),
            Next::Refused => self.conclude_own(Outcome::Refused, end),
            Next::Verbatim => self.pass_on(end),
            Next::GiveUp(why) => {
                self.release(tail);
                self.conclude_own(Outcome::Incomplete(why), end);
            }
        }
    }

    /// Another leg will go on here: what cannot be shown yet is kept for its seam.
    fn cut(&mut self) {
        self.running = None;
        if !self.holdback.is_empty() {
            let (frames, remainder) = self.holdback.cut(&self.ask.stop_sequences);
            frames.into_iter().for_each(|frame| self.show(frame));
            self.unshown = remainder.unshown;
            self.white = remainder.white;
        }
    }
}

/// How far a leg is that ended like this, as its seam sees it; none where its text does not count.
const fn progress_of(end: &End) -> Option<Progress> {
    match end {
        End::Finished(_) => Some(Progress::Finished),
        End::Cut(Cut::Length) => Some(Progress::Cut),
        End::Cut(_) | End::Refused(_) | End::Rejected(_) | End::Unknown(_) => None,
    }
}

/// Whether what was withheld of the leg that ended must not be shown.
fn throws_away(next: &Next) -> bool {
    matches!(
        next,
        Next::Call(Call {
            purpose: Purpose::Escalate,
            ..
        }) | Next::GiveUp(Incomplete::GuardrailOnContinuation)
    )
}
