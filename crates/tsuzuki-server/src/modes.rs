//! Modes of certain models.

use tsuzuki::engine::{Mode, ModelId, Policy};
use tsuzuki::models::naming;

/// The mode of certain models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelMode {
    /// A model's id, in which `*` stands for any text, the empty one included. An inference profile
    /// goes by the id of its model as well.
    pub pattern: String,
    /// What the caller's own output limit means there.
    pub mode: Mode,
}

impl ModelMode {
    /// Whether a model is one of these.
    #[must_use]
    pub fn fits(&self, model: &ModelId) -> bool {
        fits(&self.pattern, &model.0) || fits(&self.pattern, naming(&model.0).1)
    }
}

/// The operator's policy for a model.
pub(crate) fn policy_of(policy: &Policy, modes: &[ModelMode], model: &ModelId) -> Policy {
    let mode = modes.iter().find(|modes| modes.fits(model));
    Policy {
        mode: mode.map_or(policy.mode, |modes| modes.mode),
        ..policy.clone()
    }
}

/// Whether a text fits a pattern. Each piece between two `*` is taken where it comes first, which
/// leaves the most to the pieces after it.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(first) else {
        return false;
    };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for piece in middle.split('*') {
        match text.find(piece) {
            Some(at) => text = text.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    #[test]
    fn a_pattern_fits_a_model_by_all_its_names() {
        let fits = |pattern: &str, model: &str| {
            let modes = ModelMode {
                pattern: pattern.to_owned(),
                mode: Mode::Off,
            };
            modes.fits(&ModelId(model.to_owned()))
        };
        assert!(fits("*", "amazon.nova-pro-v1:0"));
        assert!(fits("anthropic.*", "us.anthropic.claude-opus-4-8"));
        assert!(fits("us.anthropic.*", "us.anthropic.claude-opus-4-8"));
        assert!(!fits("us.anthropic.*", "eu.anthropic.claude-opus-4-8"));
        assert!(fits("*claude*opus*", "eu.anthropic.claude-opus-4-8"));
        assert!(fits("a*a", "aa"));
        assert!(!fits("a*a", "a"));
        assert!(!fits("*ab*b", "ab"));
        assert!(!fits("anthropic", "anthropic.claude-opus-4-8"));
    }

    #[test]
    fn the_first_mode_that_fits_stands() {
        let row = |pattern: &str, mode| ModelMode {
            pattern: pattern.to_owned(),
            mode,
        };
        let settings = Settings {
            modes: vec![row("amazon.*", Mode::Off), row("*", Mode::Cap)],
            ..Settings::new(Mode::Extend)
        };
        let mode = |model: &str| settings.policy_of(&ModelId(model.to_owned())).mode;
        assert_eq!(mode("eu.amazon.nova-pro-v1:0"), Mode::Off);
        assert_eq!(mode("meta.llama3-8b-instruct-v1:0"), Mode::Cap);
    }
}
