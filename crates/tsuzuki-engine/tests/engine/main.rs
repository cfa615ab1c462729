//! The engine through its public face: stories, laws, seams.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails panics and says why"
)]

mod fuzz;
mod habits;
mod laws;
mod score;
mod stage;
mod stories;
mod texts;
