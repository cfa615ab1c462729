//! The journal: one packed row for each tick of all runs, so that a thousand runs cost one write.
//!
//! A row may go once nothing in it is needed there: all its runs are over, or their entries were
//! folded into rows of their own in `log`. Rows go in order, oldest first. A run is folded when it is
//! over, and earlier when the journal grows too long, beginning with the runs that hold its oldest
//! rows. So the journal stays short however long a run lives, and so does what a start has to read.
//!
//! [`Journal`] is what the writer knows of it, and never more than what [`Journal::read`] finds: after
//! anything that was rolled back it is read anew. Entries have numbers, so what stands in a row and in
//! `log` both is known by its number.

use super::fault::Trouble;
use super::{column, packed};
use crate::chat::{Moment, RunId};
use crate::store::Append;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{HashMap, VecDeque};

/// The journal is folded down to this many bytes.
const LONG: usize = 16 << 20;
/// The most bytes to fold in one go, and to remove: a tick waits for it.
const FOLD_AT_ONCE: usize = 512 << 10;
const REMOVE_AT_ONCE: usize = 2 << 20;

/// What the writer knows of the journal.
#[derive(Default)]
pub(super) struct Journal {
    /// Its rows, oldest first, with their sizes.
    rows: VecDeque<(i64, usize)>,
    /// The sum of their sizes.
    bytes: usize,
    /// The runs that are alive.
    alive: HashMap<RunId, Open>,
    /// Runs that are over, of which rows still hold something: through which row.
    over: HashMap<RunId, i64>,
    /// How often it changed: tells whether a failed piece of work touched it.
    pub(super) changes: u64,
}

/// A run that is alive.
#[derive(Default)]
struct Open {
    /// The number of its next entry.
    next: u64,
    /// What the journal alone holds of it.
    unfolded: Vec<Append>,
    /// The row of the first of that.
    first: i64,
    /// The last row with something of it.
    last: i64,
    /// When that was written.
    at: Moment,
}

impl Journal {
    /// Reads it from the database.
    pub(super) fn read(db: &Connection) -> Result<Self, Trouble> {
        let mut journal = Self::default();
        let mut alive = db.prepare(
            "SELECT id, coalesce((SELECT max(until) FROM log WHERE log.run = run.id), 0)
             FROM run WHERE alive",
        )?;
        let mut rows = alive.query([])?;
        while let Some(row) = rows.next()? {
            let open = Open {
                next: column::of_count(row.get(1)?),
                ..Open::default()
            };
            journal.alive.insert(RunId(column::id(row.get(0)?)), open);
        }
        let mut ticks = db.prepare("SELECT number, packed, at FROM journal ORDER BY number")?;
        let mut rows = ticks.query([])?;
        while let Some(row) = rows.next()? {
            let (number, packed): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            journal.rows.push_back((number, packed.len()));
            journal.bytes += packed.len();
            for append in packed::unpack(packed, None)? {
                journal.note(number, Moment(row.get(2)?), append);
            }
        }
        Ok(journal)
    }

    /// Takes note of what a row holds.
    fn note(&mut self, row: i64, at: Moment, append: Append) {
        let Some(open) = self.alive.get_mut(&append.run) else {
            self.over.insert(append.run, row);
            return;
        };
        (open.last, open.at) = (row, at);
        // An older one was folded.
        if append.from == open.next {
            if open.unfolded.is_empty() {
                open.first = row;
            }
            open.next += u64::from(append.count);
            open.unfolded.push(append);
        }
    }

    /// A run began.
    pub(super) fn began(&mut self, run: RunId) {
        self.changes += 1;
        self.alive.insert(run, Open::default());
    }

