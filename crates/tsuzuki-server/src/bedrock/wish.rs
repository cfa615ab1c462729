//! What a request may ask of Tsuzuki itself: less than the operator allows, never more.

use crate::error::Fault;
use tsuzuki::engine::{Mode, Policy};
use tsuzuki::wire::Wish;

/// The mode that a header field names.
pub(crate) fn mode(value: Option<&str>) -> Result<Option<Mode>, Fault> {
    match value.map(str::trim) {
        None => Ok(None),
        Some("off") => Ok(Some(Mode::Off)),
        Some("cap") => Ok(Some(Mode::Cap)),
        Some("extend") => Ok(Some(Mode::Extend)),
        Some(_) => Err(Fault::validation(
            "x-tsuzuki-mode must be extend, cap or off",
        )),
    }
}

/// The lower of the operator's mode and a wish.
pub(crate) fn lower(mode: Mode, wish: Option<Mode>) -> Mode {
    wish.map_or(mode, |wish| wish.min(mode))
}

/// The operator's policy, narrowed as the header field and the body wish.
pub(crate) fn narrowed(policy: &Policy, said: Option<Mode>, wish: &Wish) -> Result<Policy, Fault> {
    let policy = Policy {
        mode: lower(policy.mode, said),
        ..policy.clone()
    };
    tsuzuki::narrow(&policy, wish).map_err(|error| Fault::validation(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_and_the_body_both_lower() {
        let policy = Policy::new(Mode::Extend);
        for (said, wished) in [(Mode::Off, Mode::Extend), (Mode::Extend, Mode::Off)] {
            let wish = Wish {
                mode: Some(wished),
                ..Wish::default()
            };
            let lowered = narrowed(&policy, Some(said), &wish).expect("narrowed");
            assert_eq!(lowered.mode, Mode::Off);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(mode(Some("Extend")).is_err());
        let wish = Wish {
            max_legs: Some(0),
            ..Wish::default()
        };
        assert!(narrowed(&Policy::new(Mode::Extend), None, &wish).is_err());
    }
}
