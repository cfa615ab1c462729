//! How the answer ends, and how its message is closed.

use super::Answer;
use super::running::Running;
use crate::{
    Cut, Delivery, End, Event, Finish, Frame, Head, Incomplete, Metadata, Mode, Outcome, Stop,
    Usage,
};

/// How the message is closed.
pub(super) enum Closing {
    /// As the last leg said.
    Own(Box<Running>),
    /// As we say.
    Made(End, Option<String>),
    /// By the fault that ended it, on a stream: as Bedrock does, with nothing behind it.
    Fault(Frame),
}

impl Answer {
    /// An error to the caller's own request passes as it came.
    pub(super) fn pass_on(&mut self, end: Option<Frame>) {
        let failed_head = self.running.take().and_then(|running| running.failed_head);
        if let Some(head) = failed_head.filter(|_| !self.message.head_shown) {
            self.show(*head);
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
    pub(super) fn conclude_own(&mut self, outcome: Outcome, end: Option<Frame>) {
        let own = self.running.take().filter(|running| running.stop.is_some());
        let closing = match (&outcome, own, end) {
            (Outcome::Complete | Outcome::Refused, Some(running), _) => Closing::own(running),
            (Outcome::Incomplete(why), Some(running), _) if keeps_own_stop(why) => {
                Closing::own(running)
            }
            (Outcome::Incomplete(why), None, Some(end)) if self.streams() && is_fault(why) => {
                Closing::Fault(end)
            }
            (Outcome::Complete | Outcome::Refused, None, end) => Closing::Made(told(end), None),
            (Outcome::Incomplete(_) | Outcome::Cancelled, _, _) => {
                Closing::Made(End::Cut(Cut::Length), None)
            }
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
        let (stop, metadata) = match closing {
            Closing::Own(mut running) => (running.stop.take(), running.metadata.take()),
            Closing::Made(end, sequence) => {
                let stop = Stop {
                    end,
                    sequence,
                    usage: Usage::UNKNOWN,
                    report: None,
                };
                (Some(Frame::made(Event::Stop(stop))), None)
            }
            Closing::Fault(frame) => return self.show(frame),
        };
        if let Some(stop) = stop {
            let stop = self.finished_stop(stop);
            self.show(stop);
        }
        let metadata = self.finished_metadata(metadata);
        self.show(metadata);
    }

    /// A message that is closed was begun.
    fn begin_message(&mut self) {
        if !self.message.head_shown {
            self.show(Frame::made(Event::Head(Head {
                status: 200,
                headers: Vec::new(),
                request_id: None,
                region: None,
            })));
        }
        if !self.message.started {
            self.show(Frame::made(Event::Start {
                usage: Usage::UNKNOWN,
            }));
        }
    }

    pub(super) fn close(&mut self, outcome: Outcome) {
        self.ledger.close(outcome.clone());
        self.over = Some(outcome);
        self.running = None;
    }

    /// The stop with the sum of all legs and, where it is due, the report.
    fn finished_stop(&self, mut frame: Frame) -> Frame {
        let report = self.ledger.report();
        let due = self.policy.mode != Mode::Off
            && (report.legs.len() > 1
                || !report.is_complete()
                || report.legs.iter().any(|leg| leg.max_tokens.is_some())
                || self.policy.report);
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

impl Closing {
    fn own(running: Running) -> Self {
        Self::Own(Box::new(running))
    }
}

/// What the end of a leg says that brought no stop of its own.
fn told(end: Option<Frame>) -> End {
    match end.map(|frame| frame.event) {
        Some(Event::End(end)) => end,
        _ => End::Finished(Finish::EndTurn),
    }
}

/// Whether an answer that is incomplete for this reason ends, on a stream, with the error itself.
const fn is_fault(why: &Incomplete) -> bool {
    matches!(why, Incomplete::Fault(_) | Incomplete::Rejected(_))
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
