//! What was spent, kept as one sum for each user and day (`spent_day`): it outlives the conversations
//! that spent it.

use super::column;
use super::fault::Trouble;
use crate::chat::{Moment, Spent, User};
use crate::store::Day;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, params};

/// The day of a moment, UTC: `2026-11-23`.
fn day(moment: Moment) -> Result<String, Trouble> {
    let moment = Timestamp::from_millisecond(moment.0)
        .map_err(|_| Trouble::Conflict("a moment is out of range"))?;
    Ok(TimeZone::UTC.to_datetime(moment).date().to_string())
}

/// Adds to the sum of a day.
pub(super) fn add(db: &Connection, user: &User, at: Moment, spent: &Spent) -> Result<(), Trouble> {
    let day = day(at)?;
    let before: Option<String> = db
        .query_row(
            "SELECT spent FROM spent_day WHERE user = ?1 AND day = ?2",
            params![user.0, day],
            |row| row.get(0),
        )
        .optional()?;
    let before: Spent =
        before.map_or_else(|| Ok(Spent::default()), |before| column::read(&before))?;
    db.execute(
        "INSERT INTO spent_day (user, day, spent) VALUES (?1, ?2, ?3)
         ON CONFLICT (user, day) DO UPDATE SET spent = ?3",
        params![user.0, day, column::json(&before.plus(*spent))?],
    )?;
    Ok(())
}

/// See [`Store::spent`](crate::store::Store::spent).
pub(super) fn since(db: &Connection, user: &User, since: Moment) -> Result<Vec<Day>, Trouble> {
    let mut days =
        db.prepare("SELECT day, spent FROM spent_day WHERE user = ?1 AND day >= ?2 ORDER BY day")?;
    let mut rows = days.query(params![user.0, day(since)?])?;
    let mut spent = Vec::new();
    while let Some(row) = rows.next()? {
        spent.push(Day {
            day: row.get(0)?,
            spent: column::of_json(row, 1)?,
        });
    }
    Ok(spent)
}
