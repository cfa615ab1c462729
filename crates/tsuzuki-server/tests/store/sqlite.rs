//! The story over SQLite.

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

    pub(crate) fn settings(&self) -> SqliteSettings {
        SqliteSettings {
            file: self.file(),
            durability: Durability::Process,
            most_bytes: None,
        }
    }
}

impl Place for Folder {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(Sqlite::open(self.settings()).await.unwrap())
    }
}

macro_rules! tests {
    ($($name:ident,)*) => {$(
        #[tokio::test]
        async fn $name() {
            story::$name(&Folder::new()).await;
        }
    )*};
}
story::story!(tests);