    /// Appends a tick. Tells the runs whose entries were left out: they are not alive, or the numbers
    /// do not follow.
    pub(super) fn append(
        &mut self,
        db: &Connection,
        tick: &[Append],
    ) -> Result<Vec<RunId>, Trouble> {
        let mut next = HashMap::new();
        let mut left_out = Vec::new();
        let mut kept = Vec::with_capacity(tick.len());
        for append in tick {
            let known = self.alive.get(&append.run).map(|open| open.next);
            let expected = next.get(&append.run).copied().or(known);
            if expected == Some(append.from) {
                next.insert(append.run, append.from + u64::from(append.count));
                if append.count > 0 {
                    kept.push(append);
                }
            } else {
                left_out.push(append.run);
            }
        }
        if !kept.is_empty() {
            let packed = packed::pack(kept.iter().copied());
            let at = Moment::now();
            db.prepare("INSERT INTO journal (packed, at) VALUES (?1, ?2)")?
                .execute(params![packed, at.0])?;
            let row = db.last_insert_rowid();
            self.changes += 1;
            self.rows.push_back((row, packed.len()));
            self.bytes += packed.len();
            for append in kept {
                self.note(row, at, append.clone());
            }
        }
        Ok(left_out)
    }

    /// A run is over: what it has goes into its log.
    pub(super) fn close(&mut self, db: &Connection, run: RunId) -> Result<(), Trouble> {
        self.fold(db, run)?;
        self.changes += 1;
        if let Some(open) = self.alive.remove(&run) {
            self.over.insert(run, open.last);
        }
        Ok(())
    }

    /// Writes what the journal alone holds of a run into its log. Tells how much that was.
    fn fold(&mut self, db: &Connection, run: RunId) -> Result<usize, Trouble> {
        let Some(open) = self.alive.get_mut(&run) else {
            return Ok(0);
        };
        let Some(start) = open.unfolded.first().map(|append| append.from) else {
            return Ok(0);
        };
        self.changes += 1;
        let packed = packed::pack(open.unfolded.iter());
        db.prepare("INSERT INTO log (run, start, until, packed, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                run.0.as_bytes(),
                column::count(start),
                column::count(open.next),
                packed,
                open.at.0,
            ])?;
        open.unfolded.clear();
        Ok(packed.len())
    }

    /// The first row that holds something which stands nowhere else.
    fn needed_from(&self) -> Option<i64> {
        let unfolded = self.alive.values().filter(|open| !open.unfolded.is_empty());
        unfolded.map(|open| open.first).min()
    }

    /// Whether [`Journal::tidy`] has something to do.
    pub(super) fn is_untidy(&self) -> bool {
        let needed = self.needed_from();
        self.bytes > LONG
            || self
                .rows
                .front()
                .is_some_and(|(row, _)| needed.is_none_or(|needed| *row < needed))
    }

    /// Does some of what keeps the journal short: as much as a tick can wait for.
    pub(super) fn tidy(&mut self, db: &Connection) -> Result<(), Trouble> {
        let mut folded = 0;
        while self.bytes > LONG && folded < FOLD_AT_ONCE {
            let waiting = self
                .alive
                .iter()
                .filter(|(_, open)| !open.unfolded.is_empty());
            let Some(run) = waiting
                .min_by_key(|(_, open)| open.first)
                .map(|(run, _)| *run)
            else {
                break;
            };
            folded += self.fold(db, run)?;
        }
        let needed = self.needed_from();
        self.remove(db, needed, REMOVE_AT_ONCE)
    }

    /// Removes rows before the first one needed, as many as `at_most` bytes and one more.
    fn remove(
        &mut self,
        db: &Connection,
        needed: Option<i64>,
        at_most: usize,
    ) -> Result<(), Trouble> {
        let mut removed = 0;
        let mut through = None;
        while let Some((row, bytes)) = self.rows.front().copied()
            && needed.is_none_or(|needed| row < needed)
            && removed < at_most
        {
            self.rows.pop_front();
            self.bytes -= bytes;
            removed += bytes;
            through = Some(row);
        }
        if let Some(through) = through {
            self.changes += 1;
            db.execute("DELETE FROM journal WHERE number <= ?1", [through])?;
            // Without rows, their numbers begin anew.
            let emptied = self.rows.is_empty();
            self.over.retain(|_, last| !emptied && *last > through);
        }
        Ok(())
    }

    /// Leaves nothing of these runs in the journal. Rows are shared, so if one of them is there, all
    /// others are folded and the journal is emptied.
    pub(super) fn erase(&mut self, db: &Connection, runs: &[RunId]) -> Result<(), Trouble> {
        let is_there = |run| {
            self.over.contains_key(run) || self.alive.get(run).is_some_and(|open| open.last > 0)
        };
        let there = runs.iter().any(is_there);
        for run in runs {
            if self.alive.remove(run).is_some() {
                self.changes += 1;
            }
        }
        if there {
            let others: Vec<RunId> = self.alive.keys().copied().collect();
            for run in others {
                self.fold(db, run)?;
            }
            self.remove(db, None, usize::MAX)?;
        }
        Ok(())
    }
}

