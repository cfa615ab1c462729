//! How a leg ends, what follows it, and how the answer ends.

use super::flow::Settled;
use super::running::{Probing, Running};
use super::{Answer, Output};
use crate::nudge::nudge;
use crate::plan::{self, Call, Case, Next, Purpose, Way};
use crate::seam::{self, Border, Demand, Progress};
use crate::{
    By, Cut, Delivery, End, Event, Finish, Frame, Head, Incomplete, Leg, Metadata, Mode, Outcome,
    Prefill, Seams, Stop, Structure, Tools, Usage,
};
use std::sync::Arc;

/// How the message is closed.
pub(super) enum Closing {
    /// As the last leg said.
    Own(Box<Running>),
    /// As we say.
    Made(End, Option<String>),
    /// By the fault that ended it, on a stream.
    Fault(Frame),
}

impl Answer {
    /// The running leg brought its end.
    pub(super) fn leg_ended(&mut self, end: &End, frame: Frame) {
        if let Some(running) = &mut self.running {
            running.ended = Some(end.clone());
        }
        let tail = if self.holds_whole_legs_for(end) {
            Vec::new()
        } else {
            self.release_withheld(end)
        };
        let progress = match end {
            End::Finished(_) => Some(Progress::Finished),
            End::Cut(Cut::Length) => Some(Progress::Cut),
            End::Cut(_) | End::Refused(_) | End::Rejected(_) | End::Unknown(_) => None,
        };
        if let Some(progress) = progress
            && self.settle(progress) == Settled::Gone
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
        self.running = Some(running);
        if !throws_away(&next) {
            withheld.into_iter().for_each(|frame| self.content(frame));
        }
        self.follow(next, Some(frame), tail);
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
        frames.into_iter().for_each(|frame| self.content(frame));
        tail
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
        running.repeated.clone_from(&running.received);
        self.close_account(&mut running);
    }

    /// Accounts for a leg, and hangs it up if it has not ended by itself.
    pub(super) fn close_account(&mut self, running: &mut Running) {
        if running.ended.is_none() {
            self.queue.push_back(Output::Hangup(running.id));
        }
        let usage = std::mem::replace(&mut running.usage, Usage::UNKNOWN);
        self.ledger.end(
            running.ended.as_ref(),
            usage,
            &running.received,
            &running.repeated,
            self.now,
        );
    }

    /// What stands before the next border: the text without its trailing white space, and that.
    pub(super) fn border(&self) -> (String, String) {
        let mut partial = format!("{}{}", self.message.text, self.unshown);
        partial.push_str(self.holdback.text());
        let solid = partial.trim_end_matches(|char: char| {
            char.is_whitespace() || char == char::REPLACEMENT_CHARACTER
        });
        let mut held = partial[solid.len()..].replace(char::REPLACEMENT_CHARACTER, "");
        held.push_str(&self.white);
        partial.truncate(solid.len());
        (partial, held)
    }

