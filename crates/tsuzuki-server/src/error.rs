//! The endpoint's language for failure: AWS exceptions, and the one table that chooses them.

use crate::door::{Body, Response, whole};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use std::borrow::Cow;
use tsuzuki::engine::{Cut, End, Incomplete, Outcome, Rejection, Report};
use uuid::Uuid;

/// What follows the name of an exception in `x-amzn-ErrorType`, as Bedrock sends it (recorded).
const COORDINATE: &str = ":http://internal.amazon.com/coral/com.amazon.bedrock/";

/// The same where the error is about who calls, not about what is asked (recorded).
const GATE_COORDINATE: &str = ":http://internal.amazon.com/coral/com.amazon.coral.service/";

/// An error as a Bedrock client expects it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    pub(crate) name: &'static str,
    pub(crate) message: Cow<'static, str>,
    /// The methods that would have been right, where the method was wrong.
    pub(crate) allow: Option<String>,
    /// What follows the name in `x-amzn-ErrorType`.
    coordinate: &'static str,
}

impl Fault {
    fn new(status: StatusCode, name: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self {
            status,
            name,
            message,
            allow: None,
            coordinate: COORDINATE,
        }
    }

    /// Who calls is not known, or not who they say.
    pub(crate) fn unauthenticated(
        name: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            coordinate: GATE_COORDINATE,
            ..Self::new(StatusCode::FORBIDDEN, name, message)
        }
    }

    pub(crate) fn validation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "ValidationException", message)
    }

    pub(crate) fn serialization(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "SerializationException", message)
    }

    pub(crate) fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "AccessDeniedException", message)
    }

    pub(crate) fn unknown_operation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "UnknownOperationException", message)
    }

    pub(crate) fn wrong_method(allow: String) -> Self {
        Self {
            allow: Some(allow.clone()),
            ..Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "UnknownOperationException",
                format!("wrong method; this operation is called by {allow}"),
            )
        }
    }

    // Bedrock's service model knows no 408, 413, 415 or 431 for these: a 400 is what SDKs type right.

    pub(crate) fn body_too_large(limit: usize) -> Self {
        Self::validation(format!(
            "the request body is larger than {limit} bytes, the limit of this endpoint"
        ))
    }

    pub(crate) fn too_many_fields(limit: usize) -> Self {
        Self::validation(format!(
            "the request has more than {limit} header fields, the limit of this endpoint"
        ))
    }

    pub(crate) fn encoded() -> Self {
        Self::validation(
            "the request body has a content encoding; send it as it is, without content-encoding",
        )
    }

    pub(crate) fn body_too_slow() -> Self {
        Self::validation("the request body did not arrive in time")
    }

    pub(crate) fn unavailable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "ServiceUnavailableException",
            message,
        )
    }

    pub(crate) fn throttled() -> Self {
        Self::over_budget("Too many requests, please wait before trying again.")
    }

    /// As Bedrock says of its own quotas a day: throttled.
    pub(crate) fn over_budget(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "ThrottlingException",
            message,
        )
    }

    fn timed_out(message: &'static str) -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "ModelTimeoutException",
            message,
        )
    }

    fn model(message: &'static str) -> Self {
        Self::new(
            StatusCode::FAILED_DEPENDENCY,
            "ModelErrorException",
            message,
        )
    }

    fn internal(message: &'static str) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerException",
            message,
        )
    }

    /// What an answer that brought nothing to show is in AWS's words: the table from its outcome
    /// and, where the outcome names none, the first leg that failed.
    pub(crate) fn of(outcome: &Outcome, report: &Report) -> Self {
        match outcome {
            Outcome::Complete => Self::model("the model's answer was empty"),
            Outcome::Refused => {
                Self::validation("the answer was stopped by a rule about its content")
            }
            Outcome::Cancelled => Self::unavailable(
                "the answer was cancelled because the endpoint is shutting down; try again",
            ),
            Outcome::Incomplete(why) => match why {
                Incomplete::Fault(last) | Incomplete::Rejected(last) => {
                    Self::of_end(first_failing(report).unwrap_or(last))
                }
                Incomplete::MaxTokens | Incomplete::ReasoningOnly | Incomplete::NotText => {
                    Self::model("the output limit was reached before anything could be shown")
                }
                Incomplete::OutputBudget | Incomplete::LegBudget | Incomplete::CostBudget => {
                    Self::validation(
                        "the answer's budget was spent before anything could be shown; allow it more",
                    )
                }
                Incomplete::Deadline => {
                    Self::timed_out("the deadline passed before anything could be shown")
                }
                Incomplete::NoProgress | Incomplete::Seam => {
                    Self::model("the model did not go on with its answer")
                }
                Incomplete::Guarded | Incomplete::GuardrailOnContinuation => Self::validation(
                    "a guardrail stopped the answer before anything could be shown",
                ),
                Incomplete::ContextFull => Self::of_rejection(Rejection::ContextFull),
                Incomplete::UnknownStop(_) => {
                    Self::model("the model stopped for a reason this version does not know")
                }
            },
        }
    }

    fn of_end(end: &End) -> Self {
        match end {
            End::Cut(Cut::Throttled { .. }) => Self::throttled(),
            End::Cut(Cut::Overloaded { .. }) => {
                Self::unavailable("Bedrock is unable to process your request.")
            }
            End::Cut(Cut::Lost) => Self::unavailable("the connection to the model was lost"),
            End::Cut(Cut::Damaged) => Self::internal("the model's answer arrived damaged"),
            End::Cut(Cut::Stalled) => Self::timed_out("the model did not answer in time"),
            End::Cut(Cut::Length) => {
                Self::model("the output limit was reached before anything could be shown")
            }
            End::Cut(Cut::Malformed(_)) => {
                Self::model("the model produced something its service could not use")
            }
            End::Rejected(rejection) => Self::of_rejection(*rejection),
            End::Refused(_) => {
                Self::validation("the answer was stopped by a rule about its content")
            }
            End::Finished(_) => Self::model("the model's answer was empty"),
            End::Unknown(_) => {
                Self::model("the model stopped for a reason this version does not know")
            }
        }
    }

    fn of_rejection(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Invalid => Self::validation("the backend would not take the request"),
            Rejection::Denied => Self::forbidden("the backend denied access to the model"),
            Rejection::NotFound => Self::new(
                StatusCode::NOT_FOUND,
                "ResourceNotFoundException",
                "the backend does not know the model",
            ),
            Rejection::NoPrefill => Self::validation(
                "This model does not support assistant message prefill. \
                 The conversation must end with a user message.",
            ),
            Rejection::LimitIs(limit) => Self::validation(format!(
                "The maximum tokens you requested exceeds the model limit of {limit}."
            )),
            Rejection::ContextFull => Self::validation("Input is too long for requested model."),
        }
    }

    /// The body of the envelope.
    pub(crate) fn body(&self) -> Bytes {
        Bytes::from(serde_json::json!({ "message": self.message }).to_string())
    }

    /// The envelope.
    pub(crate) fn response(&self) -> Response {
        let mut response = whole(self.status, self.body());
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        if let Ok(kind) = HeaderValue::try_from(format!("{}{}", self.name, self.coordinate)) {
            headers.insert(crate::headers::ERROR_TYPE, kind);
        }
        if let Some(Ok(allow)) = self.allow.as_deref().map(HeaderValue::try_from) {
            headers.insert(header::ALLOW, allow);
        }
        response
    }
}

