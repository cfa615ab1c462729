//! An honest Amazon Bedrock codec: bytes to frames and back.
//!
//! It never continues, retries or repairs, and it drops nothing it does not understand: members,
//! events, enum values, number spelling and order survive. It knows no sockets, credentials or policy.
//!
//! [`Form`] names a wire form; [`read_ask`] reads a request, [`leg_body`] prints one; a [`Decoder`]
//! turns a response into frames, an [`Encoder`] turns frames into a response.
//!
//! Nothing is parsed into a tree and printed again. A document is read by the spans of its members,
//! and changed by splicing new text into those spans, so that every other byte stays.
//!
//! ```
//! use bytes::Bytes;
//! use tsuzuki_wire::engine::Head;
//! use tsuzuki_wire::{Decoder, Form, eventstream};
//!
//! let headers = [(":event-type", "contentBlockDelta"), (":content-type", "application/json"), (":message-type", "event")];
//! let sent = eventstream::write(&headers, br#"{"contentBlockIndex":0,"delta":{"text":"Hello"},"p":"abc"}"#);
//!
//! let mut decoder = Decoder::new(Form::ConverseStream, &Head { status: 200, headers: Vec::new(), request_id: None, region: None });
//! let mut frames = Vec::new();
//! for piece in sent.chunks(7) {
//!     decoder.push(Bytes::copy_from_slice(piece), &mut frames);
//! }
//! decoder.finish(&mut frames);
//!
//! assert_eq!(frames[0].text(), Some("Hello"));
//! assert_eq!(frames[0].source, Some(sent)); // the very bytes, unknown members and all
//! assert_eq!(frames.len(), 1); // the stream told no end: whoever drives it calls it lost
//! ```

mod converse;
mod decoder;
mod dialect;
mod encoder;
pub mod eventstream;
mod fault;
mod form;
mod halves;
mod json;
mod marks;
mod messages;
mod report;
mod request;
mod stop;
mod whole;
mod wish;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use form::{DecodeError, Form, Place, leg_body, read_ask, recognise, without_wish};
pub use marks::mark;
pub use report::{print as report_json, reason as incomplete_label};
pub use stop::label as stop_label;
pub use tsuzuki_engine as engine;
pub use wish::Wish;
