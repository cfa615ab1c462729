//! Fuzz functions for the seam and the whole answer, run on stable: over a committed corpus and
//! over whatever proptest makes of it.

use crate::score::ask;
use crate::stage::drive;
use proptest::prelude::*;
use std::path::Path;
use tsuzuki_engine::seam::{Border, Demand, Progress, Verdict, anchor, judge};
use tsuzuki_engine::{
    Abilities, Answer, BlockKind, Cut, Delivery, Delta, End, Event, Finish, Frame, Head, Metadata,
    Millis, Mode, Policy, Prefill, Reasoning, Refusal, Rejection, Seams, Stop, Structure, Tools,
    Transcript, Usage,
};

/// Text out of bytes, with everything that matters at a seam likely.
fn text(bytes: &[u8]) -> String {
    const WORDS: &[&str] = &[
        " ",
        "\n",
        "\r\n",
        "a",
        "the ",
        "0",
        "。",
        "い",
        "ろ",
        "カエル",
        "```",
        "```rust\n",
        "|",
        "---",
        "\"",
        "\\",
        "\u{fffd}",
        "👨‍👩‍👧",
        "゚",
        "…",
        ".",
        "Sure:\n",
        "</s>",
        "\u{3000}",
    ];
    bytes
        .iter()
        .map(|byte| WORDS[usize::from(*byte) % WORDS.len()])
        .collect()
}

/// The seam: a verdict stays what it is when more text comes, and only ever drops what is there.
fn fuzz_seam(bytes: &[u8]) {
    let Some((split, bytes)) = bytes.split_first() else {
        return;
    };
    let (before, head) = bytes.split_at(usize::from(*split).min(bytes.len()));
    let (before, head) = (text(before), text(head));
    let partial = before.trim_end_matches(|char: char| char.is_whitespace() || char == '\u{fffd}');
    let held = before[partial.len()..].replace('\u{fffd}', "");
    let borders = [
        Border::placed(partial, &held, false),
        Border::placed(partial, &held, true),
        Border::anchored(partial, &held, anchor(partial, 0), Demand::Echo),
        Border::anchored(partial, &held, anchor(partial, 2), Demand::Plausible),
    ];
    for border in borders {
        let mut settled: Option<(usize, Verdict)> = None;
        for (at, _) in head.char_indices().chain([(head.len(), ' ')]) {
            let verdict = judge(&border, &head[..at], Progress::Running);
            match &settled {
                Some((since, first)) => assert_eq!(
                    first, &verdict,
                    "settled at {since} of {head:?} after {partial:?}, changed at {at}"
                ),
                None if verdict != Verdict::Open => settled = Some((at, verdict)),
                None => {}
            }
        }
        for progress in [Progress::Finished, Progress::Cut] {
            let verdict = judge(&border, &head, progress);
            assert_ne!(verdict, Verdict::Open, "an ended leg has a verdict");
            if let Verdict::Join(join) = verdict {
                assert!(
                    head.is_char_boundary(join.drop_head),
                    "a head is cut at a character"
                );
            }
        }
    }
}

/// The whole answer: whatever frames come, it ends, and what is shown is one well-formed message.
fn fuzz_answer(bytes: &[u8]) {
    let mut bytes = bytes.iter().copied();
    let mut next = move || bytes.next().unwrap_or(0);
    let (mut question, mut abilities, mut policy) =
        (ask(), Abilities::unknown(), Policy::new(Mode::Extend));
    let flags = next();
    question.delivery = if flags & 1 == 0 {
        Delivery::Streamed
    } else {
        Delivery::Collected
    };
    question.tools = if flags & 2 == 0 {
        Tools::None
    } else {
        Tools::Offered
    };
    question.structure = if flags & 4 == 0 {
        Structure::Free
    } else {
        Structure::Schema
    };
    question.guarded = flags & 8 != 0;
    question.reasoning = flags & 16 != 0;
    if flags & 32 != 0 {
        question.stop_sequences.push("</s>".to_owned());
    }
    abilities.prefill = if flags & 64 == 0 {
        Prefill::Accepted
    } else {
        Prefill::Unknown
    };
    policy.seams = if flags & 128 == 0 {
        Seams::BestEffort
    } else {
        Seams::Proven
    };
    policy.deadline = (flags & 3 == 3).then_some(Millis(500));
    let shown = Transcript::of(
        &(0..next() % 6)
            .map(|_| frame(&mut next))
            .collect::<Vec<_>>(),
    );
    let answer = if shown.blocks.is_empty() {
        Answer::new(question, abilities, policy)
    } else {
        Answer::resume(question, abilities, policy, shown)
    };
    let fresh = answer.report().legs.len() == 1;
    let played = drive(answer, |_| {
        let mut frames: Vec<Frame> = (0..next() % 24).map(|_| frame(&mut next)).collect();
        frames.push(Frame::end(end(next())));
        frames
    });
    if fresh && !played.frames.is_empty() {
        assert!(played.report.legs.len() <= 64);
    }
}

