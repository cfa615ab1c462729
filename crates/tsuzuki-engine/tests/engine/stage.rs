//! The one place that touches the engine: plays an answer against scripted legs.

use std::collections::VecDeque;
use tsuzuki_engine::{
    Abilities, Answer, Ask, BlockKind, By, Cut, Delta, End, Event, Frame, Input, Leg, LegId,
    Millis, Outcome, Output, Policy, Reasoning, Report,
};

/// What the caller saw, and what the engine did.
pub(crate) struct Played {
    pub(crate) frames: Vec<Frame>,
    pub(crate) legs: Vec<Leg>,
    pub(crate) hung_up: Vec<LegId>,
    pub(crate) rests: Vec<u64>,
    pub(crate) outcome: Outcome,
    pub(crate) report: Report,
}

/// Far more steps than any bounded answer takes.
const ENDLESS: usize = 2_000_000;

/// Plays a new answer; `model` says what each leg brings.
pub(crate) fn play(
    ask: Ask,
    abilities: Abilities,
    policy: Policy,
    model: impl FnMut(&Leg) -> Vec<Frame>,
) -> Played {
    drive(Answer::new(ask, abilities, policy), model)
}

/// Drives an answer to its end. Time passes only while it rests, and one millisecond a frame.
pub(crate) fn drive(answer: Answer, model: impl FnMut(&Leg) -> Vec<Frame>) -> Played {
    drive_until(answer, None, model)
}

/// The same, for a caller who wants no leg after this one.
pub(crate) fn drive_until(
    mut answer: Answer,
    finish: Option<LegId>,
    mut model: impl FnMut(&Leg) -> Vec<Frame>,
) -> Played {
    let mut played = Played {
        frames: Vec::new(),
        legs: Vec::new(),
        hung_up: Vec::new(),
        rests: Vec::new(),
        outcome: Outcome::Cancelled,
        report: Report::empty(),
    };
    let mut now = Millis(0);
    let mut coming: VecDeque<Frame> = VecDeque::new();
    let mut running = LegId(0);
    let mut said = false;
    for _ in 0..ENDLESS {
        match answer.poll() {
            Output::Call(leg) => {
                assert!(coming.is_empty(), "a leg was called while another runs");
                running = leg.id;
                coming = model(&leg).into();
                if !matches!(coming.back().map(|frame| &frame.event), Some(Event::End(_))) {
                    coming.push_back(Frame::end(End::Cut(Cut::Lost)));
                }
                played.legs.push(leg);
            }
            Output::Hangup(id) => {
                assert_eq!(id, running, "only the running leg can be hung up");
                coming.clear();
                played.hung_up.push(id);
            }
            Output::Emit(frame) => played.frames.push(frame),
            Output::Wait(until, _) if coming.is_empty() => {
                played.rests.push(until.since(now).0);
                now = now.max(until);
                answer.handle(Input::Tick, now);
            }
            Output::Wait(..) | Output::Idle if !said && finish == Some(running) => {
                said = true;
                answer.handle(Input::Finish, now);
            }
            Output::Wait(..) | Output::Idle => {
                let frame = coming
                    .pop_front()
                    .expect("an answer that idles has a leg running");
                now = now.after(Millis(1));
                answer.handle(Input::Frame(running, frame), now);
            }
            Output::Over(outcome) => {
                assert_eq!(
                    answer.report().outcome.as_ref().unwrap_or(&outcome),
                    &outcome
                );
                played.outcome = outcome;
                played.report = answer.report().clone();
                return played;
            }
        }
    }
    panic!("the answer never ended");
}

/// How a leg was called, and what is not as the caller asked.
fn called(leg: &Leg) -> String {
    let mut line = match &leg.by {
        By::First => "first".to_owned(),
        By::Prefill { .. } => "prefill".to_owned(),
        By::Anchor { .. } => "anchor".to_owned(),
    };
    line.extend(leg.max_tokens.map(|max| format!(" {max}")));
    if leg.model != leg.ask.model {
        line.push_str(&format!(" of {}", leg.model));
    }
    line.extend(leg.region.as_ref().map(|region| format!(" in {region}")));
    line
}

impl Played {
    /// All text the caller saw.
    pub(crate) fn text(&self) -> String {
        self.frames.iter().filter_map(Frame::text).collect()
    }

