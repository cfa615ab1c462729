//! The endpoint over real sockets, with scripted backends behind it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails, also in what the tests share"
)]

mod backend;
mod client;
mod signing;

mod access;
mod answers;
mod books;
mod dashboard;
mod forwarding;
mod guards;
mod joins;
mod limits;
mod logs;
mod looped;
mod network;
mod routing;
mod shutdown;
mod signatures;
mod silence;
mod spending;
mod tls;
