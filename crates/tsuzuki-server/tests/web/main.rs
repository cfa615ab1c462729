//! The web door over real sockets: a real store, real runs, and the simulator behind them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails, also in what the tests share"
)]

mod client;
mod server;

mod access;
mod archive;
mod attachments;
mod conversations;
mod described;
mod events;
mod guards;
mod health;
mod lists;
mod logs;
mod messages;
mod page;
mod refusals;
