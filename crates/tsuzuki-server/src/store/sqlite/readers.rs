//! The readers: a few threads, each with a connection that cannot write.

use super::fault::Trouble;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use tokio::sync::oneshot;

const THREADS: usize = 3;

type Work = Box<dyn FnOnce(&Connection) + Send>;

/// The way to the readers' threads.
pub(super) struct Readers {
    send: Option<Sender<Work>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts the threads.
    pub(super) fn start(
        file: &Path,
        open: fn(&Path) -> Result<Connection, Trouble>,
    ) -> Result<Self, Trouble> {
        let (send, receive) = channel();
        let receive = Arc::new(Mutex::new(receive));
        let mut readers = Self {
            send: Some(send),
            threads: Vec::new(),
        };
        for number in 1..=THREADS {
            let db = open(file)?;
            let receive = Arc::clone(&receive);
            let thread = Builder::new()
                .name(format!("store-reader-{number}"))
                .spawn(move || serve(&db, &receive))?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    /// Has something read: all of it from one moment.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let (reply, came) = oneshot::channel();
        let work: Work = Box::new(move |db| {
            // Who asked may have left.
            let _told = reply.send(at_one_moment(db, work));
        });
        let send = self.send.as_ref().ok_or(Trouble::Ended)?;
        send.send(work).map_err(|_| Trouble::Ended)?;
        came.await.unwrap_or(Err(Trouble::Ended))
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.send = None;
        for thread in self.threads.drain(..) {
            let _ended = thread.join();
        }
    }
}

fn serve(db: &Connection, receive: &Mutex<Receiver<Work>>) {
    loop {
        // The lock is held while waiting: one thread waits for work, the others for the lock.
        let next = receive
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        match next {
            Ok(work) => work(db),
            Err(_) => break,
        }
    }
}

/// What panics is a failure of whoever asked: the thread reads on for everybody else.
fn at_one_moment<T>(
    db: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    let moment = db.unchecked_transaction()?;
    let came = catch_unwind(AssertUnwindSafe(|| work(&moment)));
    moment.commit()?;
    came.unwrap_or(Err(Trouble::Panicked))
}
