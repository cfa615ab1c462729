//! How the endpoint itself is.

use crate::door::{Response, whole};
use crate::route::Health;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use tsuzuki::engine::Mode;

/// Tells. Not ready means: shutting down, send new requests elsewhere.
pub(crate) fn tell(question: Health, mode: Mode, answers: usize, leaving: bool) -> Response {
    let word = if leaving { "shutting down" } else { "ok" };
    let (status, body) = match question {
        Health::Live => (StatusCode::OK, serde_json::json!({ "status": "ok" })),
        Health::Ready => (ready(leaving), serde_json::json!({ "status": word })),
        Health::Whole => (
            ready(leaving),
            serde_json::json!({
                "status": word,
                "version": env!("CARGO_PKG_VERSION"),
                "mode": mode,
                "answersRunning": answers,
            }),
        ),
    };
    let mut response = whole(status, Bytes::from(body.to_string()));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

const fn ready(leaving: bool) -> StatusCode {
    if leaving {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    }
}
