//! A collected body, as frames.

use crate::json::{Text, Value, quote};
use bytes::Bytes;
use std::ops::Range;
use tsuzuki_engine::{BlockKind, Delta, End, Event, Frame, Metadata, Stop, Usage};

/// A collected body, as it was read.
pub(crate) struct Whole {
    pub(crate) blocks: Vec<Block>,
    pub(crate) end: End,
    pub(crate) sequence: Option<String>,
    pub(crate) usage: Usage,
    pub(crate) latency_ms: Option<u64>,
}

/// One block of it.
pub(crate) struct Block {
    pub(crate) kind: BlockKind,
    /// Where its JSON stands in the body.
    pub(crate) span: Range<usize>,
    pub(crate) deltas: Vec<Delta>,
}

impl Whole {
    /// The frames it stands for. A block's JSON is the source of its frames, the body itself that of
    /// the others: together they let the answer be printed as it came, and tell what of it still does.
    pub(crate) fn frames(self, body: &Bytes, out: &mut Vec<Frame>) {
        out.push(Frame::came(
            Event::Start {
                usage: Usage::UNKNOWN,
            },
            body.clone(),
        ));
        for (number, block) in (0_u32..).zip(self.blocks) {
            let source = body.slice(block.span);
            let came = |event| Frame::came(event, source.clone());
            out.push(came(Event::BlockStart {
                block: number,
                kind: block.kind,
            }));
            let deltas = block.deltas.into_iter();
            out.extend(deltas.map(|delta| {
                came(Event::Delta {
                    block: number,
                    delta,
                })
            }));
            out.push(came(Event::BlockStop { block: number }));
        }
        let stop = Stop {
            end: self.end.clone(),
            sequence: self.sequence,
            usage: Usage::UNKNOWN,
            report: None,
        };
        let metadata = Metadata {
            usage: self.usage,
            latency_ms: self.latency_ms,
        };
        out.push(Frame::came(Event::Stop(stop), body.clone()));
        out.push(Frame::came(Event::Metadata(metadata), body.clone()));
        out.push(Frame::end(self.end));
    }
}

/// The delta a whole text makes.
pub(crate) fn text_delta(text: Text) -> Delta {
    let half = text.high.is_some();
    Delta::Text {
        text: Text { high: None, ..text }.whole(),
        half,
    }
}

/// A tool's input as a value. One that broke off is kept as the text it is: nobody completes it.
pub(crate) fn tool_input(json: &str) -> String {
    match Value::read(json.as_bytes()) {
        Some(value) => value.raw().to_owned(),
        None if json.trim().is_empty() => "{}".to_owned(),
        None => quote(json),
    }
}
