//! One run: a task that drives an answer and says what happens, until it is over.
//!
//! What it says is written down by the scribe before any reader sees it, and the run waits when the
//! store is slow. When everything was said the message is closed in the store, and only then its
//! readers get its final form.

use super::cut_short::{Before, cut_short};
use super::ending;
use super::exchange::Recorded;
use super::live::Live;
use super::request::Request;
use super::shared::{Shared, Slot, answered};
use super::summary::{self, Short};
use super::telling::{self, Joins, Telling};
use super::{Entry, Holds, Making, Message, Moment, Shape, Spent, Standing, State};
use crate::store::{Close, Fault, StoreError};
use futures_util::{FutureExt, StreamExt};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tsuzuki::engine::{Answer, BlockKind, Transcript, Usage};
use tsuzuki::{Step, drive};

/// How long to wait before closing a run is tried again, when the store could not; it doubles, up to
/// a minute.
const AGAIN: Duration = Duration::from_millis(500);

/// A run that is to begin, or to go on.
pub(super) struct Work {
    pub(super) live: Arc<Live>,
    /// What is asked, and how far to go.
    pub(super) request: Request,
    /// How it asks, every default filled in.
    pub(super) shape: Shape,
    /// The message it goes on from.
    pub(super) from: Message,
    /// What the message had before this run.
    pub(super) before: Before,
    /// What makes the first seam necessary, where there is text to join.
    pub(super) joins: Joins,
    pub(super) slot: Slot,
}

/// Drives the answer to its end, and closes the run.
pub(super) async fn work(shared: Arc<Shared>, work: Work) {
    let Work {
        live,
        request,
        shape,
        from,
        before,
        joins,
        slot,
    } = work;
    let asked = request.ask.carried.body.clone();
    let driven = driven(&shared, &live, (request, shape), from, joins);
    match AssertUnwindSafe(driven).catch_unwind().await {
        Ok(end) => close(&shared, &live, end, before.spent, slot).await,
        Err(_panic) => {
            tracing::error!(run = %live.run, "a run panicked; please report it");
            let problem = ending::own(
                "internal",
                "The answer stopped because of a defect of Tsuzuki.",
            );
            cut_short(&shared, &live, before, Some(problem), &asked, slot).await;
        }
    }
}

/// Drives the answer to its end, and says what happens.
async fn driven(
    shared: &Arc<Shared>,
    live: &Arc<Live>,
    (mut request, shape): (Request, Shape),
    from: Message,
    joins: Joins,
) -> (State, Making) {
    let mut says_something = says_something(&from);
    let shown = transcript(&from);
    let summed_up = summary::before(shared, live, &mut request, &from, &shape).await;
    let mut telling = Telling::new(base(from), joins);
    if let Err(short) = summed_up {
        let prices = |model: &str| shared.price(model);
        let (state, problem) = match short {
            Short::Stopped => (State::Stopped, None),
            Short::Of(problem) if says_something => (State::Incomplete, Some(*problem)),
            Short::Of(problem) => (State::Failed, Some(*problem)),
        };
        let making = telling.given_up(problem, &prices);
        let over = Entry::Over {
            state,
            making: making.clone(),
        };
        shared.say(live, over);
        live.settled().await;
        return (state, making);
    }
    let backend = Recorded {
        backend: Arc::clone(&shared.backend),
        files: shared.files.clone(),
        message: live.message,
        before: telling.before(),
    };
    let abilities = shared.backend.abilities(&request.ask.model);
    let answer = Answer::resume(request.ask, abilities, request.policy, shown);
    let mut steps = Box::pin(drive(answer, Arc::new(backend), None, live.brake.clone()));
    let over = loop {
        let entries = match steps.next().await {
            Some(Step::Frame(frame)) => telling.frame(frame).into_iter().collect(),
            Some(Step::Progress(report)) => telling.progress(&report),
            Some(Step::Waiting { at_most, why }) => {
                telling.waiting(at_most, why).into_iter().collect()
            }
            Some(Step::Over { outcome, report }) => break Some((outcome, report)),
            None => break None,
        };
        for entry in entries {
            says_something |= matches!(entry, Entry::Text { .. });
            shared.say(live, entry);
        }
        live.room().await;
        if live.broken().is_some() {
            break None;
        }
    };
    drop(steps);
    let prices = |model: &str| shared.price(model);
    let Some((outcome, report)) = over else {
        return unkept(telling, live, &prices);
    };
    let given_up = telling.clone();
    let (entries, state, making) = telling.over(&outcome, &report, says_something);
    for entry in entries {
        shared.say(live, entry);
    }
    let over = Entry::Over {
        state,
        making: making.clone(),
    };
    shared.say(live, over);
    live.settled().await;
    match live.broken() {
        None => (state, making),
        Some(_) => unkept(given_up, live, &prices),
    }
}

