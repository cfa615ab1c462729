//! The API's language for failure: problem details (RFC 9457), and the one table that chooses them.

use crate::chat::ChatError;
use crate::error::Fault as DoorFault;
use crate::intake::Unread;
use crate::store::{Fault, StoreError};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of every failure.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Why the API would not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    code: Code,
    detail: String,
    field: Option<String>,
    retry_after: Option<u64>,
    allow: Option<String>,
}

/// Why the API would not do it.
#[derive(Serialize, ToSchema)]
#[schema(as = Refusal)]
pub(super) struct Details<'a> {
    /// What kind of failure, for people.
    title: &'static str,
    /// The status of the response.
    status: u16,
    /// What is wrong and what to do, in a sentence.
    detail: &'a str,
    /// What kind of failure, for programs.
    code: Code,
    /// The member or parameter that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

/// What kind of failure, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Code {
    /// There is no such thing.
    Missing,
    /// It cannot be done as things stand.
    Conflict,
    /// What was sent is wrong.
    Invalid,
    /// Too many runs are alive.
    Busy,
    /// The server is shutting down.
    ShuttingDown,
    /// The body is too large.
    TooLarge,
    /// The body is of another media type, or has a content encoding.
    Unsupported,
    /// The path is called by other methods.
    WrongMethod,
    /// Nobody has signed in.
    Unauthorized,
    /// It is not allowed.
    Forbidden,
    /// Too many requests.
    RateLimited,
    /// The body did not arrive in time.
    TooSlow,
    /// The store has no room left.
    StoreFull,
    /// Somebody else holds the store.
    StoreLocked,
    /// The store may not be written.
    StoreReadOnly,
    /// The store is damaged.
    StoreDamaged,
    /// A newer version made the store.
    StoreNewer,
    /// The store could not do it.
    StoreFailed,
}

impl Code {
    /// All of them.
    pub(crate) const ALL: [Self; 18] = [
        Self::Missing,
        Self::Conflict,
        Self::Invalid,
        Self::Busy,
        Self::ShuttingDown,
        Self::TooLarge,
        Self::Unsupported,
        Self::WrongMethod,
        Self::Unauthorized,
        Self::Forbidden,
        Self::RateLimited,
        Self::TooSlow,
        Self::StoreFull,
        Self::StoreLocked,
        Self::StoreReadOnly,
        Self::StoreDamaged,
        Self::StoreNewer,
        Self::StoreFailed,
    ];

    /// The word of it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
            Self::Busy => "busy",
            Self::ShuttingDown => "shutting_down",
            Self::TooLarge => "too_large",
            Self::Unsupported => "unsupported",
            Self::WrongMethod => "wrong_method",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::RateLimited => "rate_limited",
            Self::TooSlow => "too_slow",
            Self::StoreFull => "store_full",
            Self::StoreLocked => "store_locked",
            Self::StoreReadOnly => "store_read_only",
            Self::StoreDamaged => "store_damaged",
            Self::StoreNewer => "store_newer",
            Self::StoreFailed => "store_failed",
        }
    }

    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Missing => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Invalid => StatusCode::BAD_REQUEST,
            Self::Busy | Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::ShuttingDown | Self::StoreLocked => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::StoreFull => StatusCode::INSUFFICIENT_STORAGE,
            Self::StoreReadOnly | Self::StoreDamaged | Self::StoreNewer | Self::StoreFailed => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Missing => "There is no such thing",
            Self::Conflict => "It cannot be done as things stand",
            Self::Invalid => "The request is wrong",
            Self::Busy => "Too many answers are being written",
            Self::ShuttingDown => "The server is shutting down",
            Self::TooLarge => "The request is too large",
            Self::Unsupported => "The body is of another kind",
            Self::WrongMethod => "The method is wrong",
            Self::Unauthorized => "Sign in first",
            Self::Forbidden => "It is not allowed",
            Self::RateLimited => "Too many requests",
            Self::TooSlow => "The request took too long",
            Self::StoreFull => "The store is full",
            Self::StoreLocked => "The store is locked",
            Self::StoreReadOnly => "The store is read-only",
            Self::StoreDamaged => "The store is damaged",
            Self::StoreNewer => "The store is newer than this program",
            Self::StoreFailed => "The store failed",
        }
    }
}

