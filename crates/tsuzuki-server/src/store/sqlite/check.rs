//! Whether the store works: something is written, and read back by another connection.

use super::fault::Trouble;
use rusqlite::Connection;

/// Writes how often it was checked.
pub(super) fn write(db: &Connection) -> Result<i64, Trouble> {
    Ok(db.query_row(
        "INSERT INTO note (name, value) VALUES ('checks', 1)
         ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
        [],
        |row| row.get(0),
    )?)
}

/// Reads what [`write`] wrote.
pub(super) fn read(db: &Connection) -> Result<i64, Trouble> {
    Ok(
        db.query_row("SELECT value FROM note WHERE name = 'checks'", [], |row| {
            row.get(0)
        })?,
    )
}
