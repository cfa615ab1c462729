//! Pieces of a body that come together, joined.
//!
//! An HTTP client hands over a body chunk by chunk, from one task to another. Whoever writes after
//! each of them makes as many system calls as there are deltas, which is most of what forwarding a
//! fast stream costs. And a small piece is a slice of a buffer of the client's: whoever keeps the
//! piece keeps all of the buffer.

use crate::{BodyError, RawBody};
use bytes::Bytes;
use futures_util::stream::{Stream, StreamExt};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// So many bytes are worth a write of their own.
const ENOUGH: usize = 16 * 1024;
/// A piece of so many bytes that comes alone is passed on at once, and without a copy.
const LARGE: usize = 1024;

/// A body whose small pieces are joined with those that are there already. It waits for nothing
/// but the tasks that are ready to run, once, so that the client's has its turn.
pub(super) struct Gathered {
    body: RawBody,
    /// A large piece, as long as it is alone.
    alone: Option<Bytes>,
    /// Small pieces, copied as soon as they come: until then the client cannot use the buffer they
    /// stand in, and takes another.
    joined: Vec<u8>,
    turn: Turn,
    /// How the body ended, when pieces before that were still to be passed on.
    ending: Option<Option<BodyError>>,
}

/// Whether other tasks had their turn since the last piece.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Ours,
    Theirs,
}

impl Gathered {
    pub(super) fn new(body: RawBody) -> Self {
        Self {
            body,
            alone: None,
            joined: Vec::new(),
            turn: Turn::Ours,
            ending: None,
        }
    }

    fn take(&mut self, piece: Bytes) {
        if self.is_empty() && piece.len() >= LARGE {
            self.alone = Some(piece);
            return;
        }
        if let Some(first) = self.alone.take() {
            self.joined.extend_from_slice(&first);
        }
        if self.joined.is_empty() {
            self.joined.reserve_exact(piece.len());
        }
        self.joined.extend_from_slice(&piece);
    }

    fn is_empty(&self) -> bool {
        self.alone.is_none() && self.joined.is_empty()
    }

    fn length(&self) -> usize {
        self.alone.as_ref().map_or(self.joined.len(), Bytes::len)
    }

    fn join(&mut self) -> Bytes {
        self.turn = Turn::Ours;
        match self.alone.take() {
            Some(alone) => alone,
            None => Bytes::from(std::mem::take(&mut self.joined).into_boxed_slice()),
        }
    }
}

impl Stream for Gathered {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(ending) = this.ending.take() {
            return Poll::Ready(ending.map(Err));
        }
        loop {
            match this.body.poll_next_unpin(cx) {
                Poll::Ready(Some(Ok(piece))) => {
                    this.take(piece);
                    this.turn = Turn::Ours;
                    if this.length() >= ENOUGH {
                        return Poll::Ready(Some(Ok(this.join())));
                    }
                }
                Poll::Ready(ending) => {
                    let ending = ending.and_then(Result::err);
                    if this.is_empty() {
                        return Poll::Ready(ending.map(Err));
                    }
                    this.ending = Some(ending);
                    return Poll::Ready(Some(Ok(this.join())));
                }
                Poll::Pending if this.is_empty() => return Poll::Pending,
                Poll::Pending if this.alone.is_some() => return Poll::Ready(Some(Ok(this.join()))),
                Poll::Pending => match this.turn {
                    Turn::Ours => {
                        this.turn = Turn::Theirs;
                        // Woken by the runtime when it has polled for events. A task that wakes
                        // itself makes it wake another thread as well, for every delta.
                        if pin!(tokio::task::yield_now()).poll(cx).is_pending() {
                            return Poll::Pending;
                        }
                    }
                    Turn::Theirs => return Poll::Ready(Some(Ok(this.join()))),
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ENOUGH, Gathered};
    use crate::BodyError;
    use bytes::Bytes;
    use futures_util::{FutureExt, StreamExt, stream};
    use tokio::sync::mpsc;

    type Piece = Result<Bytes, BodyError>;

    fn body(pieces: Vec<Piece>) -> Gathered {
        Gathered::new(stream::iter(pieces).boxed())
    }

    #[tokio::test]
    async fn what_is_there_comes_together_and_the_break_behind_it() {
        let pieces = ["a", "b", "c"].map(|text| Ok(Bytes::from(text)));
        let broken = pieces.into_iter().chain([Err(BodyError::Lost)]).collect();
        let all: Vec<Piece> = body(broken).collect().await;
        assert_eq!(all, [Ok(Bytes::from("abc")), Err(BodyError::Lost)]);
    }

    #[tokio::test]
    async fn a_piece_is_not_kept_waiting_for_the_next() {
        let (sender, receiver) = mpsc::unbounded_channel();
        let pieces = stream::unfold(receiver, |mut receiver| async move {
            Some((receiver.recv().await?, receiver))
        });
        let mut gathered = Gathered::new(pieces.boxed());
        assert!(gathered.next().now_or_never().is_none());
        sender.send(Ok(Bytes::from("one"))).expect("sent");
        assert_eq!(gathered.next().await, Some(Ok(Bytes::from("one"))));
        assert!(gathered.next().now_or_never().is_none());
        drop(sender);
        assert_eq!(gathered.next().await, None);
    }

    #[tokio::test]
    async fn much_is_passed_on_in_parts() {
        let piece = Bytes::from(vec![7; 1000]);
        let all: Vec<Piece> = body(vec![Ok(piece); 100]).collect().await;
        let lengths: Vec<usize> = all
            .into_iter()
            .map(|piece| piece.expect("whole").len())
            .collect();
        assert_eq!(lengths.iter().sum::<usize>(), 100_000);
        assert!(
            lengths.iter().all(|length| *length < ENOUGH + 1000),
            "{lengths:?}"
        );
        assert!(lengths.len() < 10, "{lengths:?}");
    }
}
