//! An answer in pieces.

use crate::dialect::Dialect;
use crate::eventstream::{self, Message, Reader};
use crate::fault;
use crate::json::quote;
use bytes::Bytes;
use tsuzuki_engine::{Delta, End, Event, Frame};

/// What bears on the frames to come.
#[derive(Default)]
pub(super) struct Streamed {
    /// Whether the response is a stream: it said so, or pieces of one were sent.
    begun: bool,
    /// Deltas of one block, each of which ends in half a character. They wait for the one that ends
    /// whole: if all of them are as they came, so are the halves; else whole characters are printed.
    halves: Vec<Frame>,
}

impl Streamed {
    pub(super) fn push(&mut self, dialect: &dyn Dialect, frame: Frame) -> Option<Bytes> {
        let mut out = Vec::new();
        if !self.halves.is_empty()
            && text_block(&self.halves) != text_block(std::slice::from_ref(&frame))
        {
            self.release(dialect, &mut out);
        }
        match &frame.event {
            Event::Head(head) => self.begun = head.status < 400,
            Event::End(end) => out.extend(self.end(end, frame.source)),
            Event::Delta {
                delta: Delta::Text { half, .. },
                ..
            } => {
                let whole = !half;
                if whole && self.halves.is_empty() {
                    out.extend(encode(dialect, &frame));
                } else {
                    self.halves.push(frame);
                    if whole {
                        self.release(dialect, &mut out);
                    }
                }
            }
            Event::Stop(stop) if stop.report.is_some() => {
                out.extend(encode(
                    dialect,
                    &Frame {
                        altered: true,
                        ..frame
                    },
                ));
            }
            Event::Start { .. }
            | Event::BlockStart { .. }
            | Event::Delta {
                delta: Delta::Reasoning(_) | Delta::ToolInput(_) | Delta::Other,
                ..
            }
            | Event::BlockStop { .. }
            | Event::Stop(_)
            | Event::Metadata(_)
            | Event::Other => out.extend(encode(dialect, &frame)),
        }
        self.begun |= !out.is_empty();
        joined(out)
    }

    pub(super) fn finish(mut self, dialect: &dyn Dialect) -> Option<Bytes> {
        let mut out = Vec::new();
        self.release(dialect, &mut out);
        joined(out)
    }

    fn release(&mut self, dialect: &dyn Dialect, out: &mut Vec<Bytes>) {
        let as_they_came = self
            .halves
            .iter()
            .all(|frame| frame.source.is_some() && !frame.altered);
        for frame in self.halves.drain(..) {
            let altered = frame.altered || !as_they_came;
            out.extend(encode(dialect, &Frame { altered, ..frame }));
        }
    }

    /// An error: as it came, if it belongs here (the body of a failed response, or an exception in a
    /// stream), else in the words of a stream.
    fn end(&self, end: &End, source: Option<Bytes>) -> Option<Bytes> {
        let Some(source) = source else {
            let (name, message) = fault::exception(end)?;
            return Some(exception(name, message));
        };
        if !self.begun || one(&source).is_some() {
            return Some(source);
        }
        let (name, ours) = fault::exception(end)?;
        Some(exception(
            name,
            fault::message(&source).as_deref().unwrap_or(ours),
        ))
    }
}

/// The block whose text the first of these frames adds to.
fn text_block(frames: &[Frame]) -> Option<u32> {
    let first = frames.first()?;
    first.text().and_then(|_| first.block())
}

fn joined(mut pieces: Vec<Bytes>) -> Option<Bytes> {
    match pieces.len() {
        0 | 1 => pieces.pop(),
        _ => Some(Bytes::from(pieces.concat())),
    }
}

fn encode(dialect: &dyn Dialect, frame: &Frame) -> Option<Bytes> {
    match &frame.source {
        Some(source) if !frame.altered => Some(source.clone()),
        Some(source) => {
            let patched = one(source).and_then(|message| dialect.patch(&message, &frame.event));
            patched.or_else(|| dialect.print(&frame.event))
        }
        None => dialect.print(&frame.event),
    }
}

/// The one message these bytes are.
fn one(bytes: &Bytes) -> Option<Message> {
    let mut reader = Reader::new();
    let mut messages = Vec::new();
    reader.read(bytes.clone(), &mut messages).ok()?;
    let message = messages.pop()?;
    (messages.is_empty() && reader.is_between()).then_some(message)
}

fn exception(name: &str, message: &str) -> Bytes {
    eventstream::write(
        &[
            (":exception-type", name),
            (":content-type", "application/json"),
            (":message-type", "exception"),
        ],
        format!("{{\"message\":{}}}", quote(message)).as_bytes(),
    )
}
