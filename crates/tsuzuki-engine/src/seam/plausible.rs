//! What speaks against joining a head that proves nothing.

use super::{Border, Reject};

/// How much of a head and of the text before it is looked at, in characters.
const LOOK: usize = 200;

/// How models talk about an answer instead of going on with it. These never reject a text that
/// proved its place.
const META: &[&str] = &[
    "i don't see",
    "i do not see",
    "i don't have",
    "i do not have",
    "previous message",
    "previous response",
    "could you provide",
    "could you please",
    "it looks like",
    "it seems",
    "i apologize",
    "apologies",
    "i'm sorry",
    "i am sorry",
    "as an ai",
    "申し訳",
    "すみません",
    "前のメッセージ",
    "以前のメッセージ",
    "続きを教えて",
    "抱歉",
    "죄송",
];

/// What speaks against joining `head` behind the border without proof; nothing, if it is plausible.
pub(super) fn objection(border: &Border, head: &str) -> Option<Reject> {
    let opening: String = head
        .trim_start()
        .chars()
        .take(80)
        .collect::<String>()
        .to_lowercase()
        .replace('’', "'");
    if META.iter().any(|phrase| opening.contains(phrase)) {
        return Some(Reject::Meta);
    }
    let before: Vec<char> = border.partial.chars().rev().take(LOOK).collect();
    let after: Vec<char> = head.chars().take(LOOK).collect();
    if let Some(script) = main_script(&after)
        && main_script(&before).is_some()
        && !before
            .iter()
            .any(|char| self::script(*char) == Some(script))
    {
        return Some(Reject::Script);
    }
    (!border_is_explicit(border, head)).then_some(Reject::NoProof)
}

/// Whether it is plain what stands between the two: white space on either side, a punctuation mark,
/// or a script that puts no spaces between words.
fn border_is_explicit(border: &Border, head: &str) -> bool {
    let last = border.partial.chars().next_back();
    let first = head.chars().next();
    !border.held.is_empty()
        || first.is_none_or(|first| !first.is_alphanumeric())
        || last.is_none_or(|last| {
            !last.is_alphanumeric() && !matches!(last, ',' | '.' | ';' | ':' | '!' | '?')
        })
        || (first.is_some_and(is_cjk) && last.is_some_and(is_cjk))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cjk,
    Hangul,
    Other,
}

fn script(char: char) -> Option<Script> {
    if is_cjk(char) {
        Some(Script::Cjk)
    } else if matches!(char, '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}') {
        Some(Script::Hangul)
    } else if matches!(char, 'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}') {
        Some(Script::Latin)
    } else {
        char.is_alphabetic().then_some(Script::Other)
    }
}

fn main_script(chars: &[char]) -> Option<Script> {
    [Script::Cjk, Script::Hangul, Script::Latin, Script::Other]
        .into_iter()
        .map(|wanted| {
            (
                chars
                    .iter()
                    .filter(|char| script(**char) == Some(wanted))
                    .count(),
                wanted,
            )
        })
        .filter(|(count, _)| *count > 0)
        .max_by_key(|(count, _)| *count)
        .map(|(_, script)| script)
}

/// Kana, Han and their marks: scripts that put no spaces between words, and in which one character
/// says about as much as three Latin ones.
pub(crate) const fn is_cjk(char: char) -> bool {
    matches!(
        char,
        '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9d}' | '\u{20000}'..='\u{3134f}'
    )
}
