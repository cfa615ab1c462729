//! The one place that decides: what follows the end of a leg.
//!
//! Over 500 lines: it is the one place that decides, and a second file would be a second place.

use crate::ledger::Ledger;
use crate::{
    Abilities, Ask, Cut, Delivery, End, Finish, Incomplete, Millis, Mode, Policy, Prefill, Refusal,
    Rejection, Structure, Tools, Why, tokens,
};

/// Everything a decision rests on.
pub(crate) struct Case<'a> {
    pub(crate) ask: &'a Ask,
    pub(crate) abilities: &'a Abilities,
    pub(crate) policy: &'a Policy,
    pub(crate) ledger: &'a Ledger,
    pub(crate) now: Millis,
    /// How the leg that ended had asked.
    pub(crate) way: Way,
    /// The joined text so far, without trailing white space.
    pub(crate) partial: &'a str,
    /// How the caller's own model failed, while no fallback has answered.
    pub(crate) given_up: Option<&'a End>,
    /// Whether anything of the message was shown.
    pub(crate) anything_shown: bool,
    /// What was open when the leg ended.
    pub(crate) open: Open,
    /// Whether a whole tool call stands in the message.
    pub(crate) has_tool_call: bool,
    /// Whether an earlier leg was cut inside a tool call which is still owed.
    pub(crate) owes_tool_call: bool,
    /// The output limit of the leg that ended without the room for its echo, where one is known.
    pub(crate) last_max: Option<u32>,
    /// Whether the request was asked again with a larger limit already.
    pub(crate) escalated: bool,
    /// Whether the caller wants no further leg.
    pub(crate) finishing: bool,
    /// Later legs in a row that were cut with next to nothing new.
    pub(crate) idle_legs: u32,
    /// Faults in a row, throttling aside.
    pub(crate) faults: u32,
    /// Rests in a row.
    pub(crate) rests: u32,
    /// When there last was something new.
    pub(crate) progress_at: Millis,
}

/// How a leg asks for the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    First,
    Prefill,
    Anchor,
}

/// What was open when a leg ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// Text, or nothing yet.
    Text,
    /// Reasoning.
    Reasoning,
    /// A tool call whose input is not whole.
    ToolUse,
    /// Something else, or a whole tool call.
    Other,
}

/// What follows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Next {
    /// The answer is complete.
    Complete,
    /// It ends with the tool calls it has.
    CompleteWithTools,
    /// It ends here, because the caller wants no further leg.
    Stop,
    /// A rule about content stopped it.
    Refused,
    /// The error is the caller's own, as it came.
    Verbatim,
    /// It ends incomplete.
    GiveUp(Incomplete),
    /// Another leg, at once.
    Call(Call),
    /// Another leg, after a rest.
    Rest { until: Millis, why: Why, call: Call },
}

/// The leg to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) way: Way,
    pub(crate) max_tokens: Option<u32>,
    /// How much of that is room for the echo of an anchor.
    pub(crate) room: u32,
    /// What the call does besides going on.
    pub(crate) purpose: Purpose,
}

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To go on, or to try again.
    GoOn,
    /// To ask again, larger.
    Escalate,
    /// The same, for a tool call that was cut and is owed from then on.
    EscalateTool,
    /// To go on without prefill, which turned out to be refused.
    Demote,
    /// To go on with the next of the operator's fallbacks, since this model keeps failing here.
    FallBack,
    /// To go on below the model's output limit, which turned out to be this.
    Obey { limit: u32 },
}

/// The first leg of an answer of which nothing was shown: as the caller sent it, but below the
/// model's own limit and within the budget.
pub(crate) fn first(ask: &Ask, abilities: &Abilities, policy: &Policy) -> Call {
    let budget = u32::try_from(policy.max_output_tokens).unwrap_or(u32::MAX);
    let limit = abilities.max_output.unwrap_or(u32::MAX).min(budget);
    let asked = ask
        .max_tokens
        .or(abilities.default_max_tokens)
        .unwrap_or(COMMON_DEFAULT);
    let lowered = policy.mode != Mode::Off && asked > limit;
    Call {
        way: Way::First,
        max_tokens: lowered.then_some(limit),
        room: 0,
        purpose: Purpose::GoOn,
    }
}

/// The output limit that applies on Converse when a request names none, where a model's own is not
/// known (observed on Claude; litellm#41529).
const COMMON_DEFAULT: u32 = 4096;

/// What follows the end of a leg.
pub(crate) fn after(end: &End, case: &Case<'_>) -> Next {
    case.as_wanted(next(end, case))
}

