//! The HTTP doors of Tsuzuki: an endpoint that speaks like Amazon Bedrock's, and the chat.
//!
//! [`serve`] is the whole face: a listener, [`Settings`], a [`Backend`](tsuzuki::Backend), a token
//! that ends it. A request becomes an `Ask`, `tsuzuki::drive` answers it, `tsuzuki::wire` prints it;
//! what nobody needs to read is forwarded byte for byte.
//!
//! Beside it stands the chat: a page and an API ([`ChatDoor`]) over conversations that nothing
//! interrupts ([`chat::Chat`]), kept by a [`store::Store`].
//!
//! This crate knows nothing of continuation rules, transports or vendors. Where to look:
//! `door` (one request from guards to response), `route` (paths), `guard` (which web page may call),
//! `auth` (who calls, on a network), `keys` (what they may do), `spending` (and at what cost),
//! `metrics`, `audit` and `spans` (what is told of it), `bedrock` (the operations), `error`
//! (the one table of exceptions), `web` (the API, who may use it, the page), [`Limits`] (every bound).

mod audit;
mod auth;
mod bedrock;
mod bill;
mod books;
pub mod chat;
mod connection;
mod door;
mod error;
mod forward;
mod guard;
mod headers;
mod health;
mod hex;
mod intake;
mod keys;
mod limits;
mod metrics;
mod modes;
mod operation;
mod patience;
mod private;
mod route;
mod serve;
mod settings;
mod spans;
mod spending;
pub mod store;
mod tls;
mod web;

pub use audit::Audit;
pub use auth::{Access, Schemes};
pub use keys::{Budget, Grants, Key, Keys, KeysError, Minted, Scheme};
pub use limits::{ChatLimits, JoinLimits, Limits, Rate};
pub use modes::ModelMode;
pub use operation::{NoSuchOperation, Operation, Operations};
pub use serve::{ServeError, serve};
pub use settings::{ModeIs, RequestMetadata, Settings};
pub use spans::SPANS;
pub use spending::{Spending, SpendingError, Spent};
pub use tls::{Tls, TlsError};
pub use tsuzuki::HOP_HEADER;
pub use web::{
    BackendIs, BackendKind, ChatDoor, Check, CheckState, Diagnosis, Doctor, NoPassword, NoPeers,
    Password, Peers, ProxyHeader, SignIn, Worded,
};
