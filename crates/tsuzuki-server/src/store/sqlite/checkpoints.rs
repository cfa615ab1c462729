//! Checkpoints: what the write-ahead log holds is written back into the file by a thread of its own, so
//! that no tick waits for it. SQLite lets it work beside the writer. Right after a commit it catches
//! up before the next one most of the time, and then the log begins anew from its start; where it never
//! does, the writer's own checkpoint (`wal_autocheckpoint`) bounds the log.
//!
//! A log that is written back still holds what it held. After text was removed the writer empties it.

use super::fault::Trouble;
use super::schema::PATIENCE;
use rusqlite::Connection;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// The least time from one to the next.
const PAUSE: Duration = Duration::from_millis(300);
/// How long emptying the log waits for readers: ticks wait as long.
const READERS: Duration = Duration::from_millis(50);

/// The thread; it ends once the writer's end of the channel is gone.
pub(super) struct Checkpoints {
    thread: Option<JoinHandle<()>>,
}

/// The writer's side.
pub(super) struct Commits {
    told: SyncSender<()>,
    one_at_a_time: Arc<Mutex<()>>,
}

/// The thread's side.
pub(super) struct Heard {
    told: Receiver<()>,
    one_at_a_time: Arc<Mutex<()>>,
}

/// Both sides.
pub(super) fn commits() -> (Commits, Heard) {
    let (tell, told) = sync_channel(1);
    let one_at_a_time = Arc::new(Mutex::new(()));
    let commits = Commits {
        told: tell,
        one_at_a_time: Arc::clone(&one_at_a_time),
    };
    let heard = Heard {
        told,
        one_at_a_time,
    };
    (commits, heard)
}

impl Commits {
    /// Something was committed.
    pub(super) fn tell(&self) {
        // It was told already, or all of this is about to end.
        let _told = self.told.try_send(());
    }

    /// Writes the log back and empties it. Whether that was possible: while somebody reads what is
    /// older, it is not.
    pub(super) fn empty_log(&self, db: &Connection) -> bool {
        let _alone = self
            .one_at_a_time
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let emptied = db
            .busy_timeout(READERS)
            .and_then(|()| db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)));
        let restored = db.busy_timeout(PATIENCE);
        restored.is_ok() && matches!(emptied, Ok(0))
    }
}

impl Checkpoints {
    /// Starts the thread.
    pub(super) fn start(db: Connection, heard: Heard) -> Result<Self, Trouble> {
        let thread = Builder::new()
            .name("store-checkpoints".to_owned())
            .spawn(move || serve(&db, &heard))?;
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

fn serve(db: &Connection, heard: &Heard) {
    while heard.told.recv().is_ok() {
        let alone = heard
            .one_at_a_time
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Whatever keeps it from working, a full disk say, the writer meets and tells as well.
        let _tried = db.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
        drop(alone);
        let until = Instant::now() + PAUSE;
        loop {
            let pause = until.saturating_duration_since(Instant::now());
            match heard.told.recv_timeout(pause) {
                // The next one after the pause is early enough.
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }
}
