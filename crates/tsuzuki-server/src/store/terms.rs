//! The terms that a text is found by.
//!
//! A text is brought to one form (NFKC, lower case) and cut: runs of Chinese, Japanese and Korean
//! characters into overlapping pairs, because their words have no spaces between them and often two
//! characters; other runs of letters and digits into words. The last character of such a run is a term
//! by itself as well, so that every character begins a term and one alone is found too. Consecutive
//! terms make a phrase: a longer word is found as the pairs it is made of, in their order.

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Rises with every change of what comes out here.
const RULES: u8 = 1;

/// The version of these rules and of the Unicode tables they go by. An index made by another one is
/// made anew.
pub(super) fn version() -> i64 {
    let (letters, _, _) = std::char::UNICODE_VERSION;
    let (forms, _, _) = unicode_normalization::UNICODE_VERSION;
    i64::from_be_bytes([0, 0, 0, 0, 0, RULES, letters, forms])
}

/// The most of a query that is looked at, in characters and in phrases.
const MOST_CHARACTERS: usize = 1_000;
const MOST_PHRASES: usize = 32;

/// A text in the one form, and where its terms are in it.
pub(super) struct Terms {
    characters: Vec<Folded>,
    spans: Vec<Span>,
}

/// A character in the one form, with the bytes of the text it came from.
struct Folded {
    character: char,
    start: usize,
    end: usize,
}

/// Where a term is, in folded characters.
#[derive(Clone, Copy)]
struct Span {
    from: usize,
    to: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    /// Two characters of a run.
    Pair,
    /// The last character of a run of several.
    Last,
    /// A run of one character.
    Single,
}

/// What is looked for: all of its phrases.
pub(super) struct Query {
    pub(super) phrases: Vec<Phrase>,
}

/// Terms that follow one another.
pub(super) struct Phrase {
    pub(super) terms: Vec<String>,
    /// Whether the last term may go on.
    pub(super) open: bool,
}

/// The terms of a text, with spaces between them.
pub(super) fn joined(text: &str) -> String {
    let terms = Terms::of(text);
    let mut joined = String::with_capacity(text.len() * 2);
    for span in &terms.spans {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.extend(terms.characters(*span));
    }
    joined
}

impl Terms {
    /// Cuts a text.
    pub(super) fn of(text: &str) -> Self {
        let characters = fold(text);
        let mut spans = Vec::new();
        let mut from = 0;
        while let Some(first) = characters.get(from) {
            let script = script(first.character);
            let same = characters[from..]
                .iter()
                .take_while(|folded| self::script(folded.character) == script);
            let to = from + same.count();
            match script {
                Script::None => {}
                Script::Word => spans.push(Span {
                    from,
                    to,
                    kind: Kind::Word,
                }),
                Script::East => {
                    let pairs = (from..to - 1).map(|at| Span {
                        from: at,
                        to: at + 2,
                        kind: Kind::Pair,
                    });
                    spans.extend(pairs);
                    spans.push(Span {
                        from: to - 1,
                        to,
                        kind: if to - from == 1 {
                            Kind::Single
                        } else {
                            Kind::Last
                        },
                    });
                }
            }
            from = to;
        }
        Self { characters, spans }
    }

    fn characters(&self, span: Span) -> impl Iterator<Item = char> {
        self.characters[span.from..span.to]
            .iter()
            .map(|folded| folded.character)
    }

    fn term(&self, span: Span) -> String {
        self.characters(span).collect()
    }

    /// Where a phrase is, in bytes of the text; at most so many times.
    pub(super) fn find(&self, phrase: &Phrase, at_most: usize) -> Vec<(usize, usize)> {
        let length = phrase.terms.len();
        if length == 0 {
            return Vec::new();
        }
        self.spans
            .windows(length)
            .filter_map(|spans| self.matches(spans, phrase))
            .take(at_most)
            .collect()
    }

