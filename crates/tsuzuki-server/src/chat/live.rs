//! A run that is alive: what of its log was written down, and what waits to be.
//!
//! The log is a list of the very bytes that the store keeps, and only grows; readers wait for a bell
//! and read on from where they stand. So there is no buffer that a slow reader could fall out of.

use super::log::{self, News};
use super::{ConversationId, Cursor, Entry, Message, MessageId, RunId, Told, User};
use crate::store::{Append, Epoch, Run, StoreError};
use futures_util::stream::Stream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use tsuzuki::Brake;

/// How much of a run may wait to be written down, in bytes of text, before the run itself waits.
const ROOM: usize = 64 * 1024;

/// A run that is alive, or was a moment ago.
pub(super) struct Live {
    pub(super) user: User,
    pub(super) run: RunId,
    pub(super) conversation: ConversationId,
    pub(super) message: MessageId,
    /// Stops the run.
    pub(super) brake: Brake,
    page: Mutex<Page>,
    /// Rings whenever the page changed.
    bell: watch::Sender<()>,
}

struct Page {
    epochs: Vec<Epoch>,
    /// What was written down, in order, and how many entries that is.
    written: Vec<Append>,
    /// How many of these pieces were joined from several.
    joined: usize,
    next: u64,
    /// The message, with everything that was written down folded over it.
    message: Message,
    /// What waits to be written down, and how much text that is.
    pending: Vec<Entry>,
    waiting: usize,
    /// Whether somebody will come for it.
    queued: bool,
    /// Whether some of it is being written.
    writing: bool,
    /// Why nothing can be written down any more.
    broken: Option<StoreError>,
    /// The message as it stands after the run.
    last: Option<Arc<Message>>,
}

/// What is to be written down of a run in one tick.
pub(super) struct Taken {
    pub(super) append: Append,
    entries: Vec<Entry>,
}

impl Live {
    /// A run over a message as it stood when the run began, with the log it has.
    pub(super) fn new(user: User, run: &Run, message: Message, written: Vec<Append>) -> Self {
        let next = log::length(&written);
        Self {
            user,
            run: run.id,
            conversation: run.conversation,
            message: run.message,
            brake: Brake::default(),
            page: Mutex::new(Page {
                epochs: run.epochs.clone(),
                written,
                joined: 0,
                next,
                message,
                pending: Vec::new(),
                waiting: 0,
                queued: false,
                writing: false,
                broken: None,
                last: None,
            }),
            bell: watch::Sender::new(()),
        }
    }

