//! Errors as the service words and wraps them.

use crate::RawResponse;
use bytes::Bytes;
use serde::Serialize;
use uuid::Uuid;

/// The exceptions of the service: name, status and a default message.
///
/// The statuses are from botocore's service model; the messages are recorded or quoted from
/// issues, where a literal is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exception {
    /// 403.
    AccessDenied,
    /// 500.
    InternalServer,
    /// 424.
    ModelError,
    /// 429 that SDKs retry.
    ModelNotReady,
    /// 424.
    ModelStreamError,
    /// 408.
    ModelTimeout,
    /// 404.
    ResourceNotFound,
    /// 400.
    ServiceQuotaExceeded,
    /// 503.
    ServiceUnavailable,
    /// 429.
    Throttling,
    /// 400.
    Validation,
}

impl Exception {
    /// Every exception.
    pub const ALL: [Self; 11] = [
        Self::AccessDenied,
        Self::InternalServer,
        Self::ModelError,
        Self::ModelNotReady,
        Self::ModelStreamError,
        Self::ModelTimeout,
        Self::ResourceNotFound,
        Self::ServiceQuotaExceeded,
        Self::ServiceUnavailable,
        Self::Throttling,
        Self::Validation,
    ];

    /// The name in `x-amzn-ErrorType`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessDenied => "AccessDeniedException",
            Self::InternalServer => "InternalServerException",
            Self::ModelError => "ModelErrorException",
            Self::ModelNotReady => "ModelNotReadyException",
            Self::ModelStreamError => "ModelStreamErrorException",
            Self::ModelTimeout => "ModelTimeoutException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::ServiceQuotaExceeded => "ServiceQuotaExceededException",
            Self::ServiceUnavailable => "ServiceUnavailableException",
            Self::Throttling => "ThrottlingException",
            Self::Validation => "ValidationException",
        }
    }

    /// The name in a stream, which begins in lower case there.
    #[must_use]
    pub fn stream_name(self) -> String {
        let name = self.name();
        name[..1].to_ascii_lowercase() + &name[1..]
    }

    /// The status of the response.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::ServiceQuotaExceeded | Self::Validation => 400,
            Self::AccessDenied => 403,
            Self::ResourceNotFound => 404,
            Self::ModelTimeout => 408,
            Self::ModelError | Self::ModelStreamError => 424,
            Self::ModelNotReady | Self::Throttling => 429,
            Self::InternalServer => 500,
            Self::ServiceUnavailable => 503,
        }
    }

    /// What it says when nothing else is told.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::AccessDenied => "You don't have access to the model with the specified model ID.",
            Self::InternalServer | Self::ModelError | Self::ModelStreamError => {
                "The system encountered an unexpected error during processing. Try your request again."
            }
            Self::ModelNotReady => "The model is not ready for inference. Try your request again.",
            Self::ModelTimeout => {
                "The model took too long to process the request. Try your request again."
            }
            Self::ResourceNotFound => "The requested resource was not found.",
            Self::ServiceQuotaExceeded => "Your request exceeds a service quota of your account.",
            Self::ServiceUnavailable => "Bedrock is unable to process your request.",
            Self::Throttling => "Too many requests, please wait before trying again.",
            Self::Validation => "The request is not valid.",
        }
    }

    /// The exception with a name, in either spelling.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|exception| exception.name().eq_ignore_ascii_case(name))
    }
}

/// A request that is not served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) name: String,
    pub(crate) message: String,
}

#[derive(Serialize)]
struct Body<'a> {
    message: &'a str,
}

impl Refusal {
    pub(crate) fn of(exception: Exception, message: impl Into<String>) -> Self {
        Self {
            status: exception.status(),
            name: exception.name().to_owned(),
            message: message.into(),
        }
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::of(Exception::Validation, message)
    }

    /// A member of the request has the wrong JSON type.
    pub(crate) fn wrong_type(member: &str) -> Self {
        Self::serialization(format!("The member '{member}' has an unexpected type."))
    }

    pub(crate) fn serialization(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            name: "SerializationException".to_owned(),
            message: message.into(),
        }
    }

    pub(crate) fn malformed() -> Self {
        Self::validation("Malformed input request, please reformat your input and try again.")
    }

    pub(crate) fn unknown_operation() -> Self {
        Self {
            status: 404,
            name: "UnknownOperationException".to_owned(),
            message: "Unknown operation.".to_owned(),
        }
    }

    /// The response that says so.
    pub(crate) fn into_response(self) -> RawResponse {
        let kind = format!(
            "{}:http://internal.amazon.com/coral/com.amazon.bedrock/",
            self.name
        );
        respond(
            self.status,
            "application/json",
            vec![("x-amzn-ErrorType".to_owned(), kind)],
            json(&Body {
                message: &self.message,
            }),
        )
    }
}

/// The payload of an in-stream exception.
pub(crate) fn message_payload(message: &str) -> Bytes {
    json(&Body { message })
}

/// A response whose whole body is known.
pub(crate) fn respond(
    status: u16,
    content_type: &str,
    more: Vec<(String, String)>,
    body: Bytes,
) -> RawResponse {
    let body = Box::pin(futures_util::stream::once(async move { Ok(body) }));
    RawResponse {
        status,
        headers: headers(content_type, more),
        body,
    }
}

/// The header fields of every response.
pub(crate) fn headers(content_type: &str, more: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut headers = vec![
        ("Content-Type".to_owned(), content_type.to_owned()),
        ("x-amzn-RequestId".to_owned(), Uuid::new_v4().to_string()),
    ];
    headers.extend(more);
    headers.push(("x-tsuzuki-backend".to_owned(), "simulator".to_owned()));
    headers
}

pub(crate) fn json(value: &impl Serialize) -> Bytes {
    // Our own plain structures always print.
    Bytes::from(serde_json::to_vec(value).unwrap_or_default())
}