    fn matches(&self, spans: &[Span], phrase: &Phrase) -> Option<(usize, usize)> {
        let (first, last) = (spans.first()?, spans.last()?);
        let (last_term, before) = phrase.terms.split_last()?;
        let same = spans
            .iter()
            .zip(before)
            .all(|(span, term)| self.characters(*span).eq(term.chars()));
        let mut characters = self.characters(*last);
        let begins = last_term
            .chars()
            .all(|character| characters.next() == Some(character));
        if !same || !begins || (!phrase.open && characters.next().is_some()) {
            return None;
        }
        let end = last.from + last_term.chars().count();
        Some((
            self.characters[first.from].start,
            self.characters[end - 1].end,
        ))
    }
}

impl Query {
    /// Reads a query as it was typed: words between spaces, and between quotation marks what must be
    /// there as it is. Any text is a query.
    pub(super) fn read(words: &str) -> Self {
        let words: String = words.chars().take(MOST_CHARACTERS).collect();
        let mut phrases = Vec::new();
        for (number, piece) in words.split(['"', '“', '”', '＂']).enumerate() {
            if number % 2 == 1 {
                phrases.extend(Phrase::read(piece, Ending::Exact));
            } else {
                let chunks = piece.split_whitespace();
                phrases.extend(chunks.filter_map(|chunk| Phrase::read(chunk, Ending::Open)));
            }
        }
        phrases.truncate(MOST_PHRASES);
        Self { phrases }
    }
}

/// What may follow the last word of a phrase.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// More letters: `answer` finds `answers`.
    Open,
    /// Nothing.
    Exact,
}

impl Phrase {
    fn read(text: &str, ending: Ending) -> Option<Self> {
        let terms = Terms::of(text);
        let mut spans = terms.spans.as_slice();
        let mut last = spans.last()?;
        // In a text, what was the last character here may be followed by another of its kind.
        if last.kind == Kind::Last {
            spans = &spans[..spans.len() - 1];
            last = spans.last()?;
        }
        let open = match last.kind {
            Kind::Word => ending == Ending::Open && last.to - last.from > 1,
            Kind::Single => true,
            Kind::Pair | Kind::Last => false,
        };
        Some(Self {
            terms: spans.iter().map(|span| terms.term(*span)).collect(),
            open,
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Chinese, Japanese, Korean.
    East,
    /// Letters and digits of another kind.
    Word,
    /// What separates.
    None,
}

fn script(character: char) -> Script {
    match character {
        // Han, its radicals and iteration marks, hiragana, katakana (without the middle dot), bopomofo,
        // hangul and its jamo.
        '\u{2e80}'..='\u{2fdf}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3021}'..='\u{3029}'
        | '\u{3041}'..='\u{309f}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{30fc}'..='\u{318f}'
        | '\u{31a0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{1100}'..='\u{11ff}'
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{1b000}'..='\u{1b16f}'
        | '\u{20000}'..='\u{3fffd}' => Script::East,
        other if other.is_alphanumeric() || canonical_combining_class(other) != 0 => Script::Word,
        _ => Script::None,
    }
}

/// The one form of a text.
fn fold(text: &str) -> Vec<Folded> {
    let mut folded = Vec::with_capacity(text.len());
    let mut characters = text.char_indices().peekable();
    while let Some((start, first)) = characters.next() {
        let mut end = start + first.len_utf8();
        while let Some((at, next)) = characters.peek().copied()
            && joins(next)
        {
            end = at + next.len_utf8();
            characters.next();
        }
        if first.is_ascii() && end == start + 1 {
            folded.push(Folded {
                character: first.to_ascii_lowercase(),
                start,
                end,
            });
        } else {
            let same = text[start..end].nfkc().flat_map(char::to_lowercase);
            folded.extend(same.map(|character| Folded {
                character,
                start,
                end,
            }));
        }
    }
    folded
}

/// Whether a character may become one with what stands before it.
fn joins(character: char) -> bool {
    if character < '\u{300}' {
        return false;
    }
    std::iter::once(character)
        .nfkd()
        .next()
        .is_some_and(|first| {
            canonical_combining_class(first) != 0
                || is_nfkc_quick(std::iter::once(first)) == IsNormalized::Maybe
        })
}