    fn page(&self) -> MutexGuard<'_, Page> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring(&self) {
        self.bell.send_replace(());
    }

    /// One more entry, joined to the last where both are text of one block. Whether somebody has to
    /// be told that there is something to write.
    pub(super) fn add(&self, entry: Entry) -> bool {
        let mut page = self.page();
        if page.broken.is_some() {
            return false;
        }
        page.waiting += match &entry {
            Entry::Text { text, .. } | Entry::Reasoning { text, .. } => text.len(),
            Entry::Part { .. }
            | Entry::Seam { .. }
            | Entry::Waiting { .. }
            | Entry::Resumed
            | Entry::Over { .. } => 0,
        };
        join(&mut page.pending, entry);
        !std::mem::replace(&mut page.queued, true)
    }

    /// What waits, as bytes; what is added from now on waits for the next time.
    pub(super) fn take(&self) -> Option<Taken> {
        let mut page = self.page();
        page.queued = false;
        if page.broken.is_some() || page.pending.is_empty() {
            return None;
        }
        let entries = std::mem::take(&mut page.pending);
        page.waiting = 0;
        page.writing = true;
        let append = Append {
            run: self.run,
            from: page.next,
            count: u32::try_from(entries.len()).unwrap_or(u32::MAX),
            entries: log::printed(&entries),
        };
        Some(Taken { append, entries })
    }

    /// It was written down: readers may have it.
    pub(super) fn publish(&self, taken: Taken) {
        let mut page = self.page();
        page.writing = false;
        for entry in &taken.entries {
            page.message.fold(entry);
        }
        page.next = taken.append.from + u64::from(taken.append.count);
        let Page {
            written, joined, ..
        } = &mut *page;
        log::push(written, joined, taken.append);
        drop(page);
        self.ring();
    }

    /// It could not be written down: the run is to stop, and what was not written was never said.
    pub(super) fn fail(&self, error: StoreError) {
        let mut page = self.page();
        page.writing = false;
        page.pending.clear();
        page.waiting = 0;
        page.broken = Some(error);
        drop(page);
        // It may be waiting for the backend.
        self.brake.cancel();
        self.ring();
    }

    /// Why nothing can be written down any more, if so.
    pub(super) fn broken(&self) -> Option<StoreError> {
        self.page().broken.clone()
    }

    /// Waits until there is room for more, or nothing can be written down any more.
    pub(super) async fn room(&self) {
        self.until(|page| page.waiting < ROOM).await;
    }

    /// Waits until everything was written down, or nothing can be any more.
    pub(super) async fn settled(&self) {
        self.until(|page| page.pending.is_empty() && !page.writing)
            .await;
    }

    async fn until(&self, holds: impl Fn(&Page) -> bool) {
        let there = || {
            let page = self.page();
            page.broken.is_some() || holds(&page)
        };
        if there() {
            return;
        }
        let mut bell = self.bell.subscribe();
        // The bell lives as long as this run does.
        while !there() && bell.changed().await.is_ok() {}
    }

    /// The message as far as it was written down, and where to read on: one moment's view.
    pub(super) fn snapshot(&self) -> (Message, Cursor) {
        let page = self.page();
        (page.message.clone(), self.cursor(&page, page.next))
    }

    /// The message after the run, once it is over.
    pub(super) fn last(&self) -> Option<Arc<Message>> {
        self.page().last.clone()
    }

    /// Waits until the run is over.
    pub(super) async fn closed(&self) {
        let mut bell = self.bell.subscribe();
        while self.last().is_none() && bell.changed().await.is_ok() {}
    }

    /// The run is over, and this is its message.
    pub(super) fn close(&self, message: Arc<Message>) {
        self.page().last = Some(message);
        self.ring();
    }

    fn cursor(&self, page: &Page, seq: u64) -> Cursor {
        Cursor {
            run: self.run,
            epoch: log::epoch(&page.epochs),
            seq,
        }
    }

    /// What the run says after a cursor, to its end. A reader without a cursor, or with one that this
    /// log cannot go on from, gets the message first.
    pub(super) fn read(
        self: Arc<Self>,
        after: Option<Cursor>,
    ) -> impl Stream<Item = Told> + Send + 'static {
        async_stream::stream! {
            let mut bell = self.bell.subscribe();
            let known = after.and_then(|after| {
                let page = self.page();
                log::place(&page.epochs, page.next, after)
            });
            let mut at = match known {
                Some(seq) => seq,
                None => {
                    let (message, cursor) = self.snapshot();
                    yield Told::Message(Arc::new(message), Some(cursor));
                    cursor.seq
                }
            };
            loop {
                let (news, last) = self.since(at);
                if let Some(news) = news {
                    let cursor;
                    (at, cursor) = (news.next, news.cursor);
                    yield self.told(news.news, cursor);
                    continue;
                }
                if let Some(last) = last {
                    yield Told::Message(last, None);
                    return;
                }
                if bell.changed().await.is_err() {
                    return;
                }
            }
        }
    }

    fn since(&self, at: u64) -> (Option<Piece>, Option<Arc<Message>>) {
        let page = self.page();
        let news = log::after(&page.written, at).map(|news| {
            let next = news.from + news.count;
            Piece {
                cursor: self.cursor(&page, next),
                next,
                news,
            }
        });
        (news, page.last.clone())
    }

    fn told(&self, news: News, cursor: Cursor) -> Told {
        Told::Entries {
            conversation: self.conversation,
            message: self.message,
            from: news.from,
            entries: news.entries,
            cursor,
        }
    }
}

/// A piece of the log, and where its reader stands after it.
struct Piece {
    news: News,
    next: u64,
    cursor: Cursor,
}

/// Adds an entry, joined to the last where both are text of one block.
fn join(pending: &mut Vec<Entry>, entry: Entry) {
    match (pending.last_mut(), &entry) {
        (
            Some(Entry::Text { block, text }),
            Entry::Text {
                block: next,
                text: more,
            },
        )
        | (
            Some(Entry::Reasoning { block, text }),
            Entry::Reasoning {
                block: next,
                text: more,
            },
        ) if block == next => text.push_str(more),
        (
            Some(
                Entry::Text { .. }
                | Entry::Reasoning { .. }
                | Entry::Part { .. }
                | Entry::Seam { .. }
                | Entry::Waiting { .. }
                | Entry::Resumed
                | Entry::Over { .. },
            )
            | None,
            _,
        ) => pending.push(entry),
    }
}
