//! Markdown as it comes in, shown as it stands: what is finished, and what may still change.
//!
//! The text is taken apart into segments: a block at the outermost level, an item of a list there, a
//! line of a fenced code block there. A segment is finished once a whole line of what follows it is
//! there, for CommonMark decides line by line and takes nothing back. It is then rendered by itself,
//! so that what is printed does not depend on how the text was cut when it came.
//!
//! A seam is marked in the text by its part's number between two object replacement characters.
//! They count as punctuation, so that they leave emphasis beside them as it is; [`harmless`] lets
//! none of the model's own through.

mod block;
mod table;

use super::style::{Line, Style, harmless};
use super::wrap::wrap;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::VecDeque;
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// What stands on both sides of the number of a part in the text.
const MARK: char = '\u{fffc}';

/// What is read besides CommonMark.
const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS);

/// A Markdown text that is coming in.
#[derive(Debug)]
pub(crate) struct Markdown {
    width: usize,
    /// What is not finished yet.
    rest: String,
    /// The last character came, and means nothing alone.
    carriage_return: bool,
    /// Seams that wait for a place where their mark does no harm.
    marks: VecDeque<u32>,
    last: char,
    inside: Inside,
    gap: Gap,
    /// The next item's number, in an ordered list whose first items are finished.
    number: Option<u64>,
}

/// Whether an empty line stands before what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// No.
    None,
    /// Yes.
    Line,
    /// Yes, unless it is the definition of a link, too.
    LineButNotInDefinitions,
}

/// What the text is in the middle of, at its outermost level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Nothing: a block begins.
    Nothing,
    /// A fenced code block.
    Fence {
        /// What its fence is made of.
        mark: char,
        /// How long its fence is.
        length: usize,
        /// How far it is indented, and so much may its lines be.
        indent: usize,
    },
}

impl Markdown {
    /// Nothing yet, for lines of so many columns.
    pub(crate) const fn new(width: usize) -> Self {
        Self {
            width,
            rest: String::new(),
            carriage_return: false,
            marks: VecDeque::new(),
            last: '\n',
            inside: Inside::Nothing,
            gap: Gap::None,
            number: None,
        }
    }

    /// The terminal has so many columns from now on.
    pub(crate) const fn resize(&mut self, width: usize) {
        self.width = width;
    }

    /// A part begins here: marks the place, or the next one where a mark does no harm.
    pub(crate) fn seam(&mut self, part: u32) {
        self.marks.push_back(part);
    }

    /// Takes more text; what is finished comes back.
    pub(crate) fn push(&mut self, text: &str) -> Vec<Line> {
        for character in harmless_line_ends(text, &mut self.carriage_return) {
            self.place_marks(character);
            self.rest.push(character);
            self.last = character;
        }
        self.finished()
    }

    /// What is not finished, as it stands.
    pub(crate) fn open(&self) -> Vec<Line> {
        match self.inside {
            Inside::Nothing => self.rendered(&self.rest),
            Inside::Fence { mark, .. } => {
                let may_close = self.rest.trim().chars().all(|character| character == mark);
                if may_close {
                    Vec::new()
                } else {
                    vec![code(&self.rest, self.inside)]
                }
            }
        }
    }

    /// The text is over: what was not finished.
    pub(crate) fn finish(&mut self) -> Vec<Line> {
        while let Some(part) = self.marks.pop_front() {
            self.rest.push_str(&marked(part));
        }
        if !self.rest.is_empty() && !self.rest.ends_with('\n') {
            self.rest.push('\n');
        }
        let mut lines = self.finished();
        lines.extend(self.rendered(&self.rest));
        *self = Self::new(self.width);
        lines
    }

    /// Puts marks that wait before this character, where they do no harm: at the end of a word.
    fn place_marks(&mut self, next: char) {
        let wide = |character: char| character.width() == Some(2) && character.is_alphanumeric();
        let ends_word = self.last.is_alphabetic() && next.is_whitespace();
        if ends_word || wide(self.last) {
            while let Some(part) = self.marks.pop_front() {
                self.rest.push_str(&marked(part));
            }
        }
    }

    /// Takes what is finished off the rest.
    fn finished(&mut self) -> Vec<Line> {
        let mut lines = Vec::new();
        while let Some(more) = self.next_segment() {
            lines.extend(more);
        }
        lines
    }

