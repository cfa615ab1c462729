//! Conversations.

use super::column;
use super::fault::Trouble;
use super::writer::Desk;
use super::{message, search};
use crate::chat::{Conversation, ConversationId, MessageId, Moment, RunId, Spent, Standing, User};
use crate::store::Page;
use rusqlite::{Connection, OptionalExtension, Row, params};

const COLUMNS: &str = "number, id, pinned, created_at, updated_at, read_at, head, standing, titled, \
                       title, folder, spent, shape, origin";

fn of_row(row: &Row<'_>) -> Result<Conversation, Trouble> {
    let head: Option<[u8; 16]> = row.get(6)?;
    let origin: Option<String> = row.get(13)?;
    Ok(Conversation {
        id: ConversationId(column::id(row.get(1)?)),
        title: row.get(9)?,
        titled: column::of_word(row.get(8)?)?,
        pinned: row.get(2)?,
        folder: row.get(10)?,
        created_at: Moment(row.get(3)?),
        updated_at: Moment(row.get(4)?),
        read_at: Moment(row.get(5)?),
        shape: column::of_json(row, 12)?,
        head: head.map(column::id).map(MessageId),
        standing: column::of_word(row.get(7)?)?,
        spent: column::of_json(row, 11)?,
        from: origin.as_deref().map(column::read).transpose()?,
    })
}

/// See [`Store::conversations`](crate::store::Store::conversations).
pub(super) fn list(db: &Connection, user: &User, page: Page) -> Result<Vec<Conversation>, Trouble> {
    let mut list = db.prepare(&format!(
        "SELECT {COLUMNS} FROM conversation WHERE user = ?1
         ORDER BY pinned DESC, updated_at DESC, number DESC LIMIT ?2 OFFSET ?3"
    ))?;
    let mut rows = list.query(params![
        user.0,
        column::count(page.limit as u64),
        column::count(page.offset as u64)
    ])?;
    let mut conversations = Vec::new();
    while let Some(row) = rows.next()? {
        conversations.push(of_row(row)?);
    }
    Ok(conversations)
}

/// See [`Store::conversation`](crate::store::Store::conversation).
pub(super) fn one(
    db: &Connection,
    user: &User,
    id: ConversationId,
) -> Result<Option<Conversation>, Trouble> {
    let mut one = db.prepare(&format!(
        "SELECT {COLUMNS} FROM conversation WHERE id = ?1 AND user = ?2"
    ))?;
    let mut rows = one.query(params![id.0.as_bytes(), user.0])?;
    rows.next()?.map(of_row).transpose()
}

/// The number of a user's conversation.
pub(super) fn number(
    db: &Connection,
    user: &User,
    id: ConversationId,
) -> Result<Option<i64>, Trouble> {
    Ok(db
        .query_row(
            "SELECT number FROM conversation WHERE id = ?1 AND user = ?2",
            params![id.0.as_bytes(), user.0],
            |row| row.get(0),
        )
        .optional()?)
}

/// Keeps a conversation, and tells its number. What it spent is taken when it is new: later only
/// [`over`] adds to it, so that nobody writes an old sum back.
pub(super) fn put(
    db: &Connection,
    user: &User,
    conversation: &Conversation,
) -> Result<i64, Trouble> {
    let id = conversation.id.0.as_bytes();
    let there: Option<(i64, String, String)> = db
        .query_row(
            "SELECT number, user, title FROM conversation WHERE id = ?1",
            [id],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    if there.as_ref().is_some_and(|(_, owner, _)| *owner != user.0) {
        return Err(Trouble::Conflict("the conversation's id is taken"));
    }
    let number: i64 = db.query_row(
        "INSERT INTO conversation (id, user, pinned, created_at, updated_at, read_at, head,
             standing, titled, title, folder, spent, shape, origin)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         ON CONFLICT (id) DO UPDATE SET pinned = ?3, created_at = ?4, updated_at = ?5,
             read_at = ?6, head = ?7, standing = ?8, titled = ?9, title = ?10, folder = ?11,
             shape = ?13, origin = ?14
         RETURNING number",
        params![
            id,
            user.0,
            conversation.pinned,
            conversation.created_at.0,
            conversation.updated_at.0,
            conversation.read_at.0,
            conversation.head.map(|head| *head.0.as_bytes()),
            column::word(&conversation.standing)?,
            column::word(&conversation.titled)?,
            conversation.title,
            conversation.folder,
            column::json(&conversation.spent)?,
            column::json(&conversation.shape)?,
            conversation.from.as_ref().map(column::json).transpose()?,
        ],
        |row| row.get(0),
    )?;
    let before = there.map(|(_, _, title)| title).unwrap_or_default();
    if before != conversation.title {
        search::TITLES.remove(db, number, &before)?;
        search::TITLES.add(db, number, &conversation.title)?;
    }
    Ok(number)
}

