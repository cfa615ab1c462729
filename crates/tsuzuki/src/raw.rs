//! Requests and responses as bytes: what passes when nobody needs to read it.

use bytes::Bytes;
use futures_util::stream::BoxStream;
use std::fmt;

/// A request, unread.
#[derive(Clone)]
pub struct RawRequest {
    /// The method, in upper case.
    pub method: String,
    /// The path as it came, still percent-encoded, with its query.
    pub path: String,
    /// The header fields, in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// A response, unread.
pub struct RawResponse {
    /// The status code.
    pub status: u16,
    /// The header fields, in order, names as they should be printed.
    pub headers: Vec<(String, String)>,
    /// The body, as it comes.
    pub body: RawBody,
}

/// A body that comes in pieces and may break.
pub type RawBody = BoxStream<'static, Result<Bytes, BodyError>>;

/// How a body broke. A body that just stops ended cleanly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// The connection was reset, or ended inside a chunk.
    #[error("the connection broke")]
    Lost,
    /// Nothing came for longer than the backend waits.
    #[error("nothing came for too long")]
    Stalled,
}

/// What Tsuzuki's own requests to a backend carry, so that an endpoint that is its own upstream
/// notices. Transports that send over a network set it; the value does not matter.
pub const HOP_HEADER: &str = "x-tsuzuki-hop";

/// Whether a header field, named in lower case, is about one connection and not about the message
/// (RFC 9110, 7.6.1): it goes no further.
#[must_use]
pub fn is_of_the_connection(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "expect"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    )
}

impl RawRequest {
    /// The value of a header field.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

// Bodies and headers hold user text and credentials, which must not reach a log by way of `{:?}`.
impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "RawRequest({}, {} body bytes)",
            self.method,
            self.body.len()
        )
    }
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawResponse({})", self.status)
    }
}