    fn next_segment(&mut self) -> Option<Vec<Line>> {
        if let Inside::Fence {
            mark,
            length,
            indent,
        } = self.inside
        {
            let line = self.take_line()?;
            if closes(&line, mark, length) {
                self.inside = Inside::Nothing;
                self.gap = Gap::Line;
                return Some(vec![Line::dim(unmarked(line.trim()))]);
            }
            return Some(vec![code(
                &line,
                Inside::Fence {
                    mark,
                    length,
                    indent,
                },
            )]);
        }
        while self.rest.starts_with('\n') {
            self.rest.remove(0);
        }
        let whole = self.rest.rfind('\n').map(|at| at + 1)?;
        let first = self.rest.split('\n').next().unwrap_or_default();
        if let Some(fence) = opens(first) {
            let shown = Line::dim(unmarked(first.trim()));
            let gap = self.empty_line();
            self.take_line();
            self.inside = fence;
            self.number = None;
            return Some(gap.into_iter().chain([shown]).collect());
        }
        if defines(first) {
            let shown = wrap(&Line::dim(unmarked(first.trim())), self.width);
            let gap = (self.gap == Gap::Line).then(Line::default);
            self.take_line();
            self.gap = Gap::LineButNotInDefinitions;
            self.number = None;
            return Some(gap.into_iter().chain(shown).collect());
        }
        let found = segment(&self.rest[..whole])?;
        let lines = self.rendered(&self.rest[..found.end]);
        let blank = self.rest[..found.end].ends_with("\n\n");
        self.gap = match found.follows {
            Follows::Item if !blank => Gap::None,
            Follows::Block | Follows::Item => Gap::Line,
        };
        self.number = match (found.follows, found.number) {
            (Follows::Item, Some(first)) => Some(self.number.unwrap_or(first) + 1),
            (Follows::Item, None) | (Follows::Block, _) => None,
        };
        self.rest.drain(..found.end);
        Some(lines)
    }

    /// The first line with its end, if it is whole.
    fn take_line(&mut self) -> Option<String> {
        let end = self.rest.find('\n')?;
        Some(self.rest.drain(..=end).collect())
    }

    fn rendered(&self, source: &str) -> Vec<Line> {
        let lines = block::render(source, self.width, self.number);
        let gap = self.empty_line().filter(|_| !lines.is_empty());
        gap.into_iter().chain(lines).collect()
    }

    fn empty_line(&self) -> Option<Line> {
        (self.gap != Gap::None).then(Line::default)
    }
}

/// Characters without what a terminal obeys, every line end a line feed. A carriage return at the
/// end waits for what follows it.
fn harmless_line_ends(text: &str, carriage_return: &mut bool) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len());
    for character in harmless_but_returns(text).chars() {
        if std::mem::take(carriage_return) {
            out.push('\n');
            if character == '\n' {
                continue;
            }
        }
        match character {
            '\r' => *carriage_return = true,
            _ => out.push(character),
        }
    }
    out
}

fn harmless_but_returns(text: &str) -> String {
    let pieces: Vec<String> = text.split('\r').map(harmless).collect();
    pieces.join("\r")
}

/// The mark of a part.
fn marked(part: u32) -> String {
    format!("{MARK}{part}{MARK}")
}

/// A text without marks.
fn unmarked(text: &str) -> String {
    text.split(MARK).step_by(2).collect()
}

/// The marks in a text, as they are shown.
fn marks(text: &str) -> Vec<String> {
    text.split(MARK)
        .skip(1)
        .step_by(2)
        .map(|part| format!("┊{part}"))
        .collect()
}

/// A line of a code block as it is, with the marks of seams behind it.
fn code(line: &str, inside: Inside) -> Line {
    let own = match inside {
        Inside::Fence { indent, .. } => indent,
        Inside::Nothing => 0,
    };
    let text = unmarked(line.trim_end_matches('\n'));
    let spaces = text.len() - text.trim_start_matches(' ').len();
    let mut shown = Line::of(&text[spaces.min(own)..], Style::CODE);
    for mark in marks(line) {
        let mark = Line::dim(format!(" {mark}"));
        shown.0.extend(mark.0);
    }
    shown
}

