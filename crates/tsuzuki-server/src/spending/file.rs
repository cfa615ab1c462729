//! The page of today, in a file, so that a restart does not forget it.

use super::{SpendingError, Spent};
use crate::private;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// One day.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Page {
    /// Which, UTC.
    pub(super) day: String,
    /// What each key spent, by its id.
    pub(super) keys: BTreeMap<String, Spent>,
}

impl Page {
    pub(super) const fn new(day: String) -> Self {
        Self {
            day,
            keys: BTreeMap::new(),
        }
    }

    /// This page if it is that day's, or a new one.
    pub(super) fn of(self, day: &str) -> Self {
        if self.day == day {
            self
        } else {
            Self::new(day.to_owned())
        }
    }
}

pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join("spending.json")
}

/// Takes the file for this process.
pub(super) fn lock(folder: &Path) -> Result<(PathBuf, File), SpendingError> {
    let path = path(folder);
    let failed = |source| SpendingError::File {
        path: path.clone(),
        source,
    };
    fs::create_dir_all(folder).map_err(failed)?;
    let lock = private::append(&path.with_extension("lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok((path, lock)),
        Err(TryLockError::WouldBlock) => Err(SpendingError::Taken(path)),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

pub(super) fn read(path: &Path) -> Result<Page, SpendingError> {
    match fs::read(path) {
        Ok(text) => serde_json::from_slice(&text)
            .map_err(|_not_ours| SpendingError::Malformed(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Page::default()),
        Err(source) => Err(SpendingError::File {
            path: path.to_owned(),
            source,
        }),
    }
}

pub(super) fn write(path: &Path, page: &Page) -> io::Result<()> {
    private::write(path, &serde_json::to_vec_pretty(page)?)
}
