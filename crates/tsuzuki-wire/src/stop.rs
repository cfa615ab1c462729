//! Stop reasons: the one table between their spelling and what they mean.
//!
//! Converse's are in the service model of Bedrock Runtime (`StopReason`); `refusal` and
//! `model_context_window_exceeded` are Anthropic's own, which `InvokeModel` passes on.

use tsuzuki_engine::{Cut, End, Finish, Refusal, Rejection};

/// What a stop reason means.
pub(crate) fn read(reason: &str) -> End {
    match reason {
        "end_turn" => End::Finished(Finish::EndTurn),
        "stop_sequence" => End::Finished(Finish::StopSequence),
        "tool_use" => End::Finished(Finish::ToolUse),
        "max_tokens" => End::Cut(Cut::Length),
        "guardrail_intervened" => End::Refused(Refusal::Guardrail),
        "content_filtered" => End::Refused(Refusal::ContentFilter),
        "refusal" => End::Refused(Refusal::Declined),
        "model_context_window_exceeded" => End::Rejected(Rejection::ContextFull),
        malformed if malformed.starts_with("malformed_") => {
            End::Cut(Cut::Malformed(malformed.to_owned()))
        }
        unknown => End::Unknown(unknown.to_owned()),
    }
}

/// How an answer that ended so says it. One that was cut, by whatever, says `max_tokens`: clients
/// know that word as "there would be more", and it is never `end_turn`.
pub(crate) fn print(end: &End) -> &str {
    match end {
        End::Finished(Finish::EndTurn) => "end_turn",
        End::Finished(Finish::StopSequence) => "stop_sequence",
        End::Finished(Finish::ToolUse) => "tool_use",
        End::Cut(Cut::Malformed(raw)) | End::Unknown(raw) => raw,
        End::Refused(Refusal::Guardrail) => "guardrail_intervened",
        End::Refused(Refusal::ContentFilter) => "content_filtered",
        End::Refused(Refusal::Declined) => "refusal",
        End::Rejected(Rejection::ContextFull) => "model_context_window_exceeded",
        End::Cut(
            Cut::Length
            | Cut::Lost
            | Cut::Damaged
            | Cut::Stalled
            | Cut::Throttled { .. }
            | Cut::Overloaded { .. },
        )
        | End::Rejected(
            Rejection::Invalid
            | Rejection::Denied
            | Rejection::NotFound
            | Rejection::NoPrefill
            | Rejection::LimitIs(_),
        ) => "max_tokens",
    }
}

/// What a leg's end is called in the report, faults and rejections by their own names.
#[must_use]
pub fn label(end: &End) -> &str {
    match end {
        End::Cut(Cut::Lost) => "lost",
        End::Cut(Cut::Damaged) => "damaged",
        End::Cut(Cut::Stalled) => "stalled",
        End::Cut(Cut::Throttled { .. }) => "throttled",
        End::Cut(Cut::Overloaded { .. }) => "overloaded",
        End::Rejected(Rejection::Invalid) => "invalid",
        End::Rejected(Rejection::Denied) => "denied",
        End::Rejected(Rejection::NotFound) => "not_found",
        End::Rejected(Rejection::NoPrefill) => "no_prefill",
        End::Rejected(Rejection::LimitIs(_)) => "limit_exceeded",
        End::Finished(_)
        | End::Cut(Cut::Length | Cut::Malformed(_))
        | End::Refused(_)
        | End::Rejected(Rejection::ContextFull)
        | End::Unknown(_) => print(end),
    }
}