/// What a line opens, if it is a fence (CommonMark 0.31, 4.5).
fn opens(line: &str) -> Option<Inside> {
    let line = unmarked(line);
    let inner = line.trim_start_matches(' ');
    let indent = line.len() - inner.len();
    let mark = inner
        .chars()
        .next()
        .filter(|first| ['`', '~'].contains(first))?;
    let info = inner.trim_start_matches(mark);
    let length = inner.len() - info.len();
    let fits = indent < 4 && length >= 3 && !(mark == '`' && info.contains('`'));
    fits.then_some(Inside::Fence {
        mark,
        length,
        indent,
    })
}

/// Whether a line closes a fence.
fn closes(line: &str, mark: char, length: usize) -> bool {
    let line = unmarked(line);
    let inner = line.trim_start_matches(' ');
    let fence = inner.trim_end();
    line.len() - inner.len() < 4 && fence.len() >= length && fence.chars().all(|one| one == mark)
}

/// A segment that is finished.
struct Segment {
    /// Where what follows begins.
    end: usize,
    follows: Follows,
    /// The number of its item, in an ordered list.
    number: Option<u64>,
}

/// What follows a segment.
#[derive(Clone, Copy)]
enum Follows {
    /// Another block.
    Block,
    /// The next item of the same list.
    Item,
}

/// The first segment of whole lines, if something follows it.
fn segment(lines: &str) -> Option<Segment> {
    let definition = definition(lines).map(|end| Segment {
        end,
        follows: Follows::Block,
        number: None,
    });
    match (block_or_item(lines), definition) {
        (Some(found), Some(definition)) if definition.end < found.end => Some(definition),
        (Some(found), _) => Some(found),
        (None, definition) => definition,
    }
}

/// Where the first definition of a link stands behind an empty line: it ends what is before it, and
/// the parser tells nothing of it.
fn definition(lines: &str) -> Option<usize> {
    let mut at = 0;
    let mut after_empty = false;
    for line in lines.split_inclusive('\n') {
        if after_empty && defines(line) {
            return Some(at);
        }
        after_empty = line.trim().is_empty();
        at += line.len();
    }
    None
}

/// Whether a line defines a link: `[name]: target`, with a title or without.
fn defines(line: &str) -> bool {
    let line = unmarked(line);
    let Some((name, rest)) = line
        .strip_prefix('[')
        .and_then(|inner| inner.split_once("]:"))
    else {
        return false;
    };
    let mut words = rest.split_whitespace();
    let target = words.next();
    let title = words
        .next()
        .is_none_or(|word| word.starts_with(['"', '\'', '(']));
    !name.trim().is_empty() && !name.contains(['[', ']']) && target.is_some() && title
}

/// The first block of whole lines, or the first item of a list, if another follows it.
fn block_or_item(lines: &str) -> Option<Segment> {
    let begin_of_line = |at: usize| lines[..at].rfind('\n').map_or(0, |end| end + 1);
    let mut depth = 0_usize;
    let mut number = None;
    let mut blocks = 0;
    let mut items = 0;
    let ends = |at: Range<usize>, follows, number| {
        let end = begin_of_line(at.start);
        // What begins in the middle of a line belongs to what stands before it there.
        (end > 0).then_some(Segment {
            end,
            follows,
            number,
        })
    };
    for (event, range) in Parser::new_ext(lines, OPTIONS).into_offset_iter() {
        let (begins, closes) = match &event {
            Event::Start(_) => (true, false),
            Event::End(_) => (false, true),
            Event::Text(_)
            | Event::Code(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::Rule
            | Event::TaskListMarker(_) => (false, false),
        };
        depth -= usize::from(closes);
        if depth == 0 && !closes {
            blocks += 1;
            if blocks == 2 {
                return ends(range, Follows::Block, None);
            }
            if let Event::Start(Tag::List(first)) = event {
                number = first;
            }
        } else if depth == 1 && matches!(event, Event::Start(Tag::Item)) {
            items += 1;
            if items == 2 {
                return ends(range, Follows::Item, number);
            }
        }
        depth += usize::from(begins);
    }
    None
}

/// Whether this ends an element of a line.
const fn is_inline(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
    )
}

#[cfg(test)]
mod tests;
