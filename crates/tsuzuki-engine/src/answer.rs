//! One promise to one caller: the state machine.
//!
//! ```text
//!            ┌────────── Rest ──────────┐
//!            ▼                          │
//! new ──► Running ── leg ended ──► plan::after ──► Over
//!            ▲   │                      │
//!            │   └─ seam rejected ──────┤
//!            └────────── Call ──────────┘
//! ```
//!
//! This file keeps the state and its inputs and outputs; `calling` calls legs, `flow` shows their
//! frames, `ending` ends them, `closing` closes the message.

mod calling;
mod closing;
mod ending;
mod flow;
mod message;
mod running;

use crate::holdback::Holdback;
use crate::ledger::Ledger;
use crate::plan::{self, Call};
use crate::{
    Abilities, Ask, End, Event, Finish, Frame, Incomplete, Leg, LegId, Millis, ModelId, Outcome,
    Policy, Region, Report, Transcript,
};
use message::Message;
use running::Running;
use std::collections::VecDeque;
use std::sync::Arc;

/// What happens to an answer.
#[derive(Debug, Clone)]
pub enum Input {
    /// A leg brought a frame.
    Frame(LegId, Frame),
    /// Time went by.
    Tick,
    /// The caller wants no leg after the one that is running.
    Finish,
    /// The caller wants no more.
    Cancel,
}

/// What an answer wants done.
#[derive(Debug, Clone)]
pub enum Output {
    /// Call a model.
    Call(Leg),
    /// Drop a call that is still running.
    Hangup(LegId),
    /// Hand a frame to the caller.
    Emit(Frame),
    /// Nothing before this moment, unless a frame comes; and why.
    Wait(Millis, Why),
    /// Nothing until a frame comes.
    Idle,
    /// Nothing ever again.
    Over(Outcome),
}

/// Why an answer waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The backend asked for less.
    Throttled,
    /// A fault that may pass.
    Fault,
    /// A leg is running, and there is a deadline.
    Deadline,
}

/// One promise to one caller.
///
/// Feed it with [`handle`](Self::handle); after every input, [`poll`](Self::poll) until `Idle`,
/// `Wait` or `Over`. It cannot fail: bad input becomes an outcome.
pub struct Answer {
    ask: Arc<Ask>,
    /// The model that is called now: the caller's, or a fallback.
    model: ModelId,
    /// Where it is called; `None` is the backend's own region.
    region: Option<Region>,
    abilities: Abilities,
    /// What the caller's model can do, while a fallback of another model is called.
    own_abilities: Option<Abilities>,
    /// How the caller's own model failed, until a fallback has answered.
    given_up: Option<Box<Failed>>,
    policy: Policy,
    ledger: Ledger,
    message: Message,
    holdback: Holdback,
    /// Text of the answer that is not shown yet because it may begin a stop sequence.
    unshown: String,
    /// The white space behind it, held back at a border.
    white: String,
    running: Option<Running>,
    resting: Option<(Millis, Why, Call)>,
    over: Option<Outcome>,
    queue: VecDeque<Output>,
    now: Millis,
    progress: Progress,
}

/// How a leg failed, as it came.
struct Failed {
    /// Its head, if it said that the request failed.
    head: Option<Box<Frame>>,
    end: End,
    frame: Frame,
}

/// What the bounds of an answer are measured by.
struct Progress {
    /// When there last was something new.
    at: Millis,
    /// New characters since the last fault.
    since_fault: usize,
    /// Faults in a row, throttling aside.
    faults: u32,
    /// Rests in a row.
    rests: u32,
    /// Later legs in a row with next to nothing new.
    idle_legs: u32,
    /// Heads rejected at this border.
    rejected: u32,
    /// Whether the request was asked again, larger.
    escalated: bool,
    /// Whether a tool call was cut and is still owed.
    owes_tool_call: bool,
    /// Whether the caller wants no further leg.
    finishing: bool,
    /// The output limit of the last leg, without the room for its echo.
    last_max: Option<u32>,
    /// The providers' own measure of how long the legs took, in milliseconds.
    latency: Option<u64>,
}

impl Answer {
    /// A new answer. The first `poll` asks for the first leg.
    #[must_use]
    pub fn new(ask: Ask, abilities: Abilities, policy: Policy) -> Self {
        let mut answer = Self::idle(ask, abilities, policy, Message::new());
        let call = plan::first(&answer.ask, &answer.abilities, &answer.policy);
        answer.call(call);
        answer
    }

    /// An answer that goes on from what was shown, in this process or another.
    #[must_use]
    pub fn resume(ask: Ask, abilities: Abilities, policy: Policy, shown: Transcript) -> Self {
        let mut answer = Self::idle(ask, abilities, policy, Message::of(&shown));
        answer.ledger.carry_over(&answer.message.text);
        if let Some(end) = shown.stopped {
            answer.over = Some(outcome_of(&end));
        } else if answer.message.has_content() {
            let (partial, _) = answer.border();
            let next = plan::resume(&answer.case(&partial, plan::Way::First));
            answer.follow(next, None, Vec::new());
        } else {
            let call = plan::first(&answer.ask, &answer.abilities, &answer.policy);
            answer.call(call);
        }
        answer
    }

