//! What a request may ask of Tsuzuki itself: less than the policy allows, never more.

use tsuzuki_wire::Wish;
use tsuzuki_wire::engine::{Millis, Policy, Seams};

/// A wish that no policy can be narrowed by: a limit that leaves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WishError(&'static str);

/// A policy, narrowed as a request wishes. A wish lowers limits; one above a limit changes nothing.
///
/// # Errors
/// A limit of the wish leaves nothing.
pub fn narrow(policy: &Policy, wish: &Wish) -> Result<Policy, WishError> {
    let seconds = wish.max_seconds;
    if seconds.is_some_and(|seconds| seconds <= 0.0) {
        return Err(WishError("tsuzuki.maxSeconds must be greater than 0"));
    }
    if wish.max_legs == Some(0) {
        return Err(WishError("tsuzuki.maxLegs must be greater than 0"));
    }
    if wish.max_output_tokens == Some(0) {
        return Err(WishError("tsuzuki.maxOutputTokens must be greater than 0"));
    }
    if wish.max_cost.is_some_and(|cost| cost < 0.0) {
        return Err(WishError("tsuzuki.maxCost must not be negative"));
    }
    // A float too large for the type becomes its largest value, which no deadline outlives.
    let wished = seconds.map(|seconds| Millis((seconds * 1000.0).ceil() as u64));
    Ok(Policy {
        mode: least(policy.mode, wish.mode),
        max_output_tokens: least(policy.max_output_tokens, wish.max_output_tokens),
        max_legs: least(policy.max_legs, wish.max_legs),
        max_cost: wish
            .max_cost
            .map_or(policy.max_cost, |cost| cost.min(policy.max_cost)),
        deadline: match (policy.deadline, wished) {
            (Some(limit), Some(wished)) => Some(limit.min(wished)),
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
    use tsuzuki_wire::engine::Mode;

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
        let lowered = narrow(&policy, &modest).expect("narrowed");
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
        let kept = narrow(&strict, &greedy).expect("narrowed");
        assert_eq!(kept, strict);
    }

    #[test]
    fn a_limit_that_leaves_nothing_is_refused() {
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
            assert!(narrow(&Policy::new(Mode::Extend), &wish).is_err());
        }
    }
}
