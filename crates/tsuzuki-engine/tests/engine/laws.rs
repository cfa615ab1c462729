//! The laws, over texts, cuts, habits, chunkings and faults.

use crate::habits::{ANCHOR_HABITS, Chunks, Habit, frames, limited, written};
use crate::score::{Score, answer, ask};
use crate::stage::{Played, play};
use crate::texts::TEXTS;

/// Every place at which a text can be cut, but its very end.
fn cuts(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.char_indices().map(|(at, _)| at).filter(|at| *at > 0)
}

#[test]
fn an_ideal_model_is_exact_at_every_cut_of_every_text() {
    for (name, text) in TEXTS {
        for cut in cuts(text) {
            for prefill in [true, false] {
                for chunks in [Chunks::Single, Chunks::Tokens, Chunks::Whole] {
                    let score = answer(text, cut, prefill, Habit::Ideal, chunks);
                    assert_eq!(
                        score.exact, 1,
                        "{name}, cut at {cut}, prefill {prefill}, {chunks:?}: {score:?}"
                    );
                    assert_eq!(
                        score.extra_legs, 0,
                        "{name}, cut at {cut}, prefill {prefill}, {chunks:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn no_habit_is_silently_wrong() {
    for habit in ANCHOR_HABITS {
        let mut total = Score::default();
        for (name, text) in TEXTS {
            for cut in cuts(text) {
                let score = answer(text, cut, false, *habit, Chunks::Tokens);
                if score.silently_wrong > 0 {
                    println!("WRONG {habit:?}: {name}, cut at {cut}: {:?}", &text[..cut]);
                }
                total.add(score);
            }
        }
        println!("{habit:?} {total:?}");
    }
}
