//! How a run ends: the one table from what happened to an exit code and a hint.

use std::process::ExitCode;
use tsuzuki::engine::{End, Incomplete, Outcome, Rejection};
use tsuzuki::wire::stop_label;

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All of it is there.
    Complete,
    /// Not all of it is there; what is stands on standard output.
    Incomplete,
    /// The command line or the configuration is wrong.
    Usage,
    /// Nothing came: refused, or the backend is unavailable.
    Refused,
    /// The user stopped it.
    Cancelled,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Complete => 0,
            Exit::Incomplete => 1,
            Exit::Usage => 2,
            Exit::Refused => 3,
            Exit::Cancelled => 130,
        })
    }
}

/// Why a run ends other than well, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// What happened.
    pub(crate) fact: String,
    /// The way out.
    pub(crate) hint: String,
}

impl Failure {
    /// A failure; a fact and a hint, no full stop at either's end.
    pub(crate) fn new(exit: Exit, fact: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            exit,
            fact: fact.into(),
            hint: hint.into(),
        }
    }
}

/// Whether any text of the answer was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// None.
    Nothing,
    /// Some.
    Text,
}

/// What an answer's outcome means for the run. `said` is the backend's own message, if it sent one.
pub(crate) fn of(outcome: &Outcome, shown: Shown, said: Option<&str>) -> Result<Exit, Failure> {
    match outcome {
        Outcome::Complete => Ok(Exit::Complete),
        Outcome::Cancelled => Err(Failure::new(
            Exit::Cancelled,
            "the answer was cancelled",
            match shown {
                Shown::Text => "what it had written so far is on standard output",
                Shown::Nothing => "it had written nothing yet",
            },
        )),
        Outcome::Refused => Err(Failure::new(
            Exit::Refused,
            "the answer was stopped by a rule about its content",
            "ask it another way, or ask another model",
        )),
        Outcome::Incomplete(why) => {
            let (fact, hint) = incomplete(why);
            let fact = said.map_or_else(|| fact.clone(), |said| format!("{fact}: {said}"));
            let exit = match (why, shown) {
                (Incomplete::Fault(_) | Incomplete::Rejected(_), Shown::Nothing) => Exit::Refused,
                (
                    Incomplete::Fault(_)
                    | Incomplete::Rejected(_)
                    | Incomplete::MaxTokens
                    | Incomplete::OutputBudget
                    | Incomplete::LegBudget
                    | Incomplete::CostBudget
                    | Incomplete::Deadline
                    | Incomplete::NoProgress
                    | Incomplete::Seam
                    | Incomplete::NotText
                    | Incomplete::ReasoningOnly
                    | Incomplete::Guarded
                    | Incomplete::GuardrailOnContinuation
                    | Incomplete::ContextFull
                    | Incomplete::UnknownStop(_),
                    Shown::Nothing | Shown::Text,
                ) => Exit::Incomplete,
            };
            Err(Failure::new(exit, fact, hint))
        }
    }
}

/// Why an answer is incomplete, and the way out.
fn incomplete(why: &Incomplete) -> (String, &'static str) {
    match why {
        Incomplete::MaxTokens => (
            "the answer was cut by the output limit".to_owned(),
            "use --mode extend to go on past it, or raise --max-tokens",
        ),
        Incomplete::OutputBudget => (
            "the answer reached the limit on output tokens".to_owned(),
            "ask for it in several answers",
        ),
        Incomplete::LegBudget => (
            "the answer reached the limit on its number of parts".to_owned(),
            "raise --max-tokens, so that each part is longer",
        ),
        Incomplete::CostBudget => (
            "the answer reached the limit on its cost".to_owned(),
            "ask for it in several answers, or ask a cheaper model",
        ),
        Incomplete::Deadline => (
            "the answer ran out of time".to_owned(),
            "ask for it in several answers",
        ),
        Incomplete::NoProgress => (
            "the model went on without writing anything new".to_owned(),
            "ask again, or ask another model",
        ),
        Incomplete::Seam => (
            "a part did not join to the text before it".to_owned(),
            "ask again, or ask another model",
        ),
        Incomplete::NotText => (
            "the answer was cut inside something other than text, which cannot be resumed"
                .to_owned(),
            "raise --max-tokens",
        ),
        Incomplete::ReasoningOnly => (
            "the model used its whole output limit for reasoning".to_owned(),
            "raise --max-tokens",
        ),
        Incomplete::Guarded => (
            "the answer was cut, and an answer under a guardrail is not continued".to_owned(),
            "raise --max-tokens",
        ),
        Incomplete::GuardrailOnContinuation => (
            "a guardrail stopped a later part of the answer".to_owned(),
            "ask it another way",
        ),
        Incomplete::ContextFull => (
            "the model's context window is full".to_owned(),
            "ask for less at a time, or ask a model with a larger window: tsuzuki models",
        ),
        Incomplete::Fault(end) => (
            format!(
                "the backend failed, and went on failing ({})",
                stop_label(end)
            ),
            "try again in a while",
        ),
        Incomplete::Rejected(end) => rejected(end),
        Incomplete::UnknownStop(reason) => (
            format!("the model stopped for a reason unknown to this version ({reason})"),
            "the answer may or may not be whole; look at its end",
        ),
    }
}

/// Why the backend would not take a request, and the way out.
fn rejected(end: &End) -> (String, &'static str) {
    let End::Rejected(rejection) = end else {
        return (
            format!("the backend would not go on ({})", stop_label(end)),
            "run it again with -v to see each part",
        );
    };
    let (fact, hint) = match rejection {
        Rejection::Invalid => (
            "the backend would not take the request",
            "check the model's id (tsuzuki models) and the options it takes",
        ),
        Rejection::Denied => (
            "the backend denied access",
            "check the credentials and the model's access: tsuzuki doctor",
        ),
        Rejection::NotFound => (
            "the backend knows no such model",
            "tsuzuki models lists the ids",
        ),
        Rejection::NoPrefill => (
            "the model does not continue an unfinished turn",
            "end the conversation with the user's turn",
        ),
        Rejection::LimitIs(_) => (
            "more output was asked for than the model gives",
            "lower --max-tokens; tsuzuki models shows the limits",
        ),
        Rejection::ContextFull => (
            "the question does not fit the model's context window",
            "ask with less text, or ask a model with a larger window: tsuzuki models",
        ),
    };
    (fact.to_owned(), hint)
}
