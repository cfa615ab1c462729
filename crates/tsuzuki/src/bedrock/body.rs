//! The body of a response, with a limit on its silence.

use super::lanes::Place;
use crate::BodyError;
use bytes::Bytes;
use futures_util::stream::Stream;
use hyper::body::{Body as _, Incoming};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// A body on its way. Dropping it hangs up.
pub(super) struct Paced {
    /// `None` once it is over.
    body: Option<(Incoming, Place)>,
    limit: Duration,
    silence: Pin<Box<Sleep>>,
    waiting: Waiting,
}

/// Whether the timer runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    Yes,
    No,
}

impl Paced {
    pub(super) fn new(body: Incoming, place: Place, limit: Duration) -> Self {
        Self {
            body: Some((body, place)),
            limit,
            silence: Box::pin(sleep(limit)),
            waiting: Waiting::No,
        }
    }
}

impl Stream for Paced {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let Some((body, _)) = &mut this.body else {
                return Poll::Ready(None);
            };
            let Poll::Ready(frame) = Pin::new(body).poll_frame(cx) else {
                // The timer is set when the silence begins, not at every piece: setting it costs
                // more than passing a piece on.
                if this.waiting == Waiting::No {
                    this.silence.as_mut().reset(Instant::now() + this.limit);
                    this.waiting = Waiting::Yes;
                }
                ready!(this.silence.as_mut().poll(cx));
                this.body = None;
                return Poll::Ready(Some(Err(BodyError::Stalled)));
            };
            this.waiting = Waiting::No;
            match frame {
                Some(Ok(frame)) => {
                    // Trailers say nothing that Bedrock's operations define.
                    if let Ok(bytes) = frame.into_data() {
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                }
                Some(Err(_)) => {
                    this.body = None;
                    return Poll::Ready(Some(Err(BodyError::Lost)));
                }
                None => {
                    this.body = None;
                    return Poll::Ready(None);
                }
            }
        }
    }
}
