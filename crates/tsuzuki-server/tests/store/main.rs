//! The story that any store must pass, and what SQLite promises beside it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails, also in what the tests share"
)]

mod sample;
mod sqlite;
mod story;
