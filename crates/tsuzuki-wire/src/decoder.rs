//! One response, turned into frames.

use crate::dialect::Piece;
use crate::eventstream::{Message, Reader};
use crate::fault::{self, Fault};
use crate::form::Form;
use crate::halves::Halves;
use bytes::{Bytes, BytesMut};
use std::fmt;
use tsuzuki_engine::{BlockKind, Cut, Delivery, Delta, End, Event, Frame, Head};

/// The most bytes of an error's body that are kept. Recorded ones have a few hundred.
const MOST_OF_A_FAULT: usize = 1024 * 1024;
/// The most bytes of a collected body: well above what 128,000 tokens of text take.
const MOST_OF_A_BODY: usize = 64 * 1024 * 1024;

/// Turns one response into frames.
///
/// - A response that is no success (status 200 to 299) becomes one [`Event::End`] with the body as its source.
/// - A stream becomes a frame per event, each with its event as source. An exception in it, or damage
///   to it, is an `End` at once; how it stopped of itself is told as an `End` by [`Decoder::finish`].
/// - A collected body becomes, at [`Decoder::finish`], the frames it stands for: a block's JSON is the
///   source of the block's frames, the body itself that of the others, so that an
///   [`Encoder`](crate::Encoder) can print the answer as it came. One that is not what it should be is
///   [`Cut::Damaged`]; an empty one tells nothing.
pub struct Decoder {
    form: Form,
    state: State,
}

enum State {
    Fault(Fault, Gathered),
    Stream(Stream),
    Whole(Gathered),
    Over,
}

impl Decoder {
    /// For a response that began with `head`. The `Head` frame is the caller's to make.
    #[must_use]
    pub fn new(form: Form, head: &Head) -> Self {
        // A redirect, say, is no answer either: its body is not to be read as one.
        let state = if !(200..300).contains(&head.status) {
            State::Fault(Fault::new(head), Gathered::default())
        } else {
            match form.delivery() {
                Delivery::Streamed => State::Stream(Stream::default()),
                Delivery::Collected => State::Whole(Gathered::default()),
            }
        };
        Self { form, state }
    }

    /// More bytes came; frames they complete are appended to `out`. After an `End` nothing follows.
    pub fn push(&mut self, bytes: Bytes, out: &mut Vec<Frame>) {
        match &mut self.state {
            // An error cut short still says what it is by its head.
            State::Fault(_, body) => _ = body.push(bytes, MOST_OF_A_FAULT),
            State::Stream(stream) => {
                if stream.push(self.form, bytes, out).is_break() {
                    self.state = State::Over;
                }
            }
            State::Whole(body) => {
                if body.push(bytes, MOST_OF_A_BODY).is_break() {
                    out.push(Frame::end(End::Cut(Cut::Damaged)));
                    self.state = State::Over;
                }
            }
            State::Over => {}
        }
    }

    /// The response ended (or broke off). Appends the `End` if the bytes told one; a response that
    /// only stopped has none, and whoever drives the leg says what that means.
    pub fn finish(&mut self, out: &mut Vec<Frame>) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Fault(fault, body) => {
                let body = body.join();
                out.push(Frame::came(Event::End(fault.end(&body)), body));
            }
            State::Stream(stream) => out.extend(stream.stopped.map(Frame::end)),
            State::Whole(body) if body.length == 0 => {}
            State::Whole(body) => {
                let body = body.join();
                let text = std::str::from_utf8(&body).ok();
                match text.and_then(|text| self.form.dialect().whole(text)) {
                    Some(whole) => whole.frames(&body, out),
                    None => out.push(Frame::end(End::Cut(Cut::Damaged))),
                }
            }
            State::Over => {}
        }
    }
}

// Bytes hold user text, which must not reach a log by way of `{:?}`.
impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decoder({:?})", self.form)
    }
}

/// Whether more may come.
type Flow = std::ops::ControlFlow<()>;

/// The state of a stream.
#[derive(Default)]
struct Stream {
    reader: Reader,
    halves: Halves,
    /// Blocks that are nothing the caller must act on, though their deltas look like a tool's input.
    others: Vec<u32>,
    stopped: Option<End>,
}

impl Stream {
    fn push(&mut self, form: Form, bytes: Bytes, out: &mut Vec<Frame>) -> Flow {
        let mut messages = Vec::new();
        let read = self.reader.read(bytes, &mut messages);
        for message in messages {
            let event = self.event(form, &message);
            let ends = matches!(event, Event::End(_));
            out.push(Frame::came(event, message.bytes().clone()));
            if ends {
                return Flow::Break(());
            }
        }
        if read.is_err() {
            out.push(Frame::end(End::Cut(Cut::Damaged)));
            return Flow::Break(());
        }
        Flow::Continue(())
    }

    fn event(&mut self, form: Form, message: &Message) -> Event {
        match message.string(":message-type") {
            Some("exception") => {
                let name = message.string(":exception-type").unwrap_or_default();
                return Event::End(fault::in_stream(name, &message.payload()));
            }
            Some("error") => {
                return Event::End(fault::in_stream(
                    message.string(":error-code").unwrap_or_default(),
                    &message.payload(),
                ));
            }
            Some(_) | None => {}
        }
        match form.dialect().read(message) {
            Ok(Piece::Text { block, text }) => self.halves.join(block, text),
            Ok(Piece::Event(event)) => self.note(event),
            Ok(Piece::End(end)) => Event::End(end),
            Err(_) => Event::End(End::Cut(Cut::Damaged)),
        }
    }

    fn note(&mut self, event: Event) -> Event {
        match event {
            Event::BlockStart {
                block,
                kind: BlockKind::Other,
            } => self.others.push(block),
            Event::Delta {
                block,
                delta: Delta::ToolInput(_),
            } if self.others.contains(&block) => {
                return Event::Delta {
                    block,
                    delta: Delta::Other,
                };
            }
            Event::Stop(ref stop) => self.stopped = Some(stop.end.clone()),
            Event::BlockStart {
                kind: BlockKind::Text | BlockKind::Reasoning | BlockKind::ToolUse { .. },
                ..
            }
            | Event::Delta { .. }
            | Event::Head(_)
            | Event::Start { .. }
            | Event::BlockStop { .. }
            | Event::Metadata(_)
            | Event::Other
            | Event::End(_) => {}
        }
        event
    }
}

/// Bytes that are read only when all of them are there.
#[derive(Default)]
struct Gathered {
    pieces: Vec<Bytes>,
    length: usize,
}

impl Gathered {
    /// Keeps a piece, unless all pieces would then be longer than `most`.
    fn push(&mut self, piece: Bytes, most: usize) -> Flow {
        self.length = self.length.saturating_add(piece.len());
        if self.length > most {
            return Flow::Break(());
        }
        if !piece.is_empty() {
            self.pieces.push(piece);
        }
        Flow::Continue(())
    }

    fn join(mut self) -> Bytes {
        match self.pieces.len() {
            0 => Bytes::new(),
            1 => self.pieces.swap_remove(0),
            _ => {
                let mut joined = BytesMut::with_capacity(self.length);
                self.pieces
                    .iter()
                    .for_each(|piece| joined.extend_from_slice(piece));
                joined.freeze()
            }
        }
    }
}
