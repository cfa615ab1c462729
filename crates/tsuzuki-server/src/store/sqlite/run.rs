//! Runs, and their beginning and end.

use super::column;
use super::fault::Trouble;
use super::journal;
use super::writer::Desk;
use super::{conversation, message, spending};
use crate::chat::{ConversationId, MessageId, Moment, RunId, Standing, User};
use crate::store::{Alive, Begin, Begun, Close, Epoch, Fault, Run, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::HashMap;

/// From `run r`, its `message m` and its `conversation c`.
const COLUMNS: &str = "r.id, c.id, m.id, r.key, r.alive, r.began_at, r.over_at, r.epochs, r.shape, \
                       r.user, r.message \
                       FROM run r JOIN message m ON m.number = r.message \
                       JOIN conversation c ON c.number = r.conversation";

fn of_row(row: &Row<'_>) -> Result<Run, Trouble> {
    let over_at: Option<i64> = row.get(6)?;
    Ok(Run {
        id: RunId(column::id(row.get(0)?)),
        conversation: ConversationId(column::id(row.get(1)?)),
        message: MessageId(column::id(row.get(2)?)),
        key: row.get(3)?,
        alive: row.get(4)?,
        began_at: Moment(row.get(5)?),
        over_at: over_at.map(Moment),
        shape: column::of_json(row, 8)?,
        epochs: column::of_json(row, 7)?,
    })
}

/// See [`Store::run`](crate::store::Store::run).
pub(super) fn one(db: &Connection, user: &User, id: RunId) -> Result<Option<Run>, Trouble> {
    let mut one = db.prepare(&format!("SELECT {COLUMNS} WHERE r.id = ?1 AND r.user = ?2"))?;
    let mut rows = one.query(params![id.0.as_bytes(), user.0])?;
    rows.next()?.map(of_row).transpose()
}

/// See [`Store::run_of_key`](crate::store::Store::run_of_key).
pub(super) fn of_key(db: &Connection, user: &User, key: &str) -> Result<Option<Run>, Trouble> {
    let mut one = db.prepare(&format!(
        "SELECT {COLUMNS} WHERE r.user = ?1 AND r.key = ?2"
    ))?;
    let mut rows = one.query(params![user.0, key])?;
    rows.next()?.map(of_row).transpose()
}

/// See [`Store::begin`](crate::store::Store::begin).
pub(super) fn begin(desk: &mut Desk, user: &User, begin: &Begin) -> Result<Begun, Trouble> {
    let db = &desk.db;
    let run = &begin.run;
    if let Some(key) = &run.key
        && let Some(known) = of_key(db, user, key)?
    {
        return Ok(Begun::Known(Box::new(known)));
    }
    if run.conversation != begin.conversation.id {
        return Err(Trouble::Conflict("the run is of another conversation"));
    }
    let number = conversation::put(db, user, &begin.conversation)?;
    for message in &begin.messages {
        if message.conversation != begin.conversation.id {
            return Err(Trouble::Conflict("a message is of another conversation"));
        }
        message::put(db, user, number, message)?;
    }
    let written = message::in_conversation(db, number, run.message)?.ok_or(Trouble::Conflict(
        "the message that the run writes is not there",
    ))?;
    let taken = db
        .query_row(
            "SELECT 1 FROM run WHERE id = ?1 OR (message = ?2 AND alive)",
            params![run.id.0.as_bytes(), written],
            |_| Ok(()),
        )
        .optional()?;
    if taken.is_some() {
        return Err(Trouble::Conflict("the message is being written already"));
    }
    db.execute(
        "INSERT INTO run (id, user, key, conversation, message, alive, began_at, epochs, shape)
         VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8)",
        params![
            run.id.0.as_bytes(),
            user.0,
            run.key,
            number,
            written,
            run.began_at.0,
            column::json(&run.epochs)?,
            column::json(&run.shape)?,
        ],
    )?;
    desk.journal.began(run.id);
    Ok(Begun::New)
}

