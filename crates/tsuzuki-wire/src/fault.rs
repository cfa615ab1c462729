//! Errors: from AWS's words to an [`End`], and back.
//!
//! Names and status codes are those of the service model of Bedrock Runtime. The literal messages are
//! what clients and recordings report; they are matched as substrings, in lower case, because Converse
//! puts "The model returned the following errors: " before a model's own words.

use crate::json::Value;
use tsuzuki_engine::{Cut, End, Head, Millis, Rejection};

/// What the head of a failed response says.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    status: u16,
    kind: String,
    retry_after: Option<Millis>,
}

impl Fault {
    pub(crate) fn new(head: &Head) -> Self {
        let field = |wanted: &str| {
            head.headers
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, value)| value.as_str())
        };
        // A date would need a clock; it is treated as no word at all.
        let seconds = field("retry-after").and_then(|value| value.trim().parse::<u64>().ok());
        Self {
            status: head.status,
            kind: field("x-amzn-errortype")
                .map(bare)
                .unwrap_or_default()
                .to_owned(),
            retry_after: seconds.map(|seconds| Millis(seconds.saturating_mul(1000))),
        }
    }

    /// What the response means, given its body.
    pub(crate) fn end(&self, body: &[u8]) -> End {
        let message = message(body).unwrap_or_default().to_lowercase();
        named(&self.kind, &message, self.retry_after).unwrap_or_else(|| match self.status {
            429 => throttled(self.retry_after),
            408 | 424 | 500..=599 => overloaded(&message, self.retry_after),
            401 | 403 => End::Rejected(Rejection::Denied),
            404 => End::Rejected(Rejection::NotFound),
            _ => rejected(&message, self.retry_after),
        })
    }
}

/// An error's name without the address behind it (`Name:http://…`) or the name space before it
/// (`com.amazon#Name`).
fn bare(kind: &str) -> &str {
    let name = kind.split(':').next().unwrap_or_default();
    name.rsplit('#').next().unwrap_or_default().trim()
}

/// The message of an AWS error body.
pub(crate) fn message(body: &[u8]) -> Option<String> {
    let body = Value::object(body)?;
    ["message", "Message"]
        .iter()
        .find_map(|name| body.member(name))
        .and_then(Value::string)
}

const fn throttled(retry_after: Option<Millis>) -> End {
    End::Cut(Cut::Throttled { retry_after })
}

/// A failure that may pass. Some of them are throttles in other words.
fn overloaded(message: &str, retry_after: Option<Millis>) -> End {
    if asks_for_less(message) {
        throttled(retry_after)
    } else {
        End::Cut(Cut::Overloaded { retry_after })
    }
}

/// "Too many tokens, please wait before trying again." is one of these, and never a full context.
fn asks_for_less(message: &str) -> bool {
    message.contains("please wait before trying again") || message.contains("getting throttled")
}

/// What an error of this name means; `None`: the name is not known.
fn named(kind: &str, message: &str, retry_after: Option<Millis>) -> Option<End> {
    let name = kind.to_ascii_lowercase();
    Some(match name.strip_suffix("exception").unwrap_or(&name) {
        "throttling" | "toomanyrequests" | "throttled" => throttled(retry_after),
        "modelnotready" | "modeltimeout" | "modelerror" | "modelstreamerror" | "internalserver"
        | "internalfailure" | "serviceunavailable" => overloaded(message, retry_after),
        "accessdenied"
        | "unrecognizedclient"
        | "invalidsignature"
        | "expiredtoken"
        | "incompletesignature"
        | "missingauthenticationtoken" => End::Rejected(Rejection::Denied),
        "resourcenotfound" => End::Rejected(Rejection::NotFound),
        "validation" | "servicequotaexceeded" | "conflict" | "serialization" => {
            rejected(message, retry_after)
        }
        _ => return None,
    })
}

/// An error inside a stream, named in the stream's own spelling.
pub(crate) fn in_stream(name: &str, payload: &[u8]) -> End {
    let message = message(payload).unwrap_or_default().to_lowercase();
    named(bare(name), &message, None).unwrap_or_else(|| End::Unknown(name.to_owned()))
}

