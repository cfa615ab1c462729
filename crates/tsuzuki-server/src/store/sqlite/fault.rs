//! What goes wrong below, and how it is told: one table from SQLite's codes to sentences.

use crate::store::{Fault, StoreError};
use rusqlite::{ErrorCode, ffi};
use std::io;
use std::path::Path;

/// Why a piece of work failed. Its place, the file, is added by [`Trouble::about`].
#[derive(Debug)]
pub(super) enum Trouble {
    /// SQLite could not.
    Sqlite(rusqlite::Error),
    /// The system could not, around the file.
    System(io::Error),
    /// What is to be kept does not fit what is there; how.
    Conflict(&'static str),
    /// What was read is not what was kept; what of it.
    Damaged(&'static str),
    /// The schema is newer: its number, and the newest one known.
    Newer(i64, i64),
    /// The file belongs to something else.
    Foreign,
    /// Another process holds the store.
    Held,
    /// The transaction was rolled back because of other work in it.
    Lost,
    /// A piece of work panicked and was undone: a defect of ours.
    Panicked,
    /// The store's thread is gone.
    Ended,
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

// What was kept as JSON is read as JSON, unless somebody changed it. The error itself may quote it.
impl From<serde_json::Error> for Trouble {
    fn from(_: serde_json::Error) -> Self {
        Self::Damaged("a JSON column cannot be read")
    }
}

impl Trouble {
    /// The same again, for somebody else whom it hit.
    pub(super) fn same(&self) -> Self {
        match self {
            Self::Sqlite(error) => error.sqlite_error().map_or(Self::Lost, |code| {
                Self::Sqlite(rusqlite::Error::SqliteFailure(*code, None))
            }),
            Self::Conflict(how) => Self::Conflict(how),
            Self::Damaged(what) => Self::Damaged(what),
            Self::System(_)
            | Self::Newer(_, _)
            | Self::Foreign
            | Self::Held
            | Self::Lost
            | Self::Panicked
            | Self::Ended => Self::Lost,
        }
    }

    /// It, told about a file.
    pub(super) fn about(self, file: &Path) -> StoreError {
        let file = file.display();
        let (fault, told) = match self {
            Self::Sqlite(error) => return sqlite(&error, &file.to_string()),
            Self::System(error) => {
                let fault = system(&error);
                (
                    fault,
                    sentence(fault, &file.to_string(), &error.kind().to_string()),
                )
            }
            Self::Conflict(how) => (Fault::Conflict, how.to_owned()),
            Self::Damaged(what) => (
                Fault::Damaged,
                sentence(Fault::Damaged, &file.to_string(), what),
            ),
            Self::Newer(its, ours) => (
                Fault::Newer,
                format!(
                    "{file} was made by a newer version of Tsuzuki (schema {its}, this one knows \
                     {ours}): use that version, or a backup from before it"
                ),
            ),
            Self::Foreign => (
                Fault::Failed,
                format!("{file} is a database of another program: name another data folder"),
            ),
            Self::Held => (
                Fault::Locked,
                format!(
                    "{file} is in use by another Tsuzuki: end that one first, or name another data \
                     folder"
                ),
            ),
            Self::Lost => (
                Fault::Failed,
                sentence(
                    Fault::Failed,
                    &file.to_string(),
                    "the write was undone; try again",
                ),
            ),
            Self::Panicked => (
                Fault::Failed,
                sentence(
                    Fault::Failed,
                    &file.to_string(),
                    "a defect of Tsuzuki, which its log names; please report it",
                ),
            ),
            Self::Ended => (
                Fault::Failed,
                format!("{file} was closed: start Tsuzuki again"),
            ),
        };
        StoreError { fault, told }
    }
}

/// An error of SQLite, told. Its own message is left out: it may quote what a user wrote.
fn sqlite(error: &rusqlite::Error, file: &str) -> StoreError {
    let (fault, why) = match error.sqlite_error() {
        Some(code) => (of_code(code), ffi::code_to_str(code.extended_code)),
        // A column of another type than was kept there, or a row that must be there and is not.
        None => (Fault::Damaged, "its content is not what was kept"),
    };
    StoreError {
        fault,
        told: sentence(fault, file, why),
    }
}

/// <https://sqlite.org/rescode.html>
fn of_code(error: &ffi::Error) -> Fault {
    // The shared memory beside the file could not grow: there is no other reason but room.
    if error.extended_code == ffi::SQLITE_IOERR_SHMSIZE {
        return Fault::Full;
    }
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "SQLite's codes are its own, and open-ended; the rest is `Failed`"
    )]
    match error.code {
        ErrorCode::DiskFull => Fault::Full,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Fault::Locked,
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Fault::ReadOnly,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Fault::Damaged,
        ErrorCode::ConstraintViolation => Fault::Conflict,
        _ => Fault::Failed,
    }
}

fn system(error: &io::Error) -> Fault {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the system's kinds are its own, and open-ended; the rest is `Failed`"
    )]
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Fault::Full,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Fault::ReadOnly,
        _ => Fault::Failed,
    }
}

/// What is wrong and what to do.
fn sentence(fault: Fault, file: &str, why: &str) -> String {
    match fault {
        Fault::Full => format!(
            "there is no room left for {file}: make room on its disk, or raise its bound; what was \
             kept before is safe"
        ),
        Fault::Locked => format!("{file} is locked by another program: end that one"),
        Fault::ReadOnly => {
            format!("{file} may not be written: allow its user to write it and its folder")
        }
        Fault::Damaged => format!(
            "{file} is damaged ({why}): put a backup in its place, or move it away to begin with an \
             empty one"
        ),
        Fault::Newer => format!("{file} was made by a newer version of Tsuzuki: use that version"),
        Fault::Conflict => format!("what is to be kept in {file} contradicts what is there"),
        Fault::Failed => format!("{file} cannot be read or written: {why}"),
    }
}
