//! What may still change is not shown: shown text is never withdrawn.
//!
//! Held back are a trailing run of white space, an incomplete character or trailing U+FFFD, a text
//! that may begin a stop sequence, and the end of the text block itself, which a cut would take
//! back. Whole frames are held, in order; a frame is split only at a cut or a stop sequence.

use crate::{Delta, Event, Frame};
use std::collections::VecDeque;

/// Frames of one text block that wait to be shown.
#[derive(Debug, Default)]
pub(crate) struct Holdback {
    frames: VecDeque<Frame>,
    /// The text of the frames.
    text: String,
    /// Whether the last text frame ends in half a character.
    half: bool,
}

/// What is left of the held text when a leg was cut.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Remainder {
    /// Text that may begin a stop sequence: part of the answer, but not shown yet.
    pub(crate) unshown: String,
    /// The white space behind it.
    pub(crate) white: String,
}

impl Holdback {
    /// One more frame of the block.
    pub(crate) fn push(&mut self, frame: Frame) {
        if let Event::Delta {
            delta: Delta::Text { text, half },
            ..
        } = &frame.event
        {
            self.text.push_str(text);
            self.half = *half;
        }
        // Seldom more than one waits, and there is one of these for every answer.
        if self.frames.capacity() == 0 {
            self.frames.reserve_exact(2);
        }
        self.frames.push_back(frame);
    }

    /// The frames that can no longer change.
    pub(crate) fn settled(&mut self, stops: &[String]) -> impl Iterator<Item = Frame> + '_ {
        let settled = if self.half {
            0
        } else {
            self.text.len() - unsettled(&self.text, stops)
        };
        self.upto(settled)
    }

    /// All frames, as they came.
    pub(crate) fn all(&mut self) -> impl Iterator<Item = Frame> + '_ {
        self.half = false;
        self.text.clear();
        self.frames.drain(..)
    }

    /// The held text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing is held.
    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// The leg was cut, and another goes on: the frames that can be shown, the last of them
    /// shortened where it must be, and what is left of the text. The end of the block is taken back.
    pub(crate) fn cut(&mut self, stops: &[String]) -> (Vec<Frame>, Remainder) {
        let solid = self.text.trim_end_matches(unsure).len();
        let white = self.text[solid..].replace(char::REPLACEMENT_CHARACTER, "");
        let tail = stop_prefix(&format!("{}{white}", &self.text[..solid]), stops);
        let shown = solid - tail.saturating_sub(white.len());
        let unshown = self.text[shown..solid].to_owned();
        (self.upto_byte(shown), Remainder { unshown, white })
    }

    /// A stop sequence begins at this byte of the held text: the frames before it, the last of them
    /// shortened where it must be. The rest is dropped.
    pub(crate) fn stop_at(&mut self, at: usize) -> Vec<Frame> {
        self.upto_byte(at)
    }

    /// Where the first stop sequence in the held text begins, and which it is.
    pub(crate) fn stop_sequence<'a>(&self, stops: &'a [String]) -> Option<(usize, &'a str)> {
        stops
            .iter()
            .filter(|stop| !stop.is_empty())
            .filter_map(|stop| self.text.find(stop.as_str()).map(|at| (at, stop.as_str())))
            .min_by_key(|(at, _)| *at)
    }

    fn upto_byte(&mut self, end: usize) -> Vec<Frame> {
        self.half = false;
        let mut frames: Vec<Frame> = self.upto(end).collect();
        let rest = end
            - frames
                .iter()
                .filter_map(Frame::text)
                .map(str::len)
                .sum::<usize>();
        if rest > 0
            && let Some(mut frame) = self.frames.pop_front()
            && let Event::Delta {
                delta: Delta::Text { text, half },
                ..
            } = &mut frame.event
        {
            text.truncate(rest);
            *half = false;
            frame.altered = true;
            frames.push(frame);
        }
        self.frames.clear();
        self.text.clear();
        frames
    }

    /// The frames whose text ends within the first `end` bytes.
    fn upto(&mut self, end: usize) -> impl Iterator<Item = Frame> + '_ {
        let mut count = 0;
        let mut bytes = 0;
        for frame in &self.frames {
            if let Event::BlockStop { .. } = frame.event {
                break;
            }
            let length = frame.text().map_or(0, str::len);
            let half = matches!(
                frame.event,
                Event::Delta {
                    delta: Delta::Text { half: true, .. },
                    ..
                }
            );
            if bytes + length > end || (half && count + 1 == self.frames.len()) {
                break;
            }
            bytes += length;
            count += 1;
        }
        self.text.drain(..bytes);
        self.frames.drain(..count)
    }
}

/// How many bytes at the end of `text` may still change.
fn unsettled(text: &str, stops: &[String]) -> usize {
    let white = text.len() - text.trim_end_matches(unsure).len();
    white.max(stop_prefix(text, stops))
}

/// Whether a character at the end of a text may not be how it goes on: white space, which a model
/// may write again, and the mark of a character whose other half is missing.
pub(crate) fn unsure(char: char) -> bool {
    char.is_whitespace() || char == char::REPLACEMENT_CHARACTER
}

/// The length of the longest end of `text` that a stop sequence starts with, not counting whole ones.
fn stop_prefix(text: &str, stops: &[String]) -> usize {
    stops
        .iter()
        .filter_map(|stop| {
            stop.char_indices()
                .map(|(at, _)| at)
                .filter(|at| *at > 0)
                .rev()
                .find(|at| text.ends_with(&stop[..*at]))
        })
        .max()
        .unwrap_or(0)
}
