//! What a request costs that nobody reads: by the counts the backend tells in its head, else by an
//! estimate from its bytes.

use crate::Operation;
use crate::auth::Caller;
use crate::books::Books;
use crate::spending::{Share, Spent};
use http::StatusCode;
use std::sync::Arc;
use tsuzuki::engine::Price;

/// How many bytes of JSON make a token, at the least: an estimate should not be too low.
const BYTES_PER_TOKEN: usize = 3;

const INPUT: &str = "x-amzn-bedrock-input-token-count";
const OUTPUT: &str = "x-amzn-bedrock-output-token-count";

/// Who pays for a forwarded request.
pub(crate) struct Bill {
    pub(crate) books: Arc<Books>,
    pub(crate) caller: Caller,
    pub(crate) share: Option<Share>,
    pub(crate) price: Option<Price>,
}

/// Counts what passes; the bill is paid when it is dropped, however far the response came.
pub(crate) struct Meter {
    share: Option<Share>,
    price: Option<Price>,
    told: Option<(u64, u64)>,
    request_bytes: usize,
    response_bytes: usize,
}

impl Bill {
    pub(crate) fn meter(
        self,
        operation: Operation,
        status: StatusCode,
        request_bytes: usize,
        headers: &[(String, String)],
    ) -> Meter {
        let count = |wanted: &str| {
            let (_, value) = headers
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
            value.parse::<u64>().ok()
        };
        // Errors cost nothing, nor does what only reads.
        let paid = status.is_success() && operation.spends();
        Meter {
            share: self.share.filter(|_| paid),
            price: self.price,
            told: count(INPUT).zip(count(OUTPUT)),
            request_bytes,
            response_bytes: 0,
        }
    }
}

impl Meter {
    pub(crate) const fn pass(&mut self, bytes: usize) {
        self.response_bytes += bytes;
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let Some(share) = &self.share else {
            return;
        };
        let estimate = |bytes: usize| u64::try_from(bytes / BYTES_PER_TOKEN).unwrap_or(u64::MAX);
        let (input, output) = self
            .told
            .unwrap_or_else(|| (estimate(self.request_bytes), estimate(self.response_bytes)));
        let usd = self.price.map_or(0.0, |price| {
            (input as f64 * price.input + output as f64 * price.output) / 1e6
        });
        share.spend(Spent {
            usd,
            tokens: input.saturating_add(output),
            estimated: self.told.is_none(),
        });
    }
}
