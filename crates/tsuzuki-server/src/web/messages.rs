//! Messages: one, a new one and its answer, another answer, and what can be done with an answer.

use super::problem::Problem;
use super::router::Web;
use super::sent::{Asks, Id, IdempotencyKey, Sent};
use crate::chat::{Again, ConversationId, Message, MessageId, Moment, Onward, Post, Posted, RunId};
use crate::store::Exchange;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

/// Nothing to say, in an object, so that there may be something one day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Where to part from an answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct At {
    /// Which seam, from 1.
    #[schema(minimum = 1)]
    seam: usize,
    /// The id of the new message; made by the server where the client makes none.
    #[serde(default)]
    answer: MessageId,
}

/// What was sent and received for an answer, part by part.
#[derive(Serialize, ToSchema)]
pub(super) struct Exchanges {
    /// The parts' exchanges.
    exchanges: Vec<Exchanged>,
}

/// What was sent and received for one part.
#[derive(Serialize, ToSchema)]
pub(super) struct Exchanged {
    /// The number of the part.
    part: u32,
    /// When it was sent.
    at: Moment,
    /// The status of the response, if there was one.
    status: Option<u16>,
    /// The header fields of the response, each a name and a value.
    headers: Vec<(String, String)>,
    /// The body of the request.
    #[schema(value_type = Value)]
    request: Value,
    /// What came back, event after event; what is no JSON is a text.
    response: Vec<Value>,
    /// Whether the request or the response is longer than what is here.
    shortened: bool,
}

impl From<Exchange> for Exchanged {
    fn from(exchange: Exchange) -> Self {
        let Exchange {
            part,
            at,
            status,
            headers,
            request,
            response,
            shortened,
        } = exchange;
        Self {
            part,
            at,
            status,
            headers,
            request: value(&request),
            response: response
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .map(value)
                .collect(),
            shortened,
        }
    }
}

/// JSON as it is, and anything else as a text.
fn value(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_no_json| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}

/// A run that begins is accepted, one that a key had begun before is told again.
///
/// Ids of runs rise: one that is older than the request was not begun by it.
struct Asked(RunId);

impl Asked {
    fn now() -> Self {
        Self(RunId::new())
    }

    fn answer(self, posted: Posted) -> (StatusCode, Json<Posted>) {
        let status = if posted.run < self.0 {
            StatusCode::OK
        } else {
            StatusCode::ACCEPTED
        };
        (status, Json(posted))
    }
}

/// Posts a message and begins its answer.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/messages", tag = "Messages",
    params(
        ("id" = ConversationId, Path, description = "The conversation."),
        super::openapi::KeyHeader,
    ),
    request_body = Post,
    responses(
        (status = 202, description = "The answer begins.", body = Posted),
        (status = 200, description = "The key is known: what it began.", body = Posted),
        super::openapi::Refusals,
    ),
)]
pub(super) async fn post(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<ConversationId>,
    IdempotencyKey(key): IdempotencyKey,
    Sent(post): Sent<Post>,
) -> Result<(StatusCode, Json<Posted>), Problem> {
    let most = web.bounds().attachments_per_message;
    if post.attachments.len() > most {
        let told = format!("a message takes {most} attachments; send the others with another one");
        return Err(Problem::invalid("attachments", &told));
    }
    let asked = Asked::now();
    Ok(asked.answer(web.chat().post(&user, id, post, key).await?))
}

/// One message as it stands.
#[utoipa::path(
    get, path = "/api/v1/messages/{id}", tag = "Messages",
    params(("id" = MessageId, Path, description = "The message.")),
    responses((status = 200, body = Message), super::openapi::Refusals),
)]
pub(super) async fn message(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<MessageId>,
) -> Result<Json<Message>, Problem> {
    Ok(Json(web.chat().message(&user, id).await?))
}

/// Answers a user's message again, beside the answers it has.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/answers", tag = "Messages",
    params(
        ("id" = MessageId, Path, description = "The user's message."),
        super::openapi::KeyHeader,
    ),
    request_body = Again,
    responses(
        (status = 202, description = "The answer begins.", body = Posted),
        (status = 200, description = "The key is known: what it began.", body = Posted),
        super::openapi::Refusals,
    ),
)]
pub(super) async fn again(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<MessageId>,
    IdempotencyKey(key): IdempotencyKey,
    Sent(again): Sent<Again>,
) -> Result<(StatusCode, Json<Posted>), Problem> {
    let asked = Asked::now();
    Ok(asked.answer(web.chat().again(&user, id, again, key).await?))
}

