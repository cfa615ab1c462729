//! What errors taught about models, and the file that keeps it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use tsuzuki_wire::engine::{Abilities, Lesson, ModelId, Prefill};

/// How long a lesson holds, in seconds: 30 days. Limits rise and models change; asking again after
/// a month costs one refused call.
const HOLDS: u64 = 30 * 24 * 3600;

/// The file's name in the data folder.
const FILE: &str = "lessons.json";

/// What errors taught about models. Clones share one memory.
#[derive(Debug, Clone, Default)]
pub struct Lessons {
    memory: Arc<Mutex<Memory>>,
    /// Where it is kept, and the lock that makes writers take turns.
    file: Option<Arc<Mutex<PathBuf>>>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Memory {
    models: BTreeMap<String, Taught>,
    /// By region: which profile serves a bare id that is not served itself.
    profiles: BTreeMap<String, BTreeMap<String, Named>>,
}

/// What is known about one model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Taught {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefill_refused: Option<Since<()>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<Since<u32>>,
}

/// A profile that stands for a model.
type Named = Since<String>;

/// Something learnt at a time, in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Since<T> {
    is: T,
    at: u64,
}

impl<T> Since<T> {
    fn now(is: T) -> Self {
        Self { is, at: now() }
    }

    /// What was learnt, while it holds.
    fn held(&self) -> Option<&T> {
        (now() < self.at.saturating_add(HOLDS)).then_some(&self.is)
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

impl Lessons {
    /// Kept in a data folder, beginning with what is kept there already. A file that cannot be read
    /// is as good as none: what it held is learnt again, at the price of a refused call each.
    #[must_use]
    pub fn kept_in(folder: &Path) -> Self {
        let path = folder.join(FILE);
        let memory = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(path = %path.display(), %error, "the lessons kept here cannot be read; they are learnt again");
                Memory::default()
            }),
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!(path = %path.display(), %error, "the lessons kept here cannot be read; they are learnt again");
                }
                Memory::default()
            }
        };
        Self {
            memory: Arc::new(Mutex::new(memory)),
            file: Some(Arc::new(Mutex::new(path))),
        }
    }

    /// Learns a lesson about a model.
    pub fn learn(&self, model: &ModelId, lesson: Lesson) {
        self.change(|memory| {
            let taught = memory.models.entry(model.0.clone()).or_default();
            match lesson {
                Lesson::PrefillRefused => taught.prefill_refused = Some(Since::now(())),
                Lesson::LimitIs(limit) => taught.limit = Some(Since::now(limit)),
            }
        });
    }

    /// What a model can do after all.
    #[must_use]
    pub fn correct(&self, model: &ModelId, mut abilities: Abilities) -> Abilities {
        let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taught) = memory.models.get(&model.0) {
            if taught
                .prefill_refused
                .as_ref()
                .and_then(Since::held)
                .is_some()
            {
                abilities.prefill = Prefill::Refused;
            }
            if let Some(limit) = taught.limit.as_ref().and_then(Since::held) {
                abilities.max_output = Some(*limit);
            }
        }
        abilities
    }

    /// The profile that serves a bare id in a region, if it was learnt.
    pub(crate) fn profile(&self, region: &str, model: &ModelId) -> Option<ModelId> {
        let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let named = memory.profiles.get(region)?.get(&model.0)?;
        named.held().cloned().map(ModelId)
    }

    /// Learns which profile serves a bare id in a region, or that none of them does any more.
    pub(crate) fn name(&self, region: &str, model: &ModelId, profile: Option<&ModelId>) {
        self.change(|memory| {
            let named = memory.profiles.entry(region.to_owned()).or_default();
            match profile {
                Some(profile) => named.insert(model.0.clone(), Since::now(profile.0.clone())),
                None => named.remove(&model.0),
            };
        });
    }

    fn change(&self, change: impl FnOnce(&mut Memory)) {
        change(&mut self.memory.lock().unwrap_or_else(PoisonError::into_inner));
        if self.file.is_none() {
            return;
        }
        let this = self.clone();
        // A disk may be slow, and an answer must not wait for it.
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => _ = runtime.spawn_blocking(move || this.keep()),
            Err(_outside) => this.keep(),
        }
    }

    /// Writes what is known now. Writers take turns, and each writes the newest.
    fn keep(&self) {
        let Some(file) = &self.file else { return };
        let path = file.lock().unwrap_or_else(PoisonError::into_inner);
        let memory = self
            .memory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let kept = serde_json::to_vec_pretty(&memory)
            .map_err(io::Error::from)
            .and_then(|bytes| replace(&path, &bytes));
        if let Err(error) = kept {
            tracing::warn!(path = %path.display(), %error, "what was learnt cannot be kept; it holds until the end");
        }
    }
}

/// Puts new bytes in a file's place in one step, for the owner's eyes only.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let fresh = path.with_extension("json.new");
    // What an interrupted run left behind could have any mode.
    match fs::remove_file(&fresh) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}