fn frame(next: &mut impl FnMut() -> u8) -> Frame {
    let block = u32::from(next() % 4);
    let words = [next(), next(), next()];
    let event = match next() % 16 {
        0 => Event::Head(Head {
            status: if block == 0 { 503 } else { 200 },
            headers: Vec::new(),
            request_id: None,
            region: None,
        }),
        1 => Event::Start {
            usage: Usage::UNKNOWN,
        },
        2 => Event::BlockStart {
            block,
            kind: BlockKind::ToolUse {
                id: "t".to_owned(),
                name: "n".to_owned(),
            },
        },
        3 => Event::BlockStart {
            block,
            kind: BlockKind::Text,
        },
        4 => Event::BlockStop { block },
        5 => Event::Delta {
            block,
            delta: Delta::Reasoning(Reasoning::Text(text(&words))),
        },
        6 => Event::Delta {
            block,
            delta: Delta::ToolInput("{}".to_owned()),
        },
        7 => Event::Delta {
            block,
            delta: Delta::Other,
        },
        8 => Event::Delta {
            block,
            delta: Delta::Text {
                text: text(&words),
                half: true,
            },
        },
        9 => Event::Stop(Stop {
            end: end(words[0]),
            sequence: None,
            usage: Usage::UNKNOWN,
            report: None,
        }),
        10 => Event::Metadata(Metadata {
            usage: Usage {
                output: Some(u64::from(words[0])),
                ..Usage::UNKNOWN
            },
            latency_ms: None,
        }),
        11 => Event::Other,
        _ => Event::Delta {
            block,
            delta: Delta::Text {
                text: text(&words),
                half: false,
            },
        },
    };
    Frame::made(event)
}

fn end(byte: u8) -> End {
    match byte % 16 {
        0 => End::Finished(Finish::EndTurn),
        1 => End::Finished(Finish::ToolUse),
        2 => End::Finished(Finish::StopSequence),
        3 => End::Cut(Cut::Lost),
        4 => End::Cut(Cut::Throttled {
            retry_after: Some(Millis(u64::MAX)),
        }),
        5 => End::Cut(Cut::Overloaded { retry_after: None }),
        6 => End::Cut(Cut::Malformed("malformed_tool_use".to_owned())),
        7 => End::Refused(Refusal::Guardrail),
        8 => End::Rejected(Rejection::NoPrefill),
        9 => End::Rejected(Rejection::LimitIs(0)),
        10 => End::Rejected(Rejection::ContextFull),
        11 => End::Unknown("new".to_owned()),
        _ => End::Cut(Cut::Length),
    }
}

fn replay(corpus: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(corpus);
    let mut files = 0;
    for entry in std::fs::read_dir(&folder).expect("the corpus is there") {
        run(&std::fs::read(entry.expect("a file").path()).expect("a file can be read"));
        files += 1;
    }
    assert!(files > 0, "{} is empty", folder.display());
}

#[test]
fn the_corpora_pass() {
    replay("seam", fuzz_seam);
    replay("answer", fuzz_answer);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn seams_of_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        fuzz_seam(&bytes);
    }

    #[test]
    fn answers_of_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        fuzz_answer(&bytes);
    }
}
