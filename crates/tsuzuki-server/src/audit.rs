//! The audit log: a line of JSON for every request that had a key or was refused. Never what it says.

use crate::private;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// A log that is open. Lines are written in the order they come, by a thread of its own, and all of
/// them before the last owner lets go.
#[derive(Clone)]
pub struct Audit(Arc<Writer>);

struct Writer {
    lines: Mutex<Option<Sender<String>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Audit {
    /// Opens a log to add to; a new one can be read by its owner only.
    ///
    /// # Errors
    /// The file cannot be opened, or there is no thread to write it.
    pub fn open(file: &Path) -> io::Result<Self> {
        let file = private::append(file)?;
        let (lines, coming) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || write(file, &coming))?;
        Ok(Self(Arc::new(Writer {
            lines: Mutex::new(Some(lines)),
            thread: Mutex::new(Some(thread)),
        })))
    }

    /// Adds a line.
    pub(crate) fn tell(&self, line: &serde_json::Value) {
        let lines = self.0.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let told = lines.as_ref().map(|lines| lines.send(format!("{line}\n")));
        if !matches!(told, Some(Ok(()))) {
            tracing::error!("the audit log is not written any more");
        }
    }
}

fn write(file: File, coming: &Receiver<String>) {
    let mut file = BufWriter::new(file);
    while let Ok(first) = coming.recv() {
        let rest = coming.try_iter();
        let written = std::iter::once(first)
            .chain(rest)
            .try_for_each(|line| file.write_all(line.as_bytes()))
            .and_then(|()| file.flush());
        if let Err(error) = written {
            tracing::error!(%error, "the audit log cannot be written");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let lines = self.lines.get_mut().unwrap_or_else(PoisonError::into_inner);
        *lines = None;
        let thread = self
            .thread
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take() {
            // It panicked: there is nothing left to wait for.
            let _ended = thread.join();
        }
    }
}

impl fmt::Debug for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Audit")
    }
}
