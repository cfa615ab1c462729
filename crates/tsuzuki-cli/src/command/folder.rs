//! The data folder: where it is, and the file in it that names the server which uses it.

use super::private_folder;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The file of the chat's store.
const STORE: &str = "chat.db";

/// The file that names the server which uses the folder.
const SERVING: &str = "serving.json";

/// What was typed in `tsuzuki chat`.
const HISTORY: &str = "history";

/// The data folder.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

/// A server that uses a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Serving {
    /// Its address, for a browser on this machine.
    pub(super) url: String,
    /// The process it is.
    pub(super) process: u32,
    /// The certificate to trust, where it made its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) authority: Option<PathBuf>,
    /// What lets in whoever may read this, where the server is for them alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<Secret>,
}

/// A password that chance made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Secret(pub(super) String);

// It must not reach a log.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Folder {
    /// The one that was named, else the user's own.
    pub(super) fn of(config: &Config) -> Result<Self, Failure> {
        let named = config.server.data.clone();
        named.or_else(usual).map(Self).ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                "there is no folder of the user's own to keep conversations in",
                "name one: --data DIR",
            )
        })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Makes it, private to its owner, if it is not there.
    pub(super) fn make(&self) -> Result<(), Failure> {
        private_folder(&self.0)
    }

    /// The file of the chat's store.
    pub(super) fn store(&self) -> PathBuf {
        self.0.join(STORE)
    }

    /// The file of what was typed.
    pub(super) fn history(&self) -> PathBuf {
        self.0.join(HISTORY)
    }

    /// The server that says it uses the folder. It may be gone.
    pub(super) fn serving(&self) -> Option<Serving> {
        let bytes = fs::read(self.0.join(SERVING)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Says that a server uses the folder, until what comes back is dropped.
    pub(super) fn announce(&self, serving: Serving) -> io::Result<Announced> {
        let file = self.0.join(SERVING);
        // Under another name first, so that nobody reads half of it; the store's lock sees to it
        // that there is only one of us.
        let draft = self.0.join(format!(".{SERVING}.{}", serving.process));
        let written = private_file(&draft)
            .and_then(|mut open| open.write_all(serde_json::to_string(&serving)?.as_bytes()))
            .and_then(|()| fs::rename(&draft, &file));
        written.map(|()| Announced { file, serving })
    }
}

/// The file that names a server, as long as it serves.
pub(super) struct Announced {
    file: PathBuf,
    serving: Serving,
}

impl Drop for Announced {
    fn drop(&mut self) {
        let named = fs::read(&self.file).ok();
        let named = named.and_then(|bytes| serde_json::from_slice::<Serving>(&bytes).ok());
        if named.as_ref() == Some(&self.serving) {
            // Left behind it would only be found to be dead.
            let _gone = fs::remove_file(&self.file);
        }
    }
}

/// A new or emptied file that only its owner may read.
pub(super) fn private_file(file: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// The user's own: by the XDG base directory specification, on Windows where programs keep what is
/// of one machine.
fn usual() -> Option<PathBuf> {
    let named = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let parent = if cfg!(windows) {
        named("LOCALAPPDATA")
    } else {
        named("XDG_DATA_HOME").or_else(|| Some(named("HOME")?.join(".local/share")))
    };
    Some(parent?.join("tsuzuki"))
}
