//! Pseudo-tokens: a deterministic way to count and cut text.
//!
//! White space rides on the token after it, so a cut never ends on white space (of 15 recorded
//! texts that were cut at `maxTokens`, none does). Words split every few letters, as real tokens
//! do, and no token splits a grapheme. What a token is depends only on the text from there on, so a
//! text resumed at the end of a token falls into the same tokens as before.

use unicode_segmentation::UnicodeSegmentation;

const LETTERS: usize = 6;
const DIGITS: usize = 3;

/// A text and where its tokens end.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    text: String,
    ends: Vec<usize>,
}

impl Tokens {
    pub(crate) fn of(text: &str) -> Self {
        let mut tokens = Self {
            text: String::new(),
            ends: Vec::new(),
        };
        tokens.push(text, usize::MAX);
        tokens
    }

    /// Adds a text whose tokens are counted from its own beginning, up to `most` tokens of it: a
    /// call that says little of a long answer need not count the rest.
    pub(crate) fn push(&mut self, text: &str, most: usize) {
        let base = self.text.len();
        let mut at = 0;
        let mut added = 0;
        while at < text.len() && added < most {
            at += first(&text[at..]);
            self.ends.push(base + at);
            added += 1;
        }
        self.text.push_str(&text[..at]);
    }

    pub(crate) fn count(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The text of the tokens `from..to`.
    pub(crate) fn slice(&self, from: usize, to: usize) -> &str {
        &self.text[self.start(from)..self.start(to)]
    }

    /// Where a token begins.
    pub(crate) fn start(&self, token: usize) -> usize {
        match token.checked_sub(1) {
            None => 0,
            Some(before) => self.ends.get(before).copied().unwrap_or(self.text.len()),
        }
    }

    /// How many tokens it takes to have said the first `bytes` bytes.
    pub(crate) fn covering(&self, bytes: usize) -> usize {
        self.ends.partition_point(|end| *end < bytes) + usize::from(bytes > 0)
    }

    /// Keeps the first `count` tokens.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.text.truncate(self.start(count));
        self.ends.truncate(count);
    }

    /// Keeps the first `bytes` bytes; a token that is cut short still counts.
    pub(crate) fn truncate_text(&mut self, bytes: usize) {
        let count = self.covering(bytes);
        self.text.truncate(bytes);
        self.ends.truncate(count);
        if let Some(last) = self.ends.last_mut() {
            *last = bytes;
        }
    }

    /// Adds text to the last token without counting it.
    pub(crate) fn trail(&mut self, text: &str) {
        self.text.push_str(text);
        if let Some(last) = self.ends.last_mut() {
            *last = self.text.len();
        }
    }
}

/// How many tokens a text has.
pub(crate) fn count(text: &str) -> usize {
    let (mut at, mut tokens) = (0, 0);
    while at < text.len() {
        at += first(&text[at..]);
        tokens += 1;
    }
    tokens
}

/// How long the first token of a text that is not empty is, in bytes.
fn first(text: &str) -> usize {
    first_of_ascii(text.as_bytes()).unwrap_or_else(|| first_of_graphemes(text))
}

fn first_of_graphemes(text: &str) -> usize {
    let mut graphemes = text
        .grapheme_indices(true)
        .skip_while(|(_, grapheme)| blank(grapheme));
    let Some((at, head)) = graphemes.next() else {
        return text.len();
    };
    graphemes
        .take(most(head) - 1)
        .take_while(|(_, next)| kind(next) == kind(head))
        .last()
        .map_or(at + head.len(), |(at, last)| at + last.len())
}

/// The same for a token of plain ASCII, without looking for graphemes: a combining mark could only
/// stand after it, and then this gives no answer.
fn first_of_ascii(text: &[u8]) -> Option<usize> {
    let at = text
        .iter()
        .position(|byte| !matches!(byte, b'\t'..=b'\r' | b' '))?;
    let is_same: fn(&u8) -> bool = match text.get(at)? {
        byte if byte.is_ascii_alphabetic() => u8::is_ascii_alphabetic,
        byte if byte.is_ascii_digit() => u8::is_ascii_digit,
        byte if byte.is_ascii_graphic() => |_| false,
        _ => return None,
    };
    let head = std::str::from_utf8(text.get(at..=at)?).ok()?;
    let more = text
        .iter()
        .skip(at + 1)
        .take(most(head) - 1)
        .take_while(|byte| is_same(byte))
        .count();
    let end = at + 1 + more;
    text.get(end).is_none_or(u8::is_ascii).then_some(end)
}

/// How many graphemes of its kind a token may hold.
fn most(head: &str) -> usize {
    match kind(head) {
        Kind::Letter => LETTERS,
        Kind::Digit => DIGITS,
        // One or two, by the character itself: deterministic, and not always the same.
        Kind::Wide => 1 + head.chars().next().map_or(0, |c| c as usize % 2),
        Kind::Other => 1,
    }
}

fn blank(grapheme: &str) -> bool {
    grapheme.chars().all(char::is_whitespace)
}

#[derive(PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Wide,
    Other,
}

fn kind(grapheme: &str) -> Kind {
    match grapheme.chars().next() {
        Some(
            '\u{2e80}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7af}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff00}'..='\u{ffef}',
        ) => Kind::Wide,
        Some(c) if c.is_alphabetic() => Kind::Letter,
        Some(c) if c.is_numeric() => Kind::Digit,
        Some(_) | None => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_split_and_white_space_rides_on_the_next_token() {
        let tokens = Tokens::of("Continuation  is\n\nfun 1234 👩‍👩‍👧!");
        let pieces: Vec<&str> = (0..tokens.count())
            .map(|n| tokens.slice(n, n + 1))
            .collect();
        assert_eq!(
            pieces,
            [
                "Contin",
                "uation",
                "  is",
                "\n\nfun",
                " 123",
                "4",
                " 👩‍👩‍👧",
                "!"
            ]
        );
    }

    proptest! {
        #[test]
        fn ascii_is_counted_as_graphemes_are(text in "[a-z0-9 \r\n\t.é\u{301}あ\u{1}]{1,12}") {
            if let Some(end) = first_of_ascii(text.as_bytes()) {
                prop_assert_eq!(end, first_of_graphemes(&text));
            }
        }

        #[test]
        fn a_text_resumed_at_a_token_has_the_same_tokens(text in "[a-z0-9 \nあい字、。👍🏽é\r]{0,60}", at in 0usize..40) {
            let tokens = Tokens::of(&text);
            let at = at.min(tokens.count());
            prop_assert_eq!(tokens.slice(0, tokens.count()), text.as_str());
            prop_assert_eq!(count(&text[tokens.start(at)..]), tokens.count() - at);
            if at > 0 && at < tokens.count() {
                prop_assert!(!tokens.slice(0, at).ends_with(char::is_whitespace));
            }
        }
    }
}
