//! What each Bedrock model can do: the built-in table, and how ids are looked up in it.
//!
//! No API tells a model's window or output limit, so a table is unavoidable; `scripts/models.py`
//! makes it, and its header names the sources. What a backend learns at run time stands above it.

use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;
use tsuzuki_wire::engine::{Abilities, ModelId, Prefill, Price};

/// Prefixes of cross-region inference profiles. A profile with any of them is taken for a profile
/// of the model it names, since the table does not list every profile there is.
pub const PROFILE_PREFIXES: [&str; 9] = [
    "us-gov.", "global.", "apac.", "us.", "eu.", "jp.", "au.", "ca.", "in.",
];

static BUILTIN: LazyLock<Models> = LazyLock::new(|| Models::parse(include_str!("../models.toml")));

/// A table of models.
#[derive(Debug, Clone)]
pub struct Models {
    rows: Vec<Model>,
    by_id: HashMap<String, usize>,
}

/// What is known about one model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The base id.
    pub id: String,
    /// A readable name.
    pub name: String,
    /// Who made it.
    pub provider: String,
    /// The context window, in tokens.
    pub context: Option<u32>,
    /// The most output tokens one call may ask for.
    pub max_output: Option<u32>,
    /// The output limit that Converse applies when a request names none.
    pub default_max_tokens: Option<u32>,
    /// Whether a trailing assistant message is continued, with reasoning off and no tools.
    pub prefill: Prefill,
    /// Which message a refused prefill has.
    #[serde(default)]
    pub prefill_error: PrefillError,
    /// Whether a prefill is still continued when the request offers tools.
    #[serde(default)]
    pub prefill_with_tools: bool,
    /// Whether the provider repeats the prefill at the head of its answer.
    #[serde(default)]
    pub echoes: bool,
    /// Whether it can reason before it answers.
    pub reasoning: bool,
    /// Which sampling parameters it takes.
    pub sampling: Sampling,
    /// What it reads: `text`, `image`, `video`.
    pub inputs: Vec<String>,
    /// Whether the bare id is served; otherwise only inference profiles are.
    pub on_demand: bool,
    /// The prefixes of its listed inference profiles, without the dot.
    pub profiles: Vec<String>,
    /// Whether CountTokens knows it.
    pub count_tokens: bool,
    /// Whether its usage counts the cache even when nothing is cached.
    #[serde(default)]
    pub cache_counts: bool,
    /// Whether its tool calls carry an undocumented `type` on Converse.
    #[serde(default)]
    pub tool_type: bool,
    /// What it costs, in US dollars per million tokens.
    pub price: Option<PriceRow>,
    /// The day from which AWS no longer serves it.
    pub end_of_life: Option<String>,
}

/// Which message a refused prefill has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrefillError {
    /// "This model does not support assistant message prefill. …" (Claude 4.6 and later).
    #[default]
    NoPrefill,
    /// "The model that you are using requires the last turn … to be a user message. …" (Llama and
    /// its kin, which Converse puts into a template of its own).
    LastTurn,
}

/// Which sampling parameters a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Temperature and top-p.
    Both,
    /// One of them.
    One,
    /// Neither.
    None,
}

/// US dollars per million tokens, as the table has them.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRow {
    /// Input that was not cached.
    pub input: f64,
    /// Output, reasoning included.
    pub output: f64,
    /// Input read from the cache.
    pub cache_read: f64,
    /// Input written to the cache.
    pub cache_write: f64,
}

/// How an id names a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// By the id of the model itself.
    Bare,
    /// By a cross-region inference profile.
    Profile,
    /// By something of the operator's own, whose model the id does not tell.
    Opaque,
}

#[derive(Deserialize)]
struct Table {
    model: Vec<Model>,
}

