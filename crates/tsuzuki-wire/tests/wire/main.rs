//! The codec through its public face.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that fails panics and says why"
)]

mod collected;
mod eventstream;
mod faults;
mod halves;
mod leg;
mod recordings;
mod request;
mod sample;
mod streamed;
mod through;
