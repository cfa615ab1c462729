//! Self-checking text: nothing can be lost from it unseen.

use proptest::prelude::*;
use tsuzuki::prose::{Language, Prose, verify};

const KINDS: [Prose; 6] = [
    Prose::Paragraphs(30),
    Prose::Code(20),
    Prose::Table {
        rows: 20,
        columns: 4,
    },
    Prose::Json(12),
    Prose::Emoji(20),
    Prose::Count { from: 5, to: 44 },
];

fn text(kind: usize, japanese: bool) -> String {
    KINDS[kind % KINDS.len()].write(if japanese {
        Language::Japanese
    } else {
        Language::English
    })
}

#[test]
fn what_is_written_is_whole() {
    for kind in 0..KINDS.len() {
        for japanese in [false, true] {
            let text = text(kind, japanese);
            let verdict = verify(&text);
            assert!(verdict.is_complete(), "{verdict}\n{text}");
            assert!(verify(&format!("{text}\n")).is_complete());
        }
    }
    assert!(!verify("").is_complete());
    assert!(!verify("just a text").is_complete());
}

#[test]
fn json_parses_and_tables_are_even() {
    let json: serde_json::Value =
        serde_json::from_str(&Prose::Json(40).write(Language::Japanese)).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 41);
    let table = Prose::Table {
        rows: 30,
        columns: 4,
    }
    .write(Language::English);
    let bars: Vec<usize> = table
        .lines()
        .map(|line| line.matches('|').count())
        .collect();
    assert_eq!(bars, [7; 33]);
    let code = Prose::Code(60).write(Language::English);
    assert!(code.starts_with("```python\n") && code.ends_with("\n```"));
}

#[test]
fn it_says_what_is_missing() {
    let text = text(0, false);
    let units: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("[00"))
        .collect();
    let verdict = verify(&text.replace(units[6], ""));
    assert_eq!(
        (
            verdict.found,
            verdict.missing.clone(),
            verdict.doubled.len()
        ),
        (29, vec![7], 0)
    );
    let doubled = verify(&text.replace(units[6], &format!("{}\n\n{}", units[6], units[6])));
    assert_eq!((doubled.found, doubled.doubled), (30, vec![7]));
    let damaged = verify(&text.replace("prime number", "primes number"));
    assert!(!damaged.damaged.is_empty() && damaged.missing.contains(&7));
    let cut = verify(&text[..text.len() / 2]);
    assert!(!cut.whole && !cut.missing.is_empty() && cut.expected == 30);
}

proptest! {
    #[test]
    fn any_line_deleted_or_doubled_is_found(kind in 0usize..6, japanese: bool, line in 0usize..70, double: bool) {
        let text = text(kind, japanese);
        let mut lines: Vec<&str> = text.split('\n').collect();
        let line = line % lines.len();
        if double {
            lines.insert(line, lines[line]);
        } else {
            lines.remove(line);
        }
        prop_assert!(!verify(&lines.join("\n")).is_complete());
    }

    #[test]
    fn any_changed_character_is_found(kind in 0usize..6, japanese: bool, at in 0usize..4000, new in "[a-z0-9あ |\\n]") {
        let text = text(kind, japanese);
        let chars: Vec<char> = text.chars().collect();
        let at = at % chars.len();
        let changed: String = chars[..at].iter().copied().chain(new.chars()).chain(chars[at + 1..].iter().copied()).collect();
        // White space at the very end is no part of the text.
        prop_assume!(changed.trim_end() != text);
        prop_assert!(!verify(&changed).is_complete());
    }

    #[test]
    fn any_lost_stretch_is_found(kind in 0usize..6, from in 0usize..4000, length in 1usize..200) {
        let text = text(kind, false);
        let chars: Vec<char> = text.chars().collect();
        let from = from % chars.len();
        let to = (from + length).min(chars.len());
        let cut: String = chars[..from].iter().chain(&chars[to..]).collect();
        prop_assume!(cut.trim_end() != text);
        prop_assert!(!verify(&cut).is_complete());
    }
}