    pub(super) fn case<'a>(&'a self, partial: &'a str, way: Way) -> Case<'a> {
        let (open, has_tool_call) = self.message.at_cut();
        Case {
            ask: &self.ask,
            abilities: &self.abilities,
            policy: &self.policy,
            ledger: &self.ledger,
            now: self.now,
            way,
            partial,
            anything_shown: self.message.has_content() || !partial.is_empty(),
            open,
            has_tool_call,
            owes_tool_call: self.progress.owes_tool_call && !has_tool_call,
            last_max: self.progress.last_max,
            escalated: self.progress.escalated,
            idle_legs: self.progress.idle_legs,
            faults: self.progress.faults,
            rests: self.progress.rests,
            progress_at: self.progress.at,
        }
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
            Next::Refused => self.conclude_own(Outcome::Refused, end),
            Next::Verbatim => self.pass_on(end),
            Next::GiveUp(why) => {
                tail.into_iter().for_each(|frame| self.content(frame));
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

    /// Calls a leg.
    pub(super) fn call(&mut self, call: Call) {
        match call.purpose {
            Purpose::GoOn => {}
            Purpose::Escalate => self.progress.escalated = true,
            Purpose::EscalateTool => {
                self.progress.escalated = true;
                self.progress.owes_tool_call = true;
            }
            Purpose::Demote => self.abilities.prefill = Prefill::Refused,
            Purpose::Obey { limit } => self.abilities.max_output = Some(limit),
        }
        let (partial, held) = self.border();
        let (by, border) = match call.way {
            Way::First => {
                self.unshown.clear();
                self.white.clear();
                (By::First, None)
            }
            Way::Prefill => {
                let border = self.prefill_border(&partial, &held);
                (
                    By::Prefill {
                        partial: partial.as_str().into(),
                    },
                    Some(border),
                )
            }
            Way::Anchor => {
                let anchor = seam::anchor(&partial, self.progress.rejected);
                let border = Border::anchored(&partial, &held, anchor, self.demand());
                let nudge = nudge(&partial, anchor).into();
                (
                    By::Anchor {
                        partial: partial.as_str().into(),
                        nudge,
                    },
                    Some(border),
                )
            }
        };
        let name = match call.way {
            Way::First => "first",
            Way::Prefill => "prefill",
            Way::Anchor => "anchor",
        };
        let id = self.ledger.call(name, self.now);
        let echo = if call.way == Way::First {
            0
        } else {
            plan::ECHO_ROOM
        };
        let own = call
            .max_tokens
            .map(|max_tokens| max_tokens.saturating_sub(echo));
        self.progress.last_max = own
            .or(self.ask.max_tokens)
            .or(self.abilities.default_max_tokens);
        let withhold = self.ask.delivery == Delivery::Collected
            || (self.ask.guarded && call.way != Way::First);
        self.running = Some(Running {
            id,
            way: call.way,
            fresh: !self.message.has_content(),
            probing: border.map(|border| Probing {
                border,
                head: String::new(),
                frames: Vec::new(),
            }),
            blocks: Vec::new(),
            failed_head: None,
            withheld: withhold.then(Vec::new),
            stop: None,
            metadata: None,
            ended: None,
            usage: Usage::UNKNOWN,
            received: String::new(),
            repeated: String::new(),
            new_chars: 0,
        });
        self.queue.push_back(Output::Call(Leg {
            id,
            ask: Arc::clone(&self.ask),
            by,
            max_tokens: call.max_tokens,
        }));
    }

    /// A provider that is known to take a prefill puts the text there; of another, tried as a last
    /// resort, the head has to prove it.
    fn prefill_border(&self, partial: &str, held: &str) -> Border {
        if self.abilities.prefill == Prefill::Accepted {
            Border::placed(partial, held, self.abilities.echoes_prefill)
        } else {
            Border::anchored(partial, held, seam::anchor(partial, 0), self.demand())
        }
    }

    fn demand(&self) -> Demand {
        let last_try = self.progress.rejected >= self.policy.rejects_per_border;
        match (self.policy.seams, last_try) {
            (Seams::Proven, _) => Demand::Proof,
            (Seams::BestEffort, false) => Demand::Echo,
            (Seams::BestEffort, true) => Demand::Plausible,
        }
    }

    /// An error to the caller's own request passes as it came.
    fn pass_on(&mut self, end: Option<Frame>) {
        let failed_head = self.running.take().and_then(|running| running.failed_head);
        if let Some(head) = failed_head.filter(|_| !self.message.head_shown) {
            self.show(head);
        }
        let why = match end.as_ref().map(|frame| &frame.event) {
            Some(Event::End(end @ End::Rejected(_))) => Incomplete::Rejected(end.clone()),
            Some(Event::End(end)) => Incomplete::Fault(end.clone()),
            _ => Incomplete::Fault(End::Cut(Cut::Lost)),
        };
        if let Some(end) = end {
            self.show(end);
        }
        self.close(Outcome::Incomplete(why));
    }

    /// Ends the answer as its last leg said, as far as that is true of the whole.
    fn conclude_own(&mut self, outcome: Outcome, end: Option<Frame>) {
        let running = self.running.take().map(Box::new);
        let length = End::Cut(Cut::Length);
        let closing = match (&outcome, running, end) {
            (
                Outcome::Incomplete(Incomplete::Fault(_) | Incomplete::Rejected(_)),
                None,
                Some(end),
            ) if self.streams() => Closing::Fault(end),
            (
                Outcome::Incomplete(Incomplete::Fault(_) | Incomplete::Rejected(_)),
                Some(running),
                Some(end),
            ) if self.streams() && running.stop.is_none() => Closing::Fault(end),
            (Outcome::Complete | Outcome::Refused, Some(running), _) => Closing::Own(running),
            (Outcome::Incomplete(why), Some(running), _)
                if keeps_own_stop(why) && running.stop.is_some() =>
            {
                Closing::Own(running)
            }
            (
                Outcome::Complete | Outcome::Refused | Outcome::Incomplete(_) | Outcome::Cancelled,
                _,
                _,
            ) => Closing::Made(length, None),
        };
        self.conclude(outcome, closing);
    }

    fn streams(&self) -> bool {
        self.ask.delivery == Delivery::Streamed
    }

    /// Ends the answer: shows what is left, closes the message, and says why.
    pub(super) fn conclude(&mut self, outcome: Outcome, closing: Closing) {
        self.begin_message();
        self.show_held();
        let mut rest = std::mem::take(&mut self.unshown);
        rest.push_str(&std::mem::take(&mut self.white));
        if let Some(block) = self.message.open_text().filter(|_| !rest.is_empty()) {
            let delta = crate::Delta::Text {
                text: rest,
                half: false,
            };
            self.show(Frame::made(Event::Delta { block, delta }));
        }
        self.close_block();
        self.close(outcome);
        let (stop, metadata, fault) = match closing {
            Closing::Own(mut running) => (running.stop.take(), running.metadata.take(), None),
            Closing::Made(end, sequence) => {
                let stop = Stop {
                    end,
                    sequence,
                    usage: Usage::UNKNOWN,
                    report: None,
                };
                (Some(Frame::made(Event::Stop(stop))), None, None)
            }
            Closing::Fault(frame) => (None, None, Some(frame)),
        };
        if let Some(stop) = stop {
            let stop = self.finished_stop(stop);
            self.show(stop);
        }
        let metadata = self.finished_metadata(metadata);
        self.show(metadata);
        if let Some(fault) = fault {
            self.show(fault);
        }
    }

    /// A message that is closed was begun.
    fn begin_message(&mut self) {
        if !self.message.head_shown {
            self.show(Frame::made(Event::Head(Head {
                status: 200,
                headers: Vec::new(),
                request_id: None,
            })));
        }
        if !self.message.started {
            self.show(Frame::made(Event::Start {
                usage: Usage::UNKNOWN,
            }));
        }
    }

    fn close(&mut self, outcome: Outcome) {
        self.ledger.close(outcome.clone(), &self.abilities);
        self.over = Some(outcome);
        self.running = None;
    }

    /// The stop with the sum of all legs and, where it is due, the report.
    fn finished_stop(&self, mut frame: Frame) -> Frame {
        let report = self.ledger.report();
        let due = self.policy.mode != Mode::Off
            && (report.legs.len() > 1 || !report.is_complete() || self.policy.report);
        if let Event::Stop(stop) = &mut frame.event {
            if report.legs.len() > 1 {
                stop.usage = report.usage;
                frame.altered = true;
            }
            if due {
                stop.report = Some(Box::new(report.clone()));
                frame.altered = true;
            }
        }
        frame
    }

    /// The metadata with the sum of all legs.
    fn finished_metadata(&self, frame: Option<Frame>) -> Frame {
        let report = self.ledger.report();
        let made = || Metadata {
            usage: report.usage,
            latency_ms: self.progress.latency,
        };
        let Some(mut frame) = frame else {
            return Frame::made(Event::Metadata(made()));
        };
        if let Event::Metadata(metadata) = &mut frame.event
            && report.legs.len() > 1
        {
            *metadata = made();
            frame.altered = true;
        }
        frame
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

/// Whether the last leg's own stop reason is true of an answer that is incomplete for this reason.
const fn keeps_own_stop(why: &Incomplete) -> bool {
    match why {
        Incomplete::MaxTokens
        | Incomplete::OutputBudget
        | Incomplete::LegBudget
        | Incomplete::CostBudget
        | Incomplete::NoProgress
        | Incomplete::ReasoningOnly
        | Incomplete::Guarded
        | Incomplete::GuardrailOnContinuation
        | Incomplete::ContextFull
        | Incomplete::UnknownStop(_) => true,
        // Its own stop may say that it ended well, which the answer did not; or a fault left none.
        Incomplete::NotText
        | Incomplete::Deadline
        | Incomplete::Seam
        | Incomplete::Fault(_)
        | Incomplete::Rejected(_) => false,
    }
}
