//! Conversations: the list, one, a new one, changes, its end.

use super::problem::Problem;
use super::router::Web;
use super::sent::{Asks, Id, Sent, Wanted, line};
use crate::chat::{
    Change, Conversation, ConversationId, MessageId, Moment, Shape, Spent, Standing, TITLE_CHARS,
    Thread, Titled, object,
};
use crate::store::Page;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The longest name of a folder, in characters.
pub(super) const FOLDER_CHARS: usize = 100;

/// The most conversations that one request brings.
const MOST: usize = 500;

/// The most messages that one request brings.
const MOST_MESSAGES: usize = 500;

/// Part of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Range {
    /// Leave out this many.
    #[param(minimum = 0, maximum = 10_000_000)]
    offset: usize,
    /// At most this many.
    #[param(minimum = 1, maximum = 500)]
    limit: usize,
}

impl Default for Range {
    fn default() -> Self {
        Self {
            offset: 0,
            limit: 100,
        }
    }
}

/// Conversations, pinned ones first, then the latest change first.
#[derive(Serialize, ToSchema)]
pub(super) struct Conversations {
    /// The conversations.
    conversations: Vec<Conversation>,
    /// Whether there are more.
    more: bool,
}

/// A new conversation.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct NewConversation {
    /// Its id; made by the server where the client makes none.
    id: ConversationId,
    /// Its title. Without one the model writes one.
    #[schema(max_length = 200)]
    title: Option<String>,
    /// The folder it is in.
    #[schema(max_length = 100)]
    folder: Option<String>,
    /// How it asks.
    #[serde(deserialize_with = "object")]
    shape: Shape,
}

/// Which part of a thread.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Until {
    /// The last message of the path; the path that is shown, where none is named.
    until: Option<MessageId>,
    /// At most this many messages.
    #[param(minimum = 1, maximum = 500)]
    limit: usize,
}

impl Default for Until {
    fn default() -> Self {
        Self {
            until: None,
            limit: 50,
        }
    }
}

/// The conversations.
#[utoipa::path(
    get, path = "/api/v1/conversations", tag = "Conversations", params(Range),
    responses((status = 200, body = Conversations), super::openapi::Refusals),
)]
pub(super) async fn list(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Wanted(Range { offset, limit }): Wanted<Range>,
) -> Result<Json<Conversations>, Problem> {
    within("limit", limit, 1, MOST)?;
    within("offset", offset, 0, 10_000_000)?;
    let page = Page {
        offset,
        limit: limit + 1,
    };
    let mut conversations = web.store().conversations(&user, page).await?;
    let more = conversations.len() > limit;
    conversations.truncate(limit);
    Ok(Json(Conversations {
        conversations,
        more,
    }))
}

/// Begins a conversation. One that is there already with this id is told as it is.
#[utoipa::path(
    post, path = "/api/v1/conversations", tag = "Conversations", request_body = NewConversation,
    responses(
        (status = 201, description = "It is new.", body = Conversation),
        (status = 200, description = "It was there.", body = Conversation),
        super::openapi::Refusals,
    ),
)]
pub(super) async fn create(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Sent(new): Sent<NewConversation>,
) -> Result<(StatusCode, Json<Conversation>), Problem> {
    let title = new.title.unwrap_or_default();
    line("title", &title, TITLE_CHARS)?;
    let folder = new.folder.filter(|folder| !folder.is_empty());
    line(
        "folder",
        folder.as_deref().unwrap_or_default(),
        FOLDER_CHARS,
    )?;
    let there = web.store().conversation(&user, new.id).await?;
    if let Some(conversation) = there {
        return Ok((StatusCode::OK, Json(conversation)));
    }
    let now = Moment::now();
    let conversation = Conversation {
        id: new.id,
        titled: if title.is_empty() {
            Titled::Not
        } else {
            Titled::User
        },
        title,
        pinned: false,
        folder,
        created_at: now,
        updated_at: now,
        read_at: now,
        shape: new.shape,
        head: None,
        standing: Standing::Quiet,
        spent: Spent::default(),
        from: None,
    };
    let made = web.chat().create(&user, conversation).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// A conversation, with the last messages of a path.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}", tag = "Conversations",
    params(("id" = ConversationId, Path, description = "The conversation."), Until),
    responses((status = 200, body = Thread), super::openapi::Refusals),
)]
pub(super) async fn thread(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<ConversationId>,
    Wanted(Until { until, limit }): Wanted<Until>,
) -> Result<Json<Thread>, Problem> {
    within("limit", limit, 1, MOST_MESSAGES)?;
    Ok(Json(web.chat().thread(&user, id, until, limit).await?))
}

/// Changes a conversation. What is absent stays.
#[utoipa::path(
    patch, path = "/api/v1/conversations/{id}", tag = "Conversations",
    params(("id" = ConversationId, Path, description = "The conversation.")),
    request_body = Change,
    responses((status = 200, body = Conversation), super::openapi::Refusals),
)]
pub(super) async fn change(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<ConversationId>,
    Sent(change): Sent<Change>,
) -> Result<Json<Conversation>, Problem> {
    line(
        "title",
        change.title.as_deref().unwrap_or_default(),
        TITLE_CHARS,
    )?;
    line(
        "folder",
        change.folder.as_deref().unwrap_or_default(),
        FOLDER_CHARS,
    )?;
    Ok(Json(web.chat().change(&user, id, change).await?))
}

/// Removes a conversation and everything in it.
#[utoipa::path(
    delete, path = "/api/v1/conversations/{id}", tag = "Conversations",
    params(("id" = ConversationId, Path, description = "The conversation.")),
    responses((status = 204, description = "It is gone."), super::openapi::Refusals),
)]
pub(super) async fn remove(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<ConversationId>,
) -> Result<StatusCode, Problem> {
    web.chat().remove(&user, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A number within its bounds.
pub(super) fn within(
    field: &'static str,
    number: usize,
    least: usize,
    most: usize,
) -> Result<(), Problem> {
    if (least..=most).contains(&number) {
        return Ok(());
    }
    Err(Problem::invalid(
        field,
        &format!("take a number from {least} to {most}"),
    ))
}
