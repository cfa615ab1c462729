//! The laws, over texts, cuts, habits, chunkings and faults.

use crate::habits::{ANCHOR_HABITS, Chunks, Habit, frames, limited, whole_white, written};
use crate::score::{Score, answer, ask};
use crate::stage::{Played, drive, drive_until, play, sliced};
use crate::texts::TEXTS;
use proptest::prelude::*;
use tsuzuki_engine::{
    Abilities, Answer, By, Cut, Delta, End, Event, Fallback, Finish, Frame, Leg, LegId, Millis,
    Mode, ModelId, Outcome, Policy, Prefill, Refusal, Region, Rejection, Transcript,
};

/// Every place at which a text can be cut, but its very end.
fn cuts(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.char_indices().map(|(at, _)| at).filter(|at| *at > 0)
}

fn abilities(prefill: bool) -> Abilities {
    let mut abilities = Abilities::unknown();
    abilities.prefill = if prefill {
        Prefill::Accepted
    } else {
        Prefill::Refused
    };
    abilities
}

/// What one leg does to its caller besides writing.
#[derive(Debug, Clone)]
enum Turn {
    /// Is cut at its limit after so many bytes.
    Limit(usize),
    /// Breaks after so many bytes.
    Break(usize, Cut),
    /// Fails before it writes anything.
    Fail(End),
}

fn turn() -> impl Strategy<Value = Turn> {
    let fault = prop_oneof![
        Just(Cut::Lost),
        Just(Cut::Damaged),
        Just(Cut::Stalled),
        Just(Cut::Throttled { retry_after: None }),
        Just(Cut::Throttled {
            retry_after: Some(Millis(700))
        }),
        Just(Cut::Overloaded { retry_after: None }),
    ];
    prop_oneof![
        4 => (0usize..400).prop_map(Turn::Limit),
        3 => (0usize..400, fault.clone()).prop_map(|(at, cut)| Turn::Break(at, cut)),
        1 => fault.prop_map(|cut| Turn::Fail(End::Cut(cut))),
    ]
}

/// What a leg brings that writes `text` and is treated like this.
fn treated(text: &str, turn: Option<Turn>, chunks: Chunks) -> Vec<Frame> {
    match turn {
        None => limited(text, usize::MAX, chunks),
        Some(Turn::Limit(limit)) => limited(text, limit, chunks),
        Some(Turn::Break(at, cut)) => {
            let at = (0..=at.min(text.len()))
                .rev()
                .find(|at| text.is_char_boundary(*at))
                .unwrap_or(0);
            frames(&text[..at], End::Cut(cut), chunks)
        }
        Some(Turn::Fail(end)) => vec![Frame::end(end)],
    }
}

fn chunkings() -> impl Strategy<Value = Chunks> {
    prop_oneof![
        Just(Chunks::Single),
        Just(Chunks::Tokens),
        Just(Chunks::Whole)
    ]
}

/// Whether the deltas that the caller saw are the text so far at every step.
fn append_only(played: &Played, text: &str) -> bool {
    let mut seen = String::new();
    played.frames.iter().filter_map(Frame::text).all(|delta| {
        seen.push_str(delta);
        text.starts_with(&seen)
    })
}