fn next(end: &End, case: &Case<'_>) -> Next {
    match end {
        End::Finished(Finish::EndTurn | Finish::StopSequence) if case.owes_tool_call => {
            Next::GiveUp(Incomplete::NotText)
        }
        End::Finished(Finish::EndTurn | Finish::StopSequence | Finish::ToolUse) => Next::Complete,
        End::Refused(Refusal::Guardrail) if case.way != Way::First => {
            Next::GiveUp(Incomplete::GuardrailOnContinuation)
        }
        End::Refused(Refusal::Guardrail | Refusal::ContentFilter | Refusal::Declined) => {
            Next::Refused
        }
        End::Unknown(raw) => Next::GiveUp(Incomplete::UnknownStop(raw.clone())),
        End::Rejected(rejection) => case.after_rejection(end, *rejection),
        End::Cut(Cut::Length) => case.after_length(),
        End::Cut(Cut::Malformed(raw)) => {
            if case.ask.delivery == Delivery::Collected
                && !case.escalated
                && case.policy.mode != Mode::Off
            {
                case.within_budget(Call {
                    purpose: Purpose::Escalate,
                    ..first(case.ask, case.abilities, case.policy)
                })
            } else {
                Next::GiveUp(Incomplete::UnknownStop(raw.clone()))
            }
        }
        End::Cut(Cut::Throttled { retry_after }) => {
            case.after_fault(end, *retry_after, Why::Throttled)
        }
        End::Cut(Cut::Overloaded { retry_after }) => {
            case.after_fault(end, *retry_after, Why::Fault)
        }
        End::Cut(Cut::Lost | Cut::Damaged | Cut::Stalled) => {
            case.after_fault(end, None, Why::Fault)
        }
    }
}

/// The same border again, after a head that was not joined: with a longer anchor, and on the last
/// try by the other way where there may be one.
pub(crate) fn after_reject(rejected: u32, case: &Case<'_>) -> Next {
    if rejected > case.policy.rejects_per_border {
        return Next::GiveUp(Incomplete::Seam);
    }
    let last_try = rejected == case.policy.rejects_per_border;
    let other =
        last_try && case.abilities.prefill == Prefill::Unknown && case.prefill_is_possible();
    let way = if other { Way::Prefill } else { Way::Anchor };
    case.as_wanted(case.within_budget(case.call(way, 1, Purpose::GoOn)))
}

/// The border again, larger, after a leg that was cut before it said anything new.
pub(crate) fn after_short(case: &Case<'_>) -> Next {
    if case.idle_legs >= 2 {
        return Next::GiveUp(Incomplete::NoProgress);
    }
    case.as_wanted(case.within_budget(case.call(case.way(), 2, Purpose::GoOn)))
}

/// An answer that goes on from what another process showed.
pub(crate) fn resume(case: &Case<'_>) -> Next {
    match case.open {
        Open::Text | Open::Reasoning => case.within_budget(case.go_on(1)),
        Open::ToolUse | Open::Other => Next::GiveUp(Incomplete::NotText),
    }
}

