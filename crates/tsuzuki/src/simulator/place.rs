//! Where in a whole answer a request stands, found from the request alone.
//!
//! There is no state about answers: a restart, parallel tests, retries and every client's own way
//! of keeping the conversation all come out right.

use super::prompt::{Prompt, Turn};
use regex::Regex;
use std::sync::LazyLock;

/// The least and the most of a text's end that is looked for in an answer, in characters that are
/// not white space.
const SUFFIX: std::ops::RangeInclusive<usize> = 8..=64;

/// What a conversation comes down to: the last real question, and what was said since.
#[derive(Debug, Clone)]
pub(crate) struct Conversation {
    /// The last user's turn that is a question of its own, in `turns`.
    pub(crate) question: Option<usize>,
    /// Its text.
    pub(crate) asked: String,
    /// The assistant's messages since then, in order.
    pub(crate) said: Vec<String>,
    /// How many of them stand together at the end.
    pub(crate) last_run: usize,
    /// How the request asks to go on.
    pub(crate) way: Way,
}

/// How a request asks to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// It does not: it asks something.
    Fresh,
    /// By an assistant's turn at the end.
    Prefill,
    /// By a user's turn that quotes the end of the text.
    Anchor(String),
    /// By a user's turn that says "continue".
    Nudge,
}

impl Conversation {
    pub(crate) fn of(prompt: &Prompt) -> Self {
        let turns = &prompt.turns;
        let mut said = Vec::new();
        let mut way = Way::Fresh;
        let mut last_run = 0;
        let mut at = turns.len();
        while let Some(turn) = at.checked_sub(1).and_then(|before| turns.get(before)) {
            at -= 1;
            if turn.is_assistant() {
                said.insert(0, turn.text());
                if at + 1 == turns.len() {
                    way = Way::Prefill;
                }
                continue;
            }
            if last_run == 0 {
                last_run = said.len();
            }
            let Some(how) = continuation(turn, &turns[..at]) else {
                let question = turn.is_user().then_some(at);
                if question.is_some() {
                    return Self {
                        question,
                        asked: asked(turn),
                        last_run: last_run.max(1),
                        said,
                        way,
                    };
                }
                continue;
            };
            if at + 1 == turns.len() {
                way = how;
            }
        }
        Self {
            question: None,
            asked: String::new(),
            last_run: last_run.max(1),
            said,
            way,
        }
    }

    /// Where an answer goes on, in bytes; `None` when the request does not ask it to, or when what
    /// was said is not from this answer.
    pub(crate) fn place(&self, document: &str) -> Option<usize> {
        if self.way == Way::Fresh {
            return None;
        }
        let last = self.said.last()?;
        let run = self.said.len().saturating_sub(self.last_run);
        let candidates = [
            self.said.concat(),
            self.said.get(run..).unwrap_or_default().concat(),
            last.clone(),
        ];
        candidates
            .iter()
            .filter(|text| !text.trim().is_empty())
            .find_map(|text| after_prefix(document, text))
            .or_else(|| after_suffix(document, last))
            .or_else(|| after_overlap(document, last))
    }
}

/// What a turn asks, without the summary of an earlier conversation that the chat puts before it.
fn asked(turn: &Turn) -> String {
    let text = turn.text();
    match text
        .split_once("<summary>")
        .zip(text.split_once("</summary>"))
    {
        Some(((before, _), (_, question))) if before.ends_with("summed up:\n") => {
            question.trim_start().to_owned()
        }
        Some(_) | None => text,
    }
}

/// Whether a user's turn asks to go on with what was said before it, and how.
fn continuation(turn: &Turn, before: &[Turn]) -> Option<Way> {
    let end = before.last().filter(|turn| turn.is_assistant())?.text();
    if !turn.is_user() || end.trim().is_empty() || turn.tool_results().next().is_some() {
        return None;
    }
    let text = turn.text();
    quoted(&text, end.trim_end())
        .map(Way::Anchor)
        .or_else(|| is_nudge(&text).then_some(Way::Nudge))
}

/// The longest JSON string in `text` that `end` ends with.
fn quoted(text: &str, end: &str) -> Option<String> {
    text.match_indices('"')
        .filter_map(|(at, _)| {
            serde_json::Deserializer::from_str(&text[at..])
                .into_iter::<String>()
                .next()
                .and_then(Result::ok)
        })
        .filter(|literal| !literal.trim().is_empty() && end.ends_with(literal.trim_end()))
        .max_by_key(String::len)
}

