//! Models that know one text and have a habit at seams.

use tsuzuki_engine::{By, Cut, Delta, End, Event, Finish, Frame, Head, Leg, Metadata, Stop, Usage};

/// What a model does where it is asked to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habit {
    /// Continues a trimmed prefill with the white space that was trimmed; repeats the anchor
    /// exactly, then goes on.
    Ideal,
    /// Does not write back the white space that was trimmed from a prefill, whose text was cut after
    /// so many bytes.
    WhiteNotWrittenBack(usize),
    /// Repeats the last so many characters, whatever it was asked to repeat.
    Repeats(usize),
    /// Says that it will go on, then repeats the anchor.
    Preamble,
    /// Begins with dots, then repeats the anchor.
    Dots,
    /// Repeats the anchor as it was quoted: in quotation marks, with escapes.
    Quoted,
    /// Repeats the anchor with its white space changed.
    Rewrapped,
    /// Begins the line again.
    RestartsLine,
    /// Begins the sentence again.
    RestartsSentence,
    /// Begins the whole answer again.
    RestartsAnswer,
    /// Opens the code fence again, then repeats the anchor.
    ReopensFence,
    /// Opens the code fence again, then just goes on.
    ReopensFenceAndGoesOn,
    /// Repeats the anchor exactly, twice.
    RepeatsTwice,
    /// Repeats the anchor exactly, and then the whole answer from its beginning.
    RepeatsAndRestartsAnswer,
    /// Just goes on, white space and all.
    GoesOn,
    /// Just goes on, without the white space at the border.
    GoesOnTrimmed,
    /// Talks about it.
    Meta,
}

pub(crate) const ANCHOR_HABITS: &[Habit] = &[
    Habit::Ideal,
    Habit::Repeats(8),
    Habit::Repeats(20),
    Habit::Repeats(80),
    Habit::Repeats(200),
    Habit::Preamble,
    Habit::Dots,
    Habit::Quoted,
    Habit::Rewrapped,
    Habit::RestartsLine,
    Habit::RestartsSentence,
    Habit::RestartsAnswer,
    Habit::ReopensFence,
    Habit::ReopensFenceAndGoesOn,
    Habit::RepeatsTwice,
    Habit::RepeatsAndRestartsAnswer,
    Habit::GoesOn,
    Habit::GoesOnTrimmed,
    Habit::Meta,
];

/// What a model that is to write `text` writes when `leg` asks.
pub(crate) fn written(text: &str, habit: Habit, leg: &Leg) -> String {
    match &leg.by {
        By::First => text.to_owned(),
        By::Prefill { partial } => {
            let rest = &text[known(text, partial, habit)..];
            if let Habit::WhiteNotWrittenBack(cut) = habit {
                return text[cut..].to_owned();
            }
            rest.to_owned()
        }
        By::Anchor { partial, nudge } => {
            let at = known(text, partial, habit);
            let rest = &text[at..];
            let anchor = quoted(nudge);
            let last = |count: usize| {
                partial
                    .char_indices()
                    .rev()
                    .nth(count.saturating_sub(1))
                    .map_or(0, |(at, _)| at)
            };
            let behind = |mark: &[char]| {
                partial.rfind(mark).map_or(0, |at| {
                    at + partial[at..].chars().next().map_or(0, char::len_utf8)
                })
            };
            match habit {
                Habit::Ideal | Habit::WhiteNotWrittenBack(_) => format!("{anchor}{rest}"),
                Habit::Repeats(count) => format!("{}{rest}", &partial[last(count)..]),
                Habit::Preamble => format!("Sure, I will go on from there:\n\n{anchor}{rest}"),
                Habit::Dots => format!("...{anchor}{rest}"),
                Habit::Quoted => format!("{}{rest}", serde_json::Value::from(anchor)),
                Habit::Rewrapped => format!("{}{rest}", anchor.replace('\n', " ")),
                Habit::RestartsLine => format!("{}{rest}", &partial[behind(&['\n'])..]),
                Habit::RestartsSentence => format!(
                    "{}{rest}",
                    partial[behind(&['.', '。', '!', '?'])..].trim_start()
                ),
                Habit::RestartsAnswer => text.to_owned(),
                Habit::RepeatsTwice => format!("{anchor}\n{anchor}{rest}"),
                Habit::RepeatsAndRestartsAnswer => format!("{anchor}\n\n{text}"),
                Habit::ReopensFence => format!("{}{anchor}{rest}", opener(partial)),
                Habit::ReopensFenceAndGoesOn => format!(
                    "{}{}",
                    opener(partial),
                    rest.strip_prefix('\n').unwrap_or(rest)
                ),
                Habit::GoesOn => rest.to_owned(),
                Habit::GoesOnTrimmed => rest.trim_start().to_owned(),
                Habit::Meta => {
                    "I don't see a previous message to continue. Could you provide it?".to_owned()
                }
            }
        }
    }
}