/// The end of the first leg that did not do what was asked of it.
fn first_failing(report: &Report) -> Option<&End> {
    report
        .legs
        .iter()
        .filter_map(|leg| leg.end.as_ref())
        .find(|end| match end {
            End::Rejected(_) | End::Refused(_) | End::Unknown(_) => true,
            End::Cut(Cut::Length) | End::Finished(_) => false,
            End::Cut(
                Cut::Lost
                | Cut::Damaged
                | Cut::Stalled
                | Cut::Throttled { .. }
                | Cut::Overloaded { .. }
                | Cut::Malformed(_),
            ) => true,
        })
}

/// Gives a response the request id every response has, unless it brought one.
pub(crate) fn identify(response: &mut http::Response<Body>) {
    if !response.headers().contains_key(crate::headers::REQUEST_ID)
        && let Ok(id) = HeaderValue::try_from(Uuid::new_v4().to_string())
    {
        response
            .headers_mut()
            .insert(crate::headers::REQUEST_ID, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tsuzuki::engine::{Finish, LegId, LegReport, Refusal, Usage};

    fn fault(outcome: &Outcome, ends: &[End]) -> (u16, &'static str) {
        let legs = ends.iter().map(|end| LegReport {
            model: tsuzuki::engine::ModelId("m".to_owned()),
            max_tokens: None,
            id: LegId(1),
            request_id: None,
            region: None,
            by: "first".to_owned(),
            end: Some(end.clone()),
            usage: Usage::UNKNOWN,
            ms: 0,
        });
        let report = Report {
            legs: legs.collect(),
            ..Report::empty()
        };
        let fault = Fault::of(outcome, &report);
        assert!(!fault.message.is_empty());
        (fault.status.as_u16(), fault.name)
    }

    #[test]
    fn every_way_to_fail_has_aws_words() {
        let retry_after = None;
        for (end, expected) in [
            (
                End::Cut(Cut::Throttled { retry_after }),
                (429, "ThrottlingException"),
            ),
            (
                End::Cut(Cut::Overloaded { retry_after }),
                (503, "ServiceUnavailableException"),
            ),
            (End::Cut(Cut::Lost), (503, "ServiceUnavailableException")),
            (End::Cut(Cut::Damaged), (500, "InternalServerException")),
            (End::Cut(Cut::Stalled), (408, "ModelTimeoutException")),
            (
                End::Cut(Cut::Malformed(String::new())),
                (424, "ModelErrorException"),
            ),
            (
                End::Rejected(Rejection::Invalid),
                (400, "ValidationException"),
            ),
            (
                End::Rejected(Rejection::Denied),
                (403, "AccessDeniedException"),
            ),
            (
                End::Rejected(Rejection::NotFound),
                (404, "ResourceNotFoundException"),
            ),
            (
                End::Rejected(Rejection::NoPrefill),
                (400, "ValidationException"),
            ),
            (
                End::Rejected(Rejection::LimitIs(7)),
                (400, "ValidationException"),
            ),
            (
                End::Refused(Refusal::Declined),
                (400, "ValidationException"),
            ),
            (End::Unknown("new".to_owned()), (424, "ModelErrorException")),
        ] {
            let outcome = Outcome::Incomplete(Incomplete::Fault(end.clone()));
            assert_eq!(fault(&outcome, &[]), expected, "{end:?}");
        }
    }

    #[test]
    fn the_first_leg_that_failed_names_the_error() {
        let outcome = Outcome::Incomplete(Incomplete::Fault(End::Cut(Cut::Lost)));
        let ends = [
            End::Finished(Finish::EndTurn),
            End::Cut(Cut::Length),
            End::Cut(Cut::Stalled),
            End::Cut(Cut::Lost),
        ];
        assert_eq!(fault(&outcome, &ends), (408, "ModelTimeoutException"));
        assert_eq!(fault(&Outcome::Cancelled, &ends).0, 503);
    }
}
