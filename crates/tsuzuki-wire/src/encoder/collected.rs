//! An answer as one body: the first leg's own, with what differs spliced in.

use crate::dialect::{Content, Dialect, Ending};
use crate::json::{Edits, Value};
use crate::report;
use bytes::Bytes;
use tsuzuki_engine::{BlockKind, Cut, Delta, End, Event, Frame, Reasoning, Report, Stop, Usage};

/// The frames so far.
pub(super) struct Collected {
    /// The first leg's body.
    body: Option<Bytes>,
    blocks: Vec<Block>,
    stop: Option<Stop>,
    /// Whether the stop is the one that stands in the body.
    stop_came: bool,
    usage: Usage,
    latency_ms: Option<u64>,
    /// Whether the counts are those that stand in the body.
    counts_came: bool,
    end: Option<(End, Option<Bytes>)>,
}

/// A block, as far as frames told.
struct Block {
    number: u32,
    kind: BlockKind,
    /// Its JSON, in a body.
    source: Option<Bytes>,
    /// Whether all of its frames so far came with that JSON, unaltered.
    came: bool,
    /// How many of them brought text.
    texts: usize,
    text: String,
    tool_input: String,
    signature: Option<String>,
    redacted: Option<String>,
}

impl Default for Collected {
    fn default() -> Self {
        Self {
            body: None,
            blocks: Vec::new(),
            stop: None,
            stop_came: false,
            usage: Usage::UNKNOWN,
            latency_ms: None,
            counts_came: false,
            end: None,
        }
    }
}

impl Collected {
    pub(super) fn push(&mut self, frame: Frame) {
        let source = frame.source;
        let unaltered = source.as_ref().filter(|_| !frame.altered);
        match frame.event {
            Event::Start { usage } => {
                self.body = source;
                self.usage = self.usage.updated(usage);
            }
            Event::BlockStart { block, kind } => {
                let came = unaltered.is_some();
                let block = self.open(block, kind);
                (block.source, block.came) = (source, came);
            }
            Event::Delta { block, delta } => self.grow(block, delta, unaltered),
            Event::Stop(stop) => {
                self.usage = self.usage.updated(stop.usage);
                self.stop_came = unaltered.is_some() && unaltered == self.body.as_ref();
                self.stop = Some(stop);
            }
            Event::Metadata(metadata) => {
                self.usage = self.usage.updated(metadata.usage);
                self.latency_ms = metadata.latency_ms.or(self.latency_ms);
                self.counts_came = unaltered.is_some() && unaltered == self.body.as_ref();
            }
            Event::End(end) => self.end = Some((end, source)),
            Event::Head(_) | Event::BlockStop { .. } | Event::Other => {}
        }
    }

    fn open(&mut self, number: u32, kind: BlockKind) -> &mut Block {
        let known = self.blocks.iter().position(|block| block.number == number);
        let index = known.unwrap_or_else(|| {
            let (text, tool_input) = (String::new(), String::new());
            self.blocks.push(Block {
                number,
                kind,
                source: None,
                came: false,
                texts: 0,
                text,
                tool_input,
                signature: None,
                redacted: None,
            });
            self.blocks.len() - 1
        });
        &mut self.blocks[index]
    }

    fn grow(&mut self, number: u32, delta: Delta, unaltered: Option<&Bytes>) {
        let kind = match &delta {
            Delta::Text { .. } => BlockKind::Text,
            Delta::Reasoning(_) => BlockKind::Reasoning,
            Delta::ToolInput(_) | Delta::Other => BlockKind::Other,
        };
        let block = self.open(number, kind);
        block.came &= unaltered == block.source.as_ref();
        match delta {
            Delta::Text { text, .. } => {
                block.text.push_str(&text);
                block.texts += 1;
            }
            Delta::Reasoning(Reasoning::Text(text)) => block.text.push_str(&text),
            Delta::Reasoning(Reasoning::Signature(seal)) => block.signature = Some(seal),
            Delta::Reasoning(Reasoning::Redacted(redacted)) => block.redacted = Some(redacted),
            Delta::ToolInput(json) => block.tool_input.push_str(&json),
            Delta::Other => {}
        }
    }

