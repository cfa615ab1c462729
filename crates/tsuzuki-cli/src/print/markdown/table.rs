//! A table, its columns aligned.

use super::super::style::{Line, Span, Style};
use super::super::wrap::wrap;
use pulldown_cmark::Alignment;

/// What stands between two columns, and under the head between them.
const BETWEEN: &str = " │ ";
const CROSS: &str = "─┼─";

/// The narrowest that a column is made.
const LEAST: usize = 4;

/// A table that is being read.
pub(super) struct Table {
    alignments: Vec<Alignment>,
    rows: Vec<Vec<Line>>,
}

impl Table {
    /// Columns, and no rows yet.
    pub(super) const fn new(alignments: Vec<Alignment>) -> Self {
        Self {
            alignments,
            rows: Vec::new(),
        }
    }

    /// The head, or the next row.
    pub(super) fn begin_row(&mut self) {
        self.rows.push(Vec::new());
    }

    /// The next cell.
    pub(super) fn cell(&mut self, cell: Line) {
        if let Some(row) = self.rows.last_mut() {
            row.push(cell);
        }
    }

    /// The table in lines of so many columns; cells that do not fit are wrapped.
    pub(super) fn lines(&self, room: usize) -> Vec<Line> {
        let widths = self.widths(room);
        let mut lines = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            lines.extend(self.row(row, &widths));
            if number == 0 {
                let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
                lines.push(Line::dim(rules.join(CROSS)));
            }
        }
        lines
    }

    /// How wide each column is: as wide as its widest cell, unless that is too much for the room;
    /// then the widest give way first.
    fn widths(&self, room: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = (0..self.alignments.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.map(Line::columns).max().unwrap_or_default().max(1)
            })
            .collect();
        let between = BETWEEN.chars().count() * widths.len().saturating_sub(1);
        loop {
            let sum: usize = widths.iter().sum::<usize>() + between;
            let widest = widths.iter_mut().max();
            match widest {
                Some(widest) if sum > room && *widest > LEAST => *widest -= 1,
                Some(_) | None => return widths,
            }
        }
    }

    fn row(&self, row: &[Line], widths: &[usize]) -> Vec<Line> {
        let cells: Vec<Vec<Line>> = widths
            .iter()
            .enumerate()
            .map(|(column, width)| {
                row.get(column)
                    .map_or_else(Vec::new, |cell| wrap(cell, *width))
            })
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or_default();
        (0..height)
            .map(|at| {
                let mut line = Line::default();
                for (column, width) in widths.iter().enumerate() {
                    if column > 0 {
                        line.0.push(Span::new(BETWEEN, Style::DIM));
                    }
                    let empty = Line::default();
                    let cell = cells[column].get(at).unwrap_or(&empty);
                    let spare = width.saturating_sub(cell.columns());
                    let left = match self.alignments[column] {
                        Alignment::None | Alignment::Left => 0,
                        Alignment::Center => spare / 2,
                        Alignment::Right => spare,
                    };
                    line.0.push(Span::new(" ".repeat(left), Style::NONE));
                    line.0.extend(cell.0.iter().cloned());
                    if column + 1 < widths.len() {
                        line.0
                            .push(Span::new(" ".repeat(spare - left), Style::NONE));
                    }
                }
                line
            })
            .collect()
    }
}
