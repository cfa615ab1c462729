//! The frames of one answer, turned into the bytes of one response.

mod collected;
mod streamed;

use crate::form::Form;
use bytes::Bytes;
use collected::Collected;
use std::fmt;
use streamed::Streamed;
use tsuzuki_engine::{Delivery, Frame, Report};

/// Turns the frames of one answer into the bytes of one response.
///
/// A frame nobody altered leaves with the bytes it came in. An altered one leaves with what was
/// altered spliced into those bytes; one of our own is printed as Bedrock prints it. A collected
/// answer of one unaltered leg is the very body that came.
pub struct Encoder {
    form: Form,
    state: State,
}

enum State {
    Streamed(Streamed),
    Collected(Box<Collected>),
}

impl Encoder {
    /// For an answer in this form.
    #[must_use]
    pub fn new(form: Form) -> Self {
        let state = match form.delivery() {
            Delivery::Streamed => State::Streamed(Streamed::default()),
            Delivery::Collected => State::Collected(Box::default()),
        };
        Self { form, state }
    }

    /// Takes one frame. In a streamed form, the bytes to send now; in a collected one, nothing.
    pub fn push(&mut self, frame: Frame) -> Option<Bytes> {
        match &mut self.state {
            State::Streamed(streamed) => streamed.push(self.form.dialect(), frame),
            State::Collected(collected) => {
                collected.push(frame);
                None
            }
        }
    }

    /// The answer is over. In a streamed form, what was still held back, which is nothing once an answer
    /// has stopped. In a collected form, the whole body: the answer, or the error as it came;
    /// nothing where there was neither. A body that has room for our report at all, because its stop
    /// brought one, holds `report`, which may know more by now.
    #[must_use]
    pub fn finish(self, report: &Report) -> Option<Bytes> {
        match self.state {
            State::Streamed(streamed) => streamed.finish(self.form.dialect()),
            State::Collected(collected) => collected.finish(self.form.dialect(), report),
        }
    }
}

// Frames hold user text, which must not reach a log by way of `{:?}`.
impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoder({:?})", self.form)
    }
}
