//! The way in: everything is looked at before anything is kept.

use super::{Archive, Enclosed, Kept, VERSION};
use crate::chat::{
    Attachment, AttachmentId, AttachmentKind, Conversation, ConversationId, Message, MessageId,
    Problem as AnswerProblem, Role, Standing, State, TITLE_CHARS, User,
};
use crate::store::{Fault, StoreError};
use crate::web::attachments::{Format, readable};
use crate::web::conversations::FOLDER_CHARS;
use crate::web::problem::Problem;
use crate::web::router::Web;
use crate::web::sent::{Asks, Sent, line};
use axum::Json;
use axum::extract::State as Extracted;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use utoipa::ToSchema;

/// What came in.
#[derive(Default, Serialize, ToSchema)]
pub(in crate::web) struct Imported {
    /// How many conversations.
    conversations: usize,
    /// How many messages.
    messages: usize,
}

/// A conversation that may be kept.
struct Checked {
    conversation: Conversation,
    messages: Vec<Message>,
    files: Vec<(Attachment, Bytes)>,
}

/// Takes in what an export gave, from here or elsewhere. A conversation that is there already
/// comes in as another one, with ids of its own.
#[utoipa::path(
    post, path = "/api/v1/import", tag = "Archive", request_body = Archive,
    responses((status = 200, body = Imported), crate::web::openapi::Refusals),
)]
pub(in crate::web) async fn import(
    Extracted(web): Extracted<Arc<Web>>,
    Asks(user): Asks,
    Sent(archive): Sent<Archive>,
) -> Result<Json<Imported>, Problem> {
    if archive.tsuzuki != VERSION {
        return Err(Problem::invalid(
            "tsuzuki",
            "this version reads files of version 1; update Tsuzuki",
        ));
    }
    let mut checked = Vec::with_capacity(archive.conversations.len());
    for (number, kept) in archive.conversations.into_iter().enumerate() {
        checked.push(check(&web, kept, &format!("conversations[{number}]"))?);
    }
    let mut imported = Imported::default();
    for one in checked {
        imported.conversations += 1;
        imported.messages += one.messages.len();
        let conversation = keep(&web, &user, one).await?;
        web.chat().announce(&user, conversation);
    }
    Ok(Json(imported))
}

/// Makes a conversation fit to be kept, or says what is wrong with it.
fn check(web: &Web, kept: Kept, at: &str) -> Result<Checked, Problem> {
    let Kept {
        mut conversation,
        mut messages,
        attachments,
    } = kept;
    let wrong = |told: &str| Problem::invalid(at, told);
    line("title", &conversation.title, TITLE_CHARS)?;
    line(
        "folder",
        conversation.folder.as_deref().unwrap_or_default(),
        FOLDER_CHARS,
    )?;
    let shape = conversation.shape.check();
    shape.map_err(|error| wrong(&error.to_string()))?;
    conversation.standing = Standing::Quiet;
    let files = attachments
        .into_iter()
        .map(|enclosed| file(web, &messages, enclosed, at))
        .collect::<Result<HashMap<_, _>, _>>()?;
    if !is_tree(&messages) {
        return Err(wrong(
            "its messages are no tree: each must be there once, below the one it follows",
        ));
    }
    let roles: HashMap<MessageId, Role> = messages
        .iter()
        .map(|message| (message.id, message.role))
        .collect();
    for message in &mut messages {
        if message.conversation != conversation.id {
            return Err(wrong("a message belongs to another conversation"));
        }
        let follows = message.parent.and_then(|parent| roles.get(&parent));
        let (expected, made) = match message.role {
            Role::User => (follows != Some(&Role::User), message.making.is_none()),
            Role::Assistant => (follows == Some(&Role::User), message.making.is_some()),
        };
        if !expected {
            return Err(wrong(
                "a message follows another of the same role, or an answer follows nothing",
            ));
        }
        if !made {
            return Err(wrong(
                "answers have a making, and messages of users have none",
            ));
        }
        settle(message);
        message.attachments = message
            .attachments
            .iter()
            .filter_map(|attachment| files.get(&attachment.id))
            .map(|(attachment, _)| attachment.clone())
            .collect();
    }
    if conversation
        .head
        .is_some_and(|head| !roles.contains_key(&head))
    {
        return Err(wrong("its head is none of its messages"));
    }
    Ok(Checked {
        conversation,
        messages,
        files: files.into_values().collect(),
    })
}

