//! The HTTP door of Tsuzuki: an endpoint that speaks like Amazon Bedrock's.
//!
//! [`serve`] is the whole face: a listener, [`Settings`], a [`Backend`](tsuzuki::Backend), a token
//! that ends it. A request becomes an `Ask`, `tsuzuki::drive` answers it, `tsuzuki::wire` prints it;
//! what nobody needs to read is forwarded byte for byte.
//!
//! This crate knows nothing of continuation rules, transports or vendors. Where to look:
//! `door` (one request from guards to response), `route` (paths), `guard` (who may come in),
//! `bedrock` (the operations), `error` (the one table of exceptions), [`Limits`] (every bound).

mod bedrock;
mod connection;
mod door;
mod error;
mod forward;
mod guard;
mod headers;
mod health;
mod intake;
mod limits;
mod patience;
mod route;
mod serve;
mod settings;

pub use guard::HOP_HEADER;
pub use limits::{JoinLimits, Limits};
pub use serve::{ServeError, serve};
pub use settings::{ModelMode, Settings};