/// The log of a run: what was folded, and while it is alive what the journal holds after that.
pub(super) fn log(db: &Connection, run: RunId) -> Result<Vec<Append>, Trouble> {
    let alive: Option<bool> = db
        .query_row(
            "SELECT alive FROM run WHERE id = ?1",
            [run.0.as_bytes()],
            |row| row.get(0),
        )
        .optional()?;
    let mut logs = HashMap::from([(run, folded(db, run)?)]);
    if alive == Some(true) {
        unfolded(db, &mut logs, Some(run))?;
    }
    Ok(logs.remove(&run).unwrap_or_default())
}

/// What was folded of a run.
pub(super) fn folded(db: &Connection, run: RunId) -> Result<Vec<Append>, Trouble> {
    let mut log = Vec::new();
    let mut chunks = db.prepare("SELECT packed FROM log WHERE run = ?1 ORDER BY start")?;
    let mut rows = chunks.query([run.0.as_bytes()])?;
    while let Some(row) = rows.next()? {
        log.extend(packed::unpack(row.get(0)?, Some(run))?);
    }
    Ok(log)
}

/// Adds what the journal alone holds to these logs, of all of them or of one.
pub(super) fn unfolded(
    db: &Connection,
    logs: &mut HashMap<RunId, Vec<Append>>,
    only: Option<RunId>,
) -> Result<(), Trouble> {
    let mut ticks = db.prepare("SELECT packed FROM journal ORDER BY number")?;
    let mut rows = ticks.query([])?;
    while let Some(row) = rows.next()? {
        for append in packed::unpack(row.get(0)?, only)? {
            if let Some(log) = logs.get_mut(&append.run) {
                let next = log
                    .last()
                    .map_or(0, |last| last.from + u64::from(last.count));
                if append.from == next {
                    log.push(append);
                }
            }
        }
    }
    Ok(())
}

/// When runs that are alive last said something, where they did.
pub(super) fn heard(db: &Connection) -> Result<HashMap<RunId, Moment>, Trouble> {
    let mut heard = HashMap::new();
    let mut logs = db.prepare(
        "SELECT run, max(at) FROM log WHERE run IN (SELECT id FROM run WHERE alive) GROUP BY run",
    )?;
    let mut rows = logs.query([])?;
    while let Some(row) = rows.next()? {
        heard.insert(RunId(column::id(row.get(0)?)), Moment(row.get(1)?));
    }
    let mut ticks = db.prepare("SELECT packed, at FROM journal ORDER BY number")?;
    let mut rows = ticks.query([])?;
    while let Some(row) = rows.next()? {
        let at = Moment(row.get(1)?);
        for append in packed::unpack(row.get(0)?, None)? {
            let last = heard.entry(append.run).or_insert(at);
            *last = at.max(*last);
        }
    }
    Ok(heard)
}