    fn idle(ask: Ask, abilities: Abilities, policy: Policy, message: Message) -> Self {
        Self {
            model: ask.model.clone(),
            ask: Arc::new(ask),
            region: None,
            abilities,
            own_abilities: None,
            given_up: None,
            policy,
            ledger: Ledger::new(),
            message,
            holdback: Holdback::default(),
            unshown: String::new(),
            white: String::new(),
            running: None,
            resting: None,
            over: None,
            // Seldom more than two wait, and there is one of these for every answer.
            queue: VecDeque::with_capacity(2),
            now: Millis(0),
            progress: Progress {
                at: Millis(0),
                since_fault: 0,
                faults: 0,
                rests: 0,
                idle_legs: 0,
                rejected: 0,
                escalated: false,
                owes_tool_call: false,
                finishing: false,
                last_max: None,
                latency: None,
            },
        }
    }

    /// Something happened. Cannot fail; poll until `Idle`, `Wait` or `Over` afterwards.
    pub fn handle(&mut self, input: Input, now: Millis) {
        self.now = self.now.max(now);
        if self.over.is_some() {
            return;
        }
        match input {
            Input::Frame(leg, frame) => {
                if self
                    .running
                    .as_ref()
                    .is_some_and(|running| running.id == leg)
                {
                    self.frame(frame);
                }
            }
            Input::Tick => {}
            Input::Finish => {
                self.progress.finishing = true;
                if self.running.is_none() {
                    return self.stop_now(Outcome::Cancelled);
                }
            }
            Input::Cancel => return self.stop_now(Outcome::Cancelled),
        }
        if self.over.is_none()
            && self
                .policy
                .deadline
                .is_some_and(|deadline| self.now >= deadline)
        {
            return self.stop_now(Outcome::Incomplete(Incomplete::Deadline));
        }
        if let Some((_, _, call)) = self.resting.take_if(|(until, _, _)| *until <= self.now) {
            self.call(call);
        }
    }

    /// What is to be done next.
    pub fn poll(&mut self) -> Output {
        if let Some(output) = self.queue.pop_front() {
            return output;
        }
        if let Some(outcome) = &self.over {
            return Output::Over(outcome.clone());
        }
        match (&self.resting, self.policy.deadline) {
            (Some((until, why, _)), None) => Output::Wait(*until, *why),
            (Some((until, why, _)), Some(deadline)) => Output::Wait((*until).min(deadline), *why),
            (None, Some(deadline)) => Output::Wait(deadline, Why::Deadline),
            (None, None) => Output::Idle,
        }
    }

    /// The model that is called now.
    #[must_use]
    pub const fn model(&self) -> &ModelId {
        &self.model
    }

    /// What the caller wants.
    #[must_use]
    pub fn ask(&self) -> &Ask {
        &self.ask
    }

    /// What happened so far.
    #[must_use]
    pub const fn report(&self) -> &Report {
        self.ledger.report()
    }

    fn frame(&mut self, frame: Frame) {
        if let Event::End(end) = &frame.event {
            let end = end.clone();
            return self.leg_ended(&end, frame);
        }
        let Some(running) = &mut self.running else {
            return;
        };
        match &frame.event {
            Event::Head(head) => {
                self.ledger.head(head);
                running.answered = head.status < 400;
                if running.answered {
                    self.given_up = None;
                }
                if head.status >= 400 {
                    running.failed_head = Some(Box::new(frame));
                } else if !self.message.head_shown {
                    self.show(frame);
                }
            }
            Event::Stop(stop) => {
                running.usage = running.usage.updated(stop.usage);
                running.stop.get_or_insert(frame);
            }
            Event::Metadata(metadata) => {
                running.usage = running.usage.updated(metadata.usage);
                if let Some(latency) = metadata.latency_ms {
                    self.progress.latency =
                        Some(self.progress.latency.unwrap_or(0).saturating_add(latency));
                }
                running.metadata.get_or_insert(frame);
            }
            Event::Start { usage } => {
                running.usage = running.usage.updated(*usage);
                if !self.message.started {
                    self.show(frame);
                }
            }
            Event::BlockStart { .. }
            | Event::Delta { .. }
            | Event::BlockStop { .. }
            | Event::Other => {
                if let Some(text) = frame.text() {
                    running.received.add(text);
                }
                match &mut running.withheld {
                    Some(withheld) => withheld.push(frame),
                    None => self.content(frame),
                }
            }
            Event::End(_) => {}
        }
    }

    /// The caller or the clock wants no more.
    fn stop_now(&mut self, outcome: Outcome) {
        if let Some(mut running) = self.running.take() {
            self.close_account(&mut running);
        }
        self.stop(outcome);
    }

    /// Ends the answer while no leg runs, short of its end.
    fn stop(&mut self, outcome: Outcome) {
        self.running = None;
        self.resting = None;
        // Before anything was shown there is no message to close; the door says what happened.
        if !self.message.head_shown {
            return self.close(outcome);
        }
        self.conclude(
            outcome,
            closing::Closing::Made(End::Cut(crate::Cut::Length), None),
        );
    }
}

/// The outcome of an answer whose message stopped like this.
fn outcome_of(end: &End) -> Outcome {
    match end {
        End::Finished(Finish::EndTurn | Finish::StopSequence | Finish::ToolUse) => {
            Outcome::Complete
        }
        End::Cut(crate::Cut::Length) => Outcome::Incomplete(Incomplete::MaxTokens),
        End::Cut(_) => Outcome::Incomplete(Incomplete::Fault(end.clone())),
        End::Refused(_) => Outcome::Refused,
        End::Rejected(_) => Outcome::Incomplete(Incomplete::Rejected(end.clone())),
        End::Unknown(raw) => Outcome::Incomplete(Incomplete::UnknownStop(raw.clone())),
    }
}

// An answer holds user text, which must not reach a log by way of `{:?}`.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("running", &self.running)
            .field("over", &self.over)
            .finish_non_exhaustive()
    }
}

const _: () = {
    const fn is_send<T: Send>() {}
    is_send::<Answer>();
};