fn is_nudge(text: &str) -> bool {
    static NUDGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(concat!(
            r"(?i)^\W*(please\W+|ok\W+|okay\W+|yes\W+|now\W+)*",
            r"(continue|go on|keep going|resume|carry on|continuez|continuer|weiter|fortfahren|contin[uú]a|sigue|继续|계속)([^?？]*)$",
            r"|(where|from the point|at which) (you|it) (left off|stopped|ended|were)|left off|was (interrupted|cut off)",
            r"|^\W*(続き|続けて|つづき|つづけて)|続きを(お願い|書いて|ください|教えて)|途中で(切れ|途切れ|止ま)",
        ))
        .ok()
    });
    NUDGE
        .as_ref()
        .is_some_and(|nudge| nudge.is_match(text.trim()))
}

/// Just after `prefix` in `document`, if the document begins with it, white space aside.
fn after_prefix(document: &str, prefix: &str) -> Option<usize> {
    let mut visible = document.char_indices().filter(|(_, c)| !c.is_whitespace());
    let mut end = 0;
    for wanted in prefix.chars().filter(|c| !c.is_whitespace()) {
        let (at, found) = visible.next()?;
        if found != wanted {
            return None;
        }
        end = at + found.len_utf8();
    }
    Some(end)
}

/// Just after the last place where the longest possible end of `text` stands in `document`.
fn after_suffix(document: &str, text: &str) -> Option<usize> {
    let visible = squeezed(document);
    let wanted: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let found = (*SUFFIX.start()..=wanted.len().min(*SUFFIX.end()))
        .rev()
        .find_map(|length| {
            let end: String = wanted.get(wanted.len() - length..)?.iter().collect();
            visible.rfind(&end).map(|at| at + end.len())
        })?;
    let mut passed = 0;
    document
        .char_indices()
        .filter(|(_, c)| !c.is_whitespace())
        .find_map(|(at, c)| {
            passed += c.len_utf8();
            (passed == found).then_some(at + c.len_utf8())
        })
}

/// Just after the longest beginning of `document` that `text` ends with: a caller's own prefill and
/// the first few characters of the answer after it. One character alone may be chance.
fn after_overlap(document: &str, text: &str) -> Option<usize> {
    const LEAST: usize = 2;
    let visible: Vec<(usize, char)> = document
        .char_indices()
        .filter(|(_, c)| !c.is_whitespace())
        .take(*SUFFIX.start())
        .collect();
    let wanted: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    (LEAST..=visible.len()).rev().find_map(|length| {
        let head = visible.get(..length)?;
        wanted
            .ends_with(&head.iter().map(|(_, c)| *c).collect::<Vec<_>>())
            .then_some(())?;
        head.last().map(|(at, c)| at + c.len_utf8())
    })
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_no_part_of_the_comparison() {
        assert_eq!(after_prefix("a b\n\nc d", "ab c"), Some(6));
        assert_eq!(after_prefix("a b", "a c"), None);
        assert_eq!(
            after_suffix("0123456789 0123456789 x", "nothing 123456789"),
            Some(21)
        );
        assert_eq!(after_suffix("0123456789", "456789"), None);
        assert_eq!(
            after_overlap("I am the simulator", "{\"answer\": \"I am"),
            Some(4)
        );
        assert_eq!(after_overlap("I am the simulator", "JSON, I"), None);
    }

    #[test]
    fn nudges_in_several_languages_and_not_questions() {
        for nudge in [
            "continue",
            "Please continue.",
            "go on",
            "続きをお願いします",
            "続けてください",
            "继续",
            "Continue the document exactly where you left off.",
        ] {
            assert!(is_nudge(nudge), "{nudge}");
        }
        for question in [
            "What does `continue` do in Python?",
            "continue in Rust means what?",
            "カエルの俳句",
            "この続きはどうなりますか？",
        ] {
            assert!(!is_nudge(question), "{question}");
        }
    }

    #[test]
    fn the_longest_quotation_of_the_end_is_the_anchor() {
        let nudge = r#"It ended with "the \"last\" words". Repeat "words" and go on."#;
        assert_eq!(
            quoted(nudge, r#"these are the "last" words"#).as_deref(),
            Some(r#"the "last" words"#)
        );
        assert_eq!(quoted(nudge, "something else"), None);
    }
}
