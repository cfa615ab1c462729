//! Attachments: files that wait for a message, or belong to one.

mod kind;
mod name;

pub(super) use kind::Format;
pub(super) use name::readable;

use super::fields::{Shown, disposition};
use super::problem::{Code, Problem};
use super::router::Web;
use super::sent::{Asks, Id, Wanted, body, media_type};
use crate::chat::{Attachment, AttachmentId, AttachmentKind};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// What the file is called.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    /// The file's name, with its extension.
    #[param(max_length = 1000)]
    name: String,
}

/// Keeps a file for a message to come: an image (png, jpeg, gif, webp) or a document (pdf, csv,
/// doc, docx, xls, xlsx, html, txt, md).
#[utoipa::path(
    post, path = "/api/v1/attachments", tag = "Attachments", params(Named),
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
                 description = "The file as it is, with a Content-Type of its own."),
    responses((status = 201, body = Attachment), super::openapi::Refusals),
)]
pub(super) async fn attach(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Wanted(Named { name }): Wanted<Named>,
    request: Request,
) -> Result<(StatusCode, Json<Attachment>), Problem> {
    if name.chars().count() > 1000 {
        return Err(Problem::invalid("name", "it has more than 1000 characters"));
    }
    // Browsers say multipart/form-data or a simple type for forms of any web page.
    let sent = media_type(request.headers()).unwrap_or_default();
    if sent.is_empty() || sent.starts_with("multipart/") {
        return Err(Problem::new(
            Code::Unsupported,
            "send the file itself as the body, with its Content-Type (application/octet-stream will do)",
        ));
    }
    let bytes = body(request, &web).await?;
    let format = Format::of(&name, &bytes)?;
    let most = match format.kind() {
        AttachmentKind::Image => web.bounds().image_bytes,
        AttachmentKind::Document => web.bounds().document_bytes,
    };
    if bytes.len() > most {
        let told = format!(
            "it has {} bytes; a file of this kind may have {most}",
            bytes.len()
        );
        return Err(Problem::new(Code::TooLarge, told));
    }
    let attachment = Attachment {
        id: AttachmentId::new(),
        name: readable(&name, format),
        media_type: format.media_type().to_owned(),
        kind: format.kind(),
        bytes: bytes.len() as u64,
    };
    web.store()
        .put_attachment(&user, &attachment, bytes)
        .await?;
    Ok((StatusCode::CREATED, Json(attachment)))
}

/// The file. Documents come to be saved, images to be shown.
#[utoipa::path(
    get, path = "/api/v1/attachments/{id}", tag = "Attachments",
    params(("id" = AttachmentId, Path, description = "The attachment.")),
    responses(
        (status = 200, description = "The file, with the media type it has.",
         content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/gif"),
                 (Vec<u8> = "image/webp"), (Vec<u8> = "application/pdf"), (Vec<u8> = "text/csv"),
                 (Vec<u8> = "text/html"), (Vec<u8> = "text/plain"), (Vec<u8> = "text/markdown"),
                 (Vec<u8> = "application/msword"), (Vec<u8> = "application/vnd.ms-excel"),
                 (Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
                 (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        super::openapi::Refusals,
    ),
)]
pub(super) async fn attachment(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<AttachmentId>,
) -> Result<Response, Problem> {
    let kept = web.store().attachment(&user, id).await?;
    let (attachment, bytes) = kept.ok_or_else(|| Problem::missing("attachment"))?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let shown = match attachment.kind {
        AttachmentKind::Image => Shown::Inline,
        AttachmentKind::Document => Shown::Saved,
    };
    if let Ok(kind) = HeaderValue::try_from(attachment.media_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    if let Some(disposition) = disposition(shown, &attachment.name) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    for (name, value) in [
        // Somebody else's file, on our origin: it may do nothing at all.
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        ),
        // Its id is never given to another file.
        (
            header::CACHE_CONTROL,
            "private, max-age=31536000, immutable",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// Removes a file that no message took.
#[utoipa::path(
    delete, path = "/api/v1/attachments/{id}", tag = "Attachments",
    params(("id" = AttachmentId, Path, description = "The attachment.")),
    responses((status = 204, description = "It is gone."), super::openapi::Refusals),
)]
pub(super) async fn detach(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<AttachmentId>,
) -> Result<StatusCode, Problem> {
    if web.store().delete_attachment(&user, id).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    match web.store().attachment(&user, id).await? {
        Some(_) => Err(Problem::new(
            Code::Conflict,
            "the attachment belongs to a message; remove the conversation to remove both",
        )),
        None => Err(Problem::missing("attachment")),
    }
}
