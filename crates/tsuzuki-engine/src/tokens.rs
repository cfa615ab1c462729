//! A rough count of tokens, for when a leg's own count never arrived. Always marked as estimated.

use crate::seam::is_cjk;

/// About how many tokens a text is: one for every CJK character, one for every four others.
pub(crate) fn estimate(text: &str) -> u64 {
    let (cjk, others) = text.chars().fold((0u64, 0u64), |(cjk, others), char| {
        if is_cjk(char) {
            (cjk + 1, others)
        } else {
            (cjk, others + 1)
        }
    });
    cjk + others.div_ceil(4)
}
