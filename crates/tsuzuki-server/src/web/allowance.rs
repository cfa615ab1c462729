//! How often somebody may do something: a bucket of tokens each.

use crate::limits::Rate;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// From how many buckets on full ones are thrown away.
const SWEEP: usize = 1024;

/// A bucket for everybody who comes.
pub(super) struct Allowances<K> {
    rate: Rate,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    fn now(self, rate: Rate, now: Instant) -> f64 {
        let came = now.saturating_duration_since(self.at).as_secs_f64() / rate.every.as_secs_f64();
        (self.tokens + came).min(f64::from(rate.burst))
    }
}

impl<K: Eq + Hash> Allowances<K> {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            rate,
            buckets: Mutex::default(),
        }
    }

    /// Takes a token, or says after how many seconds there will be one.
    pub(super) fn take(&self, who: K) -> Result<(), u64> {
        self.take_at(who, Instant::now())
    }

    /// A token that was taken is put back.
    pub(super) fn give_back(&self, who: &K) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(who) {
            bucket.tokens = (bucket.tokens + 1.0).min(f64::from(self.rate.burst));
        }
    }

    fn take_at(&self, who: K, now: Instant) -> Result<(), u64> {
        let full = f64::from(self.rate.burst);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= SWEEP {
            // A full bucket is as good as none.
            buckets.retain(|_, bucket| bucket.now(self.rate, now) < full);
        }
        let bucket = buckets.entry(who).or_insert(Bucket {
            tokens: full,
            at: now,
        });
        let tokens = bucket.now(self.rate, now);
        let (left, taken) = if tokens >= 1.0 {
            (tokens - 1.0, Ok(()))
        } else {
            let wait = self.rate.every.mul_f64(1.0 - tokens);
            (tokens, Err(seconds_up(wait)))
        };
        *bucket = Bucket {
            tokens: left,
            at: now,
        };
        taken
    }
}

fn seconds_up(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills() {
        let allowances = Allowances::new(Rate {
            burst: 2,
            every: Duration::from_secs(10),
        });
        let now = Instant::now();
        let after = |seconds| now + Duration::from_secs(seconds);
        assert_eq!(allowances.take_at("a", now), Ok(()));
        assert_eq!(allowances.take_at("a", now), Ok(()));
        assert_eq!(allowances.take_at("a", now), Err(10));
        assert_eq!(allowances.take_at("b", now), Ok(()));
        assert_eq!(allowances.take_at("a", after(9)), Err(1));
        assert_eq!(allowances.take_at("a", after(10)), Ok(()));
        assert_eq!(allowances.take_at("a", after(10)), Err(10));
        allowances.give_back(&"a");
        assert_eq!(allowances.take_at("a", after(10)), Ok(()));
        assert_eq!(allowances.take_at("a", after(10)), Err(10));
        assert_eq!(allowances.take_at("a", after(1000)), Ok(()));
        assert_eq!(allowances.take_at("a", after(1000)), Ok(()));
        assert_eq!(allowances.take_at("a", after(1000)), Err(10));
    }

    #[test]
    fn buckets_that_are_full_again_are_thrown_away() {
        let allowances = Allowances::new(Rate {
            burst: 1,
            every: Duration::from_secs(1),
        });
        let now = Instant::now();
        for who in 0..SWEEP {
            assert_eq!(allowances.take_at(who, now), Ok(()));
        }
        let later = now + Duration::from_secs(2);
        assert_eq!(allowances.take_at(SWEEP, later), Ok(()));
        assert_eq!(allowances.buckets.lock().unwrap().len(), 1);
    }
}
