//! What the operator decides about the endpoint.

use crate::modes::policy_of;
use crate::{Access, Audit, ChatDoor, Limits, ModelMode, Operations, ServeError, SignIn, Tls};
use std::net::SocketAddr;
use tsuzuki::engine::{Mode, ModelId, Policy};

/// What the operator decides about the endpoint.
///
/// The mode stands in the policy. A request may ask for less than both, never for more.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How far to go with each answer.
    pub policy: Policy,
    /// Whether the policy's mode was the operator's word. On a network it must be.
    pub mode_is: ModeIs,
    /// How much the endpoint bears.
    pub limits: Limits,
    /// Names under which the endpoint may be called, besides `localhost`, `127.0.0.1`, `[::1]` and
    /// the address it listens on; without ports.
    pub hosts: Vec<String>,
    /// Modes of certain models, above the policy's; the first that fits stands.
    pub modes: Vec<ModelMode>,
    /// Who may call.
    pub access: Access,
    /// What may be called; `None` means all where no keys are needed, else
    /// [`Operations::of_a_network`].
    pub operations: Option<Operations>,
    /// Encryption; `None` is plain HTTP.
    pub tls: Option<Tls>,
    /// Where a line is written for every request; `None` is nowhere.
    pub audit: Option<Audit>,
    /// What is added to requests for the backend's own logs.
    pub request_metadata: RequestMetadata,
    /// The chat: its page and its API; `None` is an endpoint without one.
    pub chat: Option<ChatDoor>,
}

/// What is added to the `requestMetadata` of Converse requests, which Bedrock writes to its model
/// invocation log and to no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestMetadata {
    /// Nothing: requests go out as they came.
    AsItCame,
    /// `tsuzuki-answer`, `tsuzuki-leg` and `tsuzuki-key`, beside the caller's own.
    Marked,
}

/// Whose word the mode is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModeIs {
    /// The operator's.
    Stated,
    /// Nobody's: it is the default.
    Default,
}

impl Settings {
    /// The defaults, for a stated mode: open to this machine, without encryption.
    #[must_use]
    pub const fn new(mode: Mode) -> Self {
        Self {
            policy: Policy::new(mode),
            mode_is: ModeIs::Stated,
            limits: Limits::DEFAULT,
            hosts: Vec::new(),
            modes: Vec::new(),
            access: Access::Open,
            operations: None,
            tls: None,
            audit: None,
            request_metadata: RequestMetadata::AsItCame,
            chat: None,
        }
    }

    /// The policy for a model.
    #[must_use]
    pub fn policy_of(&self, model: &ModelId) -> Policy {
        policy_of(&self.policy, &self.modes, model)
    }

    /// Whether these settings are fit for an address: one that other machines reach needs keys, a
    /// stated mode, and a way to sign in to the chat where there is one. [`serve`](crate::serve) asks the same.
    ///
    /// # Errors
    /// They are not.
    pub fn check(&self, address: SocketAddr) -> Result<(), ServeError> {
        if address.ip().is_loopback() {
            return Ok(());
        }
        match (&self.access, self.mode_is) {
            (Access::Open, _) => Err(ServeError::NoKeys(address)),
            (Access::Keys { .. }, ModeIs::Default) => Err(ServeError::NoMode {
                address,
                policy: Box::new(self.policy.clone()),
            }),
            (Access::Keys { .. }, ModeIs::Stated) => Ok(()),
        }?;
        match self.chat.as_ref().map(|chat| &chat.sign_in) {
            Some(SignIn::ThisMachine) => Err(ServeError::NoSignIn(address)),
            Some(SignIn::Anybody | SignIn::Password(_) | SignIn::Proxy(_)) | None => Ok(()),
        }
    }
}
