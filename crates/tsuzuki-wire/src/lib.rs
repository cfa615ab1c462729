//! An honest Amazon Bedrock codec: bytes to frames and back.
//!
//! It never continues, retries or repairs, and it drops nothing it does not understand: members,
//! events, enum values, number spelling and order survive. It knows no sockets, credentials or policy.
//!
//! [`Form`] names a wire form; [`read_ask`] reads a request, [`leg_body`] prints one; a [`Decoder`]
//! turns a response into frames, an [`Encoder`] turns frames into a response.

pub mod eventstream;
mod form;

pub use form::{DecodeError, Decoder, Encoder, Form, Place, Wish, leg_body, read_ask, recognise};
pub use tsuzuki_engine as engine;
