//! A rough count of tokens, for when a leg's own count never arrived. Always marked as estimated.

use crate::seam::is_cjk;

/// About how many tokens a text is: one for every CJK character, one for every four others.
pub(crate) fn estimate(text: &str) -> u64 {
    let mut estimate = Estimate::default();
    estimate.add(text);
    estimate.tokens()
}

/// About how many tokens a text is that comes in pieces and is not kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Estimate {
    cjk: u64,
    others: u64,
}

impl Estimate {
    /// One more piece.
    pub(crate) fn add(&mut self, text: &str) {
        let count = |chars: usize| u64::try_from(chars).unwrap_or(u64::MAX);
        // Every text that comes passes here, and most is told faster than character by character.
        let cjk = match text.is_ascii() {
            true => 0,
            false => count(text.chars().filter(|char| is_cjk(*char)).count()),
        };
        self.cjk += cjk;
        self.others += count(text.chars().count()) - cjk;
    }

    /// Of all pieces together.
    pub(crate) const fn tokens(self) -> u64 {
        self.cjk + self.others.div_ceil(4)
    }

    /// Whether no text came.
    pub(crate) const fn is_empty(self) -> bool {
        self.cjk == 0 && self.others == 0
    }
}