    pub(super) fn finish(self, dialect: &dyn Dialect, report: &Report) -> Option<Bytes> {
        if self.body.is_none() && self.blocks.is_empty() && self.stop.is_none() {
            return self.end.and_then(|(_, source)| source);
        }
        let stop = self.stop.clone().unwrap_or_else(|| {
            // An answer without a stop was cut, and says so.
            let end = self
                .end
                .as_ref()
                .map_or(End::Cut(Cut::Lost), |(end, _)| end.clone());
            Stop {
                end,
                sequence: None,
                usage: Usage::UNKNOWN,
                report: None,
            }
        });
        let ending = Ending {
            stop: Some(&stop),
            usage: Some(self.usage).filter(|usage| *usage != Usage::UNKNOWN),
            latency_ms: self.latency_ms,
            report: stop.report.as_ref().map(|_| report::print(report)),
        };
        let came = self.body.clone().and_then(|body| {
            let news = Ending {
                stop: ending.stop.filter(|_| !self.stop_came),
                usage: ending.usage.filter(|_| !self.counts_came),
                latency_ms: ending.latency_ms.filter(|_| !self.counts_came),
                report: ending.report.clone(),
            };
            self.patched(dialect, &body, &news)
        });
        came.or_else(|| {
            let body = Bytes::from(dialect.blank(&self.content(dialect)));
            self.patched(dialect, &body, &ending)
        })
    }

    /// A body with what differs spliced in.
    fn patched(&self, dialect: &dyn Dialect, body: &Bytes, ending: &Ending<'_>) -> Option<Bytes> {
        let document = Value::object(body)?;
        let mut edits = Edits::default();
        self.set_content(dialect, dialect.content(document)?, &mut edits);
        dialect.set_ending(document, ending, &mut edits);
        Some(if edits.is_empty() {
            body.clone()
        } else {
            Bytes::from(edits.apply(document.document()))
        })
    }

    /// Puts the blocks in the place of those that are there: one by one, where the first of them are
    /// the same, else all together.
    fn set_content(&self, dialect: &dyn Dialect, content: Value<'_>, edits: &mut Edits) {
        let items: Vec<_> = content.items().collect();
        let came = |(item, block): (&Value<'_>, &Block)| {
            block.source.as_deref() == Some(item.raw().as_bytes())
        };
        if items.len() > self.blocks.len() || !items.iter().zip(&self.blocks).all(came) {
            edits.replace(content, self.content(dialect));
            return;
        }
        let news = |(item, block): &(&Value<'_>, &Block)| !block.stands_in(**item);
        for (item, block) in items.iter().zip(&self.blocks).filter(news) {
            if let Some(json) = block.print_over(Some(*item), dialect) {
                edits.replace(*item, json);
            }
        }
        let more: Vec<_> = self
            .blocks
            .iter()
            .skip(items.len())
            .filter_map(|block| block.print(dialect))
            .collect();
        if !more.is_empty() {
            edits.append(content, &more.join(","));
        }
    }

    /// The blocks, as one array.
    fn content(&self, dialect: &dyn Dialect) -> String {
        let blocks: Vec<_> = self
            .blocks
            .iter()
            .filter_map(|block| block.print(dialect))
            .collect();
        format!("[{}]", blocks.join(","))
    }
}

impl Block {
    /// Whether it is a text that stands in its JSON as frames told it, which need not be read again:
    /// a text that is no list of cited pieces comes as one delta.
    fn stands_in(&self, json: Value<'_>) -> bool {
        self.came && self.texts == 1 && json.member("text").is_some()
    }

    /// Its JSON: its own, with its text as it is now, or one we make.
    fn print(&self, dialect: &dyn Dialect) -> Option<String> {
        let source = self.source.as_deref().and_then(Value::object);
        self.print_over(source, dialect)
    }

    /// The same, where its own JSON was read already.
    fn print_over(&self, source: Option<Value<'_>>, dialect: &dyn Dialect) -> Option<String> {
        let came = source.and_then(|source| {
            if self.kind != BlockKind::Text {
                return Some(source.raw().to_owned());
            }
            let text = |delta| match delta {
                Delta::Text { text, .. } => Some(text),
                Delta::Reasoning(_) | Delta::ToolInput(_) | Delta::Other => None,
            };
            let (_, deltas) = dialect.read_block(source);
            if deltas.into_iter().filter_map(text).collect::<String>() == self.text {
                return Some(source.raw().to_owned());
            }
            dialect.retext(source, &self.text)
        });
        came.or_else(|| {
            dialect.block(&Content {
                kind: &self.kind,
                text: &self.text,
                tool_input: &self.tool_input,
                signature: self.signature.as_deref(),
                redacted: self.redacted.as_deref(),
            })
        })
    }
}
