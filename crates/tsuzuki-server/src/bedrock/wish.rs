//! What a request may ask of Tsuzuki itself: less than the operator allows, never more.

use crate::error::Fault;
use crate::headers::MODE;
use http::HeaderMap;
use tsuzuki::engine::{Mode, Policy};
use tsuzuki::wire::Wish;

/// The mode that a header field names.
pub(crate) fn mode(headers: &HeaderMap) -> Result<Option<Mode>, Fault> {
    let mut said = headers.get_all(MODE).iter();
    let (first, second) = (said.next(), said.next());
    if second.is_some() {
        return Err(Fault::validation(
            "x-tsuzuki-mode is given twice; give it once",
        ));
    }
    match first.map(|value| value.as_bytes().trim_ascii()) {
        None => Ok(None),
        Some(b"off") => Ok(Some(Mode::Off)),
        Some(b"cap") => Ok(Some(Mode::Cap)),
        Some(b"extend") => Ok(Some(Mode::Extend)),
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
    fn a_limit_that_leaves_nothing_is_refused() {
        let wish = Wish {
            max_legs: Some(0),
            ..Wish::default()
        };
        assert!(narrowed(&Policy::new(Mode::Extend), None, &wish).is_err());
    }

    #[test]
    fn the_header_names_one_mode_once() {
        let said = |values: &[&'static [u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(MODE, http::HeaderValue::from_bytes(value).expect("a value"));
            }
            mode(&headers)
        };
        assert_eq!(said(&[]), Ok(None));
        assert_eq!(said(&[b" cap "]), Ok(Some(Mode::Cap)));
        for wrong in ["Extend".as_bytes(), b"\xff", b"", b"off, off"] {
            assert!(said(&[wrong]).is_err());
        }
        let twice = said(&[b"off", b"off"]).expect_err("twice");
        assert!(twice.message.contains("twice"));
    }
}
