//! The real binary: exit code, standard output and standard error of a run, in one place each.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod ask;
mod backend;
#[cfg(unix)]
mod chat;
mod config;
mod doctor;
mod key;
mod models;
mod serve;
mod shell;
#[cfg(feature = "otel")]
mod traces;
mod usage;
mod verify;
