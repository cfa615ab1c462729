//! Whether the store works: something of the size of an answer is written, read back by another
//! connection, and removed.

use super::fault::Trouble;
use rusqlite::{Connection, OptionalExtension};

const BYTES: i64 = 64 << 10;

/// Writes, and tells what marks it.
pub(super) fn write(db: &Connection) -> Result<i64, Trouble> {
    Ok(db.query_row(
        "INSERT OR REPLACE INTO probe (number, mark, filler) VALUES (1, random(), zeroblob(?1))
         RETURNING mark",
        [BYTES],
        |row| row.get(0),
    )?)
}

/// Reads the mark of what is there.
pub(super) fn read(db: &Connection) -> Result<Option<i64>, Trouble> {
    let mark = db.query_row("SELECT mark FROM probe", [], |row| row.get(0));
    Ok(mark.optional()?)
}

/// Removes it.
pub(super) fn remove(db: &Connection) -> Result<(), Trouble> {
    db.execute("DELETE FROM probe", [])?;
    Ok(())
}