impl Problem {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            field: None,
            retry_after: None,
            allow: None,
        }
    }

    pub(crate) fn missing(what: &str) -> Self {
        Self::new(Code::Missing, format!("there is no such {what}"))
    }

    pub(crate) fn invalid(field: &str, told: &str) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(Code::Invalid, format!("{field}: {told}"))
        }
    }

    pub(crate) fn rate_limited(seconds: u64, what: &str) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::new(
                Code::RateLimited,
                format!("too many {what}; try again in {seconds} s"),
            )
        }
    }

    pub(crate) fn wrong_method(allow: &str) -> Self {
        Self {
            allow: Some(allow.to_owned()),
            ..Self::new(Code::WrongMethod, format!("this path is called by {allow}"))
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        let details = Details {
            title: self.code.title(),
            status: status.as_u16(),
            detail: &self.detail,
            code: self.code,
            field: self.field.as_deref(),
        };
        // Words and a number, which JSON can always say.
        let body = serde_json::to_vec(&details).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(Ok(allow)) = self.allow.map(HeaderValue::try_from) {
            headers.insert(header::ALLOW, allow);
        }
        response.extensions_mut().insert(self.code);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        // Where the store is, is the operator's to know.
        let (code, told) = match error.fault {
            Fault::Conflict => return Self::new(Code::Conflict, error.told),
            Fault::Full => (
                Code::StoreFull,
                "there is no room left where conversations are kept; make room, or delete some",
            ),
            Fault::Locked => (
                Code::StoreLocked,
                "another program holds the store; try again in a moment",
            ),
            Fault::ReadOnly => (
                Code::StoreReadOnly,
                "conversations can be read, and nothing can be kept: the store is read-only",
            ),
            Fault::Damaged => (
                Code::StoreDamaged,
                "the store is damaged; its operator can put a backup in its place",
            ),
            Fault::Newer => (
                Code::StoreNewer,
                "a newer version of Tsuzuki made the store; update this one",
            ),
            Fault::Failed => (
                Code::StoreFailed,
                "the store could not do it; the log of the server says why",
            ),
        };
        tracing::error!("{}", error.told);
        Self::new(code, told)
    }
}

impl From<ChatError> for Problem {
    fn from(error: ChatError) -> Self {
        let told = error.to_string();
        match error {
            ChatError::Missing(_) => Self::new(Code::Missing, told),
            ChatError::Conflict(_) => Self::new(Code::Conflict, told),
            ChatError::Invalid { field, .. } => Self {
                field: Some(field.to_owned()),
                ..Self::new(Code::Invalid, told)
            },
            ChatError::Busy(_) => Self {
                retry_after: Some(1),
                ..Self::new(Code::Busy, told)
            },
            ChatError::ShuttingDown => Self {
                retry_after: Some(1),
                ..Self::new(Code::ShuttingDown, told)
            },
            ChatError::Store(error) => error.into(),
        }
    }
}

impl From<Unread> for Problem {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge(limit) => Self::new(
                Code::TooLarge,
                format!("the body is larger than {limit} bytes, the limit of this path"),
            ),
            Unread::TooSlow => Self::new(Code::TooSlow, "the body did not arrive in time"),
            Unread::Broken => Self::new(Code::Invalid, "the body broke off"),
        }
    }
}

/// What the guards of the door refuse.
impl From<DoorFault> for Problem {
    fn from(fault: DoorFault) -> Self {
        let code = if fault.status == StatusCode::FORBIDDEN {
            Code::Forbidden
        } else {
            Code::Invalid
        };
        Self::new(code, fault.message.into_owned())
    }
}
