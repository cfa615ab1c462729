//! The writer: one thread, one connection. All work that waits goes into one transaction and is
//! answered once that is committed; work that fails is undone alone.

use super::fault::Trouble;
use super::journal::Journal;
use rusqlite::Connection;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;
use tokio::sync::oneshot;

/// The most pieces of work in one transaction.
const TOGETHER: usize = 1024;
/// How long the writer is idle before it tidies up.
const IDLE: Duration = Duration::from_millis(20);

/// What a piece of work writes with.
pub(super) struct Desk {
    /// The one connection that writes.
    pub(super) db: Connection,
    /// What is known of the journal.
    pub(super) journal: Journal,
    /// Whether text was removed that still stands in the write-ahead log.
    pub(super) erased: bool,
    /// Whether something was rolled back, so that the journal has to be read again.
    stale: bool,
}

/// Whether a transaction keeps the journal short as well.
#[derive(Clone, Copy)]
enum Tidy {
    Too,
    /// Room may be what is lacking: only what was asked.
    Later,
}

/// A piece of work. It may be done twice: when the transaction it shared with others is lost, each is
/// done again alone.
trait Work: Send {
    /// Does it, and keeps what came of it. Whether it succeeded.
    fn work(&mut self, desk: &mut Desk) -> bool;
    /// The transaction was lost for this reason.
    fn lost(&mut self, why: Trouble);
    /// Tells what came of it.
    fn answer(self: Box<Self>);
}

struct Asked<T, F> {
    work: F,
    came: Option<Result<T, Trouble>>,
    reply: oneshot::Sender<Result<T, Trouble>>,
}

impl<T: Send, F: FnMut(&mut Desk) -> Result<T, Trouble> + Send> Work for Asked<T, F> {
    fn work(&mut self, desk: &mut Desk) -> bool {
        let came = (self.work)(desk);
        let succeeded = came.is_ok();
        self.came = Some(came);
        succeeded
    }

    fn lost(&mut self, why: Trouble) {
        // A failure of its own says more.
        if !matches!(self.came, Some(Err(_))) {
            self.came = Some(Err(why));
        }
    }

    fn answer(self: Box<Self>) {
        // Who asked may have left; it is kept all the same.
        let _told = self.reply.send(self.came.unwrap_or(Err(Trouble::Ended)));
    }
}

/// The way to the writer's thread.
pub(super) struct Writer {
    send: Option<Sender<Box<dyn Work>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread; `open` is called on it.
    pub(super) async fn start(
        open: impl FnOnce() -> Result<Desk, Trouble> + Send + 'static,
    ) -> Result<Self, Trouble> {
        let (send, receive) = channel();
        let (opened, open_came) = oneshot::channel();
        let thread = Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || match open() {
                Ok(mut desk) => {
                    if opened.send(Ok(())).is_ok() {
                        desk.serve(&receive);
                    }
                }
                Err(trouble) => {
                    let _told = opened.send(Err(trouble));
                }
            })?;
        open_came.await.unwrap_or(Err(Trouble::Ended))?;
        Ok(Self {
            send: Some(send),
            thread: Some(thread),
        })
    }

    /// Has a piece of work done.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Desk) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let (reply, came) = oneshot::channel();
        let asked = Box::new(Asked {
            work,
            came: None,
            reply,
        });
        let send = self.send.as_ref().ok_or(Trouble::Ended)?;
        send.send(asked).map_err(|_| Trouble::Ended)?;
        came.await.unwrap_or(Err(Trouble::Ended))
    }
}

impl Drop for Writer {
    /// Lets it finish what was asked, and waits: the file is free for the next one afterwards.
    fn drop(&mut self) {
        self.send = None;
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

impl Desk {
    /// Over an open connection.
    pub(super) fn new(db: Connection) -> Result<Self, Trouble> {
        let journal = Journal::read(&db)?;
        Ok(Self {
            db,
            journal,
            erased: false,
            stale: false,
        })
    }

    fn serve(&mut self, receive: &Receiver<Box<dyn Work>>) {
        loop {
            let first = if self.erased || self.journal.is_untidy() {
                match receive.recv_timeout(IDLE) {
                    Ok(work) => Some(work),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            } else {
                match receive.recv() {
                    Ok(work) => Some(work),
                    Err(_) => break,
                }
            };
            let mut batch: Vec<_> = first.into_iter().collect();
            if !batch.is_empty() {
                batch.extend(receive.try_iter().take(TOGETHER - 1));
            }
            self.keep(batch);
        }
        // SQLite gathers what its planner wants to know; it is as good without.
        let _optional = self.db.execute_batch("PRAGMA optimize");
    }

    /// Does work, and answers it.
    fn keep(&mut self, mut batch: Vec<Box<dyn Work>>) {
        if self.transact(&mut batch, Tidy::Too).is_err() {
            for work in &mut batch {
                if let Err(trouble) = self.transact(std::slice::from_mut(work), Tidy::Later) {
                    work.lost(trouble);
                }
            }
        }
        if self.erased {
            self.empty_log();
        }
        for work in batch {
            work.answer();
        }
    }

    /// Does work in one transaction.
    fn transact(&mut self, batch: &mut [Box<dyn Work>], tidy: Tidy) -> Result<(), Trouble> {
        self.db.execute_batch("BEGIN IMMEDIATE")?;
        let done = self.within(batch, tidy);
        let done = done.and_then(|()| Ok(self.db.execute_batch("COMMIT")?));
        if done.is_err() {
            self.stale = true;
            if !self.db.is_autocommit() {
                // If even that fails, the next BEGIN says so.
                let _rolled_back = self.db.execute_batch("ROLLBACK");
            }
        }
        done
    }

    fn within(&mut self, batch: &mut [Box<dyn Work>], tidy: Tidy) -> Result<(), Trouble> {
        if self.stale {
            self.journal = Journal::read(&self.db)?;
            self.stale = false;
        }
        for work in batch {
            self.saved(|desk| work.work(desk))?;
        }
        match tidy {
            // What fails here is tried again another time.
            Tidy::Too => self.saved(|desk| desk.journal.tidy(&desk.db).is_ok()),
            Tidy::Later => Ok(()),
        }
    }

    /// Does one piece of work, or nothing of it.
    fn saved(&mut self, work: impl FnOnce(&mut Self) -> bool) -> Result<(), Trouble> {
        self.db.execute_batch("SAVEPOINT work")?;
        let (changes, erased) = (self.journal.changes, self.erased);
        let succeeded = work(self);
        if self.db.is_autocommit() {
            // SQLite itself rolled all of it back: no room, no memory, a disk that failed.
            return Err(Trouble::Lost);
        }
        if succeeded {
            self.db.execute_batch("RELEASE work")?;
        } else {
            self.db.execute_batch("ROLLBACK TO work; RELEASE work")?;
            self.erased = erased;
            if self.journal.changes != changes {
                self.journal = Journal::read(&self.db)?;
            }
        }
        Ok(())
    }

    /// Writes the write-ahead log back and empties it, so that what was removed is gone from there too.
    /// While somebody reads it cannot, and is tried again.
    fn empty_log(&mut self) {
        let busy = self
            .db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                row.get::<_, i64>(0)
            });
        self.erased = !matches!(busy, Ok(0));
    }
}
