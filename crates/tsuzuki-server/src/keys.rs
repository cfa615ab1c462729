//! The keys that may call an endpoint on a network: minted, listed, revoked, and found by what a
//! request shows.
//!
//! They stand in one private file, `keys.toml` in the data folder. Of a bearer token the file has
//! only a SHA-256 hash. A SigV4 secret stands in it as it is: both sides of that scheme need it.

mod file;
mod key;
mod mint;

pub use key::{Budget, Grants, Key, Scheme};
pub use mint::Minted;

use crate::private;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use file::Stamp;
use key::Secret;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// The name of the file in the data folder.
const FILE: &str = "keys.toml";

/// Why keys cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// The file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Others may read the file.
    #[error("{path} can be read by others, and it holds secrets; run: chmod 600 {path}", path = .0.display())]
    Public(PathBuf),
    /// The file is not what we wrote.
    #[error("{path}, line {line}: not a file of keys; {what}", path = path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong, without what stands there.
        what: String,
    },
    /// A key of this name is there.
    #[error("there is a key named {0} already; revoke it first, or take another name")]
    NameTaken(String),
    /// A name that could not be printed in one word.
    #[error("a key's name is 1 to 64 letters, digits, '.', '-' or '_'")]
    BadName,
    /// A limit that no amount could meet.
    #[error("a budget is greater than 0")]
    BadBudget,
    /// No key has this name or id.
    #[error("there is no key named {0}; `tsuzuki key list` shows them")]
    NoSuchKey(String),
    /// The system gave no random bytes.
    #[error("the system has no random bytes to give")]
    NoRandomness,
}

/// The keys of a data folder.
pub struct Keys {
    path: PathBuf,
    loaded: RwLock<Arc<Loaded>>,
}

struct Loaded {
    keys: Vec<Arc<Key>>,
    stamp: Option<Stamp>,
}

impl Keys {
    /// Opens the keys of a data folder; none are there until some are minted.
    ///
    /// # Errors
    /// The file is not readable, not private, or not a file of keys.
    pub fn open(folder: &Path) -> Result<Self, KeysError> {
        let path = folder.join(FILE);
        let loaded = Loaded::read(&path)?;
        Ok(Self {
            path,
            loaded: RwLock::new(Arc::new(loaded)),
        })
    }

    /// All keys, as they were last read.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<Key>> {
        self.now().keys.clone()
    }

    /// Mints a key. Its secret is shown this once.
    ///
    /// # Errors
    /// The name is taken or not a name, a budget is not an amount, or the file cannot be written.
    pub fn add(&self, name: &str, scheme: Scheme, grants: Grants) -> Result<Minted, KeysError> {
        key::check(name, &grants)?;
        self.change(|keys| {
            if keys.iter().any(|key| key.name == name) {
                return Err(KeysError::NameTaken(name.to_owned()));
            }
            let (key, minted) = mint::mint(name, scheme, grants)?;
            keys.push(Arc::new(key));
            Ok(minted)
        })
    }

    /// Takes a key away, by its name or its id. Endpoints that serve notice within a second.
    ///
    /// # Errors
    /// No key is called so, or the file cannot be written.
    pub fn revoke(&self, name: &str) -> Result<Arc<Key>, KeysError> {
        self.change(|keys| {
            let place = keys
                .iter()
                .position(|key| key.name == name || key.id == name)
                .ok_or_else(|| KeysError::NoSuchKey(name.to_owned()))?;
            Ok(keys.remove(place))
        })
    }

    /// Reads the file, changes the keys, writes the file; one program at a time.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut Vec<Arc<Key>>) -> Result<T, KeysError>,
    ) -> Result<T, KeysError> {
        let failed = |source| KeysError::File {
            path: self.path.clone(),
            source,
        };
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let lock = private::append(&self.path.with_extension("lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let mut keys = Loaded::read(&self.path)?.keys;
        let done = change(&mut keys)?;
        let text = file::print(&keys).map_err(|error| failed(std::io::Error::other(error)))?;
        private::write(&self.path, text.as_bytes()).map_err(failed)?;
        self.take(Loaded::read(&self.path)?);
        Ok(done)
    }

    /// Reads the file again if it changed. Keys that cannot be read leave those from before in
    /// force.
    pub(crate) fn refresh(&self) {
        let now = self.now();
        let stamp = Stamp::of(&self.path);
        if stamp == now.stamp {
            return;
        }
        match Loaded::read(&self.path) {
            Ok(loaded) => {
                tracing::info!(keys = loaded.keys.len(), "keys read again");
                self.take(loaded);
            }
            Err(error) => {
                tracing::error!(%error, "the keys from before stay in force");
                let keys = now.keys.clone();
                self.take(Loaded { keys, stamp });
            }
        }
    }

    /// The key of a SigV4 access key id.
    pub(crate) fn by_id(&self, id: &str) -> Option<Arc<Key>> {
        self.find(|keys| {
            let mut keys = keys.iter();
            keys.find(|key| key.id == id && key.scheme() == Scheme::Sigv4)
                .cloned()
        })
    }

    /// The key of a bearer token.
    pub(crate) fn by_token(&self, token: &str) -> Option<Arc<Key>> {
        let shown = mint::hash(token);
        self.find(|keys| {
            let mut found = None;
            // All are compared, each in constant time: how long it takes tells nothing.
            for key in keys {
                match &key.secret {
                    Secret::Bearer { sha256 } => {
                        if verify_slices_are_equal(&sha256.0, &shown).is_ok() {
                            found = Some(Arc::clone(key));
                        }
                    }
                    Secret::Sigv4 { .. } => {}
                }
            }
            found
        })
    }

    /// Looks twice: a key may have been minted a moment ago.
    fn find(&self, find: impl Fn(&[Arc<Key>]) -> Option<Arc<Key>>) -> Option<Arc<Key>> {
        find(&self.now().keys).or_else(|| {
            self.refresh();
            find(&self.now().keys)
        })
    }

    fn now(&self) -> Arc<Loaded> {
        Arc::clone(&self.loaded.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self, loaded: Loaded) {
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
    }
}

impl Loaded {
    fn read(path: &Path) -> Result<Self, KeysError> {
        // The stamp first: a change in between is then noticed, not missed.
        let stamp = Stamp::of(path);
        Ok(Self {
            keys: file::read(path)?,
            stamp,
        })
    }
}

// Secrets must not reach a log by way of `{:?}`.
impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Keys({}, {})",
            self.path.display(),
            self.now().keys.len()
        )
    }
}
