//! The messages of a request: turns that alternate, whatever the conversation went through.
//!
//! An answer that says nothing (it failed, or was stopped before its first word) is left out, and the
//! user's turns around it become one: nothing a user said is lost. Reasoning is not sent back, since
//! most models refuse it and the rest bind it to the request it came from.

use super::request::Dropped;
use super::{Attachment, AttachmentId, AttachmentKind, Message, Role};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use tsuzuki::models::Model;

/// The bytes of attachments.
pub(super) type Carried = HashMap<AttachmentId, Bytes>;

/// The turns of a path, a user's first and last.
pub(super) fn turns(
    path: &[Message],
    carried: &Carried,
    model: Option<&Model>,
    dropped: &mut Dropped,
) -> Vec<Value> {
    let mut names = HashSet::new();
    let mut turns: Vec<(Role, Vec<Value>)> = Vec::new();
    for message in path {
        let blocks = match message.role {
            Role::User => user_blocks(message, carried, model, &mut names, dropped),
            Role::Assistant => text_block(message.text().trim_end()),
        };
        // A conversation begins with a user: most models refuse one that does not.
        if blocks.is_empty() || (turns.is_empty() && message.role == Role::Assistant) {
            continue;
        }
        match turns.last_mut().filter(|(role, _)| *role == message.role) {
            Some((_, turn)) => turn.extend(blocks),
            None => turns.push((message.role, blocks)),
        }
    }
    while turns
        .last()
        .is_some_and(|(role, _)| *role == Role::Assistant)
    {
        turns.pop();
    }
    turns
        .into_iter()
        .map(|(role, content)| {
            let role = match role {
                Role::User => "user",
                Role::Assistant => "assistant",
            };
            json!({ "role": role, "content": content })
        })
        .collect()
}

/// What was said before, as the model reads it.
fn summary_block(summary: &str) -> Value {
    json!({ "text": format!("What was said before, summed up:\n<summary>\n{summary}\n</summary>\n\n") })
}

fn text_block(text: &str) -> Vec<Value> {
    if text.trim().is_empty() {
        Vec::new()
    } else {
        vec![json!({ "text": text })]
    }
}

/// What was attached, then what was said. Bedrock wants a text beside a document.
fn user_blocks(
    message: &Message,
    carried: &Carried,
    model: Option<&Model>,
    names: &mut HashSet<String>,
    dropped: &mut Dropped,
) -> Vec<Value> {
    let summary = message.summary().filter(|summary| !summary.is_empty());
    let mut blocks: Vec<Value> = summary.map(summary_block).into_iter().collect();
    let mut unread = Vec::new();
    let mut documents = Vec::new();
    for attachment in &message.attachments {
        let block = carried
            .get(&attachment.id)
            .filter(|_| reads(model, attachment.kind))
            .and_then(|bytes| block(attachment, bytes, names));
        match block {
            Some(block) => {
                if attachment.kind == AttachmentKind::Document {
                    documents.push(attachment.name.as_str());
                }
                blocks.push(block);
            }
            None => {
                dropped.note("attachments");
                unread.push(attachment.name.as_str());
            }
        }
    }
    if !unread.is_empty() {
        let note = format!("[Attached, but not readable here: {}]", unread.join(", "));
        blocks.push(json!({ "text": note }));
    }
    let said = text_block(&message.text());
    if said.is_empty() && !documents.is_empty() {
        blocks.push(json!({ "text": documents.join(", ") }));
    }
    blocks.extend(said);
    blocks
}

/// Whether a model reads this kind. One that nobody knows is given everything.
fn reads(model: Option<&Model>, kind: AttachmentKind) -> bool {
    match kind {
        AttachmentKind::Image => {
            model.is_none_or(|model| model.inputs.iter().any(|input| input == "image"))
        }
        AttachmentKind::Document => true,
    }
}

fn block(attachment: &Attachment, bytes: &Bytes, names: &mut HashSet<String>) -> Option<Value> {
    let format = format(&attachment.media_type, attachment.kind)?;
    let source = json!({ "bytes": STANDARD.encode(bytes) });
    Some(match attachment.kind {
        AttachmentKind::Image => json!({ "image": { "format": format, "source": source } }),
        AttachmentKind::Document => {
            let name = only(&attachment.name, names);
            json!({ "document": { "format": format, "name": name, "source": source } })
        }
    })
}

/// Bedrock's word for a media type (service model: `ImageFormat`, `DocumentFormat`).
fn format(media_type: &str, kind: AttachmentKind) -> Option<&'static str> {
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    match kind {
        AttachmentKind::Image => Some(match media_type {
            "image/png" => "png",
            "image/jpeg" => "jpeg",
            "image/gif" => "gif",
            "image/webp" => "webp",
            _ => return None,
        }),
        AttachmentKind::Document => Some(match media_type {
            "application/pdf" => "pdf",
            "text/csv" => "csv",
            "application/msword" => "doc",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
            "application/vnd.ms-excel" => "xls",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
            "text/html" => "html",
            "text/markdown" => "md",
            other if other.starts_with("text/") => "txt",
            _ => return None,
        }),
    }
}

/// A document's name as Bedrock takes it, and no other document's in this request: letters, digits,
/// single spaces, hyphens, parentheses and square brackets (service model: `DocumentBlock`).
fn only(name: &str, names: &mut HashSet<String>) -> String {
    let plain: String = name
        .chars()
        .map(|letter| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '(' | ')' | '[' | ']' => letter,
            _ => ' ',
        })
        .collect();
    let mut plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    plain.truncate(180);
    if plain.is_empty() {
        plain.push_str("document");
    }
    let mut name = plain.clone();
    let mut number = 1;
    while !names.insert(name.clone()) {
        number += 1;
        name = format!("{plain} ({number})");
    }
    name
}
