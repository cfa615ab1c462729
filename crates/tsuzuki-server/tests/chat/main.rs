//! The chat, through its public face: over SQLite in a folder of its own, with the simulator behind a
//! gate that lets as many pieces through as a test wants.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics and says why"
)]

mod answers;
mod branches;
mod broken;
mod crash;
mod faults;
mod found;
mod gate;
mod leaving;
mod many;
mod onward;
mod panics;
mod reader;
mod reading;
mod requests;
mod stage;
mod stopping;
