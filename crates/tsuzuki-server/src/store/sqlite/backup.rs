//! A copy of the file while it is in use, and whether a file is whole. Neither needs the lock: SQLite
//! lets others read while one writes.

use super::Sqlite;
use super::fault::Trouble;
use super::schema;
use crate::private;
use crate::store::StoreError;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, ffi};
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

/// What [`Sqlite::integrity`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integrity {
    /// What is wrong, in SQLite's words (pages, tables, indexes; no content). Empty: nothing is.
    pub problems: Vec<String>,
    /// How many conversations it holds.
    pub conversations: u64,
    /// How many messages.
    pub messages: u64,
    /// The size of the file, in bytes.
    pub bytes: u64,
}

impl Sqlite {
    /// Copies the store to a new file, as it is at one moment; a server may be using it meanwhile.
    /// The copy is checked, and readable by its owner alone. Tells its size in bytes.
    ///
    /// # Errors
    /// The store cannot be read, there is a file already, or it cannot be written.
    pub async fn backup(file: &Path, to: &Path) -> Result<u64, StoreError> {
        let (from, copy) = (file.to_owned(), to.to_owned());
        apart(file, move || {
            let source = open_beside(&from).map_err(|trouble| trouble.about(&from))?;
            copy_to(&source, &copy).map_err(|trouble| trouble.about(&copy))
        })
        .await
    }

    /// Looks whether a file is whole; a server may be using it meanwhile.
    ///
    /// # Errors
    /// It cannot be read, or is no store of this version.
    pub async fn integrity(file: &Path) -> Result<Integrity, StoreError> {
        let of = file.to_owned();
        apart(file, move || {
            open_beside(&of)
                .and_then(|db| integrity(&db))
                .map_err(|trouble| trouble.about(&of))
        })
        .await
    }
}

/// Does what waits for the disk on a thread that may wait.
async fn apart<T: Send + 'static>(
    file: &Path,
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(Trouble::Ended.about(file)))
}

/// Opens a store that somebody else may be writing.
fn open_beside(file: &Path) -> Result<Connection, Trouble> {
    fs::metadata(file)?;
    let db = schema::open_to_read(file)?;
    if schema::version(&db)? == 0 {
        return Err(Trouble::Foreign);
    }
    Ok(db)
}

fn copy_to(source: &Connection, to: &Path) -> Result<u64, Trouble> {
    // Takes the name first, so that nothing is ever overwritten.
    let mut place = OpenOptions::new();
    place.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut place, 0o600);
    place.open(to)?;
    let draft = draft_of(to);
    let copied = fill(source, &draft).and_then(|bytes| {
        fs::rename(&draft, to)?;
        Ok(bytes)
    });
    if copied.is_err() {
        // The first error is the one to tell.
        let _gone = (fs::remove_file(&draft), fs::remove_file(to));
    }
    copied
}

fn draft_of(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(format!(".{}", uuid::Uuid::new_v4()));
    name.into()
}

fn fill(source: &Connection, draft: &Path) -> Result<u64, Trouble> {
    private::append(draft)?;
    let mut copy = Connection::open_with_flags(
        draft,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    // All pages in one step: one moment of the store, whoever writes to it meanwhile.
    if Backup::new(source, &mut copy)?.step(-1)? != StepResult::Done {
        // Somebody keeps all others out for longer than a reader waits.
        let busy = ffi::Error::new(ffi::SQLITE_BUSY);
        return Err(rusqlite::Error::SqliteFailure(busy, None).into());
    }
    // One file, with nothing beside it.
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    let first: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if first != "ok" {
        return Err(Trouble::Damaged("the copy's check failed"));
    }
    drop(copy);
    let written = fs::File::open(draft)?;
    written.sync_all()?;
    Ok(written.metadata()?.len())
}

fn integrity(db: &Connection) -> Result<Integrity, Trouble> {
    let mut check = db.prepare("PRAGMA integrity_check(20)")?;
    let mut problems: Vec<String> = check
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    problems.retain(|problem| problem != "ok");
    let mut orphans = db.prepare(
        "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2",
    )?;
    let orphans = orphans.query_map([], |row| {
        let (table, parent, rows): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(format!("{rows} rows of {table} belong to no {parent}"))
    })?;
    for orphan in orphans {
        problems.push(orphan?);
    }
    let count = |sql: &str| -> Result<u64, Trouble> {
        let number: i64 = db.query_row(sql, [], |row| row.get(0))?;
        Ok(super::column::of_count(number))
    };
    Ok(Integrity {
        problems,
        conversations: count("SELECT count(*) FROM conversation")?,
        messages: count("SELECT count(*) FROM message")?,
        bytes: count("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")?,
    })
}