/// Goes on with an answer that stopped short of its end, in the same message.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/continue", tag = "Messages",
    params(
        ("id" = MessageId, Path, description = "The answer."),
        super::openapi::KeyHeader,
    ),
    request_body = Nothing,
    responses(
        (status = 202, description = "The answer goes on.", body = Posted),
        (status = 200, description = "The key is known: what it began.", body = Posted),
        super::openapi::Refusals,
    ),
)]
pub(super) async fn go_on(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<MessageId>,
    IdempotencyKey(key): IdempotencyKey,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<(StatusCode, Json<Posted>), Problem> {
    let asked = Asked::now();
    Ok(asked.answer(web.chat().go_on(&user, id, key).await?))
}

/// Goes on in a new conversation, which begins with a summary of what was said up to an answer, and
/// its question. The run that answers it writes the summary first.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/onward", tag = "Messages",
    params(
        ("id" = MessageId, Path, description = "The answer."),
        super::openapi::KeyHeader,
    ),
    request_body = Onward,
    responses(
        (status = 202, description = "The new conversation begins.", body = Posted),
        (status = 200, description = "The key is known: what it began.", body = Posted),
        super::openapi::Refusals,
    ),
)]
pub(super) async fn onward(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<MessageId>,
    IdempotencyKey(key): IdempotencyKey,
    Sent(onward): Sent<Onward>,
) -> Result<(StatusCode, Json<Posted>), Problem> {
    let asked = Asked::now();
    Ok(asked.answer(web.chat().go_onward(&user, id, onward, key).await?))
}

/// Writes an answer anew from one of its seams on, in a message beside it.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/retry", tag = "Messages",
    params(
        ("id" = MessageId, Path, description = "The answer."),
        super::openapi::KeyHeader,
    ),
    request_body = At,
    responses(
        (status = 202, description = "The new answer begins.", body = Posted),
        (status = 200, description = "The key is known: what it began.", body = Posted),
        super::openapi::Refusals,
    ),
)]
pub(super) async fn retry(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<MessageId>,
    IdempotencyKey(key): IdempotencyKey,
    Sent(At { seam, answer }): Sent<At>,
) -> Result<(StatusCode, Json<Posted>), Problem> {
    from_one(seam)?;
    let asked = Asked::now();
    Ok(asked.answer(web.chat().retry(&user, id, seam, answer, key).await?))
}

/// An answer up to one of its seams, in a message beside it. No model is called.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/cut", tag = "Messages",
    params(("id" = MessageId, Path, description = "The answer.")),
    request_body = At,
    responses(
        (status = 201, description = "The new message.", body = Message),
        super::openapi::Refusals,
    ),
)]
pub(super) async fn cut(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<MessageId>,
    Sent(At { seam, answer }): Sent<At>,
) -> Result<(StatusCode, Json<Message>), Problem> {
    from_one(seam)?;
    let message = web.chat().cut(&user, id, seam, answer).await?;
    Ok((StatusCode::CREATED, Json(message)))
}

fn from_one(seam: usize) -> Result<(), Problem> {
    if seam == 0 {
        return Err(Problem::invalid("seam", "seams are counted from 1"));
    }
    Ok(())
}

/// What was sent and received for an answer, part by part.
#[utoipa::path(
    get, path = "/api/v1/messages/{id}/exchanges", tag = "Messages",
    params(("id" = MessageId, Path, description = "The answer.")),
    responses((status = 200, body = Exchanges), super::openapi::Refusals),
)]
pub(super) async fn exchanges(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<MessageId>,
) -> Result<Json<Exchanges>, Problem> {
    let store = web.store();
    let exchanges = store.exchanges(&user, id).await?;
    if exchanges.is_empty() && store.message(&user, id).await?.is_none() {
        return Err(Problem::missing("message"));
    }
    Ok(Json(Exchanges {
        exchanges: exchanges.into_iter().map(Exchanged::from).collect(),
    }))
}
