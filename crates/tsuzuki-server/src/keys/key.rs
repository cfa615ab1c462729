//! One key, and what it grants.

use super::KeysError;
use crate::Operation;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use tsuzuki::engine::{Mode, ModelId};

/// One key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Its public id: of SigV4 the access key id.
    pub id: String,
    /// What the operator calls it; in logs, metrics and the audit log.
    pub name: String,
    /// When it was minted, RFC 3339.
    pub created: String,
    /// What it grants.
    #[serde(default)]
    pub grants: Grants,
    pub(super) secret: Secret,
}

/// What a key grants; the defaults are all that the endpoint has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Grants {
    /// Patterns of model ids, `*` standing for any text; none means all models.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// Operations, by name; none means all that the endpoint opens, [`Operation::Metrics`] aside.
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "print_operations",
        deserialize_with = "read_operations"
    )]
    pub operations: Vec<Operation>,
    /// The highest mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// How much a day (UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
}

/// How much a key may spend a day (UTC).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
    /// Tokens of every kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
}

/// How a key proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// By a signature: AWS's own scheme, which every SDK has.
    Sigv4,
    /// By a token (`AWS_BEARER_TOKEN_BEDROCK`), which SDKs send over TLS.
    Bearer,
}

/// What proves a key.
#[derive(Serialize, Deserialize)]
#[serde(tag = "scheme", rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Secret {
    Sigv4 { secret: String },
    Bearer { sha256: Hash },
}

/// A SHA-256 hash; in the file in hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Hash(pub(super) [u8; 32]);

impl Key {
    /// How it proves itself.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        match self.secret {
            Secret::Sigv4 { .. } => Scheme::Sigv4,
            Secret::Bearer { .. } => Scheme::Bearer,
        }
    }

    /// What it signs with, if it signs.
    pub(crate) fn signing_secret(&self) -> Option<&str> {
        match &self.secret {
            Secret::Sigv4 { secret } => Some(secret),
            Secret::Bearer { .. } => None,
        }
    }
}

impl Grants {
    /// Whether a model is among those granted.
    #[must_use]
    pub fn model(&self, model: &ModelId) -> bool {
        self.every_model() || self.models.iter().any(|pattern| fits(pattern, &model.0))
    }

    /// Whether all models are granted.
    pub(crate) fn every_model(&self) -> bool {
        self.models.is_empty() || self.models.iter().any(|pattern| pattern == "*")
    }

    /// Whether an operation is among those granted.
    pub(crate) fn operation(&self, operation: Operation) -> bool {
        match operation {
            // It tells of other callers too.
            Operation::Metrics => self.operations.contains(&operation),
            Operation::Converse
            | Operation::ConverseStream
            | Operation::Invoke
            | Operation::InvokeStream
            | Operation::CountTokens
            | Operation::ListFoundationModels
            | Operation::GetFoundationModel
            | Operation::ListInferenceProfiles
            | Operation::GetInferenceProfile
            | Operation::ApplyGuardrail
            | Operation::InvokeGuardrailChecks
            | Operation::StartAsyncInvoke
            | Operation::ListAsyncInvokes
            | Operation::GetAsyncInvoke => {
                self.operations.is_empty() || self.operations.contains(&operation)
            }
        }
    }
}

/// Whether a name and grants can be a key's.
pub(super) fn check(name: &str, grants: &Grants) -> Result<(), KeysError> {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    if name.is_empty() || name.len() > 64 || !name.chars().all(letter) {
        return Err(KeysError::BadName);
    }
    match grants.budget {
        Some(Budget { usd, tokens })
            if usd.is_some_and(|usd| !usd.is_finite() || usd <= 0.0) || tokens == Some(0) =>
        {
            Err(KeysError::BadBudget)
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether a text fits a pattern in which `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(head) else {
        return false;
    };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match text.find(piece) {
            Some(at) => text = &text[at + piece.len()..],
            None => return false,
        }
    }
    text.ends_with(last)
}

fn print_operations<S: Serializer>(operations: &[Operation], out: S) -> Result<S::Ok, S::Error> {
    out.collect_seq(operations.iter().map(|operation| operation.name()))
}

fn read_operations<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<Operation>, D::Error> {
    let names = Vec::<String>::deserialize(input)?;
    names
        .iter()
        .map(|name| name.parse().map_err(serde::de::Error::custom))
        .collect()
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&crate::hex::Hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        crate::hex::read(&String::deserialize(input)?)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("a SHA-256 hash has 64 hexadecimal digits"))
    }
}

// Secrets must not reach a log by way of `{:?}`.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, {})", self.id, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, expected) in [
            ("a.b", "a.b", true),
            ("a.b", "a.bc", false),
            ("*", "", true),
            ("us.anthropic.*", "us.anthropic.claude", true),
            ("us.anthropic.*", "eu.anthropic.claude", false),
            ("*claude*", "us.anthropic.claude-haiku", true),
            ("*claude*haiku*", "us.anthropic.claude-haiku", true),
            ("*haiku*claude*", "us.anthropic.claude-haiku", false),
            ("*haiku", "claude-haiku", true),
            ("*haiku", "claude-haiku-2", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("", "a", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn nothing_listed_grants_all_but_the_view_of_others() {
        let all = Grants::default();
        assert!(all.model(&ModelId("x".to_owned())) && all.operation(Operation::Converse));
        assert!(!all.operation(Operation::Metrics));
        let some = Grants {
            models: vec!["a*".to_owned()],
            operations: vec![Operation::Metrics],
            ..Grants::default()
        };
        assert!(!some.model(&ModelId("x".to_owned())) && !some.every_model());
        assert!(some.operation(Operation::Metrics) && !some.operation(Operation::Converse));
    }
}
