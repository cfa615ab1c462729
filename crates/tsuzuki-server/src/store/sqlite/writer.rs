//! The writer: one thread, one connection. Work that waits goes into one transaction and is answered
//! once that is committed; work that fails is undone alone. Ticks go first, and a transaction takes no
//! more than they can wait for, so that a thousand answers that end at once hold up no other.

use super::checkpoints::Commits;
use super::fault::Trouble;
use super::journal::Journal;
use rusqlite::Connection;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// A transaction that took so long takes no more work.
const LONG: Duration = Duration::from_millis(8);
/// How long after a try to empty the log it is tried again.
const AGAIN: Duration = Duration::from_millis(500);
/// How long the writer is idle before it tidies up.
const IDLE: Duration = Duration::from_millis(20);

/// What a piece of work writes with.
pub(super) struct Desk {
    /// The one connection that writes.
    pub(super) db: Connection,
    /// What is known of the journal.
    pub(super) journal: Journal,
    /// Whether text was removed since the write-ahead log was last emptied, or that was tried.
    pub(super) erased: bool,
    /// When it was last tried in vain.
    to_empty: Option<Instant>,
    commits: Commits,
    /// Whether something was rolled back, so that the journal has to be read again.
    stale: bool,
}

/// How soon something is to be done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// Before all that waits: readers wait for it.
    First,
    /// In its turn.
    Next,
}

/// A piece of work. It may be done twice: when the transaction it shared with others is lost, each is
/// done again alone.
trait Work: Send {
    /// How soon it is to be done.
    fn turn(&self) -> Turn;
    /// Does it, and keeps what came of it. Whether it succeeded.
    fn work(&mut self, desk: &mut Desk) -> bool;
    /// The transaction was lost for this reason.
    fn lost(&mut self, why: Trouble);
    /// Tells what came of it.
    fn answer(self: Box<Self>);
}

struct Asked<T, F> {
    turn: Turn,
    work: F,
    came: Option<Result<T, Trouble>>,
    reply: oneshot::Sender<Result<T, Trouble>>,
}

impl<T: Send, F: FnMut(&mut Desk) -> Result<T, Trouble> + Send> Work for Asked<T, F> {
    fn turn(&self) -> Turn {
        self.turn
    }

    fn work(&mut self, desk: &mut Desk) -> bool {
        // What came of an earlier try is worth nothing if this one panics.
        self.came = Some(Err(Trouble::Panicked));
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
        turn: Turn,
        work: impl FnMut(&mut Desk) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let (reply, came) = oneshot::channel();
        let asked = Box::new(Asked {
            turn,
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
    pub(super) fn new(db: Connection, commits: Commits) -> Result<Self, Trouble> {
        let journal = Journal::read(&db)?;
        Ok(Self {
            db,
            journal,
            // The process before this one may have been killed before it emptied the log.
            erased: true,
            to_empty: None,
            commits,
            stale: false,
        })
    }

    fn serve(&mut self, receive: &Receiver<Box<dyn Work>>) {
        let mut waiting = VecDeque::new();
        loop {
            if waiting.is_empty() {
                match self.wait(receive) {
                    Ok(work) => waiting.push_back(work),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            waiting.extend(receive.try_iter());
            waiting.make_contiguous().sort_by_key(|work| work.turn());
            self.keep(&mut waiting);
        }
        // SQLite gathers what its planner wants to know; it is as good without.
        let _optional = self.db.execute_batch("PRAGMA optimize");
    }

    /// Waits for work, or a little while if there is something to tidy up.
    fn wait(&self, receive: &Receiver<Box<dyn Work>>) -> Result<Box<dyn Work>, RecvTimeoutError> {
        if self.to_empty.is_some() || self.journal.is_untidy() {
            receive.recv_timeout(IDLE)
        } else {
            receive.recv().map_err(|_| RecvTimeoutError::Disconnected)
        }
    }

    /// Does some of the work that waits, from the front, and answers it.
    fn keep(&mut self, waiting: &mut VecDeque<Box<dyn Work>>) {
        let mut done = 0;
        let together = self.transact(|desk| {
            let started = Instant::now();
            for work in waiting.iter_mut() {
                done += 1;
                desk.saved(|desk| work.work(desk))?;
                if started.elapsed() > LONG {
                    break;
                }
            }
            // What fails here is tried again another time.
            desk.saved(|desk| desk.journal.tidy(&desk.db).is_ok())
        });
        if let Err(trouble) = together {
            // Alone, and without tidying up: room may be what is lacking.
            for work in waiting.iter_mut().take(done) {
                let alone = self.transact(|desk| desk.saved(|desk| work.work(desk)));
                if let Err(trouble) = alone {
                    work.lost(trouble);
                }
            }
            if done == 0 {
                // It did not even begin, and would not for the next one.
                done = waiting.len();
                for work in waiting.iter_mut() {
                    work.lost(trouble.same());
                }
            }
        }
        self.empty_log();
        for work in waiting.drain(..done) {
            work.answer();
        }
        self.commits.tell();
    }

    /// Does something in one transaction.
    fn transact(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        self.db.execute_batch("BEGIN IMMEDIATE")?;
        let done = self
            .refresh()
            .and_then(|()| work(self))
            .and_then(|()| Ok(self.db.execute_batch("COMMIT")?));
        if done.is_err() {
            self.stale = true;
            if !self.db.is_autocommit() {
                // If even that fails, the next BEGIN says so.
                let _rolled_back = self.db.execute_batch("ROLLBACK");
            }
        }
        done
    }

    /// Knows the journal again after something was rolled back.
    fn refresh(&mut self) -> Result<(), Trouble> {
        if self.stale {
            self.journal = Journal::read(&self.db)?;
            self.stale = false;
        }
        Ok(())
    }

    /// Does one piece of work, or nothing of it. Work that panics is undone like work that fails: the
    /// store goes on for everybody else.
    fn saved(&mut self, work: impl FnOnce(&mut Self) -> bool) -> Result<(), Trouble> {
        self.db.execute_batch("SAVEPOINT work")?;
        let (changes, erased) = (self.journal.changes, self.erased);
        let succeeded = catch_unwind(AssertUnwindSafe(|| work(self))).unwrap_or_else(|_panic| {
            // Nobody knows how far it came with the journal.
            self.journal.changes = self.journal.changes.wrapping_add(1);
            false
        });
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

    /// Empties the write-ahead log after text was removed, so that it is gone from there too. While
    /// somebody reads, a backup say, it cannot, and is tried again after a while.
    fn empty_log(&mut self) {
        let again = self.to_empty.is_some_and(|tried| tried.elapsed() > AGAIN);
        if self.erased || again {
            self.erased = false;
            let emptied = self.commits.empty_log(&self.db);
            self.to_empty = (!emptied).then(Instant::now);
        }
    }
}
