//! One promise to one caller: the state machine.

use crate::{Abilities, Ask, Frame, Leg, LegId, Millis, Outcome, Policy, Report, Transcript};

/// What happens to an answer.
#[derive(Debug, Clone)]
pub enum Input {
    /// A leg brought a frame.
    Frame(LegId, Frame),
    /// Time went by.
    Tick,
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
#[derive(Debug)]
pub struct Answer {
    report: Report,
}

impl Answer {
    /// A new answer. The first `poll` asks for the first leg.
    #[must_use]
    pub fn new(_ask: Ask, _abilities: Abilities, _policy: Policy) -> Self {
        todo!()
    }
    /// An answer that goes on from what was shown.
    #[must_use]
    pub fn resume(_ask: Ask, _abilities: Abilities, _policy: Policy, _shown: Transcript) -> Self {
        todo!()
    }
    /// Something happened. Cannot fail; poll until `Idle`, `Wait` or `Over` afterwards.
    pub fn handle(&mut self, _input: Input, _now: Millis) {}
    /// What is to be done next.
    pub fn poll(&mut self) -> Output {
        Output::Idle
    }
    /// What the caller wants.
    #[must_use]
    pub fn ask(&self) -> &Ask {
        todo!()
    }
    /// What happened so far.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }
}
