//! When a delta was sent, in its own text, so that whoever hears it knows how late it is.
//!
//! A stamp is a space and eight hexadecimal digits: about what a token is long. It counts
//! microseconds of the machine's clock and begins anew every 71 minutes. The space comes first, as in
//! what models write: the engine holds white space back until it knows what follows.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A stamped delta every forty milliseconds, the first one after the first forty.
pub(crate) const PACE: Duration = Duration::from_millis(40);

/// How many bytes a stamp has.
const LENGTH: usize = 9;

/// How finely delays are told apart, and from how many of these on they are not: a second.
const STEP_MICROSECONDS: usize = 20;
const STEPS: usize = 50_000;

/// The text of a delta that is sent now.
pub(crate) fn stamp() -> String {
    format!(" {:08x}", now())
}

fn now() -> u32 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    // The lower bits are the ones that change.
    since.as_micros() as u32
}

/// How late deltas came: how many, for each step of delay.
pub(crate) struct Delays(Vec<AtomicU64>);

/// The same at one moment.
pub(crate) struct Sight(Vec<u64>);

/// What was heard between two moments.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Heard {
    /// How many deltas.
    pub(crate) deltas: f64,
    /// Milliseconds from the sending to the hearing of the median one.
    pub(crate) median: f64,
    /// The same of one in a hundred.
    pub(crate) slowest: f64,
}

impl Default for Delays {
    fn default() -> Self {
        Self((0..=STEPS).map(|_| AtomicU64::new(0)).collect())
    }
}

impl Delays {
    /// Hears every delta in some JSON, all of whose texts are stamps. How many there were.
    pub(crate) fn hear(&self, json: &[u8]) -> usize {
        let now = now();
        let json = std::str::from_utf8(json).unwrap_or_default();
        let texts = json.split("\"text\":\"").skip(1);
        let stamps = texts.flat_map(|text| {
            let text = text.split('"').next().unwrap_or_default();
            text.as_bytes().chunks_exact(LENGTH)
        });
        let mut heard = 0;
        for stamp in stamps {
            let digits = std::str::from_utf8(&stamp[1..]).unwrap_or_default();
            let Ok(sent) = u32::from_str_radix(digits, 16) else {
                continue;
            };
            heard += 1;
            let step = now.wrapping_sub(sent) as usize / STEP_MICROSECONDS;
            self.0[step.min(STEPS)].fetch_add(1, Ordering::Relaxed);
        }
        heard
    }

    pub(crate) fn sight(&self) -> Sight {
        let counts = self.0.iter().map(|count| count.load(Ordering::Relaxed));
        Sight(counts.collect())
    }
}

impl Sight {
    /// What was heard since an earlier sight.
    pub(crate) fn since(&self, earlier: &Self) -> Heard {
        let counts: Vec<u64> = std::iter::zip(&self.0, &earlier.0)
            .map(|(now, then)| now - then)
            .collect();
        let deltas = counts.iter().sum::<u64>() as f64;
        let at = |share: f64| {
            let mut left = deltas * share;
            let step = counts.iter().position(|count| {
                left -= *count as f64;
                left < 0.0
            });
            (step.unwrap_or(0) * STEP_MICROSECONDS) as f64 / 1000.0
        };
        Heard {
            deltas,
            median: at(0.5),
            slowest: at(0.99),
        }
    }
}