/// An `error` event of a Messages stream (Anthropic's error types).
pub(crate) fn native(kind: &str, message: &str) -> End {
    let message = message.to_lowercase();
    match kind {
        "rate_limit_error" => throttled(None),
        "overloaded_error" | "api_error" | "timeout_error" => overloaded(&message, None),
        "authentication_error" | "permission_error" | "billing_error" => {
            End::Rejected(Rejection::Denied)
        }
        "not_found_error" => End::Rejected(Rejection::NotFound),
        "invalid_request_error" | "request_too_large" => rejected(&message, None),
        unknown => End::Unknown(unknown.to_owned()),
    }
}

/// A trailing assistant message is refused: Claude 4.6 and later; Llama; Claude with tools; Claude
/// with thinking; Mistral.
const NO_PREFILL: [&str; 6] = [
    "does not support assistant message prefill",
    "conversation must end with a user message",
    "requires the last turn in the conversation to be a user message",
    "pre-filling the `assistant` response is not supported",
    "a final `assistant` message must start with a thinking block",
    "expected last role user or tool",
];

/// No room is left in the context window: Claude, Nova, Llama, Mistral, OpenAI, Kimi.
const CONTEXT_FULL: [&str; 10] = [
    "prompt is too long",
    "input is too long",
    "input tokens exceeded",
    "exceed context limit",
    "too many total text bytes",
    "maximum context length",
    "context_length_exceeded",
    "exceeds the context window",
    "exceed model maximum",
    "too many input tokens",
];

/// Why a request was refused, by its message in lower case.
fn rejected(message: &str, retry_after: Option<Millis>) -> End {
    let says = |literals: &[&str]| literals.iter().any(|literal| message.contains(literal));
    if asks_for_less(message) {
        return throttled(retry_after);
    }
    End::Rejected(if says(&NO_PREFILL) {
        Rejection::NoPrefill
    } else if let Some(limit) = output_limit(message) {
        Rejection::LimitIs(limit)
    } else if says(&CONTEXT_FULL) {
        Rejection::ContextFull
    } else {
        Rejection::Invalid
    })
}

/// The output limit a message names: "… exceeds the model limit of 10000. …" (Converse), or
/// "max_tokens: 999999 > 128000, which is the maximum …" (Anthropic).
fn output_limit(message: &str) -> Option<u32> {
    if let Some((_, after)) = message.split_once("model limit of ") {
        let digits = after
            .split(|character: char| !character.is_ascii_digit())
            .next()?;
        return digits.parse().ok();
    }
    let (before, _) = message.split_once(", which is the maximum")?;
    let (_, number) = before.rsplit_once('>')?;
    number.trim().parse().ok()
}

/// An exception of our own in a stream that has begun: its name and message. `None`: the end is no
/// error, or the stop before it told it.
pub(crate) const fn exception(end: &End) -> Option<(&'static str, &'static str)> {
    match end {
        End::Cut(Cut::Throttled { .. }) => Some((
            "throttlingException",
            "Too many requests, please wait before trying again.",
        )),
        End::Cut(Cut::Overloaded { .. }) => Some((
            "serviceUnavailableException",
            "The model is unable to process your request. Try your request again.",
        )),
        End::Cut(Cut::Lost) => Some((
            "modelStreamErrorException",
            "The connection to the model was lost before the answer was complete. Try your request again.",
        )),
        End::Cut(Cut::Stalled) => Some((
            "modelStreamErrorException",
            "The model sent nothing for too long before the answer was complete. Try your request again.",
        )),
        End::Cut(Cut::Damaged) => Some((
            "modelStreamErrorException",
            "The model's stream was damaged before the answer was complete. Try your request again.",
        )),
        End::Rejected(
            Rejection::Invalid
            | Rejection::Denied
            | Rejection::NotFound
            | Rejection::NoPrefill
            | Rejection::LimitIs(_)
            | Rejection::ContextFull,
        ) => Some((
            "validationException",
            "The model would not go on with the answer.",
        )),
        End::Finished(_)
        | End::Cut(Cut::Length | Cut::Malformed(_))
        | End::Refused(_)
        | End::Unknown(_) => None,
    }
}
