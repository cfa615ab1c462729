//! What a request may ask of Tsuzuki itself: less than the operator allows, never more.

use crate::error::Fault;
use tsuzuki::engine::{Millis, Mode, Policy, Seams};
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

/// The operator's policy, narrowed as the request wishes.
pub(crate) fn narrowed(policy: &Policy, said: Option<Mode>, wish: &Wish) -> Result<Policy, Fault> {
    let bad = |field: &str| Fault::validation(format!("tsuzuki.{field} must be greater than 0"));
    let seconds = wish.max_seconds;
    if seconds.is_some_and(|seconds| seconds <= 0.0) {
        return Err(bad("maxSeconds"));
    }
    if wish.max_legs == Some(0) {
        return Err(bad("maxLegs"));
    }
    if wish.max_output_tokens == Some(0) {
        return Err(bad("maxOutputTokens"));
    }
    if wish.max_cost.is_some_and(|cost| cost < 0.0) {
        return Err(Fault::validation("tsuzuki.maxCost must not be negative"));
    }
    // A float too large for the type becomes its largest value, which no deadline outlives.
    let wished = seconds.map(|seconds| Millis((seconds * 1000.0).ceil() as u64));
    Ok(Policy {
        mode: lower(lower(policy.mode, said), wish.mode),
        max_output_tokens: least(policy.max_output_tokens, wish.max_output_tokens),
        max_legs: least(policy.max_legs, wish.max_legs),
        max_cost: wish
            .max_cost
            .map_or(policy.max_cost, |cost| cost.min(policy.max_cost)),
        deadline: match (policy.deadline, wished) {
            (Some(operator), Some(wished)) => Some(operator.min(wished)),
            (one, None) | (None, one) => one,
        },
        seams: match (policy.seams, wish.seams) {
            (Seams::Proven, _) | (_, Some(Seams::Proven)) => Seams::Proven,
            (Seams::BestEffort, Some(Seams::BestEffort) | None) => Seams::BestEffort,
        },
        report: wish.report.unwrap_or(policy.report),
        ..policy.clone()
    })
}

fn least<T: Ord + Copy>(limit: T, wish: Option<T>) -> T {
    wish.map_or(limit, |wish| wish.min(limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_lowers_limits_and_never_raises_them() {
        let policy = Policy::new(Mode::Cap);
        let modest = Wish {
            mode: Some(Mode::Off),
            max_output_tokens: Some(10),
            max_legs: Some(2),
            max_cost: Some(0.5),
            max_seconds: Some(1.5),
            seams: Some(Seams::Proven),
            report: Some(true),
        };
        let lowered = narrowed(&policy, None, &modest).expect("narrowed");
        assert_eq!(lowered.mode, Mode::Off);
        assert_eq!((lowered.max_output_tokens, lowered.max_legs), (10, 2));
        assert_eq!(lowered.deadline, Some(Millis(1500)));
        assert_eq!((lowered.seams, lowered.report), (Seams::Proven, true));
        assert!((lowered.max_cost - 0.5).abs() < f64::EPSILON);

        let greedy = Wish {
            mode: Some(Mode::Extend),
            max_output_tokens: Some(u64::MAX),
            max_legs: Some(u32::MAX),
            max_cost: Some(1e9),
            max_seconds: Some(1e300),
            seams: Some(Seams::BestEffort),
            report: None,
        };
        let strict = Policy {
            deadline: Some(Millis(10)),
            seams: Seams::Proven,
            ..policy
        };
        let kept = narrowed(&strict, Some(Mode::Extend), &greedy).expect("narrowed");
        assert_eq!(kept, strict);
    }

    #[test]
    fn the_header_and_the_body_both_lower() {
        let policy = Policy::new(Mode::Extend);
        let wish = Wish {
            mode: Some(Mode::Extend),
            ..Wish::default()
        };
        let lowered = narrowed(&policy, Some(Mode::Off), &wish).expect("narrowed");
        assert_eq!(lowered.mode, Mode::Off);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(mode(Some("Extend")).is_err());
        for wish in [
            Wish {
                max_legs: Some(0),
                ..Wish::default()
            },
            Wish {
                max_seconds: Some(0.0),
                ..Wish::default()
            },
            Wish {
                max_seconds: Some(-1.0),
                ..Wish::default()
            },
            Wish {
                max_output_tokens: Some(0),
                ..Wish::default()
            },
            Wish {
                max_cost: Some(-0.1),
                ..Wish::default()
            },
        ] {
            assert!(narrowed(&Policy::new(Mode::Extend), None, &wish).is_err());
        }
    }
}
