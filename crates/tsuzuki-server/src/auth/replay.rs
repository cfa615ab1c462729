//! Signatures that came before. Each is remembered for as long as its date would let it pass.
//!
//! SDKs sign every attempt of a call anew, but the time of a signature counts whole seconds, and not
//! every SDK signs the call's id and the attempt's number (boto3 1.44 does not: tried). So equal
//! calls of one second have one signature. They are told apart by their ids, for as long as they can
//! be that close together; and attempts of a call by their numbers.

use super::sigv4::{Claim, SKEW};
use crate::door::Whole;
use crate::headers::{ATTEMPT, INVOCATION_ID};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The most signatures that are remembered. Only verified ones are, so only key holders fill this.
const MOST: usize = 500_000;

/// The most attempts with one signature; SDKs make 3 to 5.
const ATTEMPTS: usize = 8;

/// The most calls with one signature.
const CALLS: usize = 64;

/// How far apart the calls of one second may come in.
const TOGETHER: SignedDuration = SignedDuration::from_secs(2);

/// How often what is too old is forgotten.
const SWEEP: SignedDuration = SignedDuration::from_secs(60);

/// The signatures that came.
#[derive(Default)]
pub(super) struct Replays(Mutex<State>);

#[derive(Default)]
struct State {
    signatures: HashMap<[u8; 32], Memory>,
    swept: Option<Timestamp>,
}

struct Memory {
    /// When the first call came.
    since: Timestamp,
    until: Timestamp,
    /// The attempts of each call, by the SDK's id of it; empty if it has none.
    calls: HashMap<String, Vec<String>>,
}

/// What a verified signature is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    First,
    /// An equal call that was signed in the same second.
    Equal,
    /// Another attempt of the same call.
    NextAttempt,
    /// The same attempt of the same call.
    Repeated,
    /// Neither.
    Replayed,
    /// Too many to remember.
    Full,
}

impl Replays {
    /// Remembers a signature, and says what it is.
    pub(super) fn see(&self, claim: &Claim, request: &Whole) -> Seen {
        self.at(
            Timestamp::now(),
            claim.signature,
            claim.signed_at + SKEW,
            request.header(INVOCATION_ID).unwrap_or_default(),
            request.header(ATTEMPT).unwrap_or_default(),
        )
    }

    fn at(
        &self,
        now: Timestamp,
        signature: [u8; 32],
        until: Timestamp,
        invocation: &str,
        attempt: &str,
    ) -> Seen {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.swept.is_none_or(|swept| swept + SWEEP < now) {
            state.signatures.retain(|_, memory| memory.until >= now);
            state.swept = Some(now);
        }
        let full = state.signatures.len() >= MOST;
        match state.signatures.get_mut(&signature) {
            None if full => Seen::Full,
            None => {
                let memory = Memory {
                    since: now,
                    until,
                    calls: HashMap::from([(invocation.to_owned(), vec![attempt.to_owned()])]),
                };
                state.signatures.insert(signature, memory);
                Seen::First
            }
            // Without an id there is nothing to tell a call from its replay.
            Some(_) if invocation.is_empty() => Seen::Replayed,
            Some(memory) => memory.again(now, invocation, attempt),
        }
    }
}

impl Memory {
    fn again(&mut self, now: Timestamp, invocation: &str, attempt: &str) -> Seen {
        let calls = self.calls.len();
        match self.calls.get_mut(invocation) {
            None if calls >= CALLS || now > self.since + TOGETHER => Seen::Replayed,
            None => {
                let attempts = vec![attempt.to_owned()];
                self.calls.insert(invocation.to_owned(), attempts);
                Seen::Equal
            }
            Some(attempts) if attempts.iter().any(|other| other == attempt) => Seen::Repeated,
            Some(attempts) if attempts.len() >= ATTEMPTS => Seen::Replayed,
            Some(attempts) => {
                attempts.push(attempt.to_owned());
                Seen::NextAttempt
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_good_for_one_call() {
        let replays = Replays::default();
        let now = Timestamp::now();
        let at = |after: i64, signature: u8, invocation: &str, attempt: &str| {
            let then = now + SignedDuration::from_secs(after);
            replays.at(then, [signature; 32], now + SKEW, invocation, attempt)
        };
        let see =
            |signature, invocation: &str, attempt: &str| at(0, signature, invocation, attempt);
        assert_eq!(see(1, "a", "attempt=1"), Seen::First);
        assert_eq!(see(1, "a", "attempt=1"), Seen::Repeated);
        assert_eq!(see(1, "a", "attempt=2"), Seen::NextAttempt);
        assert_eq!(see(1, "a", "attempt=2"), Seen::Repeated);
        assert_eq!(at(2, 1, "b", "attempt=1"), Seen::Equal);
        assert_eq!(at(3, 1, "b", "attempt=1"), Seen::Repeated);
        assert_eq!(at(3, 1, "b", "attempt=2"), Seen::NextAttempt);
        assert_eq!(at(3, 1, "c", "attempt=1"), Seen::Replayed, "too late");
        assert_eq!(see(1, "", ""), Seen::Replayed);
        assert_eq!(see(2, "a", "attempt=1"), Seen::First);
        assert_eq!(see(3, "", ""), Seen::First);
        assert_eq!(see(3, "", ""), Seen::Replayed);
        for attempt in 3..=8 {
            assert_eq!(see(1, "a", &attempt.to_string()), Seen::NextAttempt);
        }
        assert_eq!(see(1, "a", "attempt=9"), Seen::Replayed);
        for call in 2..CALLS {
            assert_eq!(see(1, &format!("call {call}"), ""), Seen::Equal);
        }
        assert_eq!(see(1, "one more", ""), Seen::Replayed);
    }

    #[test]
    fn what_no_longer_passes_is_forgotten() {
        let replays = Replays::default();
        let now = Timestamp::now();
        assert_eq!(replays.at(now, [1; 32], now, "", ""), Seen::First);
        let later = now + SWEEP * 2;
        assert_eq!(replays.at(later, [2; 32], later, "", ""), Seen::First);
        assert_eq!(replays.0.lock().unwrap().signatures.len(), 1);
    }
}
