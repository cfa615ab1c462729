//! The story over SQLite, and what SQLite promises beside it.

mod children;
mod copies;
mod erased;
mod faults;
mod full;
mod killed;
mod logs;

use crate::story::{self, Place};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tsuzuki_server::store::{Durability, Sqlite, SqliteSettings, Store};

/// A data folder of its own.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("data/chat.db")
    }

    /// All files, with what they hold.
    pub(crate) fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let folder = std::fs::read_dir(self.0.path().join("data")).unwrap();
        let files = folder.map(|entry| entry.unwrap().path());
        files
            .map(|file| {
                let content = std::fs::read(&file).unwrap();
                (file, content)
            })
            .collect()
    }

    pub(crate) fn settings(&self) -> SqliteSettings {
        SqliteSettings {
            file: self.file(),
            durability: Durability::Process,
            most_bytes: None,
        }
    }
}

/// A look into the file, past the store.
pub(crate) fn look<T: rusqlite::types::FromSql>(folder: &Folder, sql: &str) -> T {
    let db = rusqlite::Connection::open(folder.file()).unwrap();
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

impl Place for Folder {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(Sqlite::open(self.settings()).await.unwrap())
    }
}

macro_rules! tests {
    ($($part:ident::$name:ident,)*) => {$(
        #[tokio::test]
        async fn $name() {
            story::$part::$name(&Folder::new()).await;
        }
    )*};
}
story::story!(tests);

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_it() {
    use std::os::unix::fs::MetadataExt;
    let folder = Folder::new();
    let store = folder.open().await;
    store.check().await.unwrap();
    let mut files = vec![folder.file().parent().unwrap().to_owned()];
    files.extend(folder.contents().into_iter().map(|(file, _)| file));
    assert_eq!(
        files.len(),
        5,
        "folder, file, lock, log and its index: {files:?}"
    );
    for file in files {
        let mode = std::fs::metadata(&file).unwrap().mode();
        assert_eq!(mode & 0o077, 0, "{} has {mode:o}", file.display());
    }
}
