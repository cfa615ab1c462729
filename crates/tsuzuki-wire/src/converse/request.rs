//! What a Converse request says.

use crate::form::DecodeError;
use crate::json::{Kind, Value};
use crate::request::{self, Facts, limit, member, once, optional, texts};
use tsuzuki_engine::Structure;

pub(super) fn facts(body: Value<'_>) -> Result<Facts, DecodeError> {
    let object = |value, complaint| optional(value, Kind::Object, complaint);
    let [inference, tool_config, fields, output, guardrail, _messages] = once(
        body,
        &[
            "inferenceConfig",
            "toolConfig",
            "additionalModelRequestFields",
            "outputConfig",
            "guardrailConfig",
            "messages",
        ],
    )?;
    let messages = request::messages(body)?.unwrap_or_default();
    let inference = object(inference, "inferenceConfig: expected an object")?;
    let tool_config = object(tool_config, "toolConfig: expected an object")?;
    let fields = object(fields, "additionalModelRequestFields: expected an object")?;
    let output = object(output, "outputConfig: expected an object")?;
    let guardrail = object(guardrail, "guardrailConfig: expected an object")?;

    let (mut max_tokens, mut stop_sequences) = (None, Vec::new());
    if let Some(inference) = inference {
        once(inference, &["maxTokens", "stopSequences"])?;
        max_tokens = limit(
            inference,
            "maxTokens",
            "inferenceConfig.maxTokens: expected a whole number",
        )?;
        stop_sequences = texts(
            inference,
            "stopSequences",
            "inferenceConfig.stopSequences: expected a list of strings",
        )?;
    }
    let tools = match tool_config {
        Some(config) => {
            once(config, &["tools", "toolChoice"])?;
            member(
                config,
                "tools",
                Kind::Array,
                "toolConfig.tools: expected a list",
            )?
        }
        None => None,
    };
    let choice = tool_config.and_then(|config| config.member("toolChoice"));
    let forced = choice
        .is_some_and(|choice| choice.member("any").is_some() || choice.member("tool").is_some());
    if let Some(fields) = fields {
        once(fields, &request::REASONING)?;
        once(
            fields,
            &["output_config", "output_format", "response_format"],
        )?;
    }
    let native = fields.and_then(|fields| {
        fields
            .at(&["output_config", "format"])
            .or_else(|| fields.member("output_format"))
            .or_else(|| fields.member("response_format"))
    });
    let structured = request::structured(output.and_then(|output| output.member("textFormat")))
        || request::structured(native);
    Ok(Facts {
        max_tokens,
        stop_sequences,
        tools: request::tools(tools, forced),
        reasoning: fields.is_some_and(request::reasons),
        structure: if structured {
            Structure::Schema
        } else {
            Structure::Free
        },
        guarded: guardrail.is_some(),
        prefill: request::prefill(&messages),
    })
}