/// An answer in it is over.
pub(super) fn over(
    db: &Connection,
    number: i64,
    at: Moment,
    standing: Standing,
    spent: &Spent,
) -> Result<(), Trouble> {
    db.execute(
        "UPDATE conversation SET updated_at = max(updated_at, ?2), standing = ?3 WHERE number = ?1",
        params![number, at.0, column::word(&standing)?],
    )?;
    add(db, number, spent)
}

/// See [`Store::spend`](crate::store::Store::spend).
pub(super) fn spend(
    db: &Connection,
    user: &User,
    id: ConversationId,
    spent: &Spent,
) -> Result<(), Trouble> {
    match number(db, user, id)? {
        Some(number) => add(db, number, spent),
        None => Ok(()),
    }
}

/// Adds to its sum.
fn add(db: &Connection, number: i64, spent: &Spent) -> Result<(), Trouble> {
    let before: String = db.query_row(
        "SELECT spent FROM conversation WHERE number = ?1",
        [number],
        |row| row.get(0),
    )?;
    let before: Spent = column::read(&before)?;
    db.execute(
        "UPDATE conversation SET spent = ?2 WHERE number = ?1",
        params![number, column::json(&before.plus(*spent))?],
    )?;
    Ok(())
}

/// See [`Store::delete_conversation`](crate::store::Store::delete_conversation).
pub(super) fn delete(desk: &mut Desk, user: &User, id: ConversationId) -> Result<bool, Trouble> {
    let Some(number) = number(&desk.db, user, id)? else {
        return Ok(false);
    };
    let runs: Vec<RunId> = desk
        .db
        .prepare("SELECT id FROM run WHERE conversation = ?1")?
        .query_map([number], |row| Ok(RunId(column::id(row.get(0)?))))?
        .collect::<Result<_, _>>()?;
    desk.journal.erase(&desk.db, &runs)?;
    message::unindex_all(&desk.db, number)?;
    let title: String = desk.db.query_row(
        "SELECT title FROM conversation WHERE number = ?1",
        [number],
        |row| row.get(0),
    )?;
    search::TITLES.remove(&desk.db, number, &title)?;
    // Attachments go unless a message elsewhere has them as well.
    for statement in [
        "DELETE FROM log WHERE run IN (SELECT id FROM run WHERE conversation = ?1)",
        "DELETE FROM run WHERE conversation = ?1",
        "DELETE FROM exchange WHERE message IN
             (SELECT number FROM message WHERE conversation = ?1)",
        "CREATE TEMP TABLE IF NOT EXISTS loosened (attachment INTEGER PRIMARY KEY)",
        "INSERT OR IGNORE INTO temp.loosened SELECT attachment FROM attached WHERE message IN
             (SELECT number FROM message WHERE conversation = ?1)",
        "DELETE FROM attached WHERE message IN
             (SELECT number FROM message WHERE conversation = ?1)",
        "DELETE FROM attachment WHERE number IN (SELECT attachment FROM temp.loosened)
             AND NOT EXISTS (SELECT 1 FROM attached WHERE attached.attachment = number)",
        "DELETE FROM temp.loosened",
        "DELETE FROM message WHERE conversation = ?1",
        "DELETE FROM conversation WHERE number = ?1",
    ] {
        let mut statement = desk.db.prepare(statement)?;
        if statement.parameter_count() == 0 {
            statement.execute([])?;
        } else {
            statement.execute([number])?;
        }
    }
    desk.erased = true;
    Ok(true)
}
