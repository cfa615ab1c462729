//! The way in: everything is looked at before anything is kept.

use super::{Archive, Enclosed, Kept, VERSION};
use crate::chat::{
    Attachment, AttachmentId, AttachmentKind, Incoming, Message, MessageId,
    Problem as AnswerProblem, Role, Speaker, Spent, Standing, State, TITLE_CHARS, plain,
};
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
    let imported = Imported {
        conversations: checked.len(),
        messages: checked.iter().map(|one| one.messages.len()).sum(),
    };
    web.chat().take_in(&user, checked).await?;
    Ok(Json(imported))
}

/// Makes a conversation fit to be kept, or says what is wrong with it.
fn check(web: &Web, kept: Kept, at: &str) -> Result<Incoming, Problem> {
    let Kept {
        mut conversation,
        mut messages,
        attachments,
    } = kept;
    let wrong = |told: &str| Problem::invalid(at, told);
    // Older versions let some into titles they made.
    conversation.title = plain(&conversation.title);
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
        if !is_sound(message) {
            return Err(wrong(
                "the numbers of an answer's blocks and parts must rise, and none may be beyond counting",
            ));
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
    Ok(Incoming {
        conversation,
        messages,
        files: files.into_values().collect(),
    })
}

/// The largest number there is to count: what every reader of JSON takes exactly (RFC 8259, section 6).
const MOST: u64 = (1 << 53) - 1;

/// The most parts of an answer, and blocks of a message.
const MOST_PARTS: u32 = 1_000_000;

/// Whether what goes on with a message can count on from its numbers.
fn is_sound(message: &Message) -> bool {
    let rise = |numbers: &[u32]| {
        numbers.is_sorted_by(|one, next| one < next)
            && numbers.last().is_none_or(|last| *last <= MOST_PARTS)
    };
    let blocks: Vec<u32> = message.blocks.iter().map(|block| block.number).collect();
    let Some(making) = &message.making else {
        return rise(&blocks);
    };
    let parts: Vec<u32> = making.parts.iter().map(|part| part.number).collect();
    let Spent {
        answers,
        parts: of,
        input,
        output,
        cache_read,
        cache_write,
        cost,
        continuing,
        estimated: _,
    } = making.spent;
    let counted = [
        making.ms,
        answers,
        of,
        input,
        output,
        cache_read,
        cache_write,
    ];
    let of_parts = making.parts.iter().flat_map(|part| {
        let tokens = [part.input, part.output, part.cache_read, part.cache_write];
        tokens.into_iter().flatten().chain([part.ms])
    });
    rise(&blocks)
        && rise(&parts)
        && making
            .seams
            .iter()
            .all(|seam| seam.part <= MOST_PARTS && seam.ms <= MOST)
        && counted
            .into_iter()
            .chain(of_parts)
            .all(|number| number <= MOST)
        && [cost, continuing]
            .into_iter()
            .all(|dollars| (0.0..=MOST as f64).contains(&dollars))
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
    making.waiting = None;
    if message.state == State::Running {
        message.state = State::Incomplete;
        making.problem = Some(AnswerProblem {
            code: "interrupted".to_owned(),
            detail: "the answer was still being written when it was exported".to_owned(),
            said_by: Speaker::Tsuzuki,
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