/// How much of `text` the partial of a request covers. A model that spoilt a seam itself goes on
/// from where its text still agrees.
fn known(text: &str, partial: &str, habit: Habit) -> usize {
    let agrees = |(at, char): &(usize, char)| partial[*at..].starts_with(*char);
    let known = text
        .char_indices()
        .take_while(agrees)
        .map(|(at, char)| at + char.len_utf8())
        .last()
        .unwrap_or(0);
    assert!(
        known == partial.len() || habit != Habit::Ideal,
        "a request carries what was received, and nothing else"
    );
    known
}

fn quoted(nudge: &str) -> String {
    nudge
        .lines()
        .find_map(|line| serde_json::from_str::<String>(line).ok())
        .expect("the nudge quotes the anchor on a line of its own")
}

/// The line that opened the fence which is open at the end of `partial`.
fn opener(partial: &str) -> String {
    let mut open: Option<&str> = None;
    for line in partial
        .split_inclusive('\n')
        .filter_map(|line| line.strip_suffix('\n'))
    {
        let fence = line.trim_start();
        if fence.starts_with("```") || fence.starts_with("~~~") {
            open = match open {
                None => Some(line),
                Some(opener)
                    if fence
                        .trim_end()
                        .chars()
                        .all(|char| opener.starts_with(char))
                        && fence.len()
                            >= opener
                                .chars()
                                .take_while(|char| fence.starts_with(*char))
                                .count() =>
                {
                    None
                }
                open => open,
            };
        }
    }
    open.map(|line| format!("{line}\n")).unwrap_or_default()
}

/// Which text deltas a text comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chunks {
    Single,
    Tokens,
    Whole,
}

pub(crate) fn chunks(text: &str, chunks: Chunks) -> Vec<String> {
    let size = match chunks {
        Chunks::Single => 1,
        Chunks::Tokens => 4,
        Chunks::Whole => usize::MAX,
    };
    let chars: Vec<char> = text.chars().collect();
    chars
        .chunks(size.min(chars.len().max(1)))
        .map(|chunk| chunk.iter().collect())
        .collect()
}

/// The frames of a leg that writes this text and then ends like this.
pub(crate) fn frames(text: &str, end: End, slices: Chunks) -> Vec<Frame> {
    let head = Head {
        status: 200,
        headers: Vec::new(),
        request_id: None,
        region: None,
    };
    let mut frames = vec![
        Frame::made(Event::Head(head)),
        Frame::made(Event::Start {
            usage: Usage::UNKNOWN,
        }),
    ];
    for text in chunks(text, slices) {
        frames.push(Frame::made(Event::Delta {
            block: 0,
            delta: Delta::Text { text, half: false },
        }));
    }
    if end.is_fault() {
        frames.push(Frame::end(end));
        return frames;
    }
    frames.push(Frame::made(Event::BlockStop { block: 0 }));
    let stop = Stop {
        end: end.clone(),
        sequence: None,
        usage: Usage::UNKNOWN,
        report: None,
    };
    frames.push(Frame::made(Event::Stop(stop)));
    let usage = Usage {
        input: Some(10),
        output: Some(text.len() as u64 / 4),
        ..Usage::UNKNOWN
    };
    frames.push(Frame::made(Event::Metadata(Metadata {
        usage,
        latency_ms: Some(1),
    })));
    frames.push(Frame::end(end));
    frames
}

/// The frames of a leg that writes this text, cut after `limit` bytes (at a character).
pub(crate) fn limited(text: &str, limit: usize, slices: Chunks) -> Vec<Frame> {
    if text.len() <= limit {
        return frames(text, End::Finished(Finish::EndTurn), slices);
    }
    let cut = (0..=limit)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    frames(&text[..cut], End::Cut(Cut::Length), slices)
}

/// Whether a cut stands behind the whole of a run of white space, or in none. Inside one, nobody can
/// tell how much of it a model left out.
pub(crate) fn whole_white(text: &str, cut: usize) -> bool {
    let before = &text[..cut];
    !before.trim_end().is_empty()
        && (!before.ends_with(char::is_whitespace) || !text[cut..].starts_with(char::is_whitespace))
}
