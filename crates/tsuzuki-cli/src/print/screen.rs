//! The end of a terminal's output: lines that stay, and below them lines that are drawn anew.
//!
//! Only what is finished scrolls away, so what can be scrolled back to holds every line once. What is
//! open is shown as far as it fits the screen.

use super::style::{Ink, Line};
use super::{Reader, data};
use crate::exit::Failure;
use crossterm::QueueableCommand;
use crossterm::cursor::{MoveToColumn, MoveUp};
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};

/// What a terminal is taken for that does not tell its size.
const USUAL: (u16, u16) = (80, 24);

/// The size of the terminal: columns and rows.
pub(crate) fn size() -> (usize, usize) {
    let told = crossterm::terminal::size().ok();
    let (columns, rows) = told
        .filter(|(columns, rows)| *columns > 0 && *rows > 0)
        .unwrap_or(USUAL);
    (usize::from(columns), usize::from(rows))
}

/// The part of a terminal that is drawn anew.
#[derive(Debug)]
pub(crate) struct Screen {
    ink: Ink,
    /// How many columns each line takes that stands below what stays.
    drawn: Vec<usize>,
}

impl Screen {
    /// Nothing is drawn yet; the cursor stands at the beginning of a line.
    pub(crate) fn new(ink: Ink) -> Self {
        Self {
            ink,
            drawn: Vec::new(),
        }
    }

    /// Prints lines that stay, and below them those that may change.
    pub(crate) fn show(&mut self, finished: &[Line], open: &[Line]) -> Result<Reader, Failure> {
        if finished.is_empty() && open.is_empty() && self.drawn.is_empty() {
            return Ok(Reader::Listening);
        }
        let (columns, rows) = size();
        let mut out = Vec::new();
        self.update(&mut out, finished, open, (columns, rows));
        data(&String::from_utf8_lossy(&out))
    }

    /// What is sent for it.
    fn update(
        &mut self,
        out: &mut Vec<u8>,
        finished: &[Line],
        open: &[Line],
        size: (usize, usize),
    ) {
        let (columns, rows) = size;
        let rows_of = |width: usize| width.div_ceil(columns.max(1)).max(1);
        let up: usize = self.drawn.iter().map(|width| rows_of(*width)).sum();
        // Writing to memory does not fail.
        let _begun = out.queue(BeginSynchronizedUpdate).map(drop);
        let _first = out.queue(MoveToColumn(0)).map(drop);
        if up > 1 {
            let up = u16::try_from(up - 1).unwrap_or(u16::MAX);
            let _up = out.queue(MoveUp(up)).map(drop);
        }
        let _cleared = out.queue(Clear(ClearType::FromCursorDown)).map(drop);
        for line in finished {
            out.extend(line.rendered(self.ink).as_bytes());
            out.extend(b"\r\n");
        }
        let mut shown = Vec::new();
        let mut used = 0;
        for line in open.iter().rev() {
            used += rows_of(line.columns());
            if used >= rows.max(2) {
                break;
            }
            shown.push(line);
        }
        shown.reverse();
        self.drawn = shown.iter().map(|line| line.columns()).collect();
        for (at, line) in shown.iter().enumerate() {
            if at > 0 {
                out.extend(b"\r\n");
            }
            out.extend(line.rendered(self.ink).as_bytes());
        }
        let _ended = out.queue(EndSynchronizedUpdate).map(drop);
    }
}

#[cfg(test)]
mod tests {
    use super::super::style::Style;
    use super::*;

    /// As much of a terminal as is needed: it wraps, moves up, and clears what is below.
    #[derive(Default)]
    struct Terminal {
        lines: Vec<String>,
        row: usize,
    }

    impl Terminal {
        fn take(&mut self, bytes: &[u8], columns: usize) {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            let mut rest = text.as_str();
            let mut column = self.lines.get(self.row).map_or(0, |line| line.len());
            while let Some(first) = rest.chars().next() {
                self.lines
                    .resize(self.lines.len().max(self.row + 1), String::new());
                if let Some(sequence) = rest.strip_prefix("\x1b[") {
                    let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                    let number = sequence[..end].parse().unwrap_or(1);
                    match &sequence[end..=end] {
                        "A" => self.row -= number,
                        "J" => {
                            self.lines.truncate(self.row + 1);
                            self.lines[self.row].truncate(column);
                        }
                        "G" => column = number - 1,
                        "h" | "l" => {}
                        other => panic!("{other}"),
                    }
                    rest = &sequence[end + 1..];
                    continue;
                }
                match first {
                    '\r' => column = 0,
                    '\n' => self.row += 1,
                    _ => {
                        if column == columns {
                            self.row += 1;
                            column = 0;
                            self.lines
                                .resize(self.lines.len().max(self.row + 1), String::new());
                        }
                        self.lines[self.row].truncate(column);
                        self.lines[self.row].push(first);
                        column += 1;
                    }
                }
                rest = &rest[first.len_utf8()..];
            }
        }
    }

    fn lines(texts: &[&str]) -> Vec<Line> {
        texts
            .iter()
            .map(|text| Line::of(*text, Style::NONE))
            .collect()
    }

    #[test]
    fn what_stays_stands_once_and_what_is_open_is_drawn_over() {
        let mut screen = Screen::new(Ink::Plain);
        let mut terminal = Terminal::default();
        let mut show = |finished: &[&str], open: &[&str]| {
            let mut out = Vec::new();
            screen.update(&mut out, &lines(finished), &lines(open), (10, 5));
            terminal.take(&out, 10);
            terminal.lines.join("|")
        };
        assert_eq!(show(&[], &["a"]), "a");
        assert_eq!(show(&[], &["ab", "twelve cells"]), "ab|twelve cel|ls");
        assert_eq!(show(&["ab"], &["c"]), "ab|c");
        // Only as much as fits; the rest is not lost.
        assert_eq!(show(&[], &["1", "2", "3", "4", "5", "6"]), "ab|3|4|5|6");
        assert_eq!(
            show(&["1", "2", "3", "4", "5", "6"], &[]),
            "ab|1|2|3|4|5|6|"
        );
        assert_eq!(show(&[], &["end"]), "ab|1|2|3|4|5|6|end");
    }
}