#[test]
fn an_ideal_model_is_exact_at_every_cut_of_every_text() {
    for (name, text) in TEXTS {
        for cut in cuts(text) {
            for (prefill, chunks) in [
                (true, Chunks::Single),
                (true, Chunks::Whole),
                (false, Chunks::Single),
                (false, Chunks::Whole),
            ] {
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

#[test]
fn no_habit_is_silently_wrong() {
    for habit in ANCHOR_HABITS {
        let mut total = Score::default();
        for (name, text) in TEXTS {
            for cut in cuts(text) {
                let score = answer(text, cut, false, *habit, Chunks::Tokens);
                assert_eq!(
                    score.silently_wrong,
                    0,
                    "{habit:?}: {name}, cut at {cut}: {:?}",
                    &text[..cut]
                );
                total.add(score);
            }
        }
        assert!(total.answers > 3000, "every cut was tried");
    }
}

#[test]
fn a_prefill_that_is_not_written_back_keeps_its_white_space() {
    for (name, text) in TEXTS {
        for cut in cuts(text).filter(|cut| whole_white(text, *cut)) {
            let habit = Habit::WhiteNotWrittenBack(cut);
            let score = answer(text, cut, true, habit, Chunks::Tokens);
            assert_eq!(score.exact, 1, "{name}, cut at {cut}: {score:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Laws 1, 3, 6, 7 and 9: an ideal model behind a bad line. The caller sees the text so far and
    /// nothing else at every step; all of it, or an outcome that says why not.
    #[test]
    fn a_bad_line_loses_and_doubles_nothing(
        which in 0..TEXTS.len(), prefill: bool, chunks in chunkings(), turns in prop::collection::vec(turn(), 0..8), seed: u64,
    ) {
        let (name, text) = TEXTS[which];
        let mut turns = turns.into_iter();
        let mut policy = Policy::new(Mode::Extend);
        policy.seed = seed;
        let played = play(ask(), abilities(prefill), policy, |leg| treated(&written(text, Habit::Ideal, leg), turns.next(), chunks));
        played.assert_grammar();
        prop_assert!(append_only(&played, text), "{name}: {:?}", played.text());
        if played.outcome == Outcome::Complete {
            prop_assert_eq!(played.text(), text);
        }
        for leg in &played.report.legs {
            prop_assert!(leg.end.is_some() || played.hung_up.contains(&leg.id), "every leg ends, or was hung up");
        }
        prop_assert_eq!(played.report.legs.len(), played.legs.len());
    }

    /// Law 5: however the text is sliced, what is seen and what was decided is the same.
    #[test]
    fn chunking_does_not_matter(
        which in 0..TEXTS.len(), habit in 0..ANCHOR_HABITS.len(), cut in 1usize..600, sizes in prop::collection::vec(1usize..40, 1..20),
    ) {
        let text = TEXTS[which].1;
        let habit = ANCHOR_HABITS[habit];
        let tell = |slice: &dyn Fn(&str) -> Vec<String>| {
            let mut limit = Some(cut);
            play(ask(), abilities(false), Policy::new(Mode::Extend), |leg| {
                sliced(&limited(&written(text, habit, leg), limit.take().unwrap_or(usize::MAX), Chunks::Whole), slice)
            })
        };
        let whole = tell(&|text| vec![text.to_owned()]);
        let single = tell(&|text| text.chars().map(String::from).collect());
        let any = tell(&|text| {
            let mut sizes = sizes.iter().cycle();
            let mut chars = text.chars().peekable();
            let mut pieces = Vec::new();
            while chars.peek().is_some() {
                pieces.push(chars.by_ref().take(*sizes.next().unwrap_or(&1)).collect());
            }
            pieces
        });
        for other in [single, any] {
            prop_assert_eq!(&whole.report.seams, &other.report.seams);
            prop_assert_eq!(whole.text(), other.text());
            prop_assert_eq!(&whole.outcome, &other.outcome);
        }
    }

    /// Law 8: an answer is a fold of its inputs, and what was shown is enough to go on elsewhere.
    #[test]
    fn what_was_shown_is_enough_to_resume(
        which in 0..TEXTS.len(), prefill: bool, turns in prop::collection::vec(turn(), 0..4), killed in 0usize..300,
    ) {
        let text = TEXTS[which].1;
        let tell = || {
            let mut turns = turns.clone().into_iter();
            play(ask(), abilities(prefill), Policy::new(Mode::Extend), |leg| treated(&written(text, Habit::Ideal, leg), turns.next(), Chunks::Tokens))
        };
        let first = tell();
        let again = tell();
        prop_assert_eq!(&first.frames, &again.frames);
        prop_assert_eq!(&first.report, &again.report);

        let shown = &first.frames[..killed.min(first.frames.len())];
        let transcript = Transcript::of(shown);
        let resumed = drive(Answer::resume(ask(), abilities(prefill), Policy::new(Mode::Extend), transcript.clone()), |leg| {
            treated(&written(text, Habit::Ideal, leg), None, Chunks::Tokens)
        });
        if transcript.stopped.is_none() {
            let both = format!("{}{}", transcript.text(), resumed.text());
            prop_assert_eq!(both, text);
            prop_assert_eq!(&resumed.outcome, &Outcome::Complete);
            // A stream that ended in a fault was closed; what is asked for afterwards is another message.
            let closed = shown.iter().any(|frame| matches!(frame.event, Event::End(_)));
            let joined: Vec<Frame> = shown.iter().chain(&resumed.frames).cloned().collect();
            if !closed {
                Played { frames: joined, ..resumed }.assert_grammar();
            }
        }
    }

    /// A caller that wants no further leg gets what the running one brings, and no other: the answer
    /// is complete only if that one ended so.
    #[test]
    fn no_leg_follows_the_one_that_was_to_be_the_last(
        which in 0..TEXTS.len(), prefill: bool, turns in prop::collection::vec(turn(), 0..5), last in 1u32..5,
    ) {
        let text = TEXTS[which].1;
        let mut turns = turns.into_iter();
        let answer = Answer::new(ask(), abilities(prefill), Policy::new(Mode::Extend));
        let played = drive_until(answer, Some(LegId(last)), |leg| {
            treated(&written(text, Habit::Ideal, leg), turns.next(), Chunks::Tokens)
        });
        prop_assert!(played.legs.len() <= last as usize, "{} legs, and {last} was to be the last", played.legs.len());
        prop_assert!(text.starts_with(&played.text()));
        match &played.outcome {
            Outcome::Complete => prop_assert_eq!(played.text(), text),
            Outcome::Cancelled => prop_assert_eq!(played.legs.len(), last as usize),
            Outcome::Incomplete(_) | Outcome::Refused => {}
        }
        played.assert_grammar();
    }

    /// Laws 1 and 7: whatever a leg ends with, the answer is complete only if the model finished,
    /// and a stop reason nobody knows is passed on as it is.
    #[test]
    fn only_a_finished_leg_completes_an_answer(ends in prop::collection::vec(any_end(), 1..6), prefill: bool) {
        let text = TEXTS[0].1;
        let mut script = ends.iter().cloned();
        let mut last = None;
        let played = play(ask(), abilities(prefill), Policy::new(Mode::Extend), |leg| {
            let end = script.next().unwrap_or(End::Cut(Cut::Lost));
            last = Some(end.clone());
            let whole = written(text, Habit::Ideal, leg);
            let at = (0..=(whole.len() / 2)).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
            if matches!(end, End::Rejected(_)) { vec![Frame::end(end)] } else { frames(&whole[..at], end, Chunks::Tokens) }
        });
        played.assert_grammar();
        let finished = matches!(last, Some(End::Finished(_)));
        prop_assert!(played.outcome != Outcome::Complete || finished, "{last:?} is no reason to call it complete");
        for frame in &played.frames {
            if let Event::Stop(stop) = &frame.event {
                prop_assert!(!matches!(stop.end, End::Finished(_)) || played.outcome == Outcome::Complete, "a clean stop was made up");
                if let Some(End::Unknown(raw)) = &last {
                    prop_assert_eq!(&stop.end, &End::Unknown(raw.clone()));
                }
            }
        }
    }

    /// Residency: whatever goes wrong, no leg leaves the caller's model and its region but for the
    /// operator's list, in its order.
    #[test]
    fn no_fault_leaves_the_operators_list(ends in prop::collection::vec(any_end(), 1..30), listed in 0usize..5, prefill: bool) {
        let text = TEXTS[1].1;
        let other = |name: &str, region: Option<&str>| Fallback::Model {
            model: ModelId(name.to_owned()),
            abilities: abilities(prefill),
            region: region.map(|region| Region(region.to_owned())),
        };
        let list = [
            Fallback::Elsewhere(Region("near".to_owned())),
            other("first other", None),
            Fallback::Elsewhere(Region("far".to_owned())),
            other("second other", Some("far")),
        ];
        let mut policy = Policy::new(Mode::Extend);
        policy.fallbacks = list[..listed].to_vec();
        let mut script = ends.into_iter();
        let played = play(ask(), abilities(prefill), policy, |leg| {
            let end = script.next().unwrap_or(End::Cut(Cut::Overloaded { retry_after: None }));
            let whole = written(text, Habit::Ideal, leg);
            let at = (0..=(whole.len() / 3)).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
            if matches!(end, End::Rejected(_)) { vec![Frame::end(end)] } else { frames(&whole[..at], end, Chunks::Whole) }
        });
        let allowed: Vec<(ModelId, Option<Region>)> = std::iter::once((ask().model, None))
            .chain(list[..listed].iter().map(|fallback| match fallback {
                Fallback::Model { model, region, .. } => (model.clone(), region.clone()),
                Fallback::Elsewhere(region) => (ask().model, Some(region.clone())),
            }))
            .collect();
        let called = |leg: &Leg| (leg.model.clone(), leg.region.clone());
        let order: Vec<usize> = played
            .legs
            .iter()
            .map(|leg| allowed.iter().position(|listed| *listed == called(leg)).expect("one of the list"))
            .collect();
        prop_assert!(order.is_sorted(), "{order:?}");
        for (leg, told) in played.legs.iter().zip(&played.report.legs) {
            prop_assert_eq!(called(leg), (told.model.clone(), told.region.clone()));
        }
    }

    /// Law 6: it stops, within its budgets, whatever a model does.
    #[test]
    fn it_stops_within_its_budgets(max_legs in 1u32..12, size in 0usize..60, habit in 0..ANCHOR_HABITS.len(), prefill: bool) {
        let endless: String = TEXTS[1].1.repeat(40);
        let mut policy = Policy::new(Mode::Extend);
        policy.max_legs = max_legs;
        let played = play(ask(), abilities(prefill), policy, |leg| {
            limited(&written(&endless, ANCHOR_HABITS[habit], leg), size, Chunks::Whole)
        });
        prop_assert!(played.legs.len() <= max_legs as usize);
        prop_assert!(matches!(played.outcome, Outcome::Incomplete(_)));
    }
}

fn any_end() -> impl Strategy<Value = End> {
    prop_oneof![
        Just(End::Finished(Finish::EndTurn)),
        Just(End::Finished(Finish::StopSequence)),
        Just(End::Cut(Cut::Length)),
        Just(End::Cut(Cut::Lost)),
        Just(End::Cut(Cut::Throttled { retry_after: None })),
        Just(End::Cut(Cut::Malformed(
            "malformed_model_output".to_owned()
        ))),
        Just(End::Refused(Refusal::Guardrail)),
        Just(End::Refused(Refusal::ContentFilter)),
        Just(End::Rejected(Rejection::Denied)),
        Just(End::Rejected(Rejection::NoPrefill)),
        Just(End::Rejected(Rejection::ContextFull)),
        Just(End::Unknown("pause_turn".to_owned())),
    ]
}

/// Throttling is bounded by time without progress, not by a count: a minute of it is survived.
#[test]
fn a_minute_of_throttling_is_survived() {
    let text = TEXTS[0].1;
    let mut throttled = 0;
    let mut waited = 0;
    let played = play(
        ask(),
        abilities(false),
        Policy::new(Mode::Extend),
        |leg: &Leg| {
            if leg.id.0 > 1 && throttled < 8 {
                throttled += 1;
                return vec![Frame::end(End::Cut(Cut::Throttled { retry_after: None }))];
            }
            let limit = if leg.id.0 == 1 { 100 } else { usize::MAX };
            limited(&written(text, Habit::Ideal, leg), limit, Chunks::Tokens)
        },
    );
    waited += played.rests.iter().sum::<u64>();
    assert_eq!(played.text(), text);
    assert!(
        waited >= 30_000,
        "eight rests that double take a while, not {waited} ms"
    );
}

/// The words of a nudge never become part of the caller's text, and the caller's own request is the
/// same in every leg.
#[test]
fn later_legs_carry_the_callers_request_unchanged() {
    let text = TEXTS[1].1;
    let mut limits = [60, 120, 200].into_iter();
    let played = play(ask(), abilities(false), Policy::new(Mode::Extend), |leg| {
        limited(
            &written(text, Habit::Ideal, leg),
            limits.next().unwrap_or(usize::MAX),
            Chunks::Tokens,
        )
    });
    assert!(played.legs.len() > 2);
    for leg in &played.legs {
        assert_eq!(*leg.ask, ask());
        if let By::Anchor { nudge, partial } = &leg.by {
            assert!(
                nudge.contains("繰り返し"),
                "a Japanese answer is asked on in Japanese"
            );
            assert!(text.starts_with(&**partial) && !partial.ends_with(char::is_whitespace));
            assert!(!played.text().contains(&**nudge));
        }
    }
}

/// Speed is a shape: on the first leg frames keep their bytes.
#[test]
fn frames_nobody_altered_keep_their_bytes() {
    let mut frames = limited(TEXTS[0].1, usize::MAX, Chunks::Tokens);
    for (at, frame) in frames.iter_mut().enumerate() {
        frame.source = Some(format!("bytes {at}").into());
    }
    let sent = frames.clone();
    let played = play(ask(), abilities(true), Policy::new(Mode::Extend), |_| {
        frames.clone()
    });
    let (end, content) = sent.split_last().expect("frames");
    assert!(matches!(end.event, Event::End(_)));
    assert_eq!(
        played.frames, content,
        "nothing was altered, added or left out"
    );
}

/// A half character at the end of one delta is shown whole with the next, and by its own bytes.
#[test]
fn half_a_character_waits_for_the_other() {
    let delta = |text: &str, half| {
        Frame::came(
            Event::Delta {
                block: 0,
                delta: Delta::Text {
                    text: text.to_owned(),
                    half,
                },
            },
            "raw".into(),
        )
    };
    let mut script = frames("", End::Finished(Finish::EndTurn), Chunks::Whole);
    let at = script
        .iter()
        .position(|frame| matches!(frame.event, Event::Delta { .. }))
        .unwrap_or(2);
    script.splice(at..=at, [delta("ok ", true), delta("😀", false)]);
    let played = play(ask(), abilities(true), Policy::new(Mode::Extend), |_| {
        script.clone()
    });
    assert_eq!(played.text(), "ok 😀");
    assert!(played.frames.iter().all(|frame| !frame.altered));
}
