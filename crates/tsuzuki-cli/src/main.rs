//! The command line of Tsuzuki: it parses, calls, prints and exits.
//!
//! [`args`] says what can be typed, [`config`] what stands after all layers, [`backend`] what answers,
//! [`command`] runs it, [`print`] is the only place that writes,
//! [`exit`] the only one that turns what happened into an exit code and a hint; `traces`, behind the
//! feature `otel`, sends spans away. It knows no protocol and no continuation rule.

mod args;
mod backend;
mod command;
mod config;
mod exit;
mod print;
mod report;
#[cfg(feature = "otel")]
mod traces;

use std::process::ExitCode;

/// Memory that one thread takes and another gives back is the rule in a server, and the C library's
/// allocator makes threads wait for each other there: see docs/performance.md.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    // One provider of cryptography for all of the program. Nothing was installed before.
    let _installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match args::parse().and_then(command::run) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            print::failure(&failure);
            failure.exit.into()
        }
    }
}
