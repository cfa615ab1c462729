//! Overlaps of sequences of characters.

/// How much of a pattern stands at the start of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prefix {
    /// All of it.
    Whole,
    /// All of the text agrees, but it is shorter than the pattern.
    SoFar,
    /// They differ.
    Differs,
}

/// The longest overlap of the end of one text with the start of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Longest {
    /// How many characters agree.
    pub(super) length: usize,
    /// Whether a longer one may appear when the second text goes on.
    pub(super) may_grow: bool,
}

pub(super) fn prefix(text: &[char], pattern: &[char]) -> Prefix {
    let common = text.len().min(pattern.len());
    if text[..common] != pattern[..common] {
        Prefix::Differs
    } else if common == pattern.len() {
        Prefix::Whole
    } else {
        Prefix::SoFar
    }
}

/// The longest end of `partial` that `head` starts with. One pass over each (Knuth, Morris, Pratt).
pub(super) fn longest(partial: &[char], head: &[char]) -> Longest {
    let borders = borders(head);
    let mut length = 0;
    let mut may_grow = head.is_empty();
    for (at, char) in partial.iter().enumerate() {
        while length > 0 && (length == head.len() || head[length] != *char) {
            length = borders[length - 1];
        }
        if head.get(length) == Some(char) {
            length += 1;
        }
        may_grow |= length == head.len() && at + 1 < partial.len();
    }
    Longest { length, may_grow }
}

/// Where `pattern` first stands in `text`.
pub(super) fn find(text: &[char], pattern: &[char]) -> Option<usize> {
    occurrences(text, pattern).next()
}

/// Whether `pattern` stands in `text` exactly once. Nothing stands nowhere.
pub(super) fn occurs_once(text: &[char], pattern: &[char]) -> bool {
    let mut found = occurrences(text, pattern);
    found.next().is_some() && found.next().is_none()
}

/// Whether the last `length` characters of `partial` prove a place: enough weight, and certain.
pub(super) fn proves(partial: &[char], length: usize, least_weight: usize) -> bool {
    let end = &partial[partial.len() - length..];
    weight(end) >= least_weight && is_certain(partial, end)
}

/// Whether a sequence ends as it begins over a third of its length or more: a text that stopped inside it
/// and went on would look the same.
fn repeats_itself(chars: &[char]) -> bool {
    let border = borders(chars).last().copied().unwrap_or(0);
    border * 3 >= chars.len().max(3)
}

/// Whether a text was going round when it came to its last `length` characters: they end as what
/// stands before them ends, over half a turn.
pub(super) fn went_round(text: &[char], length: usize) -> bool {
    let (before, end) = text.split_at(text.len() - length);
    let common = before
        .iter()
        .rev()
        .zip(end.iter().rev())
        .take_while(|(one, other)| one == other)
        .count();
    common * 2 >= length
}

/// Whether a text goes round behind its first `length` characters: repeats them, or what follows an
/// end of them that is also their beginning, over a third of a turn; `None` while too little stands there
/// to tell.
pub(super) fn goes_round(text: &[char], length: usize) -> Option<bool> {
    let (first, rest) = text.split_at(length);
    let borders = borders(first);
    let mut undecided = false;
    let mut border = borders.last().copied().unwrap_or(0);
    loop {
        let needed = (length - border).div_ceil(3).max(1);
        let common = text[border..]
            .iter()
            .zip(rest)
            .take_while(|(one, other)| one == other)
            .count();
        if common >= needed {
            return Some(true);
        }
        undecided |= common == rest.len();
        if border == 0 {
            return (!undecided).then_some(false);
        }
        border = borders[border - 1];
    }
}

/// Whether the end of a text can mean only one place in it: it stands there once, and does not
/// repeat itself.
fn is_certain(text: &[char], end: &[char]) -> bool {
    occurs_once(text, end) && !repeats_itself(end)
}

/// How much a sequence proves: a CJK character 3, anything else 1. (White space is not in it.)
pub(super) fn weight(chars: &[char]) -> usize {
    chars
        .iter()
        .map(|char| {
            if super::plausible::is_cjk(*char) {
                3
            } else {
                1
            }
        })
        .sum()
}

fn occurrences<'a>(text: &'a [char], pattern: &'a [char]) -> impl Iterator<Item = usize> + 'a {
    let borders = borders(pattern);
    let mut length = 0;
    text.iter().enumerate().filter_map(move |(at, char)| {
        if pattern.is_empty() {
            return None;
        }
        while length > 0 && (length == pattern.len() || pattern[length] != *char) {
            length = borders[length - 1];
        }
        if pattern[length] == *char {
            length += 1;
        }
        (length == pattern.len()).then(|| at + 1 - length)
    })
}

/// For each prefix of `pattern`, the length of its longest proper prefix that is also its end.
fn borders(pattern: &[char]) -> Vec<usize> {
    let mut borders = vec![0; pattern.len()];
    let mut length = 0;
    for at in 1..pattern.len() {
        while length > 0 && pattern[length] != pattern[at] {
            length = borders[length - 1];
        }
        if pattern[length] == pattern[at] {
            length += 1;
        }
        borders[at] = length;
    }
    borders
}
