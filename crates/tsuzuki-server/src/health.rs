//! How the endpoint itself is.

use crate::chat::ChatError;
use crate::door::{Response, whole};
use crate::route::Health;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use tsuzuki::engine::Mode;

/// What there is to tell.
pub(crate) struct State {
    pub(crate) question: Health,
    pub(crate) mode: Mode,
    pub(crate) answers: usize,
    pub(crate) leaving: bool,
    /// How the chat's store is, where there is a chat and somebody asks.
    pub(crate) store: Option<Result<(), ChatError>>,
}

/// Tells. Not ready means: shutting down, send new requests elsewhere. A store that does not work
/// makes the whole unwell, but not unready: the Bedrock door needs none.
pub(crate) fn tell(state: &State) -> Response {
    let State {
        question,
        mode,
        answers,
        leaving,
        ref store,
    } = *state;
    let word = if leaving { "shutting down" } else { "ok" };
    let (status, body) = match question {
        Health::Live => (StatusCode::OK, serde_json::json!({ "status": "ok" })),
        Health::Ready => (ready(leaving), serde_json::json!({ "status": word })),
        Health::Whole => {
            let mut whole = serde_json::json!({
                "status": word,
                "version": env!("CARGO_PKG_VERSION"),
                "mode": mode,
                "answersRunning": answers,
            });
            let mut status = ready(leaving);
            match store {
                None => {}
                Some(Ok(())) => whole["store"] = "ok".into(),
                Some(Err(error)) => {
                    status = StatusCode::SERVICE_UNAVAILABLE;
                    whole["store"] = error.to_string().into();
                    if !leaving {
                        whole["status"] = "the store fails".into();
                    }
                }
            }
            (status, whole)
        }
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
