//! What was sent and received for each part of an answer, kept for whoever wants to see it.

use super::{MessageId, Moment};
use crate::store::{Exchange, Store};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::mpsc;
use tsuzuki::engine::{Abilities, Event, Frame, Leg, Lesson, ModelId};
use tsuzuki::wire::{eventstream, leg_body};
use tsuzuki::{Backend, RawRequest, RawResponse};

/// The most that is kept of one request, in bytes; and of one response, of its beginning and of its
/// end, where it tells how it stopped. All of it is in memory while the part runs, for every run.
const MOST: usize = 256 * 1024;
const BEGINNING: usize = 192 * 1024;
const END: usize = 64 * 1024;

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
            kept: Ends::default(),
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
    kept: Ends,
}

/// The beginning and the end of a response, in lines.
#[derive(Default)]
struct Ends {
    beginning: Vec<u8>,
    end: VecDeque<Vec<u8>>,
    /// How many bytes the end has, and how many stood between the two.
    ending: usize,
    left_out: usize,
}

impl Ends {
    fn line(&mut self, line: Vec<u8>) {
        if self.end.is_empty()
            && self.left_out == 0
            && self.beginning.len() + line.len() <= BEGINNING
        {
            return self.beginning.extend_from_slice(&line);
        }
        self.ending += line.len();
        self.end.push_back(line);
        while self.ending > END
            && let Some(line) = self.end.pop_front()
        {
            self.ending -= line.len();
            self.left_out += line.len();
        }
    }

    /// Both, with a word about what is left out between them.
    fn joined(self) -> Vec<u8> {
        let mut all = self.beginning;
        if self.left_out > 0 {
            all.extend_from_slice(
                format!("({} bytes are left out here)\n", self.left_out).as_bytes(),
            );
        }
        for line in self.end {
            all.extend_from_slice(&line);
        }
        all
    }
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
        let name = event.map_or(0, str::len);
        let mut line = Vec::with_capacity(payload.len() + name + 6);
        if let Some(event) = event {
            line.extend_from_slice(b"{\"");
            line.extend_from_slice(event.as_bytes());
            line.extend_from_slice(b"\":");
        }
        line.extend(payload.iter().filter(|byte| !matches!(byte, b'\n' | b'\r')));
        if event.is_some() {
            line.push(b'}');
        }
        line.push(b'\n');
        self.kept.line(line);
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
        let kept = std::mem::take(&mut self.kept);
        self.exchange.shortened |= kept.left_out > 0;
        self.exchange.response = Bytes::from(kept.joined());
        let exchange = self.exchange.clone();
        if self.files.0.try_send((self.message, exchange)).is_err() {
            tracing::debug!(message = %self.message, "an exchange was not kept: too many wait");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_response_both_ends_are_kept() {
        let mut kept = Ends::default();
        let lines: Vec<String> = (0..100_000)
            .map(|number| format!("{number:09}\n"))
            .collect();
        for line in &lines {
            kept.line(line.clone().into_bytes());
        }
        let joined = String::from_utf8(kept.joined()).unwrap();
        assert!(joined.len() < BEGINNING + END + 100);
        let (beginning, end) = joined.split_once('(').unwrap();
        let (left_out, end) = end.split_once(" bytes are left out here)\n").unwrap();
        let whole = lines.concat();
        assert!(whole.starts_with(beginning) && whole.ends_with(end));
        let left_out: usize = left_out.parse().unwrap();
        assert_eq!(beginning.len() + left_out + end.len(), whole.len());

        let mut kept = Ends::default();
        kept.line(vec![b'a'; BEGINNING - 1]);
        kept.line(b"end\n".to_vec());
        kept.line(b"x\n".to_vec());
        let joined = kept.joined();
        assert!(joined.ends_with(b"aend\nx\n"));
        assert_eq!(joined.len(), BEGINNING + 5);
    }
}
