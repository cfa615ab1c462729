//! What an Anthropic Messages request says.

use crate::form::DecodeError;
use crate::json::{Kind, Value};
use crate::request::{self, Facts, limit, member, once, texts};
use tsuzuki_engine::Structure;

pub(super) fn facts(body: Value<'_>) -> Result<Facts, DecodeError> {
    once(
        body,
        &[
            "messages",
            "max_tokens",
            "stop_sequences",
            "tools",
            "tool_choice",
            "output_config",
            "output_format",
        ],
    )?;
    once(body, &request::REASONING)?;
    let messages = request::messages(body)?.unwrap_or_default();
    let tools = member(body, "tools", Kind::Array, "tools: expected a list")?;
    let choice = body.at(&["tool_choice", "type"]);
    let forced = choice.is_some_and(|choice| choice.is("any") || choice.is("tool"));
    let format = body
        .at(&["output_config", "format"])
        .or_else(|| body.member("output_format"));
    Ok(Facts {
        max_tokens: limit(body, "max_tokens", "max_tokens: expected a whole number")?,
        stop_sequences: texts(
            body,
            "stop_sequences",
            "stop_sequences: expected a list of strings",
        )?,
        tools: request::tools(tools, forced),
        reasoning: request::reasons(body),
        structure: if request::structured(format) {
            Structure::Schema
        } else {
            Structure::Free
        },
        guarded: false,
        prefill: request::prefill(&messages),
    })
}
