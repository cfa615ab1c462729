//! How an answer stands once it is over, in the words of the chat.

use super::{Ended, Problem, Speaker, State};
use tsuzuki::engine::{Cut, End, Finish, Incomplete, Outcome, Refusal, Rejection};

/// How a part ended.
pub(super) fn ended(end: &End) -> Ended {
    let (kind, why) = match end {
        End::Finished(finish) => (
            "finished",
            match finish {
                Finish::EndTurn => "end_turn",
                Finish::StopSequence => "stop_sequence",
                Finish::ToolUse => "tool_use",
            },
        ),
        End::Cut(cut) => (
            "cut",
            match cut {
                Cut::Length => "length",
                Cut::Lost => "lost",
                Cut::Damaged => "damaged",
                Cut::Stalled => "stalled",
                Cut::Throttled { .. } => "throttled",
                Cut::Overloaded { .. } => "overloaded",
                Cut::Malformed(_) => "malformed",
            },
        ),
        End::Refused(refusal) => ("refused", refused(*refusal).0),
        End::Rejected(rejection) => ("rejected", rejected(*rejection).0),
        End::Unknown(raw) => ("unknown", raw.as_str()),
    };
    Ended {
        kind: kind.to_owned(),
        why: why.to_owned(),
    }
}

/// How the message stands: a fault before its first word leaves no answer at all.
pub(super) const fn state(outcome: &Outcome, says_something: bool) -> State {
    match outcome {
        Outcome::Complete => State::Complete,
        Outcome::Cancelled => State::Stopped,
        Outcome::Refused => State::Refused,
        Outcome::Incomplete(_) if says_something => State::Incomplete,
        Outcome::Incomplete(_) => State::Failed,
    }
}

/// What the last part tells of a problem.
pub(super) struct Last<'a> {
    /// How it ended.
    pub(super) end: Option<&'a End>,
    /// The backend's own words, if it sent an error.
    pub(super) said: Option<String>,
    /// The backend's id of its request.
    pub(super) request_id: Option<String>,
}

/// Why the answer is not complete; none if it is, or if the user stopped it.
pub(super) fn problem(outcome: &Outcome, last: Last<'_>) -> Option<Problem> {
    let (code, ours, can_continue) = match outcome {
        Outcome::Complete | Outcome::Cancelled => return None,
        Outcome::Refused => match last.end {
            Some(End::Refused(refusal)) => refused(*refusal),
            Some(End::Finished(_) | End::Cut(_) | End::Rejected(_) | End::Unknown(_)) | None => (
                "declined",
                "The answer was stopped by a rule about its content.",
                false,
            ),
        },
        Outcome::Incomplete(why) => incomplete(why),
    };
    Some(Problem {
        code: code.to_owned(),
        said_by: match last.said {
            Some(_) => Speaker::Backend,
            None => Speaker::Tsuzuki,
        },
        detail: last.said.unwrap_or_else(|| ours.to_owned()),
        request_id: last.request_id,
        can_continue,
    })
}

/// A problem of our own making.
pub(super) fn own(code: &str, detail: &str) -> Problem {
    Problem {
        code: code.to_owned(),
        detail: detail.to_owned(),
        said_by: Speaker::Tsuzuki,
        request_id: None,
        can_continue: true,
    }
}

/// A code, a sentence, and whether its user may go on.
type Told = (&'static str, &'static str, bool);

/// Why an answer stopped short.
pub(super) const fn incomplete(why: &Incomplete) -> Told {
    match why {
        Incomplete::MaxTokens => (
            "max_tokens",
            "The answer reached its output limit, and is not to go on past it.",
            true,
        ),
        Incomplete::OutputBudget => (
            "output_budget",
            "The answer reached the most output tokens that an answer may have.",
            true,
        ),
        Incomplete::LegBudget => (
            "part_budget",
            "The answer reached the most parts that an answer may have.",
            true,
        ),
        Incomplete::CostBudget => (
            "cost_budget",
            "The answer reached the most that an answer may cost.",
            true,
        ),
        Incomplete::Deadline => ("deadline", "The answer took longer than it may.", true),
        Incomplete::NoProgress => (
            "no_progress",
            "The model was asked to go on, and brought next to nothing new.",
            true,
        ),
        Incomplete::Seam => (
            "seam",
            "The model went on in a way that cannot be joined to the text so far.",
            true,
        ),
        Incomplete::NotText => (
            "not_text",
            "What the answer was cut in is no text and cannot be gone on with.",
            false,
        ),
        Incomplete::ReasoningOnly => (
            "reasoning_only",
            "The model used its whole output limit for reasoning. Raise the limit, or lower the effort.",
            true,
        ),
        Incomplete::Guarded => (
            "guarded",
            "A guardrail watches this conversation, and answers it watches are not continued.",
            false,
        ),
        Incomplete::GuardrailOnContinuation => (
            "guardrail",
            "A guardrail stopped the answer where it was continued.",
            false,
        ),
        Incomplete::ContextFull => (
            "context_full",
            "The conversation fills the model's context window.",
            false,
        ),
        Incomplete::Fault(end) | Incomplete::Rejected(end) => failed(end),
        Incomplete::UnknownStop(_) => (
            "unknown_stop",
            "The model stopped for a reason that this version does not know.",
            true,
        ),
    }
}

const fn failed(end: &End) -> Told {
    match end {
        End::Cut(Cut::Throttled { .. }) => (
            "throttled",
            "The backend asked for fewer requests, and kept asking.",
            true,
        ),
        End::Cut(Cut::Overloaded { .. }) => {
            ("overloaded", "The backend failed, and kept failing.", true)
        }
        End::Cut(Cut::Malformed(_)) => (
            "malformed",
            "The model produced something that its service could not use.",
            true,
        ),
        End::Cut(Cut::Lost | Cut::Damaged | Cut::Stalled | Cut::Length) => (
            "lost",
            "The connection to the backend was lost, and could not be made again.",
            true,
        ),
        End::Rejected(rejection) => rejected(*rejection),
        End::Refused(refusal) => refused(*refusal),
        End::Finished(_) | End::Unknown(_) => (
            "unknown_stop",
            "The model stopped for a reason that this version does not know.",
            true,
        ),
    }
}

const fn refused(refusal: Refusal) -> Told {
    match refusal {
        Refusal::Guardrail => ("guardrail", "The guardrail stopped the answer.", false),
        Refusal::ContentFilter => (
            "content_filter",
            "The provider's content filter stopped the answer.",
            false,
        ),
        Refusal::Declined => ("declined", "The model declined to answer.", false),
    }
}

const fn rejected(rejection: Rejection) -> Told {
    match rejection {
        Rejection::Invalid => (
            "invalid",
            "The backend would not take the request as it stands.",
            false,
        ),
        Rejection::Denied => (
            "denied",
            "The backend denied access: check the credentials, and access to this model.",
            true,
        ),
        Rejection::NotFound => (
            "not_found",
            "The backend knows no such model: check its id and the region.",
            true,
        ),
        Rejection::NoPrefill => (
            "no_prefill",
            "The model takes no unfinished turn to go on with.",
            true,
        ),
        Rejection::LimitIs(_) => (
            "limit",
            "More output was asked for than the model gives.",
            true,
        ),
        Rejection::ContextFull => (
            "context_full",
            "The conversation fills the model's context window.",
            false,
        ),
    }
}
