//! What the caller wants answered: immutable, and read once by the codec that knows its wire form.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The id of a model, as the caller spelt it (decoded): a bare id, a profile id or an ARN.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelId(pub String);

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the caller wants answered. The engine reads the facts; `carried` rides along untouched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The model the caller named.
    pub model: ModelId,
    /// The caller's own output limit, in tokens.
    pub max_tokens: Option<u32>,
    /// Texts that end the answer when the model writes one of them.
    pub stop_sequences: Vec<String>,
    /// Whether pieces are handed out as they come, or the whole at the end.
    pub delivery: Delivery,
    /// Whether tools are offered, and whether one is demanded.
    pub tools: Tools,
    /// Whether the caller turned reasoning on.
    pub reasoning: bool,
    /// Whether the answer must have a given structure.
    pub structure: Structure,
    /// Whether a guardrail watches this request.
    pub guarded: bool,
    /// The text of the caller's own trailing assistant turn, if there is one.
    pub prefill: Option<String>,
    /// The caller's request as it came.
    pub carried: Carried,
}

/// Whether pieces are handed out as they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// As they come.
    Streamed,
    /// All together at the end.
    Collected,
}

/// What the caller says about tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tools {
    /// None are offered.
    None,
    /// The model may use one.
    Offered,
    /// The model must use one.
    Forced,
}

/// Whether the answer must have a given structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Structure {
    /// Free text.
    Free,
    /// Held to a schema by the provider: it cannot be resumed in the middle.
    Schema,
}

/// The caller's request as it came: opaque here, for the codec that made the [`Ask`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// The name of the wire form, which its codec knows.
    pub form: String,
    /// Header fields that belong to the request itself.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte (less the part of it that was addressed to us).
    pub body: Bytes,
}

// The body holds user text, which must not reach a log by way of `{:?}`.
impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Carried")
            .field("form", &self.form)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
