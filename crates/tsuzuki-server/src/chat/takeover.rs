//! Runs that were alive when the last server stopped: this one goes on with them, or says that they
//! were interrupted.

use super::cut_short::{Before, cut_short, lost_part, so_far};
use super::ending;
use super::live::Live;
use super::request::Request;
use super::run::{self, Work};
use super::shared::Shared;
use super::{
    ChatError, Entry, Making, Message, Moment, Problem, SeamKind, Spent, State, User, log,
};
use crate::store::{Alive, Append, Epoch, Run, Store, StoreError};
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;
use tsuzuki::engine::{Incomplete, Millis, Policy};

/// How many servers a run may outlive: one that ends its server each time is not to do so for ever.
const SERVERS: usize = 64;

/// Takes over every run that was alive.
pub(super) async fn take_over(shared: &Arc<Shared>) -> Result<(), ChatError> {
    for alive in shared.store.alive().await? {
        one(shared, Found::new(alive)).await;
    }
    Ok(())
}

/// A run that nobody drives, as its log tells it.
pub(super) struct Found {
    user: User,
    run: Run,
    /// The message as it stood when the run began.
    begun: Message,
    /// The message with the log folded over it.
    message: Message,
    /// The log, as far as it can be read.
    written: Vec<Append>,
    /// When it last said something.
    heard_at: Moment,
    /// How it ended, where everything was said and only its closing is missing.
    pub(super) over: Option<(State, Making)>,
    /// Why not all of it can be read.
    damaged: Option<StoreError>,
}

impl Found {
    /// Reads the log, as far as it can be read.
    pub(super) fn new(alive: Alive) -> Self {
        let Alive {
            user,
            run,
            message: begun,
            log: mut written,
            heard_at,
            mut damaged,
        } = alive;
        let mut message = begun.clone();
        let (mut over, mut read) = (None, 0);
        for append in &written {
            let entries = match log::read(append) {
                Ok(entries) => entries,
                Err(error) => {
                    damaged.get_or_insert(error);
                    break;
                }
            };
            read += 1;
            for entry in entries {
                message.fold(&entry);
                if let Entry::Over { state, making } = entry {
                    over = Some((state, making));
                }
            }
        }
        written.truncate(read);
        Self {
            user,
            run,
            begun,
            message,
            written,
            heard_at,
            over,
            damaged,
        }
    }

    /// It, for its readers.
    pub(super) fn live(&self) -> Arc<Live> {
        Arc::new(Live::new(
            self.user.clone(),
            &self.run,
            self.message.clone(),
            self.written.clone(),
        ))
    }

    /// What the message had before the run.
    pub(super) fn before(&self) -> Before {
        Before::of(&self.begun)
    }

    /// Notes in the store that this server drives it.
    async fn take(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        if let Some(error) = self.damaged.take() {
            return Err(error);
        }
        let epoch = Epoch {
            number: log::epoch(&self.run.epochs).saturating_add(1),
            from: log::length(&self.written),
        };
        store.take_over(self.run.id, epoch).await?;
        self.run.epochs.push(epoch);
        Ok(())
    }
}

/// Goes on with a run, or ends it.
async fn one(shared: &Arc<Shared>, mut found: Found) {
    let slot = shared.any_slot(&found.user);
    let before = found.before();
    if let Some(end) = found.over.take() {
        let live = found.live();
        shared.enter(&live);
        return run::close(shared, &live, end, before.spent, slot).await;
    }
    let taken = found.take(&*shared.store).await;
    let live = found.live();
    shared.enter(&live);
    let (ready, asked) = match taken {
        Ok(()) => {
            shared.say(&live, Entry::Resumed);
            ready(shared, &live, &mut found).await
        }
        // The others are not to suffer for it.
        Err(error) => {
            tracing::error!(run = %live.run, %error, "a run could not be taken over");
            let problem = interrupted(&format!("and it could not be taken over: {error}"));
            (Err(problem), Bytes::new())
        }
    };
    let task = Arc::clone(shared);
    match ready {
        Ok(request) => {
            let work = Work {
                live,
                request,
                shape: found.run.shape,
                from: found.message,
                before,
                joins: SeamKind::Restart.into(),
                slot,
            };
            shared.spawn(run::work(task, work));
        }
        Err(problem) => shared.spawn(async move {
            cut_short(&task, &live, before, Some(problem), &asked, slot).await;
        }),
    }
}

/// What to ask to go on, or why this run does not go on by itself; and the body of the request.
async fn ready(
    shared: &Shared,
    live: &Arc<Live>,
    found: &mut Found,
) -> (Result<Request, Problem>, Bytes) {
    let request = super::going_on::request_for(shared, &found.user, &found.begun, &found.run.shape);
    let mut request = match request.await {
        Ok(request) => request,
        Err(error) => {
            let problem = interrupted(&format!("and it cannot be asked for again: {error}"));
            return (Err(problem), Bytes::new());
        }
    };
    let asked = request.ask.carried.body.clone();
    // The part that was running is lost, and nobody told what it took.
    if let Some(lost) = lost_part(&found.message, &asked) {
        found.message.fold(&lost);
        shared.say(live, lost);
    }
    let before = found.before();
    let spent = so_far(shared, before, &found.message);
    if let Some(making) = &mut found.message.making {
        making.spent = before.spent.plus(spent);
    }
    if since(found.heard_at) > shared.settings.take_over {
        return (Err(interrupted("too long ago to go on by itself")), asked);
    }
    if found.run.epochs.len() > SERVERS {
        return (Err(interrupted("again and again")), asked);
    }
    let made = parts(&found.message).saturating_sub(before.parts);
    request.allow_for(&found.begun);
    match what_is_left(&request.policy, made, spent, since(found.run.began_at)) {
        Ok(policy) => {
            request.policy = policy;
            (Ok(request), asked)
        }
        Err(limit) => (Err(reached(&limit)), asked),
    }
}

/// How long ago a moment is.
fn since(moment: Moment) -> Duration {
    let age = Moment::now().0.saturating_sub(moment.0);
    Duration::from_millis(u64::try_from(age).unwrap_or(0))
}

/// The server stopped while this answer was being written, and more about that.
fn interrupted(more: &str) -> Problem {
    let detail = format!("The server stopped while this answer was being written, {more}.");
    ending::own("interrupted", &detail)
}

/// A limit was reached, in the words of any other answer that reached it.
fn reached(limit: &Incomplete) -> Problem {
    let (code, detail, can_continue) = ending::incomplete(limit);
    Problem {
        can_continue,
        ..ending::own(code, detail)
    }
}

fn parts(message: &Message) -> usize {
    message
        .making
        .as_ref()
        .map_or(0, |making| making.parts.len())
}

/// What the servers before this one left of a policy, or the limit that they reached.
fn what_is_left(
    policy: &Policy,
    made: usize,
    spent: Spent,
    age: Duration,
) -> Result<Policy, Incomplete> {
    let max_legs = policy
        .max_legs
        .saturating_sub(u32::try_from(made).unwrap_or(u32::MAX));
    if max_legs == 0 {
        return Err(Incomplete::LegBudget);
    }
    let max_cost = policy.max_cost - spent.cost;
    if made > 0 && max_cost <= 0.0 {
        return Err(Incomplete::CostBudget);
    }
    let age = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
    let deadline = match policy.deadline {
        Some(Millis(deadline)) if deadline <= age => return Err(Incomplete::Deadline),
        Some(Millis(deadline)) => Some(Millis(deadline - age)),
        None => None,
    };
    Ok(Policy {
        max_legs,
        max_cost: max_cost.max(0.0),
        deadline,
        ..policy.clone()
    })
}
