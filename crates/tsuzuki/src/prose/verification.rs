//! Whether a self-checking text is whole.

use super::checksum;
use regex::Regex;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

/// What a check of a text found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verification {
    /// How many units the text says it has.
    pub expected: usize,
    /// How many different ones of them are there and unharmed.
    pub found: usize,
    /// The numbers that are not there.
    pub missing: Vec<usize>,
    /// The numbers that are there more than once.
    pub doubled: Vec<usize>,
    /// The lines, from 1, that are not what they were.
    pub damaged: Vec<usize>,
    /// Whether the numbers rise.
    pub ordered: bool,
    /// Whether the checksum over everything is there and right: no blank line, heading or fence is
    /// changed either, and nothing stands before or after the text.
    pub whole: bool,
}

impl Verification {
    /// Whether nothing is missing, doubled, moved or changed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.expected > 0
            && self.found == self.expected
            && self.missing.is_empty()
            && self.doubled.is_empty()
            && self.damaged.is_empty()
            && self.ordered
            && self.whole
    }
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.expected == 0 {
            return f.write_str("no self-checking text found");
        }
        write!(
            f,
            "{}/{} units, {} missing, {} doubled, {} damaged",
            self.found,
            self.expected,
            self.missing.len(),
            self.doubled.len(),
            self.damaged.len()
        )?;
        if !self.ordered {
            f.write_str(", out of order")?;
        }
        if !self.whole {
            f.write_str(", the checksum over the whole text is missing or wrong")?;
        }
        Ok(())
    }
}

/// Checks a text that [`Prose`](super::Prose) wrote, white space at its very end aside.
#[must_use]
pub fn verify(text: &str) -> Verification {
    let text = text.trim_end();
    let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
    let mut order = Vec::new();
    let mut verdict = Verification {
        whole: is_whole(text),
        ..Verification::default()
    };
    for (line, unit) in text
        .lines()
        .enumerate()
        .filter_map(|(line, text)| Some((line + 1, Unit::read(text)?)))
    {
        if verdict.expected == 0 {
            verdict.expected = unit.total;
        }
        if unit.is_sound && unit.total == verdict.expected {
            *seen.entry(unit.number).or_default() += 1;
            order.push(unit.number);
        } else {
            verdict.damaged.push(line);
        }
    }
    verdict.ordered = order.is_sorted();
    verdict.found = seen.len();
    verdict.missing = (1..=verdict.expected)
        .filter(|number| !seen.contains_key(number))
        .collect();
    verdict.doubled = seen
        .into_iter()
        .filter(|(_, times)| *times > 1)
        .map(|(number, _)| number)
        .collect();
    verdict
}

/// A numbered line.
struct Unit {
    number: usize,
    total: usize,
    is_sound: bool,
}

impl Unit {
    fn read(line: &str) -> Option<Self> {
        static NUMBER: LazyLock<Option<Regex>> =
            LazyLock::new(|| Regex::new(r"\[(\d+)/(\d+)\]").ok());
        let numbers = NUMBER.as_ref()?.captures(line)?;
        let number = numbers.get(1)?.as_str().parse().unwrap_or_default();
        let total = numbers.get(2)?.as_str().parse().unwrap_or_default();
        let is_sound = line.rsplit_once('·').is_some_and(|(unit, tail)| {
            let (sum, after) = tail.split_at_checked(6).unwrap_or((tail, ""));
            sum == checksum(unit) && ["", " |", "\"},"].contains(&after)
        });
        Some(Self {
            number,
            total,
            is_sound,
        })
    }
}

/// Whether the checksum over everything is right, and what follows it is what closes the text.
fn is_whole(text: &str) -> bool {
    let Some((before, tail)) = text.rsplit_once('·') else {
        return false;
    };
    let (sum, after) = tail.split_at_checked(6).unwrap_or((tail, ""));
    let closing = match text.get(..2) {
        Some("``") => "\n```",
        Some("[\n") => "\"}\n]",
        Some("| ") => " |",
        Some(_) | None => "",
    };
    before
        .rsplit('\n')
        .next()
        .is_some_and(|line| line.contains("[end "))
        && sum == checksum(before)
        && after == closing
}
