//! The simulator, through its public face: bytes in, bytes out.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the lints know tests only by their attribute; everything here is a test"
)]

mod bench;
mod errors;
mod faults;
mod habits;
mod loops;
mod nonsense;
mod operations;
mod promise;
mod prose;
mod recordings;
mod responder;
mod resuming;
mod scenarios;
mod wire;
