//! Checkpoints: what the write-ahead log holds is written back into the file by a thread of its own, so
//! that no tick waits for it. SQLite lets it work beside the writer. Right after a commit it catches
//! up before the next one most of the time, and then the log begins anew from its start; where it never
//! does, the writer's own checkpoint (`wal_autocheckpoint`) bounds the log.

use super::fault::Trouble;
use rusqlite::Connection;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// The least time from one to the next.
const PAUSE: Duration = Duration::from_millis(300);

/// The thread; it ends once the writer's end of the channel is gone.
pub(super) struct Checkpoints {
    thread: Option<JoinHandle<()>>,
}

/// How the writer tells that it committed something, and how that is heard.
pub(super) fn commits() -> (SyncSender<()>, Receiver<()>) {
    sync_channel(1)
}

impl Checkpoints {
    /// Starts the thread.
    pub(super) fn start(db: Connection, committed: Receiver<()>) -> Result<Self, Trouble> {
        let thread = Builder::new()
            .name("store-checkpoints".to_owned())
            .spawn(move || serve(&db, &committed))?;
        Ok(Self {
            thread: Some(thread),
        })
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

fn serve(db: &Connection, committed: &Receiver<()>) {
    while committed.recv().is_ok() {
        // Whatever keeps it from working, a full disk say, the writer meets and tells as well.
        let _tried = db.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
        let until = Instant::now() + PAUSE;
        loop {
            let pause = until.saturating_duration_since(Instant::now());
            match committed.recv_timeout(pause) {
                // The next one after the pause is early enough.
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }
}
