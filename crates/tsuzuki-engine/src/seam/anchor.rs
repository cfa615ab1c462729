//! Which end of the text a model is asked to repeat.

use super::reading::{Letters, Reading};
use super::{LEAST_WEIGHT, overlap};
use unicode_segmentation::UnicodeSegmentation;

/// The least and the greatest length of an anchor, in characters.
const LEAST: usize = 40;
const GREATEST: usize = 120;

/// The end of `partial` to be repeated: 40 to 120 characters from a grapheme border, grown until
/// they stand nowhere else in it; all of it where it is shorter. Every rejected `tries` before asks
/// for 40 more.
#[must_use]
pub fn anchor(partial: &str, tries: u32) -> &str {
    let letters = Letters::of(partial, Reading::Plain);
    let least = LEAST
        .saturating_mul(
            usize::try_from(tries)
                .unwrap_or(usize::MAX)
                .saturating_add(1),
        )
        .min(GREATEST);
    let mut length = 0;
    let mut best = partial;
    for (at, grapheme) in partial.grapheme_indices(true).rev() {
        let chars = grapheme.chars().count();
        if length > 0 && length + chars > GREATEST {
            return best;
        }
        length += chars;
        if grapheme.chars().all(char::is_whitespace) {
            continue;
        }
        best = &partial[at..];
        if length >= least && stands_once(&letters, best) {
            return best;
        }
    }
    partial
}

/// What a model was asked to repeat.
#[derive(Clone)]
pub(super) struct Anchor {
    pub(super) text: String,
    pub(super) letters: Vec<char>,
    /// Whether it can mean only one place.
    pub(super) certain: bool,
}

impl Anchor {
    pub(super) fn new(text: &str, partial: &Letters) -> Self {
        let letters = Letters::of(text, Reading::Plain).chars;
        let certain = overlap::proves(&partial.chars, letters.len(), LEAST_WEIGHT);
        Self {
            text: text.to_owned(),
            letters,
            certain,
        }
    }
}

fn stands_once(letters: &Letters, end: &str) -> bool {
    overlap::occurs_once(&letters.chars, &Letters::of(end, Reading::Plain).chars)
}
