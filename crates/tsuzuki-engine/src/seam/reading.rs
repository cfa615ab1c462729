//! Text as it is compared at a seam: without white space, quotation marks made alike.

/// How to read a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// As it stands.
    Plain,
    /// As the inside of a JSON string: a model that was shown a quoted text may repeat it quoted.
    Escaped,
}

/// The characters of a text that are compared, and the bytes each came from.
#[derive(Clone, Default)]
pub(super) struct Letters {
    pub(super) chars: Vec<char>,
    pub(super) starts: Vec<usize>,
    pub(super) ends: Vec<usize>,
}

impl Letters {
    pub(super) fn of(text: &str, reading: Reading) -> Self {
        let mut letters = Self::default();
        let mut at = 0;
        while let Some((char, length)) = next(&text[at..], reading) {
            if !char.is_whitespace() {
                letters.chars.push(alike(char));
                letters.starts.push(at);
                letters.ends.push(at + length);
            }
            at += length;
        }
        letters
    }
}

/// The first character of a text and how many bytes it takes; none at the end, or where an escape
/// is not finished yet.
fn next(text: &str, reading: Reading) -> Option<(char, usize)> {
    let first = text.chars().next()?;
    if reading == Reading::Plain || first != '\\' {
        return Some((first, first.len_utf8()));
    }
    match text.as_bytes().get(1)? {
        b'n' => Some(('\n', 2)),
        b't' => Some(('\t', 2)),
        b'r' => Some(('\r', 2)),
        b'u' => {
            let code = u32::from_str_radix(text.get(2..6)?, 16).ok()?;
            Some((
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
                6,
            ))
        }
        _ => text[1..]
            .chars()
            .next()
            .map(|char| (char, 1 + char.len_utf8())),
    }
}

/// Typewriter quotes for typographic ones: models change them when they repeat a text.
const fn alike(char: char) -> char {
    match char {
        '“' | '”' | '„' | '‟' => '"',
        '‘' | '’' | '‚' | '‛' => '\'',
        other => other,
    }
}
