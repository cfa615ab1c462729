//! The Bedrock backend against local stand-ins: no packet leaves the machine.

#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    clippy::panic,
    clippy::print_stdout,
    reason = "the lints know tests only by their attribute; everything here is a test"
)]

mod chaos;
mod child;
mod credentials;
mod endpoints;
mod faults;
mod forwarding;
mod lessons;
mod looped;
mod profiles;
mod recordings;
mod regions;
mod signatures;
mod signing_in;
mod sources;
mod tls;
mod upstream;
mod verifier;
