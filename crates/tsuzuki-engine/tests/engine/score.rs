//! How often each habit ends well: the seam score.

use crate::habits::{Chunks, Habit, limited, written};
use crate::stage::play;
use tsuzuki_engine::story::Story;
use tsuzuki_engine::{Abilities, Ask, Mode, Outcome, Policy, Prefill, Proof};

/// How answers ended.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Score {
    pub(crate) answers: usize,
    /// The whole text, to the byte.
    pub(crate) exact: usize,
    /// Not the whole text, and it says so.
    pub(crate) incomplete: usize,
    /// Another text, at a seam marked unverified.
    pub(crate) unverified: usize,
    /// Another text, and nothing says so.
    pub(crate) silently_wrong: usize,
    /// Legs beyond the two that one cut needs.
    pub(crate) extra_legs: usize,
}

/// Plays one answer that is cut once, after `cut` bytes.
pub(crate) fn answer(text: &str, cut: usize, prefill: bool, habit: Habit, chunks: Chunks) -> Score {
    let mut abilities = Abilities::unknown();
    abilities.prefill = if prefill {
        Prefill::Accepted
    } else {
        Prefill::Refused
    };
    let mut first = true;
    let played = play(ask(), abilities, Policy::new(Mode::Extend), |leg| {
        let limit = if std::mem::take(&mut first) {
            cut
        } else {
            usize::MAX
        };
        limited(&written(text, habit, leg), limit, chunks)
    });
    let exact = played.text() == text && played.outcome == Outcome::Complete;
    let incomplete = played.outcome != Outcome::Complete;
    let unverified = played
        .report
        .seams
        .iter()
        .any(|seam| seam.proof == Proof::Unverified);
    Score {
        answers: 1,
        exact: usize::from(exact),
        incomplete: usize::from(!exact && incomplete),
        unverified: usize::from(!exact && !incomplete && unverified),
        silently_wrong: usize::from(!exact && !incomplete && !unverified),
        extra_legs: played.legs.len().saturating_sub(2),
    }
}

pub(crate) fn ask() -> Ask {
    Story::parse("ask max_tokens 10").expect("a story").ask
}

impl Score {
    pub(crate) fn add(&mut self, other: Self) {
        self.answers += other.answers;
        self.exact += other.exact;
        self.incomplete += other.incomplete;
        self.unverified += other.unverified;
        self.silently_wrong += other.silently_wrong;
        self.extra_legs += other.extra_legs;
    }
}
