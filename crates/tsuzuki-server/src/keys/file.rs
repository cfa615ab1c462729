//! The file of keys: TOML, so that an operator can read what each key grants.

use super::{Key, KeysError};
use crate::private;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

const HEADER: &str = "\
# Tsuzuki's keys. Whoever reads this file can sign as the sigv4 keys in it: keep it private.
# `tsuzuki key add` and `tsuzuki key revoke` write it anew; grants may be edited by hand.

";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(default)]
    key: Vec<Key>,
}

#[derive(Serialize)]
struct Printed<'a> {
    key: Vec<&'a Key>,
}

/// What tells that a file is not the one that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    changed: Option<SystemTime>,
    length: u64,
    /// Our own writes make a new file each time.
    #[cfg(unix)]
    number: u64,
}

impl Stamp {
    pub(super) fn of(path: &Path) -> Option<Self> {
        let file = fs::metadata(path).ok()?;
        Some(Self {
            changed: file.modified().ok(),
            length: file.len(),
            #[cfg(unix)]
            number: std::os::unix::fs::MetadataExt::ino(&file),
        })
    }
}

/// The keys of a file; a file that is not there has none.
pub(super) fn read(path: &Path) -> Result<Vec<Arc<Key>>, KeysError> {
    let failed = |source| KeysError::File {
        path: path.to_owned(),
        source,
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    if private::is_open_to_others(&fs::metadata(path).map_err(failed)?) {
        return Err(KeysError::Public(path.to_owned()));
    }
    // Not the error's own text: it quotes the line, which may hold a secret.
    let read: Read = toml::from_str(&text).map_err(|error| KeysError::Malformed {
        path: path.to_owned(),
        line: error.span().map_or(1, |span| {
            1 + text[..span.start.min(text.len())].matches('\n').count()
        }),
        what: error.message().to_owned(),
    })?;
    for key in &read.key {
        super::key::check(&key.name, &key.grants)?;
    }
    Ok(read.key.into_iter().map(Arc::new).collect())
}

/// The file of these keys.
pub(super) fn print(keys: &[Arc<Key>]) -> Result<String, toml::ser::Error> {
    let key = keys.iter().map(Arc::as_ref).collect();
    Ok(format!(
        "{HEADER}{}",
        toml::to_string_pretty(&Printed { key })?
    ))
}
