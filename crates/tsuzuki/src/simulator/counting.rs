//! CountTokens: the same count that `usage` has.

use super::prompt::{self, Document};
use super::refusal::{self, Refusal, respond};
use super::{unreadable, validation};
use crate::RawResponse;
use crate::models::Model;
use base64::Engine as _;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

/// A request.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Counting<'a> {
    #[serde(borrow)]
    input: Counted<'a>,
}

/// What is to be counted.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Counted<'a> {
    #[serde(borrow)]
    converse: Option<&'a RawValue>,
    invoke_model: Option<Native>,
}

/// A native body, in Base64.
#[derive(Deserialize)]
struct Native {
    body: String,
}

/// Counts the prompt that a body holds.
pub(super) fn answer(model: &Model, body: &[u8]) -> Result<RawResponse, Refusal> {
    let asked: Counting<'_> = match serde_json::from_slice(body) {
        Ok(asked) => asked,
        Err(error) if error.is_data() => Counting::default(),
        Err(error) => return Err(unreadable(&error)),
    };
    let read = |json| Document::read(json).map_err(|_| Refusal::malformed());
    let prompt = match (asked.input.converse, asked.input.invoke_model) {
        (Some(converse), None) => prompt::read_converse(&read(converse.get().as_bytes())?)?,
        (None, Some(native)) => {
            let decoded = base64::engine::general_purpose::STANDARD
                .decode(native.body)
                .map_err(|_| Refusal::malformed())?;
            prompt::read_messages(&read(&decoded)?)?
        }
        (_, _) => {
            return Err(Refusal::validation(
                "The input must have exactly one of converse and invokeModel.",
            ));
        }
    };
    validation::check(&prompt, model)?;
    Ok(respond(
        200,
        "application/json",
        Vec::new(),
        refusal::json(&json!({"inputTokens": prompt.input_tokens()})),
    ))
}