    /// The message as lines, blocks whole.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut open: Option<(u32, String, String)> = None;
        let close = |open: &mut Option<(u32, String, String)>| {
            let (_, label, content) = open.take()?;
            Some(format!("{label}{}", serde_json::Value::from(content)))
        };
        for frame in &self.frames {
            let (block, label) = match &frame.event {
                Event::BlockStart {
                    block,
                    kind: BlockKind::ToolUse { id, name },
                } => (*block, format!("tool {id} {name} ")),
                Event::BlockStart { block, kind } => (*block, format!("{kind:?} ").to_lowercase()),
                Event::Delta { block, delta } => (*block, label(delta).to_owned()),
                Event::Stop(stop) => {
                    lines.extend(close(&mut open));
                    let sequence = stop.sequence.as_ref().map(|text| format!(" {text:?}"));
                    lines.push(format!(
                        "stop {}{}",
                        name_of(&stop.end),
                        sequence.unwrap_or_default()
                    ));
                    continue;
                }
                Event::End(end) => {
                    lines.extend(close(&mut open));
                    lines.push(format!("fault {}", name_of(end)));
                    continue;
                }
                Event::Head(_)
                | Event::Start { .. }
                | Event::BlockStop { .. }
                | Event::Metadata(_)
                | Event::Other => {
                    continue;
                }
            };
            if open.as_ref().is_none_or(|(number, ..)| *number != block) {
                lines.extend(close(&mut open));
                open = Some((block, label, String::new()));
            }
            if let (Event::Delta { delta, .. }, Some((_, _, text))) = (&frame.event, &mut open) {
                text.push_str(content(delta));
            }
        }
        lines.extend(close(&mut open));
        lines
    }

    /// What happened, in one line each.
    pub(crate) fn summary(&self) -> Vec<String> {
        let legs: Vec<String> = self.legs.iter().map(called).collect();
        let seams: Vec<String> = self
            .report
            .seams
            .iter()
            .map(|seam| {
                format!(
                    "{:?} at {} -{} x{}",
                    seam.proof, seam.at, seam.trimmed, seam.rejected
                )
                .to_lowercase()
            })
            .collect();
        let mut lines = vec![
            format!("outcome {}", outcome_name(&self.outcome)),
            format!("legs {}", legs.join(", ")),
        ];
        if !seams.is_empty() {
            lines.push(format!("seams {}", seams.join(", ")));
        }
        if !self.rests.is_empty() {
            lines.push(format!("rests {}", self.rests.len()));
        }
        lines
    }

    /// Law 9: one well-formed message, whatever the legs did.
    pub(crate) fn assert_grammar(&self) {
        if self.frames.is_empty() {
            // Nothing was shown: the door says what happened.
            return;
        }
        let (mut started, mut stopped, mut metadata, mut ended) = (0, 0, 0, 0);
        let mut open: Option<u32> = None;
        let mut last: Option<u32> = None;
        for frame in &self.frames {
            assert_eq!(ended, 0, "nothing follows the end: {frame:?}");
            match &frame.event {
                Event::Head(_) => assert_eq!(started, 0, "the head comes first"),
                Event::Start { .. } => started += 1,
                Event::BlockStart { block, .. } => {
                    assert_eq!(open, None, "a block began inside another: {frame:?}");
                    assert!(
                        last.is_none_or(|last| *block > last),
                        "block numbers rise: {frame:?}"
                    );
                    (open, last) = (Some(*block), Some(*block));
                }
                Event::Delta { block, .. } => {
                    if open.is_none() {
                        assert!(
                            last.is_none_or(|last| *block > last),
                            "block numbers rise: {frame:?}"
                        );
                        (open, last) = (Some(*block), Some(*block));
                    }
                    assert_eq!(open, Some(*block), "a delta outside its block: {frame:?}");
                }
                Event::BlockStop { block } => assert_eq!(
                    open.take(),
                    Some(*block),
                    "a stop outside its block: {frame:?}"
                ),
                Event::Stop(_) => {
                    assert_eq!(open, None, "the message stopped with a block open");
                    stopped += 1;
                }
                Event::Metadata(_) => metadata += 1,
                Event::Other => {}
                Event::End(_) => ended += 1,
            }
            assert!(
                started == 1
                    || matches!(frame.event, Event::Head(_) | Event::Other | Event::End(_)),
                "content before the start: {frame:?}"
            );
        }
        assert!(
            started <= 1 && stopped <= 1 && metadata <= 1,
            "one start, one stop, one metadata"
        );
        assert!(
            stopped + ended == 1,
            "one stop or one fault, not {stopped} and {ended}"
        );
        assert!(
            metadata == stopped,
            "a message that stopped has its metadata"
        );
    }
}

fn label(delta: &Delta) -> &'static str {
    match delta {
        Delta::Text { .. } => "text ",
        Delta::Reasoning(_) => "reasoning ",
        Delta::ToolInput(_) => "tool ",
        Delta::Other => "other ",
    }
}

fn content(delta: &Delta) -> &str {
    match delta {
        Delta::Text { text, .. }
        | Delta::Reasoning(Reasoning::Text(text))
        | Delta::ToolInput(text) => text,
        Delta::Reasoning(Reasoning::Signature(_) | Reasoning::Redacted(_)) | Delta::Other => "",
    }
}

fn name_of(end: &End) -> String {
    serde_json::to_string(end)
        .expect("an end is plain data")
        .replace('"', "")
}

fn outcome_name(outcome: &Outcome) -> String {
    serde_json::to_string(outcome)
        .expect("an outcome is plain data")
        .replace('"', "")
}

/// The same frames with their text deltas sliced another way.
pub(crate) fn sliced(frames: &[Frame], slice: impl Fn(&str) -> Vec<String>) -> Vec<Frame> {
    let mut out: Vec<Frame> = Vec::new();
    let mut text: Option<(u32, String)> = None;
    let flush = |text: &mut Option<(u32, String)>, out: &mut Vec<Frame>| {
        if let Some((block, text)) = text.take() {
            for piece in slice(&text) {
                out.push(Frame::made(Event::Delta {
                    block,
                    delta: Delta::Text {
                        text: piece,
                        half: false,
                    },
                }));
            }
        }
    };
    for frame in frames {
        if let Event::Delta {
            block,
            delta:
                Delta::Text {
                    text: piece,
                    half: false,
                },
        } = &frame.event
        {
            match &mut text {
                Some((open, text)) if open == block => text.push_str(piece),
                Some(_) | None => {
                    flush(&mut text, &mut out);
                    text = Some((*block, piece.clone()));
                }
            }
        } else {
            flush(&mut text, &mut out);
            out.push(frame.clone());
        }
    }
    flush(&mut text, &mut out);
    out
}