/// No run comes with a message: one that was being written stays as far as it was.
fn settle(message: &mut Message) {
    message.siblings.clear();
    if message.role == Role::User {
        message.state = State::Complete;
        return;
    }
    let Some(making) = &mut message.making else {
        return;
    };
    making.run = None;
    if message.state == State::Running {
        message.state = State::Incomplete;
        making.problem = Some(AnswerProblem {
            code: "interrupted".to_owned(),
            detail: "the answer was still being written when it was exported".to_owned(),
            request_id: None,
            can_continue: true,
        });
    }
}

/// A file under a new id, by its old one.
fn file(
    web: &Web,
    messages: &[Message],
    enclosed: Enclosed,
    at: &str,
) -> Result<(AttachmentId, (Attachment, Bytes)), Problem> {
    let wrong = |told: &str| Problem::invalid(at, told);
    let named = messages
        .iter()
        .flat_map(|message| &message.attachments)
        .find(|attachment| attachment.id == enclosed.id)
        .ok_or_else(|| wrong("a file belongs to none of its messages"))?;
    let bytes = BASE64_STANDARD
        .decode(&enclosed.data)
        .map_err(|_no_base64| wrong("a file is not written in base64"))?;
    let extension = Format::of_media_type(&named.media_type).map_or("", Format::extension);
    let format = Format::of(&format!("{}.{extension}", named.name), &bytes)?;
    let bounds = web.bounds();
    let most = match format.kind() {
        AttachmentKind::Image => bounds.image_bytes,
        AttachmentKind::Document => bounds.document_bytes,
    };
    if bytes.len() > most {
        return Err(wrong("a file is larger than its kind may be"));
    }
    let attachment = Attachment {
        id: AttachmentId::new(),
        name: readable(&named.name, format),
        media_type: format.media_type().to_owned(),
        kind: format.kind(),
        bytes: bytes.len() as u64,
    };
    Ok((enclosed.id, (attachment, Bytes::from(bytes))))
}

/// Whether every message is there once, and below its parent.
fn is_tree(messages: &[Message]) -> bool {
    let mut seen = HashSet::with_capacity(messages.len());
    messages.iter().all(|message| {
        let parent_seen = message.parent.is_none_or(|parent| seen.contains(&parent));
        parent_seen && seen.insert(message.id)
    })
}

/// Keeps a conversation under its own ids, or, where one of them is taken, under new ones.
async fn keep(web: &Web, user: &User, checked: Checked) -> Result<Conversation, Problem> {
    let Checked {
        mut conversation,
        mut messages,
        files,
    } = checked;
    let store = web.store();
    for (attachment, bytes) in files {
        store.put_attachment(user, &attachment, bytes).await?;
    }
    let there = store.conversation(user, conversation.id).await?;
    if there.is_none() {
        match put(web, user, &conversation, &messages).await {
            Ok(()) => return Ok(conversation),
            Err(error) if error.fault == Fault::Conflict => {}
            Err(error) => return Err(error.into()),
        }
    }
    rename(&mut conversation, &mut messages);
    put(web, user, &conversation, &messages).await?;
    Ok(conversation)
}

/// Gives everything an id of its own.
fn rename(conversation: &mut Conversation, messages: &mut [Message]) {
    conversation.id = ConversationId::new();
    let ids: HashMap<MessageId, MessageId> = messages
        .iter()
        .map(|message| (message.id, MessageId::new()))
        .collect();
    let renamed = |id: MessageId| ids.get(&id).copied().unwrap_or(id);
    for message in messages {
        message.conversation = conversation.id;
        message.id = renamed(message.id);
        message.parent = message.parent.map(renamed);
    }
    conversation.head = conversation.head.map(renamed);
}

/// All of it, or nothing.
async fn put(
    web: &Web,
    user: &User,
    conversation: &Conversation,
    messages: &[Message],
) -> Result<(), StoreError> {
    let store = web.store();
    // Its head is one of the messages, which come after it.
    let headless = Conversation {
        head: None,
        ..conversation.clone()
    };
    store.put_conversation(user, &headless).await?;
    let kept = match store.put_messages(user, messages).await {
        Ok(()) => store.put_conversation(user, conversation).await,
        Err(error) => Err(error),
    };
    if kept.is_err() {
        // The first error is the one to tell.
        let _removed = store.delete_conversation(user, conversation.id).await;
    }
    kept
}