impl Case<'_> {
    /// The plan, unless it is another leg and the caller wants none.
    fn as_wanted(&self, next: Next) -> Next {
        match next {
            Next::Call(_) | Next::Rest { .. } if self.finishing => Next::Stop,
            Next::Call(_)
            | Next::Rest { .. }
            | Next::Complete
            | Next::CompleteWithTools
            | Next::Stop
            | Next::Refused
            | Next::Verbatim
            | Next::GiveUp(_) => next,
        }
    }

    fn after_length(&self) -> Next {
        let collected = self.ask.delivery == Delivery::Collected;
        if self.policy.mode == Mode::Off || self.ask.max_tokens == Some(1) {
            return Next::GiveUp(Incomplete::MaxTokens);
        }
        if self.ask.guarded && !self.policy.continue_guarded {
            return Next::GiveUp(Incomplete::Guarded);
        }
        if self.cap_left() == Some(0) {
            return Next::GiveUp(Incomplete::MaxTokens);
        }
        if self.ask.structure == Structure::Schema || self.ask.tools == Tools::Forced {
            return match (collected, self.has_tool_call) {
                (_, true) => Next::CompleteWithTools,
                (true, false) => self.escalate(Way::First, Purpose::Escalate, Incomplete::NotText),
                (false, false) => Next::GiveUp(Incomplete::NotText),
            };
        }
        match self.open {
            Open::ToolUse if !collected => Next::GiveUp(Incomplete::NotText),
            Open::ToolUse | Open::Text | Open::Other if self.has_tool_call => {
                Next::CompleteWithTools
            }
            Open::ToolUse => self.escalate(self.way(), Purpose::EscalateTool, Incomplete::NotText),
            Open::Other => Next::GiveUp(Incomplete::NotText),
            Open::Text | Open::Reasoning if self.partial.is_empty() => {
                self.escalate(Way::First, Purpose::Escalate, Incomplete::ReasoningOnly)
            }
            Open::Text | Open::Reasoning if self.idle_legs >= 2 => {
                Next::GiveUp(Incomplete::NoProgress)
            }
            Open::Text | Open::Reasoning => self.within_budget(self.go_on(2)),
        }
    }

    /// Once more, with a much larger limit; if that was tried before, the answer ends.
    fn escalate(&self, way: Way, purpose: Purpose, otherwise: Incomplete) -> Next {
        if self.escalated {
            return Next::GiveUp(otherwise);
        }
        let larger = self.last().saturating_mul(4).max(self.policy.leg_ceiling);
        self.within_budget(Call {
            way,
            max_tokens: Some(self.limited(larger)),
            room: 0,
            purpose,
        })
    }

    fn after_rejection(&self, end: &End, rejection: Rejection) -> Next {
        if let Some(failure) = self.given_up {
            return self.after_refused_fallback(failure);
        }
        match rejection {
            Rejection::NoPrefill | Rejection::Invalid if self.way == Way::Prefill => {
                self.within_budget(self.call(Way::Anchor, 1, Purpose::Demote))
            }
            Rejection::LimitIs(limit)
                if self.way != Way::First && self.last().saturating_add(ECHO_ROOM) > limit =>
            {
                self.within_budget(Call {
                    max_tokens: Some(limit),
                    ..self.call(self.way, 1, Purpose::Obey { limit })
                })
            }
            Rejection::ContextFull if self.anything_shown => Next::GiveUp(Incomplete::ContextFull),
            Rejection::Invalid
            | Rejection::Denied
            | Rejection::NotFound
            | Rejection::NoPrefill
            | Rejection::LimitIs(_)
            | Rejection::ContextFull => {
                if self.anything_shown {
                    Next::GiveUp(Incomplete::Rejected(end.clone()))
                } else {
                    Next::Verbatim
                }
            }
        }
    }

    /// A fallback whose backend would not take the request is passed over; behind the last one, what
    /// the caller's own model failed by stands.
    fn after_refused_fallback(&self, failure: &End) -> Next {
        if !self.policy.fallbacks.is_empty() && self.spent_budget().is_none() {
            Next::Call(self.fall_back())
        } else if self.anything_shown {
            Next::GiveUp(Incomplete::Fault(failure.clone()))
        } else {
            Next::Verbatim
        }
    }

    fn after_fault(&self, end: &End, retry_after: Option<Millis>, why: Why) -> Next {
        // A rest that would outlast the window is not worth beginning.
        let idle = self
            .now
            .after(retry_after.unwrap_or_default())
            .since(self.progress_at);
        let spent = idle >= self.policy.no_progress
            || (why != Why::Throttled && self.faults >= self.policy.faults_in_a_row);
        let may_go_on = !self.anything_shown
            || ((!self.ask.guarded || self.policy.continue_guarded)
                && self.ask.structure == Structure::Free
                && matches!(self.open, Open::Text | Open::Reasoning));
        let falls_back = !self.policy.fallbacks.is_empty()
            && self.faults + self.rests >= self.policy.faults_in_a_row;
        if self.policy.mode == Mode::Off || !may_go_on || (spent && !falls_back) {
            return if self.anything_shown {
                Next::GiveUp(Incomplete::Fault(end.clone()))
            } else {
                Next::Verbatim
            };
        }
        let first_break =
            matches!(end, End::Cut(Cut::Lost | Cut::Damaged | Cut::Stalled)) && self.faults <= 1;
        match self.spent_budget() {
            Some(why) if self.anything_shown => Next::GiveUp(why),
            // An error nobody saw anything before is the caller's own, also when a budget ends the retries.
            Some(_) => Next::Verbatim,
            None if falls_back => Next::Call(self.fall_back()),
            None if first_break => Next::Call(self.go_on(1)),
            None => {
                let rest = self.rest().max(retry_after.unwrap_or_default());
                let until = self.now.after(rest);
                let call = self.go_on(1);
                Next::Rest { until, why, call }
            }
        }
    }

    /// The same border with another model, whose abilities are not this one's, or in another region:
    /// always by anchor, which proves itself whatever the model is.
    fn fall_back(&self) -> Call {
        let way = if self.partial.is_empty() {
            Way::First
        } else {
            Way::Anchor
        };
        self.call(way, 1, Purpose::FallBack)
    }

    /// The rest before the next try: doubling, with jitter of up to a half so that many answers
    /// which were throttled together do not come back together.
    fn rest(&self) -> Millis {
        let full = self
            .policy
            .backoff
            .0
            .saturating_mul(1 << self.rests.min(16))
            .min(self.policy.backoff_ceiling.0);
        let random = mix(self.policy.seed ^ (u64::from(self.ledger.legs()) << 32));
        Millis(full / 2 + random % (full / 2 + 1))
    }

    /// The rest of the text, in a leg this many times as large as the last; without text, the
    /// caller's own request once more.
    fn go_on(&self, times: u32) -> Call {
        if self.partial.is_empty() {
            return first(self.ask, self.abilities, self.policy);
        }
        self.call(self.way(), times, Purpose::GoOn)
    }

    /// A leg this many times as large as the last, within the policy's bounds and with room for the
    /// echo; in `cap`, as large as what is left of the caller's limit.
    fn call(&self, way: Way, times: u32, purpose: Purpose) -> Call {
        let room = self.room(way);
        let max_tokens = Some(self.limited(self.size(times).saturating_add(room)));
        Call {
            way,
            max_tokens,
            room,
            purpose,
        }
    }

    /// Room for the echo of an anchor. In `cap`, where it must not become room for more text, only
    /// about what the shortest anchor takes.
    fn room(&self, way: Way) -> u32 {
        match (way, self.cap_left()) {
            (Way::First | Way::Prefill, _) => 0,
            (Way::Anchor, None) => ECHO_ROOM,
            (Way::Anchor, Some(_)) => {
                let tail = self
                    .partial
                    .char_indices()
                    .rev()
                    .nth(39)
                    .map_or(0, |(at, _)| at);
                u32::try_from(tokens::estimate(&self.partial[tail..])).unwrap_or(ECHO_ROOM)
            }
        }
    }

    /// How to ask for the rest of a text.
    fn way(&self) -> Way {
        if self.partial.is_empty() {
            Way::First
        } else if self.abilities.prefill == Prefill::Accepted && self.prefill_is_possible() {
            Way::Prefill
        } else {
            Way::Anchor
        }
    }

    fn prefill_is_possible(&self) -> bool {
        !self.ask.reasoning && (self.ask.tools == Tools::None || self.abilities.prefill_with_tools)
    }

    /// The output limit of the next leg, without room for an echo.
    fn size(&self, times: u32) -> u32 {
        let wanted = match self.cap_left() {
            Some(left) => u32::try_from(left)
                .unwrap_or(u32::MAX)
                .min(self.policy.leg_ceiling.max(self.first_max())),
            None => self
                .last()
                .saturating_mul(times)
                .clamp(self.policy.leg_floor, self.policy.leg_ceiling),
        };
        // A reasoning budget must stay below the limit, and the caller's own limit is known to do.
        if self.ask.reasoning {
            wanted.max(self.first_max())
        } else {
            wanted
        }
    }

    fn limited(&self, wanted: u32) -> u32 {
        let left = self
            .policy
            .max_output_tokens
            .saturating_sub(self.ledger.spent())
            .max(1);
        wanted
            .min(self.abilities.max_output.unwrap_or(u32::MAX))
            .min(u32::try_from(left).unwrap_or(u32::MAX))
    }

    fn last(&self) -> u32 {
        self.last_max.unwrap_or_else(|| self.first_max())
    }

    fn first_max(&self) -> u32 {
        self.ask
            .max_tokens
            .or(self.abilities.default_max_tokens)
            .unwrap_or(self.policy.leg_floor)
    }

    /// In `cap`, how many tokens of the caller's limit are left.
    fn cap_left(&self) -> Option<u64> {
        match (self.policy.mode, self.ask.max_tokens) {
            (Mode::Cap, Some(cap)) => Some(u64::from(cap).saturating_sub(self.ledger.new_output())),
            (Mode::Cap, None) | (Mode::Off | Mode::Extend, _) => None,
        }
    }

    fn within_budget(&self, call: Call) -> Next {
        self.spent_budget().map_or(Next::Call(call), Next::GiveUp)
    }

    /// The budget that leaves no room for another leg, if one does.
    fn spent_budget(&self) -> Option<Incomplete> {
        if self.ledger.legs() >= self.policy.max_legs {
            return Some(Incomplete::LegBudget);
        }
        if self.ledger.spent() >= self.policy.max_output_tokens {
            return Some(Incomplete::OutputBudget);
        }
        let cost = self.ledger.cost().unwrap_or(0.0);
        let next = self.ledger.next_input_cost(self.abilities, self.partial);
        (cost + next > self.policy.max_cost).then_some(Incomplete::CostBudget)
    }
}

/// Room for the echo of the longest anchor (120 characters of any script), in tokens.
const ECHO_ROOM: u32 = 160;

/// One step of `splitmix64` (Steele, Lea and Flood, 2014): enough for jitter, and the same everywhere.
const fn mix(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
