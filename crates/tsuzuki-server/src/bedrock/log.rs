//! The bytes of one response, written once and read by every client that waits for them.
//!
//! ```text
//!   writer ── open(head) ── append(bytes)* ── close ──▶ log ──▶ reader (the first request)
//!                                                         └───▶ reader (a retry, from the start)
//! ```
//!
//! While a retry may still come, everything is kept; afterwards only what the slowest reader has
//! not taken. The writer waits when it is too far ahead, and learns when all readers are gone.

use super::budget::Retries;
use crate::door::{Body, Response, pieces};
use async_stream::stream;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;
use tsuzuki::BodyError;

/// The bytes of one response.
pub(crate) struct Log {
    state: Mutex<State>,
    /// Something came for readers.
    grown: Notify,
    /// A reader took something or went away. Only the writer waits for this.
    taken: Notify,
}

/// How a response begins.
#[derive(Clone)]
pub(crate) struct Opening {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

struct State {
    opening: Option<Opening>,
    pieces: VecDeque<Bytes>,
    /// The number of the first piece that is still here.
    first: usize,
    /// How many bytes are here.
    bytes: usize,
    ending: Ending,
    readers: Vec<Place>,
    /// The next reader's number.
    next_reader: usize,
    /// When the last reader went.
    left: Instant,
    retries: Retries,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Running,
    Over,
    /// It stopped before it was over.
    Broken,
}

/// Where a reader is.
struct Place {
    reader: usize,
    /// The number of the piece it takes next.
    next: usize,
}

impl Log {
    pub(crate) fn new(retries: Retries) -> Self {
        Self {
            state: Mutex::new(State {
                opening: None,
                pieces: VecDeque::new(),
                first: 0,
                bytes: 0,
                ending: Ending::Running,
                readers: Vec::new(),
                next_reader: 0,
                left: Instant::now(),
                retries,
            }),
            grown: Notify::new(),
            taken: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first reader.
    pub(crate) fn reader(self: &Arc<Self>) -> Reader {
        self.state().enter(Arc::clone(self))
    }

    /// A reader from the start, if retries may join.
    pub(crate) fn join(self: &Arc<Self>) -> Option<Reader> {
        let mut state = self.state();
        state
            .retries_may_join()
            .then(|| state.enter(Arc::clone(self)))
    }

    /// Whether it is known how the response begins.
    pub(crate) fn is_open(&self) -> bool {
        self.state().opening.is_some()
    }

    /// Says how the response begins.
    pub(crate) fn open(&self, opening: Opening) {
        self.state().opening = Some(opening);
        self.grown.notify_waiters();
    }

    /// Adds bytes.
    pub(crate) fn append(&self, piece: Bytes) {
        if piece.is_empty() {
            return;
        }
        self.state().push(piece);
        self.grown.notify_waiters();
    }

    /// Says that nothing follows.
    pub(crate) fn finish(&self) {
        self.end(Ending::Over);
    }

    /// Says that nothing follows although the response is not over, unless it is.
    pub(crate) fn break_off(&self) {
        self.end(Ending::Broken);
    }

    fn end(&self, ending: Ending) {
        let mut state = self.state();
        if state.ending == Ending::Running {
            state.ending = ending;
        }
        drop(state);
        self.grown.notify_waiters();
    }

    /// How many bytes are kept for retries; `None` when they may not join any more.
    pub(crate) fn kept(&self) -> Option<usize> {
        let state = self.state();
        state.retries_may_join().then_some(state.bytes)
    }

    /// Lets nobody join any more.
    pub(crate) fn keep_retries_out(&self) {
        self.state().keep_retries_out();
    }

    /// Waits until the slowest reader is less than so many bytes behind.
    pub(crate) async fn room(&self, ahead: usize) {
        while self.state().behind() >= ahead {
            self.taken.notified().await;
        }
    }

    /// Waits until nobody has read for this long, or at all where nobody could come back to it. From
    /// then on nobody joins.
    pub(crate) async fn abandoned(&self, grace: Duration) {
        loop {
            let until = {
                let mut state = self.state();
                let grace = match state.retries_may_join() {
                    true => grace,
                    false => Duration::ZERO,
                };
                let until = state.readers.is_empty().then(|| state.left + grace);
                if until.is_some_and(|until| until <= Instant::now()) {
                    state.keep_retries_out();
                    return;
                }
                until
            };
            match until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => self.taken.notified().await,
            }
        }
    }
}

impl State {
    fn enter(&mut self, log: Arc<Log>) -> Reader {
        let number = self.next_reader;
        self.next_reader += 1;
        self.readers.push(Place {
            reader: number,
            next: self.first,
        });
        Reader { log, number }
    }

