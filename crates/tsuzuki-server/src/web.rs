//! The web door: the chat page, and the API under `/api/v1` that it speaks.
//!
//! [`ChatDoor`] is what the operator decides about it. Paths under `/api/v1`, `/`, `/c/…` and
//! `/assets/…` come here; everything else belongs to the Bedrock door.

mod about;
mod allowance;
mod archive;
mod attachments;
mod checkup;
mod conversations;
mod docs;
mod events;
mod facts;
mod fields;
mod gate;
mod lists;
mod messages;
mod models;
mod openapi;
mod page;
mod problem;
mod readers;
mod router;
mod runs;
mod sent;
mod session;
mod sign_in;

pub use facts::{BackendIs, BackendKind, Check, CheckState, Diagnosis, Doctor, Worded};
pub(crate) use fields::Place;
pub(crate) use problem::{Code, Problem};
pub(crate) use router::WebDoor;
pub use sign_in::{NoPassword, NoPeers, Password, Peers, ProxyHeader, SignIn};

use crate::chat::ChatSettings;
use crate::store::Store;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What the operator decides about the chat, and what its page is told.
#[derive(Clone)]
pub struct ChatDoor {
    /// Where conversations are kept.
    pub store: Arc<dyn Store>,
    /// How answers are made. [`serve`](crate::serve) opens the [`Chat`](crate::chat::Chat) with
    /// them, over the backend it is given.
    pub settings: ChatSettings,
    /// Who may use it.
    pub sign_in: SignIn,
    /// What the page is told of the backend.
    pub backend: BackendIs,
    /// Who looks whether the backend can be used; `None` where there is nothing to look at.
    pub doctor: Option<Arc<dyn Doctor>>,
    /// How long runs may take to finish at shutdown; the rest is left to the next server. The
    /// [drain](crate::Limits::drain) bounds it.
    pub grace: Duration,
}

impl ChatDoor {
    /// The default of [`grace`](Self::grace).
    pub const GRACE: Duration = Duration::from_secs(5);
}

// Stores and doctors tell nothing of themselves.
impl fmt::Debug for ChatDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatDoor")
            .field("settings", &self.settings)
            .field("sign_in", &self.sign_in)
            .field("backend", &self.backend)
            .field("grace", &self.grace)
            .finish_non_exhaustive()
    }
}
