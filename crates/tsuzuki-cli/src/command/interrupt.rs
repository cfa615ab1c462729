//! The user's wish to stop.

use crate::exit::{Exit, Failure};
use std::io;

/// Waits for Ctrl-C or, where there is one, a termination signal; any number of times.
pub(super) struct Interrupts {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Interrupts {
    /// Takes over the signals: from here on they end nothing by themselves.
    #[cfg(unix)]
    pub(super) fn listen() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(|error| deaf(&error))?,
            terminate: signal(SignalKind::terminate()).map_err(|error| deaf(&error))?,
        })
    }

    /// Takes over Ctrl-C: from here on it ends nothing by itself.
    #[cfg(not(unix))]
    pub(super) fn listen() -> Result<Self, Failure> {
        Ok(Self {})
    }

    /// The next one.
    #[cfg(unix)]
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// The next one.
    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}

#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "only Unix signals can fail to be taken over")
)]
fn deaf(error: &io::Error) -> Failure {
    Failure::new(
        Exit::Usage,
        format!("signals cannot be received: {error}"),
        "check what this process is allowed to do",
    )
}