    fn push(&mut self, piece: Bytes) {
        let length = piece.len();
        self.bytes += length;
        self.pieces.push_back(piece);
        let fits = match &self.retries {
            // Both are done, so that what is given back is what was taken.
            Retries::Join { most_bytes, budget } => {
                budget.take(length) & (self.bytes <= *most_bytes)
            }
            Retries::StayOut => true,
        };
        if !fits {
            self.keep_retries_out();
        }
        self.trim();
    }

    const fn retries_may_join(&self) -> bool {
        match self.retries {
            Retries::Join { .. } => true,
            Retries::StayOut => false,
        }
    }

    fn keep_retries_out(&mut self) {
        if let Retries::Join { budget, .. } = &self.retries {
            budget.give_back(self.bytes);
        }
        self.retries = Retries::StayOut;
        self.trim();
        self.pieces.shrink_to_fit();
    }

    /// Forgets what nobody will read any more.
    fn trim(&mut self) {
        if self.retries_may_join() {
            return;
        }
        let needed = self.readers.iter().map(|place| place.next).min();
        while needed.is_none_or(|needed| self.first < needed) {
            let Some(piece) = self.pieces.pop_front() else {
                return;
            };
            self.first += 1;
            self.bytes -= piece.len();
        }
    }

    fn take(&mut self, reader: usize) -> Option<Bytes> {
        let place = self
            .readers
            .iter_mut()
            .find(|place| place.reader == reader)?;
        let piece = self.pieces.get(place.next - self.first)?.clone();
        place.next += 1;
        self.trim();
        Some(piece)
    }

    /// How many bytes the slowest reader has yet to take.
    fn behind(&self) -> usize {
        let Some(slowest) = self.readers.iter().map(|place| place.next).min() else {
            return 0;
        };
        self.pieces
            .range(slowest - self.first..)
            .map(Bytes::len)
            .sum()
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.keep_retries_out();
    }
}

/// One client that waits for the response; dropped when it is gone.
pub(crate) struct Reader {
    log: Arc<Log>,
    number: usize,
}

impl Reader {
    /// Waits until the response begins. `None`: it broke off before.
    pub(crate) async fn open(self) -> Option<Response> {
        let Opening { status, headers } = loop {
            let grown = self.log.grown.notified();
            let mut grown = std::pin::pin!(grown);
            grown.as_mut().enable();
            {
                let state = self.log.state();
                if let Some(opening) = &state.opening {
                    break opening.clone();
                }
                if state.ending != Ending::Running {
                    return None;
                }
            }
            grown.await;
        };
        let mut response = http::Response::new(self.body());
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Some(response)
    }

    fn body(self) -> Body {
        pieces(stream! {
            loop {
                match self.next().await {
                    Ok(Some(piece)) => yield Ok(piece),
                    Ok(None) => return,
                    Err(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        })
    }

    async fn next(&self) -> Result<Option<Bytes>, BodyError> {
        loop {
            let grown = self.log.grown.notified();
            let mut grown = std::pin::pin!(grown);
            grown.as_mut().enable();
            {
                let mut state = self.log.state();
                if let Some(piece) = state.take(self.number) {
                    drop(state);
                    self.log.taken.notify_one();
                    return Ok(Some(piece));
                }
                match state.ending {
                    Ending::Running => {}
                    Ending::Over => return Ok(None),
                    Ending::Broken => return Err(BodyError::Lost),
                }
            }
            grown.await;
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.log.state();
        state.readers.retain(|place| place.reader != self.number);
        state.left = Instant::now();
        state.trim();
        drop(state);
        self.log.taken.notify_one();
    }
}
