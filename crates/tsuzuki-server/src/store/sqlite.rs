//! SQLite: one file in the data folder, one writer, a few readers.

use super::StoreError;
use std::path::PathBuf;

/// What a kept thing survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The loss of power (`synchronous=FULL`): every tick waits for the disk.
    #[default]
    Power,
    /// The death of the process (`synchronous=NORMAL`): what the system holds is taken for kept.
    Process,
}

/// How a SQLite store is opened.
#[derive(Debug, Clone)]
pub struct SqliteSettings {
    /// The file.
    pub file: PathBuf,
    /// What a kept thing survives.
    pub durability: Durability,
}

/// A store in one SQLite file.
pub struct Sqlite;

impl Sqlite {
    /// Opens the file, makes it where it is missing, brings its schema up to date and checks it.
    ///
    /// # Errors
    /// It is damaged, made by a newer version, not ours to write, or held by another process.
    pub async fn open(_settings: SqliteSettings) -> Result<Self, StoreError> {
        todo!()
    }
}