impl Models {
    /// The built-in table.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    fn parse(text: &str) -> Self {
        // The table is part of the program and a test reads it whole: a broken one is empty.
        let rows = toml::from_str::<Table>(text)
            .map(|table| table.model)
            .unwrap_or_default();
        let by_id = rows
            .iter()
            .enumerate()
            .map(|(row, model)| (model.id.clone(), row))
            .collect();
        Self { rows, by_id }
    }

    /// Every model, in the order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = &Model> {
        self.rows.iter()
    }

    /// The model that an id names: a bare id, a profile id (`us.…`), or the ARN of either. An
    /// application inference profile and other resources of the operator's own name no model here.
    #[must_use]
    pub fn get(&self, id: &ModelId) -> Option<&Model> {
        let (_, base) = naming(&id.0);
        self.by_id.get(base).and_then(|row| self.rows.get(*row))
    }

    /// What a model can do, as far as the table knows. Dearer profiles are not told apart from the
    /// bare id: cross-region profiles of one geography cost about a tenth more on newer models.
    #[must_use]
    pub fn abilities(&self, id: &ModelId) -> Abilities {
        self.get(id)
            .map_or_else(Abilities::unknown, Model::abilities)
    }
}

impl Model {
    /// What the engine needs to know.
    #[must_use]
    pub fn abilities(&self) -> Abilities {
        Abilities {
            prefill: self.prefill,
            prefill_with_tools: self.prefill_with_tools,
            echoes_prefill: self.echoes,
            max_output: self.max_output,
            default_max_tokens: self.default_max_tokens,
            price: self.price.map(|row| Price {
                input: row.input,
                output: row.output,
                cache_read: row.cache_read,
                cache_write: row.cache_write,
            }),
        }
    }

    /// The part of the id before the first dot.
    #[must_use]
    pub fn family(&self) -> &str {
        self.id.split('.').next().unwrap_or_default()
    }
}

/// How an id names a model, and the base id it comes down to.
#[must_use]
pub fn naming(id: &str) -> (Naming, &str) {
    let (resource, name) = match id
        .strip_prefix("arn:")
        .and_then(|arn| arn.splitn(5, ':').nth(4))
    {
        Some(resource) => resource.split_once('/').unwrap_or((resource, "")),
        None => ("", id),
    };
    match resource {
        "" | "foundation-model" | "inference-profile" => {}
        _ => return (Naming::Opaque, name),
    }
    match PROFILE_PREFIXES
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
    {
        Some(base) => (Naming::Profile, base),
        None => (Naming::Bare, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(id: &str) -> Option<&'static Model> {
        Models::builtin().get(&ModelId(id.to_owned()))
    }

    #[test]
    fn the_table_is_whole() {
        assert!(Models::builtin().iter().count() > 100);
        assert!(
            Models::builtin()
                .iter()
                .all(|model| !model.provider.is_empty())
        );
    }

    #[test]
    fn one_model_by_all_its_names() {
        let base = "anthropic.claude-sonnet-4-5-20250929-v1:0";
        for id in [
            base.to_owned(),
            format!("us.{base}"),
            format!("us-gov.{base}"),
            format!("arn:aws:bedrock:us-east-1::foundation-model/{base}"),
            format!("arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.{base}"),
        ] {
            assert_eq!(
                model(&id).map(|model| model.id.as_str()),
                Some(base),
                "{id}"
            );
        }
        assert_eq!(
            model("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"),
            None
        );
        assert_eq!(model("anthropic.claude-sonnet-99"), None);
    }

    #[test]
    fn what_articles_use_is_there() {
        let haiku = model("anthropic.claude-3-haiku-20240307-v1:0").unwrap();
        assert_eq!(
            (haiku.max_output, haiku.prefill, haiku.on_demand),
            (Some(4096), Prefill::Accepted, true)
        );
        let opus = model("us.anthropic.claude-opus-4-8").unwrap();
        assert_eq!(
            (opus.prefill, opus.on_demand, opus.sampling),
            (Prefill::Refused, false, Sampling::None)
        );
        assert_eq!(
            model("meta.llama3-8b-instruct-v1:0").unwrap().prefill_error,
            PrefillError::LastTurn
        );
    }
}
