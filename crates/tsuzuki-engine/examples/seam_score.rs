//! The seam score: how answers end that are cut once, at every place of every text, for models with
//! every habit. Prints a table; beside it, what plain joins make of the same cuts.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a table for people, from test code"
)]
#![allow(
    dead_code,
    reason = "the modules are the tests' own, and the tests use more of them"
)]

#[path = "../tests/engine/habits.rs"]
mod habits;
#[path = "../tests/engine/score.rs"]
mod score;
#[path = "../tests/engine/stage.rs"]
mod stage;
#[path = "../tests/engine/texts.rs"]
mod texts;

use habits::{ANCHOR_HABITS, Chunks, Habit, whole_white};
use score::{Score, answer};
use texts::TEXTS;

fn main() {
    println!(
        "Seam score: {} texts, cut at every character, deltas of 1 character, 4 characters and all at once\n",
        TEXTS.len()
    );
    println!(
        "| habit of the model | answers | exact | incomplete, and says so | unverified, and says so | silently wrong | extra legs |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    row("prefill, ideal", &|text, cut, chunks| {
        answer(text, cut, true, Habit::Ideal, chunks)
    });
    row(
        "prefill, white space not written back (not cut inside it)",
        &|text, cut, chunks| {
            let habit = Habit::WhiteNotWrittenBack(cut);
            if whole_white(text, cut) {
                answer(text, cut, true, habit, chunks)
            } else {
                Score::default()
            }
        },
    );
    for habit in ANCHOR_HABITS {
        row(&format!("anchor, {habit:?}"), &|text, cut, chunks| {
            answer(text, cut, false, *habit, chunks)
        });
    }
    println!("\nThe same ideal prefill, joined without an engine:\n");
    println!("| rule | answers | exact | silently wrong |");
    println!("|---|---:|---:|---:|");
    plain("every piece stripped, then joined", &|text, cut| {
        format!("{}{}", text[..cut].trim(), rest(text, cut).trim())
    });
    plain("plain concatenation", &|text, cut| {
        format!("{}{}", &text[..cut], rest(text, cut))
    });
}

fn row(name: &str, play: &dyn Fn(&str, usize, Chunks) -> Score) {
    let mut total = Score::default();
    for (_, text) in TEXTS {
        for (cut, _) in text.char_indices().skip(1) {
            for chunks in [Chunks::Single, Chunks::Tokens, Chunks::Whole] {
                total.add(play(text, cut, chunks));
            }
        }
    }
    let share = |count: usize| format!("{:.1} %", percent(count, total.answers));
    println!(
        "| {name} | {} | {} | {} | {} | {} | {:.2} |",
        total.answers,
        share(total.exact),
        share(total.incomplete),
        share(total.unverified),
        total.silently_wrong,
        percent(total.extra_legs, total.answers) / 100.0,
    );
}

fn plain(name: &str, join: &dyn Fn(&str, usize) -> String) {
    let (mut answers, mut exact) = (0, 0);
    for (_, text) in TEXTS {
        for (cut, _) in text.char_indices().skip(1) {
            answers += 1;
            exact += usize::from(join(text, cut) == *text);
        }
    }
    println!(
        "| {name} | {answers} | {:.1} % | {} |",
        percent(exact, answers),
        answers - exact
    );
}

/// What an ideal model writes behind a prefill: the request carries it without trailing white space.
fn rest(text: &str, cut: usize) -> &str {
    &text[text[..cut].trim_end().len()..]
}

#[expect(clippy::cast_precision_loss, reason = "counts of test answers")]
fn percent(part: usize, whole: usize) -> f64 {
    part as f64 * 100.0 / whole as f64
}
