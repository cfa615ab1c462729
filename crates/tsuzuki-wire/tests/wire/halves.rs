//! Characters whose halves come in two deltas.

use crate::sample::{decoded, encoded, event, text};
use bytes::Bytes;
use tsuzuki_wire::Form;
use tsuzuki_wire::engine::{Delta, Event, Frame};

/// A delta of Converse's, its text given as JSON spells it.
fn delta(raw: &str) -> Bytes {
    event(
        "contentBlockDelta",
        &format!(r#"{{"contentBlockIndex":0,"delta":{{"text":"{raw}"}}}}"#),
    )
}

#[test]
fn a_character_in_two_halves_comes_whole_with_the_second() {
    let body = Bytes::from(
        [
            delta(r"a\ud83d"),
            delta(""),
            delta(r"\ude00b\ud83d"),
            delta(r"\ude01"),
        ]
        .concat(),
    );
    let frames = decoded(Form::ConverseStream, &body);
    let texts: Vec<_> = frames.iter().map(|frame| frame.text().unwrap()).collect();
    assert_eq!(texts, ["a", "", "😀b", "😁"]);
    let halves: Vec<_> = frames
        .iter()
        .map(|frame| {
            matches!(
                frame.event,
                Event::Delta {
                    delta: Delta::Text { half: true, .. },
                    ..
                }
            )
        })
        .collect();
    assert_eq!(halves, [true, true, true, false]);
    assert_eq!(encoded(Form::ConverseStream, frames), body);
}

#[test]
fn halves_that_never_meet_are_replaced() {
    let body = Bytes::from([delta(r"a\ud83d"), delta("b"), delta(r"\ude00")].concat());
    let frames = decoded(Form::ConverseStream, &body);
    assert_eq!(text(&frames), "a\u{fffd}b\u{fffd}");
    assert_eq!(encoded(Form::ConverseStream, frames), body);
}

#[test]
fn a_character_is_never_sent_half_raw_and_half_altered() {
    let body = Bytes::from([delta(r"a\ud83d"), delta(r"\ude00 b")].concat());
    for which in [0, 1] {
        let mut frames = decoded(Form::ConverseStream, &body);
        frames[which].altered = true;
        let back = decoded(Form::ConverseStream, &encoded(Form::ConverseStream, frames));
        assert_eq!(text(&back), "a😀 b", "frame {which} altered");
    }
    let mut frames = decoded(Form::ConverseStream, &body);
    frames.truncate(1);
    frames.push(Frame::made(Event::BlockStop { block: 0 }));
    let bytes = encoded(Form::ConverseStream, frames);
    assert!(
        bytes.starts_with(&delta(r"a\ud83d")),
        "nothing is lost when the second half never comes"
    );
}
