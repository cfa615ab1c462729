//! `tsuzuki verify`.

use crate::shell::tsuzuki;

fn long(paragraphs: &str) -> String {
    tsuzuki(["ask", &format!("/long {paragraphs}")])
        .run()
        .stdout
}

#[test]
fn a_whole_text() {
    tsuzuki(["verify", "-"])
        .stdin(long("500"))
        .snapshot("verify_whole");
}

#[test]
fn a_text_in_a_file() {
    let run = tsuzuki(["verify", "answer.txt"]).file("answer.txt", &long("3"));
    assert_eq!(run.run().exit, Some(0));
}

#[test]
fn a_text_with_a_hole() {
    let text = long("12");
    let cut: String = text
        .split_inclusive("\n\n")
        .enumerate()
        .filter(|(at, _)| *at != 5)
        .map(|(_, part)| part)
        .collect();
    tsuzuki(["verify", "-"]).stdin(cut).snapshot("verify_hole");
}

#[test]
fn a_text_that_repeats_itself() {
    let text = long("12");
    let doubled: String = text
        .split_inclusive("\n\n")
        .enumerate()
        .flat_map(|(at, part)| std::iter::repeat_n(part, if at == 5 { 2 } else { 1 }))
        .collect();
    tsuzuki(["verify", "-"])
        .stdin(doubled)
        .snapshot("verify_doubled");
}

#[test]
fn a_text_with_a_changed_word() {
    let text = long("12");
    let word = text
        .split_whitespace()
        .find(|word| word.len() > 6 && word.chars().all(char::is_alphabetic))
        .expect("a word");
    tsuzuki(["verify", "-"])
        .stdin(text.replacen(word, "changed", 1))
        .snapshot("verify_damaged");
}

#[test]
fn a_text_that_stops_early() {
    let text = long("12");
    let half: String = text.chars().take(text.chars().count() / 2).collect();
    tsuzuki(["verify", "-"]).stdin(half).snapshot("verify_cut");
}

#[test]
fn a_text_that_checks_nothing() {
    tsuzuki(["verify", "-"])
        .stdin("canary\n")
        .snapshot("verify_nothing");
}

#[test]
fn a_file_that_is_not_there() {
    tsuzuki(["verify", "missing.txt"]).snapshot("verify_missing_file");
}
