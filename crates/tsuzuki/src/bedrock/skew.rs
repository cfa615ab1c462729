//! How far our clock is off.
//!
//! AWS refuses a signature whose date is more than five minutes from its own. The refusal carries
//! AWS's date, so the next signature can be right, as the AWS SDKs do it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A difference below this, in seconds, is not what a signature was refused for.
const TOLERATED: i64 = 240;

/// How far our clock is behind AWS's, in seconds.
#[derive(Debug, Default)]
pub(super) struct Skew(AtomicI64);

impl Skew {
    /// The time by AWS's clock, as far as it is known.
    pub(super) fn now(&self) -> SystemTime {
        let behind = self.0.load(Ordering::Relaxed);
        let seconds = Duration::from_secs(behind.unsigned_abs());
        let now = SystemTime::now();
        if behind < 0 {
            now.checked_sub(seconds)
        } else {
            now.checked_add(seconds)
        }
        .unwrap_or(now)
    }

    /// Learns from the date of a refusal; tells whether our clock explains it.
    pub(super) fn learn(&self, headers: &[(String, String)]) -> bool {
        let Some(theirs) = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("date"))
            .and_then(|(_, value)| httpdate(value))
        else {
            return false;
        };
        let ours = seconds(self.now());
        let explained = (theirs - ours).abs() > TOLERATED;
        if explained {
            let behind = theirs - seconds(SystemTime::now());
            tracing::warn!(
                seconds = behind,
                "this machine's clock is wrong by AWS's; set it"
            );
            self.0.store(behind, Ordering::Relaxed);
        }
        explained
    }
}

fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or_default()
}

/// The seconds since 1970 of a date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
fn httpdate(text: &str) -> Option<i64> {
    let mut words = text.split_once(", ")?.1.split(' ');
    let day: i64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let year: i64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':').map(str::parse::<i64>);
    let (hour, minute, second) = (
        clock.next()?.ok()?,
        clock.next()?.ok()?,
        clock.next()?.ok()?,
    );
    let month = 1 + [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    .iter()
    .position(|name| *name == month)
    .and_then(|month| i64::try_from(month).ok())?;
    // Days from the civil date, counting years from March (H. Hinnant's algorithm).
    let year_from_march = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * year_from_march + year_from_march / 4 - year_from_march / 100
        + year_from_march / 400
        + day_of_year
        - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}
