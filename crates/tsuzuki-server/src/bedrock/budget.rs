//! What may be kept so that retries can join.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whether retries may join, and what may be kept for them.
#[derive(Clone)]
pub(crate) enum Retries {
    Join {
        /// The most bytes of this response.
        most_bytes: usize,
        /// What all such responses share.
        budget: Arc<Budget>,
    },
    StayOut,
}

/// The bytes that all responses together may keep for retries.
pub(crate) struct Budget {
    used: AtomicUsize,
    most: usize,
}

impl Budget {
    pub(crate) const fn new(most: usize) -> Self {
        Self {
            used: AtomicUsize::new(0),
            most,
        }
    }

    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Takes so many bytes; whether they were there is the answer, they are taken anyway.
    pub(super) fn take(&self, bytes: usize) -> bool {
        self.used.fetch_add(bytes, Ordering::Relaxed) + bytes <= self.most
    }

    pub(super) fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}
