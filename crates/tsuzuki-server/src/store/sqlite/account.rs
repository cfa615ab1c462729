//! What belongs to a user beside conversations: defaults and sessions.

use super::column;
use super::fault::Trouble;
use crate::chat::{Moment, User};
use crate::store::Defaults;
use rusqlite::{Connection, OptionalExtension, params};

/// See [`Store::defaults`](crate::store::Store::defaults).
pub(super) fn defaults(db: &Connection, user: &User) -> Result<Defaults, Trouble> {
    let kept: Option<String> = db
        .query_row(
            "SELECT defaults FROM defaults WHERE user = ?1",
            [&user.0],
            |row| row.get(0),
        )
        .optional()?;
    kept.map_or_else(|| Ok(Defaults::default()), |kept| column::read(&kept))
}

/// See [`Store::put_defaults`](crate::store::Store::put_defaults).
pub(super) fn put_defaults(
    db: &Connection,
    user: &User,
    defaults: &Defaults,
) -> Result<(), Trouble> {
    db.execute(
        "INSERT INTO defaults (user, defaults) VALUES (?1, ?2)
         ON CONFLICT (user) DO UPDATE SET defaults = ?2",
        params![user.0, column::json(defaults)?],
    )?;
    Ok(())
}

/// See [`Store::put_session`](crate::store::Store::put_session).
pub(super) fn put_session(
    db: &Connection,
    token: &[u8],
    user: &User,
    until: Moment,
) -> Result<(), Trouble> {
    db.execute(
        "INSERT INTO session (token, user, until) VALUES (?1, ?2, ?3)
         ON CONFLICT (token) DO UPDATE SET user = ?2, until = ?3",
        params![token, user.0, until.0],
    )?;
    Ok(())
}

/// See [`Store::session`](crate::store::Store::session).
pub(super) fn session(db: &Connection, token: &[u8]) -> Result<Option<User>, Trouble> {
    Ok(db
        .query_row(
            "SELECT user FROM session WHERE token = ?1 AND until > ?2",
            params![token, Moment::now().0],
            |row| Ok(User(row.get(0)?)),
        )
        .optional()?)
}

/// See [`Store::end_session`](crate::store::Store::end_session).
pub(super) fn end_session(db: &Connection, token: &[u8]) -> Result<(), Trouble> {
    db.execute("DELETE FROM session WHERE token = ?1", [token])?;
    Ok(())
}
