//! A fallback as it is written: `model`, `model@region`, or `@region` for the caller's own model.

use serde::{Deserialize, Serialize};
use std::fmt;
use tsuzuki::engine::{Abilities, Fallback as Listed, ModelId, Region};

/// What may go on with an answer whose own model keeps failing, and where. No id of Bedrock's holds
/// an `@`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Fallback {
    /// Another model or profile, in the own region or another.
    Model(ModelId, Option<Region>),
    /// The caller's own model, in another region.
    Elsewhere(Region),
}

impl Fallback {
    /// As the engine takes it, with what a model can do.
    pub(crate) fn listed(&self, abilities: impl FnOnce(&ModelId) -> Abilities) -> Listed {
        match self {
            Self::Model(model, region) => Listed::Model {
                model: model.clone(),
                abilities: abilities(model),
                region: region.clone(),
            },
            Self::Elsewhere(region) => Listed::Elsewhere(region.clone()),
        }
    }

    /// The region it names.
    pub(crate) const fn region(&self) -> Option<&Region> {
        match self {
            Self::Model(_, region) => region.as_ref(),
            Self::Elsewhere(region) => Some(region),
        }
    }
}

impl TryFrom<String> for Fallback {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let model = |id: &str| ModelId(id.to_owned());
        let region = |name: &str| Region(name.to_owned());
        let read = match text.split_once('@') {
            None if text.is_empty() => None,
            None => Some(Self::Model(model(&text), None)),
            Some((_, "")) => None,
            Some(("", name)) => Some(Self::Elsewhere(region(name))),
            Some((id, name)) => Some(Self::Model(model(id), Some(region(name)))),
        };
        read.filter(|_| !text.contains(char::is_whitespace))
            .ok_or_else(|| {
                format!(
                    "`{text}` is no fallback: write a model or a profile, model@region, or @region for the \
                     caller's own model there"
                )
            })
    }
}

impl fmt::Display for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Model(model, None) => write!(f, "{model}"),
            Self::Model(model, Some(region)) => write!(f, "{model}@{region}"),
            Self::Elsewhere(region) => write!(f, "@{region}"),
        }
    }
}

impl From<Fallback> for String {
    fn from(fallback: Fallback) -> Self {
        fallback.to_string()
    }
}
