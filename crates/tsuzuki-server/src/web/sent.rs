//! What a request brings: ids in its path, parameters, a JSON body, a key of its own.
//!
//! What cannot be read is told without repeating it: a problem names members, never their values.

use super::problem::{Code, Problem};
use crate::chat::{Object, User};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// The longest idempotency key, in characters.
const KEY_CHARS: usize = 200;

/// Who asks. The gate put it there.
pub(super) struct Asks(pub(super) User);

impl<S: Send + Sync> FromRequestParts<S> for Asks {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<User>()
            .cloned()
            .map(Self)
            .ok_or_else(unsigned)
    }
}

/// Nobody signed in.
pub(super) fn unsigned() -> Problem {
    Problem::new(
        Code::Unauthorized,
        "nobody is signed in; sign in with POST /api/v1/session",
    )
}

/// The id in the path.
pub(super) struct Id<T>(pub(super) T);

impl<S: Send + Sync, T: FromStr + Send> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let wrong = || Problem::invalid("id", "the id in the path is not a UUID");
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_not_text| wrong())?;
        text.parse().map(Id).map_err(|_not_one| wrong())
    }
}

/// The parameters of the request.
pub(super) struct Wanted<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Wanted<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(wanted)| Self(wanted))
            .map_err(|rejection| {
                let told = rejection.body_text();
                let told = told
                    .strip_prefix("Failed to deserialize query string: ")
                    .unwrap_or(&told);
                Problem::new(Code::Invalid, format!("the parameters: {}", discreet(told)))
            })
    }
}

/// The JSON body.
pub(super) struct Sent<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                Code::Unsupported,
                "send JSON, with Content-Type: application/json",
            ));
        }
        let body = body(request, state).await?;
        let reader = &mut serde_json::Deserializer::from_slice(&body);
        serde_path_to_error::deserialize(&mut *reader)
            .map_err(|error| wrong(&error))
            .and_then(|Object(sent)| match reader.end() {
                Ok(()) => Ok(Self(sent)),
                Err(_more) => Err(Problem::new(
                    Code::Invalid,
                    "something follows the JSON text of the body",
                )),
            })
    }
}

fn wrong(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let told = discreet(&error.inner().to_string());
    match error.path().to_string().as_str() {
        "." => Problem::new(Code::Invalid, format!("the body: {told}")),
        field => Problem::invalid(field, &told),
    }
}

/// The body as it is. The door read it, within its limits.
pub(super) async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state)
        .await
        .map_err(|_broken| Problem::new(Code::Invalid, "the body broke off"))
}

fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
}

/// The media type of the body, without parameters.
pub(super) fn media_type(headers: &HeaderMap) -> Option<&str> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    kind.split(';').next().map(str::trim)
}

/// What serde says without the value it says it of.
fn discreet(told: &str) -> String {
    for value in [
        "invalid type: ",
        "invalid value: ",
        "invalid length ",
        "unknown variant ",
    ] {
        if let Some((before, rest)) = told.split_once(value) {
            return match rest.rsplit_once(", expected") {
                Some((_value, expected)) => format!("{before}expected{expected}"),
                None => format!("{before}not what is expected"),
            };
        }
    }
    told.to_owned()
}

/// The client's own key for what it asks, so that asking twice does it once.
pub(super) struct IdempotencyKey(pub(super) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Some(key) = parts.headers.get("idempotency-key") else {
            return Ok(Self(None));
        };
        key.to_str()
            .ok()
            .filter(|key| (1..=KEY_CHARS).contains(&key.len()))
            .filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()))
            .map(|key| Self(Some(key.to_owned())))
            .ok_or_else(|| {
                let told = format!(
                    "write it in 1 to {KEY_CHARS} visible ASCII characters; a UUID will do"
                );
                Problem::invalid("Idempotency-Key", &told)
            })
    }
}

/// A text of the user's that a list shows: one line, and not long.
pub(super) fn line(field: &'static str, text: &str, most: usize) -> Result<(), Problem> {
    if text.chars().count() > most {
        let told = format!("it has more than {most} characters; shorten it");
        return Err(Problem::invalid(field, &told));
    }
    if text.chars().any(char::is_control) {
        let told = "it has control characters; write it in one line";
        return Err(Problem::invalid(field, told));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::discreet;

    #[test]
    fn values_are_not_repeated() {
        for (said, told) in [
            (
                "invalid type: string \"canary, expected\", expected u32 at line 1 column 9",
                "expected u32 at line 1 column 9",
            ),
            (
                "limit: invalid value: integer `7`, expected a smaller one",
                "limit: expected a smaller one",
            ),
            (
                "unknown variant `canary`, expected `off` or `low`",
                "expected `off` or `low`",
            ),
            ("missing field `text`", "missing field `text`"),
        ] {
            assert_eq!(discreet(said), told);
        }
    }
}
