//! `[[models]]`: what the operator knows better than the built-in table.

use serde::{Deserialize, Serialize};
use tsuzuki::engine::{Abilities, ModelId, Prefill, Price};
use tsuzuki::models::naming;

/// What is known better about one model. What is left out stays as the table has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Override {
    /// The model's id, or the id or ARN of an inference profile.
    id: String,
    /// Whether an unfinished turn of the assistant is continued.
    #[serde(skip_serializing_if = "Option::is_none")]
    prefill: Option<Prefill>,
    /// The most output tokens one call may ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output: Option<u32>,
    /// The output limit that applies when a request names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    default_max_tokens: Option<u32>,
    /// What tokens cost, in US dollars per million.
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<Dollars>,
}

/// US dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dollars {
    input: f64,
    output: f64,
    cache_read: f64,
    cache_write: f64,
}

impl Override {
    /// Whether it is about the model of this id. A bare id is about the model's profiles as well.
    pub(crate) fn is_about(&self, model: &ModelId) -> bool {
        self.id == model.0 || self.id == naming(&model.0).1
    }

    /// What the model can do after all.
    pub(crate) fn correct(&self, abilities: &mut Abilities) {
        if let Some(prefill) = self.prefill {
            abilities.prefill = prefill;
        }
        abilities.max_output = self.max_output.or(abilities.max_output);
        abilities.default_max_tokens = self.default_max_tokens.or(abilities.default_max_tokens);
        abilities.price = self.price.map(Price::from).or(abilities.price);
    }
}

impl From<Dollars> for Price {
    fn from(dollars: Dollars) -> Self {
        Self {
            input: dollars.input,
            output: dollars.output,
            cache_read: dollars.cache_read,
            cache_write: dollars.cache_write,
        }
    }
}
