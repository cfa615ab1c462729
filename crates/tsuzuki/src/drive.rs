//! The only loop that awaits: it runs an answer against a backend.

use crate::{Backend, Journal};
use futures_util::stream::{BoxStream, Stream, StreamExt};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tsuzuki_wire::engine::{
    Answer, Cut, End, Event, Frame, Input, LegId, Lesson, Millis, Outcome, Output, Report, Why,
};

/// How a caller ends an answer that is driven. Clones share everything.
#[derive(Debug, Clone, Default)]
pub struct Brake {
    cancel: CancellationToken,
    finish: CancellationToken,
}

impl Brake {
    /// Stops the answer at once. Its last frames and its report still come.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Lets the leg that is running be the last one: the answer is complete if that one ends so, and
    /// cancelled otherwise.
    pub fn finish(&self) {
        self.finish.cancel();
    }
}

impl From<CancellationToken> for Brake {
    /// A brake that is pulled by a token.
    fn from(cancel: CancellationToken) -> Self {
        Self {
            cancel,
            finish: CancellationToken::new(),
        }
    }
}

/// What a driven answer does.
#[derive(Debug, Clone)]
pub enum Step {
    /// A leg was called, told its request id or ended, or a seam was made. What a seam joins comes
    /// behind the step that tells of it.
    Progress(Box<Report>),
    /// A frame for the caller; kept by the journal already, if there is one.
    Frame(Frame),
    /// Nothing will come for a while.
    Waiting {
        /// For how long, at most.
        at_most: Duration,
        /// Why.
        why: Why,
    },
    /// The answer is over; nothing follows.
    Over {
        /// Why it stopped.
        outcome: Outcome,
        /// What happened.
        report: Box<Report>,
    },
}

/// Runs an answer to its end.
///
/// Dropping the stream hangs up; the brake stops the answer but still brings its last frames and its
/// report.
pub fn drive(
    mut answer: Answer,
    backend: Arc<dyn Backend>,
    journal: Option<Arc<dyn Journal>>,
    brake: Brake,
) -> impl Stream<Item = Step> + Send + 'static {
    async_stream::stream! {
        let began = Instant::now();
        let now = || Millis(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        let mut running: Option<Running> = None;
        let (mut cancelled, mut finishing) = (false, false);
        // Waited for once, not anew for every frame.
        let mut asked = std::pin::pin!(brake.cancel.cancelled_owned());
        let mut enough = std::pin::pin!(brake.finish.cancelled_owned());
        let mut told = Mark::default();
        loop {
            let mark = Mark::of(answer.report());
            if mark != told {
                told = mark;
                yield Step::Progress(Box::new(answer.report().clone()));
            }
            let until = match answer.poll() {
                Output::Call(leg) => {
                    running = Some(Running { id: leg.id, frames: backend.call(leg) });
                    continue;
                }
                Output::Hangup(id) => {
                    running.take_if(|running| running.id == id);
                    continue;
                }
                Output::Emit(frame) => {
                    if let Some(journal) = &journal
                        && let Err(error) = journal.append(&frame).await
                    {
                        tracing::error!(%error, "the answer stops because it cannot be kept");
                        cancelled = true;
                        answer.handle(Input::Cancel, now());
                        continue;
                    }
                    yield Step::Frame(frame);
                    continue;
                }
                Output::Over(outcome) => {
                    yield Step::Over { outcome, report: Box::new(answer.report().clone()) };
                    return;
                }
                Output::Idle => None,
                Output::Wait(moment, why) => {
                    if running.is_none() {
                        yield Step::Waiting { at_most: Duration::from_millis(moment.since(now()).0), why };
                    }
                    Some(began + Duration::from_millis(moment.0))
                }
            };
            tokio::select! {
                biased;
                () = asked.as_mut(), if !cancelled => {
                    cancelled = true;
                    answer.handle(Input::Cancel, now());
                }
                () = enough.as_mut(), if !finishing => {
                    finishing = true;
                    answer.handle(Input::Finish, now());
                }
                (leg, frame) = next(&mut running) => {
                    if let Event::End(end) = &frame.event
                        && let Some(lesson) = Lesson::of(end, answer.ask())
                    {
                        backend.learn(answer.model(), lesson);
                    }
                    answer.handle(Input::Frame(leg, frame), now());
                }
                () = sleep_until(until) => answer.handle(Input::Tick, now()),
            }
        }
    }
}

/// How far a report is, as far as callers are told of it while the answer runs.
#[derive(Default, PartialEq, Eq)]
struct Mark {
    legs: usize,
    seams: usize,
    request_id: bool,
    ended: bool,
}

impl Mark {
    fn of(report: &Report) -> Self {
        let last = report.legs.last();
        Self {
            legs: report.legs.len(),
            seams: report.seams.len(),
            request_id: last.is_some_and(|leg| leg.request_id.is_some()),
            ended: last.is_some_and(|leg| leg.end.is_some()),
        }
    }
}

/// The call that is running.
struct Running {
    id: LegId,
    frames: BoxStream<'static, Frame>,
}

/// The next frame of the running call. A call that stops without an end was lost: this is the one
/// place that says so (law 2).
async fn next(running: &mut Option<Running>) -> (LegId, Frame) {
    let Some(call) = running else {
        return std::future::pending().await;
    };
    let id = call.id;
    let frame = call
        .frames
        .next()
        .await
        .unwrap_or_else(|| Frame::end(End::Cut(Cut::Lost)));
    if matches!(frame.event, Event::End(_)) {
        *running = None;
    }
    (id, frame)
}

async fn sleep_until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
