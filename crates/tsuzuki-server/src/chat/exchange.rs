//! What was sent and received for each part of an answer, kept for whoever wants to see it.

use super::{MessageId, Moment};
use crate::store::{Exchange, Store};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use std::sync::Arc;
use tokio::sync::mpsc;
use tsuzuki::engine::{Abilities, Event, Frame, Leg, Lesson, ModelId};
use tsuzuki::wire::{eventstream, leg_body};
use tsuzuki::{Backend, RawRequest, RawResponse};

/// The most that is kept of one request, and of one response, in bytes.
const MOST: usize = 1024 * 1024;

/// How the bytes of a file stand in a request: quotation marks within texts are written otherwise.
const FILE: &[u8] = b"\"bytes\":\"";

/// How many exchanges may wait to be kept; beyond, they are let go: they are there to be looked at,
/// and no answer waits for them.
const QUEUE: usize = 256;

/// Where exchanges go.
#[derive(Clone)]
pub(super) struct Files(mpsc::Sender<(MessageId, Exchange)>);

impl Files {
    /// A place for exchanges, and what comes out of it.
    pub(super) fn new() -> (Self, mpsc::Receiver<(MessageId, Exchange)>) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Self(sender), receiver)
    }
}

/// Keeps exchanges, for ever.
pub(super) async fn keep(store: &dyn Store, mut files: mpsc::Receiver<(MessageId, Exchange)>) {
    while let Some((message, exchange)) = files.recv().await {
        if let Err(error) = store.put_exchange(message, &exchange).await {
            tracing::warn!(%message, part = exchange.part, %error, "an exchange was not kept");
        }
    }
}

/// A backend that writes down what it is asked and what it answers.
pub(super) struct Recorded {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) files: Files,
    pub(super) message: MessageId,
    /// The number of the part before the first leg.
    pub(super) before: u32,
}

impl Backend for Recorded {
    fn call(&self, leg: Leg) -> BoxStream<'static, Frame> {
        let mut request = without_files(&leg_body(&leg).unwrap_or_default());
        let shortened = request.len() > MOST;
        request.truncate(MOST);
        let mut record = Record {
            files: self.files.clone(),
            message: self.message,
            exchange: Exchange {
                part: self.before.saturating_add(leg.id.0),
                at: Moment::now(),
                status: None,
                headers: Vec::new(),
                request: Bytes::from(request),
                response: Bytes::new(),
                shortened,
            },
            response: Vec::new(),
            full: false,
        };
        self.backend
            .call(leg)
            .inspect(move |frame| record.note(frame))
            .boxed()
    }

    fn abilities(&self, model: &ModelId) -> Abilities {
        self.backend.abilities(model)
    }

    fn learn(&self, model: &ModelId, lesson: Lesson) {
        self.backend.learn(model, lesson);
    }

    fn forward(&self, request: RawRequest) -> BoxFuture<'static, RawResponse> {
        self.backend.forward(request)
    }
}

/// One exchange, kept when its call is over or hung up.
struct Record {
    files: Files,
    message: MessageId,
    exchange: Exchange,
    response: Vec<u8>,
    /// Whether there was more of the response than is kept.
    full: bool,
}

impl Record {
    fn note(&mut self, frame: &Frame) {
        if let Event::Head(head) = &frame.event {
            self.exchange.status = Some(head.status);
            self.exchange.headers.clone_from(&head.headers);
        }
        let Some(source) = &frame.source else {
            return;
        };
        let mut messages = Vec::new();
        if eventstream::Reader::new()
            .read(source.clone(), &mut messages)
            .is_err()
            || messages.is_empty()
        {
            // The body of an error, or of an answer in one piece.
            return self.line(None, source);
        }
        for message in messages {
            let event = message
                .string(":event-type")
                .or_else(|| message.string(":exception-type"));
            self.line(event, &message.payload());
        }
    }

    /// One JSON text a line: an event under its name, as Converse's documentation writes it.
    fn line(&mut self, event: Option<&str>, payload: &[u8]) {
        if self.full {
            return;
        }
        if self.response.len() + payload.len() > MOST {
            (self.full, self.exchange.shortened) = (true, true);
            return;
        }
        if let Some(event) = event {
            self.response.extend_from_slice(b"{\"");
            self.response.extend_from_slice(event.as_bytes());
            self.response.extend_from_slice(b"\":");
        }
        self.response
            .extend(payload.iter().filter(|byte| !matches!(byte, b'\n' | b'\r')));
        if event.is_some() {
            self.response.push(b'}');
        }
        self.response.push(b'\n');
    }
}

/// The body of a request with the bytes of its files told by their number: they are kept once already,
/// with the message that brought them.
pub(super) fn without_files(body: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut rest = body;
    while let Some(at) = memchr::memmem::find(rest, FILE) {
        let (before, after) = rest.split_at(at + FILE.len());
        let base64 = memchr::memchr(b'"', after).unwrap_or(after.len());
        let (file, next) = after.split_at(base64);
        let filled = file.iter().rev().take_while(|byte| **byte == b'=').count();
        let bytes = (file.len() - filled) * 3 / 4;
        kept.extend_from_slice(before);
        kept.extend_from_slice(format!("({bytes} bytes)").as_bytes());
        rest = next;
    }
    kept.extend_from_slice(rest);
    kept
}

impl Drop for Record {
    fn drop(&mut self) {
        self.exchange.response = Bytes::from(std::mem::take(&mut self.response));
        let exchange = self.exchange.clone();
        if self.files.0.try_send((self.message, exchange)).is_err() {
            tracing::debug!(message = %self.message, "an exchange was not kept: too many wait");
        }
    }
}
