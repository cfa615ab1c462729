//! Messages: a tree of rows, each of which knows the one it follows.

use super::column;
use super::fault::Trouble;
use super::{attachment, conversation, search};
use crate::chat::{Block, ConversationId, Holds, Message, MessageId, Moment, Role, State, User};
use rusqlite::{Connection, OptionalExtension, Row, Statement, params};

/// From `message m` and its `conversation c`.
const COLUMNS: &str = "m.number, m.id, c.id, m.parent, m.role, m.created_at, m.state, m.making, \
                       m.blocks, m.conversation, \
                       (SELECT p.id FROM message p WHERE p.number = m.parent)";

/// Reads messages, with what stands beside them.
struct Reading<'db> {
    followers: Statement<'db>,
    beginnings: Statement<'db>,
    attachments: Statement<'db>,
}

impl<'db> Reading<'db> {
    fn new(db: &'db Connection) -> Result<Self, Trouble> {
        Ok(Self {
            followers: db.prepare(
                "SELECT id FROM message WHERE parent = ?1 AND role = ?2
                 ORDER BY created_at, number",
            )?,
            beginnings: db.prepare(
                "SELECT id FROM message WHERE conversation = ?1 AND parent IS NULL AND role = ?2
                 ORDER BY created_at, number",
            )?,
            attachments: db.prepare(attachment::OF_MESSAGE)?,
        })
    }

    fn message(&mut self, row: &Row<'_>) -> Result<Message, Trouble> {
        let number: i64 = row.get(0)?;
        let parent: Option<i64> = row.get(3)?;
        let role: String = row.get(4)?;
        let siblings = match parent {
            Some(parent) => self.followers.query(params![parent, role])?,
            None => self
                .beginnings
                .query(params![row.get::<_, i64>(9)?, role])?,
        }
        .mapped(|row| Ok(MessageId(column::id(row.get(0)?))))
        .collect::<Result<_, _>>()?;
        let making: Option<String> = row.get(7)?;
        let parent: Option<[u8; 16]> = row.get(10)?;
        Ok(Message {
            id: MessageId(column::id(row.get(1)?)),
            conversation: ConversationId(column::id(row.get(2)?)),
            parent: parent.map(column::id).map(MessageId),
            role: column::of_word(role)?,
            created_at: Moment(row.get(5)?),
            blocks: column::of_json(row, 8)?,
            attachments: attachment::of_message(&mut self.attachments, number)?,
            state: column::of_word(row.get(6)?)?,
            making: making.as_deref().map(column::read).transpose()?,
            siblings,
        })
    }

    fn all(&mut self, mut rows: rusqlite::Rows<'_>) -> Result<Vec<Message>, Trouble> {
        let mut messages = Vec::new();
        while let Some(row) = rows.next()? {
            messages.push(self.message(row)?);
        }
        Ok(messages)
    }
}

/// See [`Store::message`](crate::store::Store::message).
pub(super) fn one(db: &Connection, user: &User, id: MessageId) -> Result<Option<Message>, Trouble> {
    let mut one = db.prepare(&format!(
        "SELECT {COLUMNS} FROM message m JOIN conversation c ON c.number = m.conversation
         WHERE m.id = ?1 AND c.user = ?2"
    ))?;
    let rows = one.query(params![id.0.as_bytes(), user.0])?;
    Ok(Reading::new(db)?.all(rows)?.pop())
}

/// The messages with these numbers, in their order.
pub(super) fn numbered(db: &Connection, numbers: &[i64]) -> Result<Vec<Message>, Trouble> {
    let mut one = db.prepare(&format!(
        "SELECT {COLUMNS} FROM message m JOIN conversation c ON c.number = m.conversation
         WHERE m.number = ?1"
    ))?;
    let mut reading = Reading::new(db)?;
    let mut messages = Vec::with_capacity(numbers.len());
    for number in numbers {
        messages.extend(reading.all(one.query([number])?)?);
    }
    Ok(messages)
}

