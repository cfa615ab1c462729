//! Opening the file: whose it is, whether it is whole, and which schema it has.

use super::fault::Trouble;
use super::{Durability, SqliteSettings, search};
use crate::private;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// In the header of the file: "tszk".
const OURS: i64 = 0x7473_7a6b;
/// How long to wait for another program that holds the file, a shell of SQLite's say.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// A step of the schema. Steps are added, never changed.
struct Migration {
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: [Migration; 2] = [
    Migration {
        name: "0001-chat",
        sql: include_str!("migrations/0001-chat.sql"),
    },
    Migration {
        name: "0002-onward",
        sql: include_str!("migrations/0002-onward.sql"),
    },
];

/// Holds the data folder for this process until it is dropped.
///
/// # Errors
/// Another process holds it, or it cannot be written.
pub(super) fn hold(file: &Path) -> Result<File, Trouble> {
    if let Some(folder) = file.parent() {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let lock = private::append(&beside(file, ".lock"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Trouble::Held),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// `chat.db` becomes `chat.db.lock`.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Opens the connection that writes; the folder must be held.
pub(super) fn open_to_write(settings: &SqliteSettings) -> Result<Connection, Trouble> {
    // Made here, so that nobody else may read it; SQLite gives the files beside it the same rights.
    private::append(&settings.file)?;
    let mut db = Connection::open_with_flags(
        &settings.file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    db.busy_timeout(PATIENCE)?;
    let version = version(&db)?;
    if version > 0 {
        let first: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if first != "ok" {
            return Err(Trouble::Damaged("its check at the start failed"));
        }
    }
    let synchronous = match settings.durability {
        Durability::Power => "FULL",
        Durability::Process => "NORMAL",
    };
    // No memory map: a file that is cut short under one ends the process instead of a query. The log is
    // written back by checkpoints.rs; a commit does it where that did not catch up within 32 MB. What
    // one large write made of the log is cut to 64 MB.
    db.execute_batch(&format!(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = {synchronous};
         PRAGMA secure_delete = ON;
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -32768;
         PRAGMA wal_autocheckpoint = 8192;
         PRAGMA journal_size_limit = 67108864;"
    ))?;
    if let Some(most_bytes) = settings.most_bytes {
        let page: u64 = db
            .query_row("PRAGMA page_size", [], |row| row.get(0))
            .map(size)?;
        db.execute_batch(&format!(
            "PRAGMA max_page_count = {}",
            most_bytes / page.max(1)
        ))?;
    }
    migrate(&mut db, version)?;
    let transaction = db.transaction()?;
    search::renew(&transaction)?;
    transaction.commit()?;
    Ok(db)
}

fn size(bytes: i64) -> u64 {
    u64::try_from(bytes).unwrap_or_default()
}

/// Opens a connection that only writes the log back.
pub(super) fn open_to_checkpoint(file: &Path) -> Result<Connection, Trouble> {
    Ok(Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?)
}

/// Opens a connection that only reads.
pub(super) fn open_to_read(file: &Path) -> Result<Connection, Trouble> {
    let db = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    db.busy_timeout(PATIENCE)?;
    db.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;")?;
    Ok(db)
}

/// The file's schema: how many migrations it had. 0 is an empty file.
pub(super) fn version(db: &Connection) -> Result<i64, Trouble> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let whose: i64 = db.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(0);
    }
    if whose != OURS {
        return Err(Trouble::Foreign);
    }
    if version > known {
        return Err(Trouble::Newer(version, known));
    }
    Ok(version)
}

/// Brings the schema up to date, all of it or nothing.
fn migrate(db: &mut Connection, from: i64) -> Result<(), Trouble> {
    let transaction = db.transaction()?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS migration
             (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum BLOB NOT NULL)",
    )?;
    for (number, migration) in (1_i64..).zip(&MIGRATIONS) {
        let checksum = checksum(migration.sql);
        if number > from {
            transaction.execute_batch(migration.sql)?;
            transaction.execute(
                "INSERT INTO migration (number, name, checksum) VALUES (?1, ?2, ?3)",
                params![number, migration.name, checksum],
            )?;
        } else {
            let made: Option<Vec<u8>> = transaction
                .query_row(
                    "SELECT checksum FROM migration WHERE number = ?1",
                    [number],
                    |row| row.get(0),
                )
                .optional()?;
            if made.as_deref() != Some(checksum.as_slice()) {
                return Err(Trouble::Damaged("its schema was made by another build"));
            }
        }
    }
    transaction.execute_batch(&format!(
        "PRAGMA application_id = {OURS}; PRAGMA user_version = {}",
        MIGRATIONS.len()
    ))?;
    Ok(transaction.commit()?)
}

fn checksum(sql: &str) -> Vec<u8> {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, sql.as_bytes());
    digest.as_ref().to_vec()
}
