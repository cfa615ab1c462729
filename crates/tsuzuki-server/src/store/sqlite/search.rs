//! Full-text search with FTS5 over terms of our own making (`terms.rs`).
//!
//! The index keeps no text. To take a text out of it, its terms are made again and must be the same:
//! so the index carries the version of the rules it was made by, and is made anew when they change.

use super::fault::Trouble;
use super::{column, message};
use crate::chat::{ConversationId, MessageId, Moment, User};
use crate::store::snippet;
use crate::store::terms::{self, Query};
use crate::store::{Hit, Search};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// An index, which numbers what it holds as the table beside it does.
pub(super) struct Index {
    name: &'static str,
}

/// The texts of messages.
pub(super) const MESSAGES: Index = Index {
    name: "message_index",
};
/// The titles of conversations.
pub(super) const TITLES: Index = Index {
    name: "title_index",
};

impl Index {
    /// Adds a text.
    pub(super) fn add(&self, db: &Connection, number: i64, text: &str) -> Result<(), Trouble> {
        let name = self.name;
        db.prepare(&format!(
            "INSERT INTO {name} (rowid, terms) VALUES (?1, ?2)"
        ))?
        .execute(params![number, terms::joined(text)])?;
        Ok(())
    }

    /// Takes a text out. It must be the one that was added. A text that is empty never was.
    pub(super) fn remove(&self, db: &Connection, number: i64, text: &str) -> Result<(), Trouble> {
        if text.is_empty() {
            return Ok(());
        }
        let name = self.name;
        db.prepare(&format!(
            "INSERT INTO {name} ({name}, rowid, terms) VALUES ('delete', ?1, ?2)"
        ))?
        .execute(params![number, terms::joined(text)])?;
        Ok(())
    }

    fn clear(&self, db: &Connection) -> Result<(), Trouble> {
        let name = self.name;
        db.execute(
            &format!("INSERT INTO {name} ({name}) VALUES ('delete-all')"),
            [],
        )?;
        Ok(())
    }
}

/// Makes both indexes anew if other rules made them.
pub(super) fn renew(db: &Connection) -> Result<(), Trouble> {
    let made_by: Option<i64> = db
        .query_row("SELECT value FROM note WHERE name = 'terms'", [], |row| {
            row.get(0)
        })
        .optional()?;
    if made_by == Some(terms::version()) {
        return Ok(());
    }
    MESSAGES.clear(db)?;
    TITLES.clear(db)?;
    let mut messages = db.prepare("SELECT number, blocks FROM message WHERE indexed")?;
    let mut rows = messages.query([])?;
    while let Some(row) = rows.next()? {
        let blocks: String = row.get(1)?;
        MESSAGES.add(db, row.get(0)?, &message::text(&blocks)?)?;
    }
    let mut titles = db.prepare("SELECT number, title FROM conversation WHERE title != ''")?;
    let mut rows = titles.query([])?;
    while let Some(row) = rows.next()? {
        TITLES.add(db, row.get(0)?, &row.get::<_, String>(1)?)?;
    }
    db.execute(
        "INSERT INTO note (name, value) VALUES ('terms', ?1)
         ON CONFLICT (name) DO UPDATE SET value = ?1",
        [terms::version()],
    )?;
    Ok(())
}

/// See [`Store::search`](crate::store::Store::search).
pub(super) fn find(db: &Connection, user: &User, search: &Search) -> Result<Vec<Hit>, Trouble> {
    let query = Query::read(&search.words);
    let Some(expression) = expression(&query) else {
        return Ok(Vec::new());
    };
    let mut hits = titles(db, user, &query, &expression, search.limit)?;
    let room = search.limit - hits.len();
    hits.extend(texts(db, user, &query, &expression, room)?);
    Ok(hits)
}

/// A query in FTS5's language. Terms hold letters and digits only, so quotation marks enclose them.
fn expression(query: &Query) -> Option<String> {
    let phrases = query.phrases.iter().map(|phrase| {
        let ending = if phrase.open { " *" } else { "" };
        format!("\"{}\"{ending}", phrase.terms.join(" "))
    });
    let all: Vec<String> = phrases.collect();
    (!all.is_empty()).then(|| all.join(" AND "))
}

fn titles(
    db: &Connection,
    user: &User,
    query: &Query,
    expression: &str,
    limit: usize,
) -> Result<Vec<Hit>, Trouble> {
    let mut found = db.prepare(
        "SELECT c.id, c.title, c.updated_at
         FROM title_index i JOIN conversation c ON c.number = i.rowid
         WHERE title_index MATCH ?1 AND c.user = ?2
         ORDER BY i.rank, c.updated_at DESC LIMIT ?3",
    )?;
    let mut rows = found.query(params![expression, user.0, column::count(limit as u64)])?;
    let mut hits = Vec::new();
    while let Some(row) = rows.next()? {
        let title: String = row.get(1)?;
        hits.push(Hit {
            conversation: ConversationId(column::id(row.get(0)?)),
            message: None,
            at: Moment(row.get(2)?),
            snippet: snippet::of(&title, query),
            title,
        });
    }
    Ok(hits)
}

fn texts(
    db: &Connection,
    user: &User,
    query: &Query,
    expression: &str,
    limit: usize,
) -> Result<Vec<Hit>, Trouble> {
    // First which ones, then their texts: only those that are told are read.
    let best: Vec<i64> = db
        .prepare(
            "SELECT m.number
             FROM message_index i JOIN message m ON m.number = i.rowid
             JOIN conversation c ON c.number = m.conversation
             WHERE message_index MATCH ?1 AND c.user = ?2
             ORDER BY i.rank, m.created_at DESC LIMIT ?3",
        )?
        .query_map(
            params![expression, user.0, column::count(limit as u64)],
            |row| row.get(0),
        )?
        .collect::<Result<_, _>>()?;
    let mut one = db.prepare(
        "SELECT c.id, c.title, m.id, m.created_at, m.blocks
         FROM message m JOIN conversation c ON c.number = m.conversation WHERE m.number = ?1",
    )?;
    let mut hits = Vec::with_capacity(best.len());
    for number in best {
        let hit = one.query_and_then([number], |row| hit(row, query))?.next();
        hits.extend(hit.transpose()?);
    }
    Ok(hits)
}

fn hit(row: &Row<'_>, query: &Query) -> Result<Hit, Trouble> {
    let blocks: String = row.get(4)?;
    Ok(Hit {
        conversation: ConversationId(column::id(row.get(0)?)),
        title: row.get(1)?,
        message: Some(MessageId(column::id(row.get(2)?))),
        at: Moment(row.get(3)?),
        snippet: snippet::of(&message::text(&blocks)?, query),
    })
}
