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

mod converse;
mod decoder;
mod dialect;
mod encoder;
pub mod eventstream;
mod fault;
mod form;
mod halves;
mod json;
mod messages;
mod report;
mod request;
mod stop;
mod whole;
mod wish;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use form::{DecodeError, Form, Place, leg_body, read_ask, recognise};
pub use report::print as report_json;
pub use stop::label as stop_label;
pub use tsuzuki_engine as engine;
pub use wish::Wish;
