//! The way out.

use super::{Archive, Enclosed, Kept, VERSION, markdown};
use crate::chat::{AttachmentId, Conversation, ConversationId, Message, Moment, State, User};
use crate::store::Page;
use crate::web::fields::{Shown, disposition};
use crate::web::problem::Problem;
use crate::web::router::Web;
use crate::web::sent::{Asks, Id, Wanted};
use axum::body::Body;
use axum::extract::State as Extracted;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderValue, header};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// How many conversations are listed at once.
const PAGE: usize = 500;

/// How to write a conversation down.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(in crate::web) struct Writing {
    /// In which form: the shown path as Markdown, or everything as JSON.
    #[param(inline)]
    format: Form,
    /// In Markdown: what is written where two parts meet.
    #[param(inline)]
    seams: Marks,
    /// In JSON: whether files come with it.
    #[param(inline)]
    attachments: Files,
}

/// In which form.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Form {
    /// The path that is shown, the texts exactly as they are.
    #[default]
    Markdown,
    /// Everything.
    Json,
}

/// What is written where two parts meet.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Marks {
    /// Nothing.
    #[default]
    None,
    /// A comment that no reader of the page sees.
    Comments,
}

/// Whether files come with it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Files {
    /// Their names alone.
    #[default]
    None,
    /// Their bytes, too.
    Data,
}

/// How to write all of them down.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(in crate::web) struct WritingAll {
    /// Whether files come with it.
    #[param(inline)]
    attachments: Files,
}

/// A conversation as a file.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/export", tag = "Archive",
    params(("id" = ConversationId, Path, description = "The conversation."), Writing),
    responses(
        (status = 200, description = "The file.",
         content((String = "text/markdown"), (Archive = "application/json"))),
        crate::web::openapi::Refusals,
    ),
)]
pub(in crate::web) async fn one(
    Extracted(web): Extracted<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<ConversationId>,
    Wanted(Writing {
        format,
        seams,
        attachments,
    }): Wanted<Writing>,
) -> Result<Response, Problem> {
    let store = web.store();
    let found = store.conversation(&user, id).await?;
    let conversation = found.ok_or_else(|| Problem::missing("conversation"))?;
    let title = conversation.title.clone();
    let (body, media_type, extension) = match format {
        Form::Markdown => {
            let path = match conversation.head {
                Some(head) => store.path(&user, head, usize::MAX).await?,
                None => Vec::new(),
            };
            let path = current(&web, &user, path).await?;
            let text = markdown::write(&conversation, &path, seams);
            (Body::from(text), "text/markdown; charset=utf-8", "md")
        }
        Form::Json => {
            let archive = Archive {
                tsuzuki: VERSION,
                exported_at: Some(Moment::now()),
                conversations: vec![kept(&web, &user, conversation, attachments).await?],
            };
            (Body::from(json(&archive)), "application/json", "json")
        }
    };
    Ok(file(body, media_type, &title, extension))
}

/// All conversations as one file.
#[utoipa::path(
    get, path = "/api/v1/export", tag = "Archive", params(WritingAll),
    responses((status = 200, body = Archive), crate::web::openapi::Refusals),
)]
pub(in crate::web) async fn all(
    Extracted(web): Extracted<Arc<Web>>,
    Asks(user): Asks,
    Wanted(WritingAll { attachments }): Wanted<WritingAll>,
) -> Result<Response, Problem> {
    // Which they are is settled first: a list that changes while it is read would skip some.
    let mut ids = BTreeSet::new();
    for offset in (0..).step_by(PAGE) {
        let page = Page {
            offset,
            limit: PAGE,
        };
        let listed = web.store().conversations(&user, page).await?;
        let last = listed.len() < PAGE;
        ids.extend(listed.into_iter().map(|conversation| conversation.id));
        if last {
            break;
        }
    }
    let body = Body::from_stream(written(web, user, ids, attachments));
    Ok(file(body, "application/json", "tsuzuki", "json"))
}

/// The archive, a conversation at a time. An error breaks the file off, which no reader can take
/// for a whole one.
fn written(
    web: Arc<Web>,
    user: User,
    ids: BTreeSet<ConversationId>,
    attachments: Files,
) -> impl Stream<Item = Result<Bytes, Broken>> + Send + 'static {
    async_stream::try_stream! {
        let now = Moment::now().0;
        yield Bytes::from(format!(
            "{{\"tsuzuki\":{VERSION},\"exported_at\":{now},\"conversations\":["
        ));
        let mut first = true;
        for id in ids {
            let found = web.store().conversation(&user, id).await.map_err(|_| Broken)?;
            // One that was removed meanwhile is not there.
            let Some(conversation) = found else { continue };
            let kept = kept(&web, &user, conversation, attachments).await.map_err(|_| Broken)?;
            if !first {
                yield Bytes::from_static(b",");
            }
            first = false;
            yield json(&kept);
        }
        yield Bytes::from_static(b"]}");
    }
}

/// The store could not go on.
#[derive(Debug, thiserror::Error)]
#[error("the export broke off")]
struct Broken;

async fn kept(
    web: &Web,
    user: &User,
    conversation: Conversation,
    files: Files,
) -> Result<Kept, Problem> {
    let store = web.store();
    let messages = store.messages(user, conversation.id).await?;
    let messages = current(web, user, messages).await?;
    let mut attachments = Vec::new();
    if files == Files::Data {
        let ids: BTreeSet<AttachmentId> = messages
            .iter()
            .flat_map(|message| &message.attachments)
            .map(|attachment| attachment.id)
            .collect();
        for id in ids {
            if let Some((_, bytes)) = store.attachment(user, id).await? {
                let data = BASE64_STANDARD.encode(bytes);
                attachments.push(Enclosed { id, data });
            }
        }
    }
    Ok(Kept {
        conversation,
        messages,
        attachments,
    })
}

/// The messages as they stand now: the store knows of one that is being written only how it began.
async fn current(
    web: &Web,
    user: &User,
    mut messages: Vec<Message>,
) -> Result<Vec<Message>, Problem> {
    for message in &mut messages {
        if message.state == State::Running {
            *message = web.chat().message(user, message.id).await?;
        }
    }
    Ok(messages)
}

fn json(value: &impl serde::Serialize) -> Bytes {
    // Our own types have text for keys, which is all that could fail.
    Bytes::from(serde_json::to_vec(value).unwrap_or_default())
}

/// A response to be saved under a name.
fn file(body: Body, media_type: &'static str, name: &str, extension: &str) -> Response {
    let name = match name.trim() {
        "" => "conversation",
        name => name,
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Some(disposition) = disposition(Shown::Saved, &format!("{name}.{extension}")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}
