//! A piece of a text around what was looked for.

use super::Piece;
use super::terms::{Query, Terms};

/// How much is shown, in characters: before the first place found, and in all.
const BEFORE: usize = 32;
const SHOWN: usize = 160;
/// The most places that are considered, of all phrases.
const PLACES: usize = 256;

/// The piece that shows the most of what was looked for, the earliest of several.
pub(super) fn of(text: &str, query: &Query) -> Vec<Piece> {
    let terms = Terms::of(text);
    let of_each = PLACES / query.phrases.len().max(1);
    let mut places: Vec<(usize, usize, usize)> = Vec::new();
    for (phrase, wanted) in query.phrases.iter().enumerate() {
        let found = terms.find(wanted, of_each).into_iter();
        places.extend(found.map(|(start, end)| (start, end, phrase)));
    }
    places.sort_unstable();
    let (from, to) = window(text, &places);
    let mut pieces = Vec::new();
    if from > 0 {
        add(&mut pieces, "…", Marked::Not);
    }
    let mut at = from;
    for (start, end, _) in places {
        let (start, end) = (start.max(at), end.min(to));
        if start < end {
            add(&mut pieces, &text[at..start], Marked::Not);
            add(&mut pieces, &text[start..end], Marked::Hit);
            at = end;
        }
    }
    add(&mut pieces, &text[at..to], Marked::Not);
    if to < text.len() {
        add(&mut pieces, "…", Marked::Not);
    }
    pieces
}

/// Which bytes of the text to show.
fn window(text: &str, places: &[(usize, usize, usize)]) -> (usize, usize) {
    let from_here = |start: usize| {
        let from = backwards(text, start, BEFORE);
        (from, forwards(text, from, SHOWN))
    };
    let phrases_within = |(from, to): (usize, usize)| {
        let within = places
            .iter()
            .filter(|(start, end, _)| from <= *start && *end <= to);
        let mut phrases: Vec<usize> = within.map(|(_, _, phrase)| *phrase).collect();
        phrases.sort_unstable();
        phrases.dedup();
        phrases.len()
    };
    let mut best = (from_here(0), 0);
    for (start, _, _) in places {
        let window = from_here(*start);
        let phrases = phrases_within(window);
        if phrases > best.1 {
            best = (window, phrases);
        }
    }
    best.0
}

fn backwards(text: &str, at: usize, characters: usize) -> usize {
    let before = text[..at].char_indices().rev();
    before.take(characters).last().map_or(at, |(at, _)| at)
}

fn forwards(text: &str, at: usize, characters: usize) -> usize {
    let after = text[at..].char_indices().nth(characters);
    after.map_or(text.len(), |(further, _)| at + further)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Marked {
    Hit,
    Not,
}

/// Adds a text on one line.
fn add(pieces: &mut Vec<Piece>, text: &str, marked: Marked) {
    if text.is_empty() {
        return;
    }
    let text = text.replace(['\n', '\r', '\t'], " ");
    let hit = marked == Marked::Hit;
    match pieces.last_mut() {
        Some(last) if last.hit == hit => last.text.push_str(&text),
        Some(_) | None => pieces.push(Piece { text, hit }),
    }
}
