//! The one writer: gathers what all runs have to say in a tick into one durable write, and only then
//! lets readers have it.

use super::RunId;
use super::live::{Live, Taken};
use super::shared::answered;
use crate::store::{Fault, Store, StoreError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// How long to wait before a write that failed in a way that may pass is tried again, each time.
/// Runs wait meanwhile; then they stop.
const PATIENCE: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_millis(1500),
];

/// Writes down what runs say.
#[derive(Default)]
pub(super) struct Scribe {
    queue: Mutex<Vec<Arc<Live>>>,
    bell: Notify,
}

impl Scribe {
    /// This run has something to write down.
    pub(super) fn queue(&self, live: &Arc<Live>) {
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::clone(live));
        self.bell.notify_one();
    }

    /// Writes, for ever: at once when nothing was written for a tick, once a tick otherwise.
    pub(super) async fn write(&self, store: &dyn Store, tick: Duration) {
        let mut next = Instant::now();
        loop {
            self.bell.notified().await;
            tokio::time::sleep_until(next).await;
            next = Instant::now() + tick;
            let queue =
                std::mem::take(&mut *self.queue.lock().unwrap_or_else(PoisonError::into_inner));
            let taken: Vec<(Arc<Live>, Taken)> = queue
                .into_iter()
                .filter_map(|live| live.take().map(|taken| (live, taken)))
                .collect();
            let written = append(store, &taken).await;
            for (live, taken) in taken {
                match &written {
                    Ok(left_out) if left_out.contains(&live.run) => live.fail(gone()),
                    Ok(_) => live.publish(taken),
                    Err(error) => {
                        tracing::error!(run = %live.run, %error, "a run stops because its log cannot be kept");
                        live.fail(error.clone());
                    }
                }
            }
        }
    }
}

/// Why a run's entries were left out of a tick: it is over, or its conversation was removed.
fn gone() -> StoreError {
    StoreError {
        fault: Fault::Conflict,
        told: "the run is over, or its conversation was removed".to_owned(),
    }
}

/// One durable write; the runs that were left out of it.
async fn append(store: &dyn Store, taken: &[(Arc<Live>, Taken)]) -> Result<Vec<RunId>, StoreError> {
    if taken.is_empty() {
        return Ok(Vec::new());
    }
    let tick = || {
        taken
            .iter()
            .map(|(_, taken)| taken.append.clone())
            .collect()
    };
    let mut patience = PATIENCE.into_iter();
    loop {
        let error = match answered(store.append(tick())).await {
            Ok(left_out) => return Ok(left_out),
            Err(error) => error,
        };
        // Nothing of it was kept, and it may be in a moment.
        let passes = match error.fault {
            Fault::Locked | Fault::Full | Fault::Failed => true,
            Fault::ReadOnly | Fault::Damaged | Fault::Newer | Fault::Conflict => false,
        };
        match patience.next().filter(|_| passes) {
            Some(rest) => tokio::time::sleep(rest).await,
            None => return Err(error),
        }
    }
}