/// The answer with this number, of which nothing can be read but its place in the tree.
pub(super) fn bare(
    db: &Connection,
    number: i64,
    conversation: ConversationId,
) -> Result<Message, Trouble> {
    Ok(db.query_row(
        "SELECT m.id, p.id, m.created_at FROM message m LEFT JOIN message p ON p.number = m.parent
         WHERE m.number = ?1",
        [number],
        |row| {
            let parent: Option<[u8; 16]> = row.get(1)?;
            Ok(Message {
                id: MessageId(column::id(row.get(0)?)),
                conversation,
                parent: parent.map(column::id).map(MessageId),
                role: Role::Assistant,
                created_at: Moment(row.get(2)?),
                blocks: Vec::new(),
                attachments: Vec::new(),
                state: State::Running,
                making: None,
                siblings: Vec::new(),
            })
        },
    )?)
}

/// See [`Store::path`](crate::store::Store::path).
pub(super) fn path(
    db: &Connection,
    user: &User,
    leaf: MessageId,
    limit: usize,
) -> Result<Vec<Message>, Trouble> {
    let numbers: Vec<i64> = db
        .prepare(
            "WITH RECURSIVE up (number, parent, height) AS (
                 SELECT m.number, m.parent, 1
                 FROM message m JOIN conversation c ON c.number = m.conversation
                 WHERE m.id = ?1 AND c.user = ?2 AND ?3 > 0
                 UNION ALL
                 SELECT m.number, m.parent, up.height + 1
                 FROM up JOIN message m ON m.number = up.parent WHERE up.height < ?3
             )
             SELECT number FROM up ORDER BY height DESC",
        )?
        .query_map(
            params![leaf.0.as_bytes(), user.0, column::count(limit as u64)],
            |row| row.get(0),
        )?
        .collect::<Result<_, _>>()?;
    numbered(db, &numbers)
}

/// See [`Store::leaf`](crate::store::Store::leaf).
pub(super) fn leaf(
    db: &Connection,
    user: &User,
    through: MessageId,
) -> Result<Option<MessageId>, Trouble> {
    let start: Option<i64> = db
        .query_row(
            "SELECT m.number FROM message m JOIN conversation c ON c.number = m.conversation
             WHERE m.id = ?1 AND c.user = ?2",
            params![through.0.as_bytes(), user.0],
            |row| row.get(0),
        )
        .optional()?;
    let Some(mut number) = start else {
        return Ok(None);
    };
    let mut latest = db.prepare(
        "SELECT number FROM message WHERE parent = ?1 ORDER BY created_at DESC, number DESC LIMIT 1",
    )?;
    while let Some(child) = latest.query_row([number], |row| row.get(0)).optional()? {
        number = child;
    }
    let id = db.query_row(
        "SELECT id FROM message WHERE number = ?1",
        [number],
        |row| row.get(0),
    )?;
    Ok(Some(MessageId(column::id(id))))
}

/// See [`Store::messages`](crate::store::Store::messages). A message is always kept after the one it
/// follows, so its number is higher.
pub(super) fn all(
    db: &Connection,
    user: &User,
    id: ConversationId,
) -> Result<Vec<Message>, Trouble> {
    let mut all = db.prepare(&format!(
        "SELECT {COLUMNS} FROM conversation c CROSS JOIN message m ON m.conversation = c.number
         WHERE c.id = ?1 AND c.user = ?2 ORDER BY m.number"
    ))?;
    let rows = all.query(params![id.0.as_bytes(), user.0])?;
    Reading::new(db)?.all(rows)
}

/// See [`Store::put_messages`](crate::store::Store::put_messages).
pub(super) fn put_all(db: &Connection, user: &User, messages: &[Message]) -> Result<(), Trouble> {
    for message in messages {
        let conversation = conversation::number(db, user, message.conversation)?
            .ok_or(Trouble::Conflict("the message's conversation is not there"))?;
        put(db, user, conversation, message)?;
    }
    Ok(())
}

