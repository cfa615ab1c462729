//! What the operator decides about the endpoint.

use crate::Limits;
use tsuzuki::engine::{Mode, Policy};

/// What the operator decides about the endpoint.
///
/// The mode stands in the policy. A request may ask for less than both, never for more.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How far to go with each answer.
    pub policy: Policy,
    /// How much the endpoint bears.
    pub limits: Limits,
    /// Names under which the endpoint may be called, besides `localhost`, `127.0.0.1`, `[::1]` and
    /// the address it listens on; without ports.
    pub hosts: Vec<String>,
}

impl Settings {
    /// The defaults, for a mode.
    #[must_use]
    pub const fn new(mode: Mode) -> Self {
        Self {
            policy: Policy::new(mode),
            limits: Limits::DEFAULT,
            hosts: Vec::new(),
        }
    }
}
