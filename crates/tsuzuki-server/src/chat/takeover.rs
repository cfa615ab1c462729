//! Runs that were alive when the last server stopped: this one goes on with them, or says that they
//! were interrupted.

use super::live::Live;
use super::run::{self, Work};
use super::shared::Shared;
use super::telling;
use super::{
    ChatError, Ended, Entry, Making, Message, Moment, SeamKind, Spent, State, ending, log,
};
use crate::store::{Alive, Epoch};
use std::sync::Arc;
use std::time::Duration;
use tsuzuki::engine::{Millis, Policy};

/// Takes over every run that was alive.
pub(super) async fn take_over(shared: &Arc<Shared>) -> Result<(), ChatError> {
    for alive in shared.store.alive().await? {
        let run = alive.run.id;
        if let Err(error) = one(shared, alive).await {
            // The others are not to suffer for it; it is tried again by the next server.
            tracing::error!(%run, %error, "a run could not be taken over");
        }
    }
    Ok(())
}

async fn one(shared: &Arc<Shared>, alive: Alive) -> Result<(), ChatError> {
    let Alive {
        user,
        mut run,
        message: begun,
        log: written,
    } = alive;
    let mut message = begun.clone();
    let mut over = None;
    for append in &written {
        for entry in log::read(append)? {
            message.fold(&entry);
            if let Entry::Over { state, making } = entry {
                over = Some((state, making));
            }
        }
    }
    let before = begun.making.as_ref().map(|making| making.spent);
    let before = before.unwrap_or_default();
    let slot = shared.any_slot(&user);

    // Everything was said, and only its closing is missing.
    if let Some(end) = over {
        let live = Arc::new(Live::new(user, &run, message, written));
        shared.enter(&live);
        run::close(shared, &live, end, before, slot).await;
        return Ok(());
    }

    let epoch = Epoch {
        number: log::epoch(&run.epochs) + 1,
        from: log::length(&written),
    };
    shared.store.take_over(run.id, epoch).await?;
    run.epochs.push(epoch);
    let live = Arc::new(Live::new(user.clone(), &run, message.clone(), written));
    shared.enter(&live);
    shared.say(&live, Entry::Resumed);
    // The part that was running is lost, and nobody told what it took.
    if let Some(lost) = lost_part(&message) {
        message.fold(&lost);
        shared.say(&live, lost);
    }
    let spent = so_far(shared, &begun, &message);
    if let Some(making) = &mut message.making {
        making.spent = before.plus(spent);
    }

    let age = Moment::now().0.saturating_sub(run.began_at.0);
    let age = Duration::from_millis(u64::try_from(age).unwrap_or(0));
    let request = if age > shared.settings.take_over {
        Err("The server stopped while this answer was being written, too long ago to go on by itself.".to_owned())
    } else {
        super::going_on::request_for(shared, &user, &begun, &run.shape)
            .await
            .map_err(|error| format!("The server stopped while this answer was being written, and it cannot be asked for again: {error}"))
    };
    match request {
        Ok(mut request) => {
            request.policy = what_is_left(&request.policy, &begun, &message, spent, age);
            request.allow_for(&begun);
            let work = Work {
                live,
                request,
                from: message,
                before,
                joins: SeamKind::Restart.into(),
                slot,
            };
            let task = Arc::clone(shared);
            shared.spawn(run::work(task, work));
        }
        Err(detail) => {
            let state = if run::says_something(&message) {
                State::Incomplete
            } else {
                State::Failed
            };
            let making = message.making.unwrap_or_else(|| Making::by(String::new()));
            let mut making = making.with(ending::own("interrupted", &detail));
            making.spent.answers = 1;
            let shared = Arc::clone(shared);
            let task = Arc::clone(&shared);
            shared.spawn(async move {
                let over = Entry::Over {
                    state,
                    making: making.clone(),
                };
                task.say(&live, over);
                live.settled().await;
                run::close(&task, &live, (state, making), before, slot).await;
            });
        }
    }
    Ok(())
}

/// The part that was running, as it ended.
fn lost_part(message: &Message) -> Option<Entry> {
    let mut part = message.making.as_ref()?.parts.last()?.clone();
    if part.ended.is_some() {
        return None;
    }
    part.ended = Some(Ended {
        kind: "cut".to_owned(),
        why: "lost".to_owned(),
    });
    Some(Entry::Part { part })
}

/// What the run spent before this server, as far as its parts tell.
fn so_far(shared: &Shared, begun: &Message, message: &Message) -> Spent {
    let before = begun.making.as_ref().map_or(0, |making| making.parts.len());
    let parts = message
        .making
        .as_ref()
        .and_then(|making| making.parts.get(before..))
        .unwrap_or_default();
    telling::of_parts(parts, &|model| shared.price(model))
}

/// What the servers before this one left of a policy.
fn what_is_left(
    policy: &Policy,
    begun: &Message,
    message: &Message,
    spent: Spent,
    age: Duration,
) -> Policy {
    let parts = |message: &Message| {
        let parts = message
            .making
            .as_ref()
            .map_or(0, |making| making.parts.len());
        u32::try_from(parts).unwrap_or(u32::MAX)
    };
    let made = parts(message).saturating_sub(parts(begun));
    let age = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
    Policy {
        max_legs: policy.max_legs.saturating_sub(made).max(1),
        max_cost: (policy.max_cost - spent.cost).max(0.0),
        deadline: policy
            .deadline
            .map(|Millis(deadline)| Millis(deadline.saturating_sub(age).max(1))),
        ..policy.clone()
    }
}
