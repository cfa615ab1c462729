//! A sentence of the doctor, with what other languages make theirs of.

use std::collections::BTreeMap;
use std::fmt;
use tsuzuki_server::Worded;

/// A sentence: a template with its code, and the values that stand in it as `{name}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    code: &'static str,
    template: &'static str,
    values: BTreeMap<&'static str, String>,
}

impl Phrase {
    /// A sentence without values.
    pub(super) const fn new(code: &'static str, template: &'static str) -> Self {
        Self {
            code,
            template,
            values: BTreeMap::new(),
        }
    }

    /// The sentence with one more value.
    pub(super) fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.values.insert(name, value.to_string());
        self
    }

    /// For whoever words it in another language.
    pub(super) fn worded(&self) -> Worded {
        let values = self.values.iter();
        Worded {
            code: self.code.to_owned(),
            values: values
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        }
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.template;
        while let Some((before, after)) = rest.split_once('{') {
            f.write_str(before)?;
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            f.write_str(self.values.get(name).map_or("", String::as_str))?;
            rest = after;
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_the_sentence_and_beside_it() {
        let phrase = Phrase::new("endpoint", "{host} answers {how}, {host}")
            .with("host", "here")
            .with("how", "{host}");
        // What stands in a value is no template.
        assert_eq!(phrase.to_string(), "here answers {host}, here");
        let worded = phrase.worded();
        assert_eq!(worded.code, "endpoint");
        assert_eq!(worded.values["host"], "here");
    }
}