/// The end of a run whose log could not be kept: what was written down stands.
fn unkept(telling: Telling, live: &Live, prices: telling::Prices<'_>) -> (State, Making) {
    let detail = live.broken().map_or_else(
        || "The answer stopped without an end.".to_owned(),
        |error| format!("The answer stopped because it could not be kept: {error}"),
    );
    let state = if says_something(&live.snapshot().0) {
        State::Incomplete
    } else {
        State::Failed
    };
    let making = telling.given_up(Some(ending::own("store", &detail)), prices);
    (state, making)
}

/// Closes a run: in the store, then for its readers.
pub(super) async fn close(
    shared: &Arc<Shared>,
    live: &Arc<Live>,
    (state, making): (State, Making),
    before: Spent,
    slot: Slot,
) {
    let (mut message, _) = live.snapshot();
    message.state = state;
    let spent = making.spent.since(before);
    let model = making.model.clone();
    message.making = Some(making);
    let closing = Close {
        user: live.user.clone(),
        run: live.run,
        at: Moment::now(),
        message,
        spent,
        standing: standing(state),
    };
    match closed(shared, live, &closing, Some(slot)).await {
        Ok(()) if state == State::Complete => super::title::entitle(shared, live, model).await,
        Ok(()) => {}
        Err(error) => {
            tracing::error!(run = %live.run, %error, "a run could not be closed; it is tried again");
            let (shared, live) = (Arc::clone(shared), Arc::clone(live));
            let again = Arc::clone(&shared);
            shared.spawn(async move { close_later(again, live, closing).await });
        }
    }
}

/// Closes a run in the store, and for its readers; under the lock of its conversation, so that nobody
/// goes on with the message, or tells of the conversation, in between.
async fn closed(
    shared: &Arc<Shared>,
    live: &Arc<Live>,
    closing: &Close,
    slot: Option<Slot>,
) -> Result<(), StoreError> {
    let _lock = shared.lock(live.conversation).await;
    let kept = answered(shared.store.close(closing)).await;
    if live.last().is_none() {
        // Its siblings are known to the store alone.
        let read = answered(shared.store.message(&live.user, live.message)).await;
        let last = match (&kept, read) {
            (Ok(()), Ok(Some(read))) => read,
            (Ok(()) | Err(_), _) => closing.message.clone(),
        };
        live.close(Arc::new(last));
    }
    drop(slot);
    match kept {
        Ok(()) => {
            shared.leave(live.run);
            shared
                .tell_conversation(&live.user, live.conversation)
                .await;
            Ok(())
        }
        // The conversation was removed.
        Err(error) if error.fault == Fault::Conflict => {
            shared.leave(live.run);
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// How a conversation stands once its last run is over.
const fn standing(state: State) -> Standing {
    match state {
        State::Running => Standing::Running,
        State::Complete => Standing::Unread,
        State::Stopped => Standing::Quiet,
        State::Incomplete | State::Refused | State::Failed => Standing::NeedsYou,
    }
}

/// Tries again to close a run, until the store can; until then readers find it here. The next server
/// would close it from its log.
async fn close_later(shared: Arc<Shared>, live: Arc<Live>, closing: Close) {
    let mut rest = AGAIN;
    loop {
        tokio::time::sleep(rest).await;
        rest = (rest * 2).min(Duration::from_secs(60));
        if closed(&shared, &live, &closing, None).await.is_ok() {
            return;
        }
    }
}

/// How a message came about, for a run that goes on with it: as it was, and nothing wrong yet.
fn base(message: Message) -> Making {
    let mut making = message.making.unwrap_or_else(|| Making::by(String::new()));
    making.problem = None;
    making.waiting = None;
    making
}

impl Making {
    /// Nothing was made yet by this model.
    pub(super) fn by(model: String) -> Self {
        Self {
            model,
            region: None,
            run: None,
            parts: Vec::new(),
            seams: Vec::new(),
            spent: Spent::default(),
            ms: 0,
            dropped: Vec::new(),
            problem: None,
            waiting: None,
        }
    }
}

/// Whether a message has text for the reader.
pub(super) fn says_something(message: &Message) -> bool {
    message
        .blocks
        .iter()
        .any(|block| block.kind == Holds::Text && !block.text.is_empty())
}

/// What a message shows, as the engine goes on from it: all of it, its last block open.
pub(super) fn transcript(message: &Message) -> Transcript {
    let last = message.blocks.len().saturating_sub(1);
    let shown = message.blocks.iter().enumerate();
    Transcript {
        started: !message.blocks.is_empty(),
        blocks: shown
            .map(|(at, block)| tsuzuki::engine::Shown {
                block: block.number,
                kind: match block.kind {
                    Holds::Text | Holds::Summary => BlockKind::Text,
                    Holds::Reasoning => BlockKind::Reasoning,
                },
                text: block.text.clone(),
                open: at == last,
            })
            .collect(),
        stopped: None,
        usage: Usage::UNKNOWN,
    }
}
