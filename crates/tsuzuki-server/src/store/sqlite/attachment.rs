//! Attachments: their bytes, and the messages that have them.

use super::column;
use super::fault::Trouble;
use crate::chat::{Attachment, AttachmentId, Moment, User};
use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row, Statement, params};

/// The attachments of one message, in order.
pub(super) const OF_MESSAGE: &str = "SELECT a.id, a.name, a.media_type, a.kind, a.bytes
     FROM attached t JOIN attachment a ON a.number = t.attachment
     WHERE t.message = ?1 ORDER BY t.place";

fn of_row(row: &Row<'_>) -> Result<Attachment, Trouble> {
    Ok(Attachment {
        id: AttachmentId(column::id(row.get(0)?)),
        name: row.get(1)?,
        media_type: row.get(2)?,
        kind: column::of_word(row.get(3)?)?,
        bytes: column::of_count(row.get(4)?),
    })
}

/// The attachments of a message, by [`OF_MESSAGE`].
pub(super) fn of_message(
    statement: &mut Statement<'_>,
    message: i64,
) -> Result<Vec<Attachment>, Trouble> {
    let mut rows = statement.query([message])?;
    let mut attachments = Vec::new();
    while let Some(row) = rows.next()? {
        attachments.push(of_row(row)?);
    }
    Ok(attachments)
}

/// Notes which attachments a message has.
pub(super) fn attach(
    db: &Connection,
    user: &User,
    message: i64,
    attachments: &[Attachment],
) -> Result<(), Trouble> {
    db.execute("DELETE FROM attached WHERE message = ?1", [message])?;
    for (place, attachment) in (0_i64..).zip(attachments) {
        let attached = db.execute(
            "INSERT INTO attached (message, place, attachment)
             SELECT ?1, ?2, number FROM attachment WHERE id = ?3 AND user = ?4",
            params![message, place, attachment.id.0.as_bytes(), user.0],
        )?;
        if attached == 0 {
            return Err(Trouble::Conflict("an attachment is not there"));
        }
    }
    Ok(())
}

/// See [`Store::put_attachment`](crate::store::Store::put_attachment).
pub(super) fn put(
    db: &Connection,
    user: &User,
    attachment: &Attachment,
    bytes: &Bytes,
) -> Result<(), Trouble> {
    let kept = db.execute(
        "INSERT INTO attachment (id, user, made_at, name, media_type, kind, bytes, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING",
        params![
            attachment.id.0.as_bytes(),
            user.0,
            Moment::now().0,
            attachment.name,
            attachment.media_type,
            column::word(&attachment.kind)?,
            column::count(attachment.bytes),
            bytes.as_ref(),
        ],
    )?;
    if kept == 0 {
        return Err(Trouble::Conflict("the attachment's id is taken"));
    }
    Ok(())
}

/// See [`Store::attachment`](crate::store::Store::attachment).
pub(super) fn one(
    db: &Connection,
    user: &User,
    id: AttachmentId,
) -> Result<Option<(Attachment, Bytes)>, Trouble> {
    let mut one = db.prepare(
        "SELECT id, name, media_type, kind, bytes, body FROM attachment
         WHERE id = ?1 AND user = ?2",
    )?;
    let mut rows = one.query(params![id.0.as_bytes(), user.0])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let body: Vec<u8> = row.get(5)?;
    Ok(Some((of_row(row)?, body.into())))
}

/// See [`Store::delete_attachment`](crate::store::Store::delete_attachment).
pub(super) fn delete(db: &Connection, user: &User, id: AttachmentId) -> Result<bool, Trouble> {
    let removed = db
        .query_row(
            "DELETE FROM attachment WHERE id = ?1 AND user = ?2
                 AND NOT EXISTS (SELECT 1 FROM attached WHERE attached.attachment = number)
             RETURNING number",
            params![id.0.as_bytes(), user.0],
            |_| Ok(()),
        )
        .optional()?;
    Ok(removed.is_some())
}
