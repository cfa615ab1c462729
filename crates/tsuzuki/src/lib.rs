//! Amazon Bedrock answers that never get cut off: the library.
//!
//! [`Client`] asks and hands out whole answers:
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use tsuzuki::{Client, Question};
//!
//! let client = Client::simulator(); // no AWS: the offline simulator answers
//! let question = Question::new("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "/long 12").max_tokens(10);
//! let mut reply = client.ask(&question).unwrap();
//! while let Some(text) = reply.next_text().await {
//!     print!("{text}");
//! }
//! let report = reply.finish().await;
//! assert!(report.is_complete() && report.legs.len() > 1);
//! # });
//! ```
//!
//! Underneath, [`drive`](drive()) runs an [`engine::Answer`] against a [`Backend`]; it is the only loop that awaits.

pub mod backend;
pub mod bedrock;
mod client;
mod drive;
mod error;
mod journal;
pub mod models;
pub mod prose;
mod raw;
pub mod simulator;
mod wish;

pub use backend::{Backend, Transport, Wired};
pub use client::{Client, MODEST_MAX_TOKENS, Question, Reply, Turn};
pub use drive::{Brake, Step, drive};
pub use error::Error;
pub use journal::{Journal, JournalError};
pub use raw::{BodyError, HOP_HEADER, RawBody, RawRequest, RawResponse, is_of_the_connection};
pub use tsuzuki_wire as wire;
pub use tsuzuki_wire::engine;
pub use wish::{WishError, narrow};
