//! Amazon Bedrock answers that never get cut off: the library.

#[cfg(test)]
use {proptest as _, tempfile as _};

pub mod backend;
pub mod models;
pub mod prose;
mod raw;
pub mod simulator;

pub use backend::Backend;
pub use raw::{BodyError, RawBody, RawRequest, RawResponse};
pub use tsuzuki_wire as wire;
pub use tsuzuki_wire::engine;
