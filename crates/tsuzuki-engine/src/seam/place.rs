//! Finding the end of the text so far in the head of a new leg.
//!
//! In this order: the anchor at the start; the longest overlap at the start (a sentence, a table, a
//! document, the whole answer begun again); the anchor behind a short preamble; an overlap behind a
//! preamble. "At the start" looks behind dots, an opening quotation mark and a fence opened again.

use super::overlap::{self, Prefix};
use super::reading::{Letters, Reading};
use super::{Anchor, Border, LEAST_WEIGHT, Progress, fence};
use crate::Proof;

/// How far into a head the repetition may begin behind a preamble, in characters.
const PREAMBLE: usize = 200;
/// How many characters from the text so far, repeated behind the repetition that was asked for, are
/// no coincidence.
const REPLAY: usize = 40;
/// The least weight of an overlap behind a preamble, where a coincidence is likelier.
const LEAST_WEIGHT_BEHIND: usize = 16;

/// Where the repetition in a head ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At this byte, with this proof.
    At(usize, Proof),
    /// That depends on what comes.
    Open,
    /// There is none.
    Nowhere,
}

/// Where the text proper may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Start {
    at: usize,
    /// The mark that may close the quotation behind the repetition.
    closing: Option<char>,
}

pub(super) fn find(border: &Border, anchor: &Anchor, head: &str, progress: Progress) -> Place {
    let Some(starts) = starts(border, head, progress) else {
        return Place::Open;
    };
    for place in [
        at_start(&starts, anchor, head, progress),
        overlapping(&starts, border, head, progress),
    ] {
        if place != Place::Nowhere {
            return place;
        }
    }
    behind_preamble(border, anchor, head, progress)
}

/// The anchor at a start, as it stands or as a quoted string. One that repeats itself has to stand
/// there to the letter, and even then it proves nothing: a model that repeated less than it was
/// asked, and went on, would have written the same.
fn at_start(starts: &[Start], anchor: &Anchor, head: &str, progress: Progress) -> Place {
    if !anchor.certain {
        let text = head.trim_start();
        if text.starts_with(&anchor.text) {
            return Place::At(
                head.len() - text.len() + anchor.text.len(),
                Proof::Unverified,
            );
        }
        return if anchor.text.starts_with(text) {
            Place::Open
        } else {
            Place::Nowhere
        };
    }
    for (start, letters) in readings(starts, head) {
        match overlap::prefix(&letters.chars, &anchor.letters) {
            Prefix::Whole => return start.close(head, &letters, anchor.letters.len(), progress),
            Prefix::SoFar => return Place::Open,
            Prefix::Differs => {}
        }
    }
    Place::Nowhere
}

/// The longest overlap at a start, if it proves its place. One around which the text goes
/// round does not: a model that repeated less, and just went on, would have written the same.
fn overlapping(starts: &[Start], border: &Border, head: &str, progress: Progress) -> Place {
    for (start, letters) in readings(starts, head) {
        let longest = overlap::longest(&border.letters.chars, &letters.chars);
        if longest.may_grow && progress == Progress::Running {
            return Place::Open;
        }
        let partial = &border.letters.chars;
        if overlap::proves(partial, longest.length, LEAST_WEIGHT)
            && !overlap::went_round(partial, longest.length)
        {
            match overlap::goes_round(&letters.chars, longest.length) {
                Some(true) => {}
                None if progress == Progress::Running => return Place::Open,
                Some(false) | None => return start.close(head, &letters, longest.length, progress),
            }
        }
        if longest.may_grow && progress == Progress::Cut {
            return Place::Open;
        }
    }
    Place::Nowhere
}

/// The text from every start, as it stands and, if it holds escapes, as the inside of a string.
fn readings(starts: &[Start], head: &str) -> impl Iterator<Item = (Start, Letters)> {
    starts.iter().flat_map(move |start| {
        let text = &head[start.at..];
        let escaped = text
            .contains('\\')
            .then(|| (*start, Letters::of(text, Reading::Escaped)));
        std::iter::once((*start, Letters::of(text, Reading::Plain))).chain(escaped)
    })
}

/// The anchor, or an overlap at the start of a line which a colon announces, behind at most
/// [`PREAMBLE`] characters.
fn behind_preamble(border: &Border, anchor: &Anchor, head: &str, progress: Progress) -> Place {
    let window = head
        .char_indices()
        .nth(PREAMBLE)
        .map_or(head.len(), |(at, _)| at);
    let letters = Letters::of(head, Reading::Plain);
    // Whatever begins in the window ends within an anchor's length behind it; nothing later counts,
    // so that the verdict does not depend on how much came at once.
    let needed = letters.starts.partition_point(|at| *at < window)
        + anchor.letters.len().max(LEAST_WEIGHT_BEHIND);
    if letters.chars.len() < needed && progress == Progress::Running {
        return Place::Open;
    }
    let seen = needed.min(letters.chars.len());
    if anchor.certain
        && let Some(first) = overlap::find(&letters.chars[..seen], &anchor.letters)
        && (overlap::weight(&anchor.letters) >= LEAST_WEIGHT_BEHIND
            || announced(&head[..letters.starts[first]]))
    {
        let end = letters.ends[first + anchor.letters.len() - 1];
        return Place::At(end, Proof::Verified);
    }
    let limit = letters
        .ends
        .get(seen.wrapping_sub(1))
        .copied()
        .unwrap_or_default();
    head[..window.min(limit)]
        .match_indices('\n')
        .filter(|(at, _)| announced(&head[..=*at]))
        .map(|(at, _)| {
            let line = Letters::of(&head[at + 1..limit], Reading::Plain);
            let length = overlap::longest(&border.letters.chars, &line.chars).length;
            (
                length,
                at + 1
                    + line
                        .ends
                        .get(length.wrapping_sub(1))
                        .copied()
                        .unwrap_or_default(),
            )
        })
        .filter(|(length, _)| overlap::proves(&border.letters.chars, *length, LEAST_WEIGHT_BEHIND))
        .max_by_key(|(length, _)| *length)
        .map_or(Place::Nowhere, |(_, end)| Place::At(end, Proof::Verified))
}

