//! Characters whose halves come in two deltas.
//!
//! A provider that cuts its text by UTF-16 units may send `"\ud83d"` and then `"\ude00"`. Frames hold
//! whole characters: the first half waits here, per block, for the second.

use crate::json::{Text, pair};
use tsuzuki_engine::{Delta, Event};

/// First halves that wait, by block.
#[derive(Debug, Default)]
pub(crate) struct Halves {
    waiting: Vec<(u32, u16)>,
}

impl Halves {
    /// A piece of text came: the delta it makes.
    pub(crate) fn join(&mut self, block: u32, text: Text) -> Event {
        let waiting = self.waiting.iter().position(|(number, _)| *number == block);
        let mut half = waiting.map(|index| self.waiting.swap_remove(index).1);
        let mut whole = String::new();
        match (half, text.low) {
            (Some(high), Some(low)) => {
                whole.push(pair(high, low));
                half = None;
            }
            // An empty piece says nothing about the half that waits.
            (Some(_), None) if text.middle.is_empty() && text.high.is_none() => {}
            (Some(_), None) | (None, Some(_)) => {
                whole.push(char::REPLACEMENT_CHARACTER);
                half = None;
            }
            (None, None) => {}
        }
        whole.push_str(&text.middle);
        if let Some(high) = text.high.or(half) {
            self.waiting.push((block, high));
        }
        let half = text.high.or(half).is_some();
        Event::Delta {
            block,
            delta: Delta::Text { text: whole, half },
        }
    }
}