/// See [`Store::close`](crate::store::Store::close).
pub(super) fn close(desk: &mut Desk, close: &Close) -> Result<(), Trouble> {
    let db = &desk.db;
    let there: Option<(i64, [u8; 16])> = db
        .query_row(
            "SELECT r.conversation, m.id FROM run r JOIN message m ON m.number = r.message
             WHERE r.id = ?1 AND r.user = ?2 AND r.alive",
            params![close.run.0.as_bytes(), close.user.0],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((number, written)) = there else {
        return Err(Trouble::Conflict("the run is not alive"));
    };
    if close.message.id.0 != column::id(written) {
        return Err(Trouble::Conflict("the run writes another message"));
    }
    message::put(db, &close.user, number, &close.message)?;
    db.execute(
        "UPDATE run SET alive = 0, over_at = ?2 WHERE id = ?1",
        params![close.run.0.as_bytes(), close.at.0],
    )?;
    let others: bool = db.query_row(
        "SELECT EXISTS (SELECT 1 FROM run WHERE conversation = ?1 AND alive)",
        [number],
        |row| row.get(0),
    )?;
    let standing = if others {
        Standing::Running
    } else {
        close.standing
    };
    conversation::over(db, number, close.at, standing, &close.spent)?;
    spending::add(db, &close.user, close.at, &close.spent)?;
    desk.journal.close(db, close.run)
}

/// See [`Store::alive`](crate::store::Store::alive).
pub(super) fn alive(db: &Connection) -> Result<Vec<Alive>, Trouble> {
    let mut alive = Vec::new();
    let mut logs = HashMap::new();
    let heard = journal::heard(db)?;
    let mut runs = db.prepare(&format!("SELECT {COLUMNS} WHERE r.alive ORDER BY r.number"))?;
    let mut rows = runs.query([])?;
    while let Some(row) = rows.next()? {
        let mut one = match alive_row(db, row) {
            // The others, and the whole chat, are not to suffer for it.
            Err(Trouble::Damaged(what)) => readable(db, row, what)?,
            other => other?,
        };
        logs.insert(one.run.id, journal::folded(db, one.run.id)?);
        let heard = heard.get(&one.run.id).copied();
        one.heard_at = heard.map_or(one.run.began_at, |heard| heard.max(one.run.began_at));
        alive.push(one);
    }
    journal::unfolded(db, &mut logs, None)?;
    for one in &mut alive {
        one.log = logs.remove(&one.run.id).unwrap_or_default();
    }
    Ok(alive)
}

/// A run that is alive, without its log.
fn alive_row(db: &Connection, row: &Row<'_>) -> Result<Alive, Trouble> {
    let run = of_row(row)?;
    let message = message::numbered(db, &[row.get(10)?])?.pop();
    Ok(Alive {
        user: User(row.get(9)?),
        heard_at: run.began_at,
        run,
        message: message.ok_or(Trouble::Damaged("a run's message is missing"))?,
        log: Vec::new(),
        damaged: None,
    })
}

/// As much of it as can be read, where not all can.
fn readable(db: &Connection, row: &Row<'_>, what: &'static str) -> Result<Alive, Trouble> {
    let began_at = Moment(row.get(5)?);
    let run = Run {
        id: RunId(column::id(row.get(0)?)),
        conversation: ConversationId(column::id(row.get(1)?)),
        message: MessageId(column::id(row.get(2)?)),
        key: row.get(3)?,
        alive: true,
        began_at,
        over_at: None,
        shape: column::of_json(row, 8).unwrap_or_default(),
        epochs: column::of_json(row, 7).unwrap_or_else(|_damaged| vec![Epoch::FIRST]),
    };
    let message = match message::numbered(db, &[row.get(10)?]) {
        Ok(mut read) => read.pop(),
        Err(Trouble::Damaged(_)) => None,
        Err(trouble) => return Err(trouble),
    };
    let message = match message {
        Some(message) => message,
        None => message::bare(db, row.get(10)?, run.conversation)?,
    };
    tracing::error!(run = %run.id, what, "a run cannot be read as it was kept");
    Ok(Alive {
        user: User(row.get(9)?),
        heard_at: began_at,
        run,
        message,
        log: Vec::new(),
        damaged: Some(StoreError {
            fault: Fault::Damaged,
            told: format!("what is kept of it is damaged ({what})"),
        }),
    })
}

/// See [`Store::take_over`](crate::store::Store::take_over).
pub(super) fn take_over(db: &Connection, run: RunId, epoch: Epoch) -> Result<(), Trouble> {
    let epochs: Option<String> = db
        .query_row(
            "SELECT epochs FROM run WHERE id = ?1 AND alive",
            [run.0.as_bytes()],
            |row| row.get(0),
        )
        .optional()?;
    let epochs = epochs.ok_or(Trouble::Conflict("the run is not alive"))?;
    let mut epochs: Vec<Epoch> = column::read(&epochs)?;
    if epochs
        .last()
        .is_some_and(|last| last.number >= epoch.number)
    {
        return Err(Trouble::Conflict("the run's epoch is not a new one"));
    }
    epochs.push(epoch);
    db.execute(
        "UPDATE run SET epochs = ?2 WHERE id = ?1",
        params![run.0.as_bytes(), column::json(&epochs)?],
    )?;
    Ok(())
}