/// Whether a head goes on repeating behind the repetition that placed it: with the end of the text
/// so far once more, or with a long piece from anywhere in it. Nobody can tell then what is new.
/// `None` while that depends on what comes.
pub(super) fn repeats_on(border: &Border, rest: &str, progress: Progress) -> Option<bool> {
    let partial = &border.letters.chars;
    let mut letters = Letters::of(rest, Reading::Plain).chars;
    letters.truncate(REPLAY);
    let longest = overlap::longest(partial, &letters);
    if overlap::proves(partial, longest.length, LEAST_WEIGHT) {
        return Some(true);
    }
    match (longest.may_grow, letters.len() == REPLAY) {
        (false, _) => Some(false),
        (true, true) => Some(true),
        (true, false) if progress == Progress::Running => None,
        (true, false) => Some(false),
    }
}

/// Whether a text ends in a line that announces the next one.
fn announced(before: &str) -> bool {
    let line = before.trim_end();
    line.ends_with([':', '：']) && before[line.len()..].contains('\n')
}

/// Where a head that proves nothing goes on: behind a fence that it opens again and the line it
/// then repeats, if it does.
pub(super) fn behind_reopened_fence(border: &Border, head: &str) -> usize {
    let Some(at) = fence::reopened(&border.partial, head) else {
        return 0;
    };
    let last_line = border.partial.lines().next_back().unwrap_or_default();
    let last_line = Letters::of(last_line, Reading::Plain);
    let letters = Letters::of(&head[at..], Reading::Plain);
    match overlap::prefix(&letters.chars, &last_line.chars) {
        Prefix::Whole => {
            at + last_line
                .chars
                .len()
                .checked_sub(1)
                .map_or(0, |last| letters.ends[last])
        }
        Prefix::SoFar | Prefix::Differs => at,
    }
}

/// The places at which the text proper may begin; `None` while that depends on what comes.
fn starts(border: &Border, head: &str, progress: Progress) -> Option<Vec<Start>> {
    let mut starts = vec![Start {
        at: 0,
        closing: None,
    }];
    let text = head.trim_start();
    if text == "." && progress == Progress::Running {
        return None;
    }
    let behind_dots =
        text.trim_start_matches(|char: char| matches!(char, '.' | '…') || char.is_whitespace());
    if text.starts_with("..") || text.starts_with('…') {
        if behind_dots.is_empty() && progress == Progress::Running {
            return None;
        }
        starts.push(Start {
            at: head.len() - behind_dots.len(),
            closing: None,
        });
    }
    if let Some(mark) = text.chars().next()
        && let Some(closing) = closing_mark(mark)
    {
        starts.push(Start {
            at: head.len() - text.len() + mark.len_utf8(),
            closing: Some(closing),
        });
    }
    if fence::may_reopen(&border.partial, head) && progress == Progress::Running {
        return None;
    }
    if let Some(at) = fence::reopened(&border.partial, head) {
        starts.push(Start { at, closing: None });
    }
    Some(starts)
}

impl Start {
    /// The end of the first `length` letters behind this start, and of the quotation around them.
    fn close(self, head: &str, letters: &Letters, length: usize, progress: Progress) -> Place {
        let Some(end) = length
            .checked_sub(1)
            .and_then(|last| letters.ends.get(last))
        else {
            return Place::Nowhere;
        };
        let end = self.at + end;
        let rest = &head[end..];
        let Some(closing) = self.closing else {
            return Place::At(end, Proof::Verified);
        };
        let Some(behind) = rest.strip_prefix(closing) else {
            let undecided = rest.is_empty() && progress == Progress::Running;
            return if undecided {
                Place::Open
            } else {
                Place::At(end, Proof::Verified)
            };
        };
        let end = end + closing.len_utf8();
        match behind.chars().next() {
            None if progress == Progress::Running => Place::Open,
            // White space behind a quotation may belong to the quotation, not to the text.
            Some(next) if next.is_whitespace() => Place::At(end, Proof::Unverified),
            Some(_) | None => Place::At(end, Proof::Verified),
        }
    }
}

const fn closing_mark(mark: char) -> Option<char> {
    match mark {
        '"' => Some('"'),
        '\'' => Some('\''),
        '`' => Some('`'),
        '“' => Some('”'),
        '「' => Some('」'),
        '『' => Some('』'),
        '«' => Some('»'),
        _ => None,
    }
}
