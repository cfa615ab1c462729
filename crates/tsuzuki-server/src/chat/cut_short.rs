//! Runs that cannot go on: they end where their log stands, and say why.

use super::live::Live;
use super::run::{self, says_something};
use super::shared::{Shared, Slot};
use super::telling;
use super::{Ended, Entry, Making, Message, Part, Problem, Spent, State};
use bytes::Bytes;
use std::sync::Arc;
use tsuzuki::engine::{BlockKind, Shown, Transcript, Usage};

/// What a message had before the run that writes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    /// What it had spent.
    pub(super) spent: Spent,
    /// How many parts it was made of.
    pub(super) parts: usize,
}

impl Before {
    /// What a message had as its run began.
    pub(super) fn of(begun: &Message) -> Self {
        let making = begun.making.as_ref();
        Self {
            spent: making.map(|making| making.spent).unwrap_or_default(),
            parts: making.map_or(0, |making| making.parts.len()),
        }
    }
}

/// Ends a run where its log stands: with a problem, or as stopped by its user where there is none.
/// `asked` is as for [`lost_part`].
pub(super) async fn cut_short(
    shared: &Arc<Shared>,
    live: &Arc<Live>,
    before: Before,
    problem: Option<Problem>,
    asked: &Bytes,
    slot: Slot,
) {
    live.settled().await;
    let (mut message, _) = live.snapshot();
    if let Some(lost) = lost_part(&message, asked) {
        message.fold(&lost);
        shared.say(live, lost);
    }
    let state = match &problem {
        None => State::Stopped,
        Some(_) if says_something(&message) => State::Incomplete,
        Some(_) => State::Failed,
    };
    let spent = so_far(shared, before, &message);
    let mut making = message.making.unwrap_or_else(|| Making::by(String::new()));
    making.problem = problem;
    making.waiting = None;
    making.spent = before.spent.plus(spent);
    making.spent.answers = 1;
    let over = Entry::Over {
        state,
        making: making.clone(),
    };
    shared.say(live, over);
    live.settled().await;
    run::close(shared, live, (state, making), before.spent, slot).await;
}

/// The part that was running, as it ended: nobody told what it took, so it is estimated. `asked` is the
/// body of the request; empty where that is not known.
pub(super) fn lost_part(message: &Message, asked: &Bytes) -> Option<Entry> {
    let making = message.making.as_ref()?;
    let mut part = making.parts.last()?.clone();
    if part.ended.is_some() {
        return None;
    }
    part.ended = Some(Ended {
        kind: "cut".to_owned(),
        why: "lost".to_owned(),
    });
    let text = message.text();
    let seam = making
        .seams
        .iter()
        .rev()
        .find(|seam| seam.part == part.number);
    let first = part.by == "first";
    let from = match seam {
        Some(seam) => seam.at,
        None if first => 0,
        // Nothing of it was joined.
        None => text.chars().count(),
    };
    let cut = text
        .char_indices()
        .nth(from)
        .map_or(text.len(), |(at, _)| at);
    let (old, new) = text.split_at(cut);
    let question = question(&making.parts, asked);
    let input = if first {
        question
    } else {
        question.saturating_add(likely_tokens(old))
    };
    part.input = part.input.or(Some(input));
    part.output = part.output.or_else(|| Some(likely_tokens(new)));
    Some(Entry::Part { part })
}

/// About how many tokens the question takes: what a part that asked it was charged, or the request's
/// bytes by fours, as the engine estimates; files aside, which take far fewer tokens than bytes.
fn question(parts: &[Part], asked: &Bytes) -> u64 {
    let asked_before = parts.iter().filter(|part| part.by == "first");
    let known = asked_before.filter_map(|part| {
        let cached = part
            .cache_read
            .unwrap_or(0)
            .saturating_add(part.cache_write.unwrap_or(0));
        part.input.map(|input| input.saturating_add(cached))
    });
    known.max().unwrap_or_else(|| {
        let bytes = super::exchange::without_files(asked).len();
        u64::try_from(bytes / 4).unwrap_or(u64::MAX)
    })
}

fn likely_tokens(text: &str) -> u64 {
    let said = Transcript {
        started: true,
        blocks: vec![Shown {
            block: 0,
            kind: BlockKind::Text,
            text: text.to_owned(),
            open: true,
        }],
        stopped: None,
        usage: Usage::UNKNOWN,
    };
    said.likely_tokens()
}

/// What a run spent so far, as far as its parts tell.
pub(super) fn so_far(shared: &Shared, before: Before, message: &Message) -> Spent {
    let parts = message
        .making
        .as_ref()
        .and_then(|making| making.parts.get(before.parts..))
        .unwrap_or_default();
    telling::of_parts(parts, &|model| shared.price(model))
}
