//! One answer that is being driven: how long it goes on, and for whom.

use super::account::Account;
use super::joins::Worth;
use super::log::Log;
use super::writing::Writing;
use futures_util::{Stream, StreamExt};
use http::StatusCode;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tsuzuki::Step;
use tsuzuki::engine::{Outcome, Report};
use tsuzuki::wire::Form;

/// The most steps that become one write when they are ready together.
const BATCH: usize = 64;

/// One answer that is being written.
pub(crate) struct Running {
    pub(crate) form: Form,
    pub(crate) account: Account,
    pub(crate) log: Arc<Log>,
    pub(crate) cancel: CancellationToken,
    /// The longest silence towards the caller.
    pub(crate) silence: Duration,
    /// How many bytes the answer may run ahead.
    pub(crate) ahead: usize,
    /// How long to go on for nobody.
    pub(crate) gone: Duration,
}

impl Running {
    /// Writes the answer to its end.
    pub(crate) async fn run(self, mut steps: impl Stream<Item = Step> + Send + Unpin) -> Worth {
        // However this ends, nobody waits for more.
        let _ending = BreakOff(Arc::clone(&self.log));
        let mut writing = Writing::new(self.form, &self.log);
        let mut alone = false;
        let mut heard = false;
        loop {
            tokio::select! {
                biased;
                // First, because a backend that is always ready would never let it have its turn.
                () = self.log.abandoned(self.gone), if !alone => {
                    alone = true;
                    self.cancel.cancel();
                }
                first = steps.next() => {
                    if first.is_none() {
                        return Worth::Nothing;
                    }
                    let (mut next, mut taken) = (first, 0);
                    while let Some(step) = next {
                        match step {
                            Step::Frame(frame) => writing.frame(frame),
                            Step::Waiting { .. } => writing.rest(),
                            // The report comes once, with the end.
                            Step::Progress(_) => {}
                            Step::Over { outcome, report } => {
                                let status = writing.over(&outcome, &report);
                                if !heard {
                                    self.account.heard(self.form.delivery());
                                }
                                self.tell(status, &outcome, &report);
                                return worth(status, &outcome);
                            }
                        }
                        taken += 1;
                        next = match taken < BATCH {
                            // A stream that ended says so again when it is asked next.
                            true => ready_now(&mut steps).await,
                            false => None,
                        };
                    }
                    writing.flush();
                    if !heard && self.log.is_open() {
                        heard = self.account.heard(self.form.delivery());
                    }
                    self.log.room(self.ahead).await;
                }
                () = writing.silent(self.silence) => writing.break_silence(),
            }
        }
    }

    /// One line per answer; never what it says.
    fn tell(&self, status: StatusCode, outcome: &Outcome, report: &Report) {
        self.account.close(status, outcome, report);
        tracing::info!(
            operation = self.account.operation.name(),
            model = ?self.account.model.0,
            key = self.account.caller.name(),
            status = status.as_u16(),
            outcome = ?outcome,
            legs = report.legs.len(),
            ms = crate::door::milliseconds(self.account.asked),
            "answered"
        );
    }
}

/// The next step, if it is there already. (`ready_chunks` sets aside room for a whole batch, for
/// every delta that comes alone.)
async fn ready_now(steps: &mut (impl Stream<Item = Step> + Unpin)) -> Option<Step> {
    poll_fn(|cx| match steps.poll_next_unpin(cx) {
        Poll::Ready(step) => Poll::Ready(step),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Whether a retry should get this answer, or ask again.
fn worth(status: StatusCode, outcome: &Outcome) -> Worth {
    match outcome {
        Outcome::Complete | Outcome::Incomplete(_) | Outcome::Refused if status.is_success() => {
            Worth::Keeping
        }
        Outcome::Complete | Outcome::Incomplete(_) | Outcome::Refused | Outcome::Cancelled => {
            Worth::Nothing
        }
    }
}

/// Ends the log when the writer goes, however it goes.
struct BreakOff(Arc<Log>);

impl Drop for BreakOff {
    fn drop(&mut self) {
        self.0.break_off();
    }
}