/// Keeps a message in a conversation, new or changed, and tells its number. Its place in the tree
/// never changes.
pub(super) fn put(
    db: &Connection,
    user: &User,
    conversation: i64,
    message: &Message,
) -> Result<i64, Trouble> {
    let parent = message
        .parent
        .map(|parent| {
            in_conversation(db, conversation, parent)?
                .ok_or(Trouble::Conflict("the message it follows is not there"))
        })
        .transpose()?;
    let role = column::word(&message.role)?;
    let there = placed(db, message.id)?;
    if let Some(there) = &there {
        if (there.conversation, there.parent) != (conversation, parent) || there.role != role {
            return Err(Trouble::Conflict("the message's id is taken"));
        }
        unindex(db, there.number)?;
    }
    let text = message.text();
    // What a run is writing is found once it is over.
    let indexed = match message.state {
        State::Running => false,
        State::Complete | State::Stopped | State::Incomplete | State::Refused | State::Failed => {
            !text.is_empty()
        }
    };
    let making = message.making.as_ref().map(column::json).transpose()?;
    let number: i64 = db.query_row(
        "INSERT INTO message
             (id, conversation, parent, role, created_at, state, indexed, making, blocks)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (id) DO UPDATE SET
             created_at = ?5, state = ?6, indexed = ?7, making = ?8, blocks = ?9
         RETURNING number",
        params![
            message.id.0.as_bytes(),
            conversation,
            parent,
            role,
            message.created_at.0,
            column::word(&message.state)?,
            indexed,
            making,
            column::json(&message.blocks)?,
        ],
        |row| row.get(0),
    )?;
    if indexed {
        search::MESSAGES.add(db, number, &text)?;
    }
    attachment::attach(db, user, number, &message.attachments)?;
    Ok(number)
}

struct Placed {
    number: i64,
    conversation: i64,
    parent: Option<i64>,
    role: String,
}

fn placed(db: &Connection, id: MessageId) -> Result<Option<Placed>, Trouble> {
    Ok(db
        .query_row(
            "SELECT number, conversation, parent, role FROM message WHERE id = ?1",
            [id.0.as_bytes()],
            |row| {
                Ok(Placed {
                    number: row.get(0)?,
                    conversation: row.get(1)?,
                    parent: row.get(2)?,
                    role: row.get(3)?,
                })
            },
        )
        .optional()?)
}

/// The number of a message of this conversation.
pub(super) fn in_conversation(
    db: &Connection,
    conversation: i64,
    id: MessageId,
) -> Result<Option<i64>, Trouble> {
    Ok(db
        .query_row(
            "SELECT number FROM message WHERE id = ?1 AND conversation = ?2",
            params![id.0.as_bytes(), conversation],
            |row| row.get(0),
        )
        .optional()?)
}

/// The text that a row's blocks hold for the reader.
pub(super) fn text(blocks: &str) -> Result<String, Trouble> {
    let blocks: Vec<Block> = column::read(blocks)?;
    let text = blocks.into_iter().filter(|block| match block.kind {
        Holds::Text => true,
        Holds::Reasoning | Holds::Summary => false,
    });
    Ok(text.map(|block| block.text).collect())
}

/// Takes a message out of the index, if it is there.
fn unindex(db: &Connection, number: i64) -> Result<(), Trouble> {
    let blocks: Option<String> = db
        .query_row(
            "SELECT blocks FROM message WHERE number = ?1 AND indexed",
            [number],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(blocks) = blocks {
        search::MESSAGES.remove(db, number, &text(&blocks)?)?;
    }
    Ok(())
}

/// Takes all messages of a conversation out of the index.
pub(super) fn unindex_all(db: &Connection, conversation: i64) -> Result<(), Trouble> {
    let numbers: Vec<i64> = db
        .prepare("SELECT number FROM message WHERE conversation = ?1 AND indexed")?
        .query_map([conversation], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for number in numbers {
        unindex(db, number)?;
    }
    Ok(())
}
