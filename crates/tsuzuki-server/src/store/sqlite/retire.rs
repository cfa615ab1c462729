//! What nobody needs any more, removed a little at a time: ticks do not wait for all of it.

use super::fault::Trouble;
use super::writer::Desk;
use crate::chat::Moment;
use rusqlite::params;

/// Each removes at most as many rows as a tick can wait for.
const BEFORE: [&str; 3] = [
    "DELETE FROM log WHERE rowid IN (
         SELECT log.rowid FROM log JOIN run ON run.id = log.run
         WHERE run.over_at < ?1 LIMIT 64)",
    "DELETE FROM exchange WHERE rowid IN (
         SELECT rowid FROM exchange WHERE at < ?1 LIMIT 64)",
    "DELETE FROM attachment WHERE number IN (
         SELECT number FROM attachment WHERE made_at < ?1
         AND NOT EXISTS (SELECT 1 FROM attached WHERE attached.attachment = attachment.number)
         LIMIT 2)",
];

/// Removes some of it. Whether there is more.
pub(super) fn some(desk: &mut Desk, before: Moment) -> Result<bool, Trouble> {
    let mut removed = 0;
    for statement in BEFORE {
        removed += desk.db.execute(statement, params![before.0])?;
    }
    removed += desk.db.execute(
        "DELETE FROM session WHERE until <= ?1",
        params![Moment::now().0],
    )?;
    desk.erased |= removed > 0;
    Ok(removed > 0)
}
