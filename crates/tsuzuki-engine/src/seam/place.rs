//! Finding the end of the text so far in the head of a new leg.
//!
//! In this order: the anchor at the start; the longest overlap at the start (a sentence, a table, a
//! document, the whole answer begun again); the anchor behind a short preamble; an overlap behind a
//! preamble. "At the start" looks behind dots, an opening quotation mark and a fence opened again.

use super::overlap::{self, Prefix};
use super::reading::{Letters, Reading};
use super::{Border, Progress, fence};

/// How far into a head the repetition may begin behind a preamble, in characters.
const PREAMBLE: usize = 200;
/// The least weight of an overlap at the start of a head.
const LEAST_WEIGHT: usize = 8;
/// The least weight of an overlap behind a preamble, where a coincidence is likelier.
const LEAST_WEIGHT_BEHIND: usize = 16;

/// Where the repetition in a head ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At this byte.
    At(usize),
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

pub(super) fn find(border: &Border, anchor: &Letters, unique: bool, head: &str, progress: Progress) -> Place {
    let Some(starts) = starts(border, head, progress) else { return Place::Open };
    for place in [at_start(&starts, anchor, head, progress), overlapping(&starts, border, head, progress)] {
        if place != Place::Nowhere {
            return place;
        }
    }
    behind_preamble(border, anchor, unique, head, progress)
}

/// The anchor at a start, as it stands or as a quoted string.
fn at_start(starts: &[Start], anchor: &Letters, head: &str, progress: Progress) -> Place {
    for start in starts {
        let text = &head[start.at..];
        let readings: &[Reading] =
            if text.contains('\\') { &[Reading::Plain, Reading::Escaped] } else { &[Reading::Plain] };
        for reading in readings {
            let letters = Letters::of(text, *reading);
            match overlap::prefix(&letters.chars, &anchor.chars) {
                Prefix::Whole => return start.close(head, &letters, anchor.chars.len(), progress),
                Prefix::SoFar => return Place::Open,
                Prefix::Differs => {}
            }
        }
    }
    Place::Nowhere
}

/// The longest overlap at a start, if it proves its place.
fn overlapping(starts: &[Start], border: &Border, head: &str, progress: Progress) -> Place {
    for start in starts {
        let letters = Letters::of(&head[start.at..], Reading::Plain);
        let longest = overlap::longest(&border.letters.chars, &letters.chars);
        if longest.may_grow && progress == Progress::Running {
            return Place::Open;
        }
        if overlap::proves(&border.letters.chars, longest.length, LEAST_WEIGHT) {
            return start.close(head, &letters, longest.length, progress);
        }
        if longest.may_grow && progress == Progress::Cut {
            return Place::Open;
        }
    }
    Place::Nowhere
}

/// The anchor, or an overlap at the start of a line, behind at most [`PREAMBLE`] characters.
fn behind_preamble(border: &Border, anchor: &Letters, unique: bool, head: &str, progress: Progress) -> Place {
    let window = head.char_indices().nth(PREAMBLE).map_or(head.len(), |(at, _)| at);
    let letters = Letters::of(head, Reading::Plain);
    // Whatever begins in the window ends within an anchor's length behind it; nothing later counts,
    // so that the verdict does not depend on how much came at once.
    let needed = letters.starts.partition_point(|at| *at < window) + anchor.chars.len().max(LEAST_WEIGHT_BEHIND);
    if letters.chars.len() < needed && progress == Progress::Running {
        return Place::Open;
    }
    let seen = needed.min(letters.chars.len());
    if unique
        && overlap::weight(&anchor.chars) >= LEAST_WEIGHT_BEHIND
        && let Some(first) = overlap::find(&letters.chars[..seen], &anchor.chars)
    {
        return Place::At(letters.ends[first + anchor.chars.len() - 1]);
    }
    let limit = letters.ends.get(seen.wrapping_sub(1)).copied().unwrap_or_default();
    head[..window.min(limit)]
        .match_indices('\n')
        .map(|(at, _)| {
            let line = Letters::of(&head[at + 1..limit], Reading::Plain);
            let length = overlap::longest(&border.letters.chars, &line.chars).length;
            (length, at + 1 + line.ends.get(length.wrapping_sub(1)).copied().unwrap_or_default())
        })
        .filter(|(length, _)| overlap::proves(&border.letters.chars, *length, LEAST_WEIGHT_BEHIND))
        .max_by_key(|(length, _)| *length)
        .map_or(Place::Nowhere, |(_, end)| Place::At(end))
}

/// The places at which the text proper may begin; `None` while that depends on what comes.
fn starts(border: &Border, head: &str, progress: Progress) -> Option<Vec<Start>> {
    let mut starts = vec![Start { at: 0, closing: None }];
    let text = head.trim_start();
    let behind_dots = text.trim_start_matches(|char: char| matches!(char, '.' | '…') || char.is_whitespace());
    if behind_dots.len() < text.len() {
        if behind_dots.is_empty() && progress == Progress::Running {
            return None;
        }
        starts.push(Start { at: head.len() - behind_dots.len(), closing: None });
    }
    if let Some(mark) = text.chars().next()
        && let Some(closing) = closing_mark(mark)
    {
        starts.push(Start { at: head.len() - text.len() + mark.len_utf8(), closing: Some(closing) });
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
        let Some(end) = length.checked_sub(1).and_then(|last| letters.ends.get(last)) else { return Place::Nowhere };
        let end = self.at + end;
        match (self.closing, head[end..].chars().next()) {
            (Some(closing), Some(next)) if next == closing => Place::At(end + next.len_utf8()),
            (Some(_), None) if progress == Progress::Running => Place::Open,
            (Some(_) | None, _) => Place::At(end),
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
