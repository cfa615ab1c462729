//! The one place that joins: where two legs meet.
//!
//! [`judge`] is a pure function of what stands before the border and the head of the new leg. It
//! answers only once no further text can change the answer, never by a clock, so it does not
//! matter how the text was sliced into deltas.

mod anchor;
mod fence;
mod overlap;
mod place;
mod plausible;
mod reading;

use crate::Proof;
use anchor::Anchor;
pub use anchor::anchor;
use place::Place;
pub(crate) use plausible::is_cjk;
use reading::{Letters, Reading};

/// The least weight of a repetition that proves its place: a CJK character weighs 3, white space
/// nothing, anything else 1.
const LEAST_WEIGHT: usize = 8;

/// What stands before the border, and what the new leg was asked to do there.
#[derive(Clone)]
pub struct Border {
    partial: String,
    held: String,
    basis: Basis,
    /// The partial as it is compared.
    letters: Letters,
}

/// Why the new leg should go on where the old one stopped.
#[derive(Clone)]
enum Basis {
    /// The provider puts the text there.
    Placed,
    /// The provider puts it there and repeats the text so far.
    Echoed,
    /// The model was asked to repeat this, the end of the partial.
    Anchored { anchor: Anchor, demand: Demand },
}

/// How much a head has to show to be joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// Nothing but proof of its place.
    Proof,
    /// Proof, or at least the anchor to the letter, where it may mean several places. The border
    /// can be asked again.
    Echo,
    /// The same, or else that it is plausible: this was the last try.
    Plausible,
}

/// How far the leg is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// More may come.
    Running,
    /// It ended, or its text did, by the model's own will.
    Finished,
    /// It was cut at its output limit.
    Cut,
}

/// What a head means for its border.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Join, in this way.
    Join(Join),
    /// Do not join, and this is why.
    Reject(Reject),
    /// The leg was cut before it said anything new: ask again, larger.
    Short,
    /// More text is needed.
    Open,
}

/// How to join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Join {
    /// Whether the white space that was held back stands; otherwise the new leg's own does.
    pub keep_held: bool,
    /// How many bytes of the head are repetition, or white space that does not stand.
    pub drop_head: usize,
    /// How sure it is.
    pub proof: Proof,
}

/// Why a head was not joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reject {
    /// Nothing came at all.
    Empty,
    /// It speaks about the answer instead of going on with it.
    Meta,
    /// It is written in another script than the text before it.
    Script,
    /// It shows no proof of where it belongs.
    NoProof,
}

impl Border {
    /// A border at which the provider itself puts the new text. With `echoes`, it repeats the text
    /// so far at the head of the new one. `partial` has no trailing white space; `held` is it.
    #[must_use]
    pub fn placed(partial: &str, held: &str, echoes: bool) -> Self {
        let basis = if echoes { Basis::Echoed } else { Basis::Placed };
        Self {
            partial: partial.to_owned(),
            held: held.to_owned(),
            basis,
            letters: Letters::default(),
        }
    }

    /// A border at which the model was asked to repeat `anchor`, the end of `partial`, before
    /// going on.
    #[must_use]
    pub fn anchored(partial: &str, held: &str, anchor: &str, demand: Demand) -> Self {
        let letters = Letters::of(partial, Reading::Plain);
        let anchor = Anchor::new(anchor, &letters);
        let basis = Basis::Anchored { anchor, demand };
        Self {
            partial: partial.to_owned(),
            held: held.to_owned(),
            basis,
            letters,
        }
    }
}

/// What the head of a leg means for its border.
#[must_use]
pub fn judge(border: &Border, head: &str, progress: Progress) -> Verdict {
    match &border.basis {
        Basis::Placed => join(border, head, 0, Proof::Placed, progress),
        Basis::Echoed => match echo(&border.partial, head, progress) {
            Echo::Whole => join(border, head, border.partial.len(), Proof::Placed, progress),
            Echo::SoFar => Verdict::Open,
            Echo::None => join(border, head, 0, Proof::Placed, progress),
        },
        Basis::Anchored { anchor, demand } => {
            if head.trim().is_empty() {
                return match progress {
                    Progress::Running => Verdict::Open,
                    Progress::Cut => Verdict::Short,
                    Progress::Finished => Verdict::Reject(Reject::Empty),
                };
            }
            match place::find(border, anchor, head, progress) {
                Place::At(end, proof) => {
                    let proof = match place::repeats_on(border, &head[end..], progress) {
                        None => return Verdict::Open,
                        Some(true) => Proof::Unverified,
                        Some(false) => proof,
                    };
                    if proof == Proof::Unverified && *demand == Demand::Proof {
                        return Verdict::Reject(Reject::NoProof);
                    }
                    join(border, head, end, proof, progress)
                }
                Place::Open if progress == Progress::Running => Verdict::Open,
                Place::Open if progress == Progress::Cut => Verdict::Short,
                Place::Open | Place::Nowhere => {
                    match (demand, plausible::objection(border, head)) {
                        (Demand::Plausible, None) => {
                            let start = place::behind_reopened_fence(border, head);
                            join(border, head, start, Proof::Unverified, progress)
                        }
                        (Demand::Plausible | Demand::Echo | Demand::Proof, objection) => {
                            Verdict::Reject(objection.unwrap_or(Reject::NoProof))
                        }
                    }
                }
            }
        }
    }
}

/// How much of a provider's echo of the text so far stands at the start of a head.
enum Echo {
    Whole,
    SoFar,
    None,
}

fn echo(partial: &str, head: &str, progress: Progress) -> Echo {
    if head.starts_with(partial) {
        Echo::Whole
    } else if partial.starts_with(head) && progress == Progress::Running {
        Echo::SoFar
    } else {
        Echo::None
    }
}

/// Joins behind the first `repeated` bytes of the head: of the white space held back and the white
/// space written again, if one is a prefix of the other the longer stands; if one holds more
/// newlines, it; else what was held, since it was written in one stream with the text before it.
fn join(border: &Border, head: &str, repeated: usize, proof: Proof, progress: Progress) -> Verdict {
    let rest = &head[repeated..];
    let white = rest.len() - rest.trim_start().len();
    if white == rest.len() {
        match progress {
            Progress::Running => return Verdict::Open,
            Progress::Cut => return Verdict::Short,
            Progress::Finished => {}
        }
    }
    let (held, written) = (border.held.as_str(), &rest[..white]);
    let newlines = |text: &str| text.matches('\n').count();
    let keep_held = if written.starts_with(held) {
        false
    } else if held.starts_with(written) {
        true
    } else {
        newlines(held) >= newlines(written)
    };
    Verdict::Join(Join {
        keep_held,
        drop_head: if keep_held {
            repeated + white
        } else {
            repeated
        },
        proof,
    })
}
