//! Lines broken where they may be: at spaces, and between wide characters.

use super::style::{Line, Span, Style, columns};
use unicode_segmentation::UnicodeSegmentation;

/// What must not begin a line, and what must not end one (JIS X 4051, the most common of them).
const NOT_FIRST: &str =
    "、。，．・：；！？）］｝」』】〕〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々…‥ゝゞヽヾ〜”’";
const NOT_LAST: &str = "（［｛「『【〔〈《“‘";

/// A character as the reader sees one.
struct Cell<'a> {
    text: &'a str,
    style: Style,
    columns: usize,
}

impl Cell<'_> {
    fn is_space(&self) -> bool {
        self.text == " "
    }

    /// Whether a line may be broken before `next`.
    fn parts_from(&self, next: &Self) -> bool {
        if next.is_space() {
            return false;
        }
        let wide = self.columns > 1 || next.columns > 1;
        self.is_space() || wide && !NOT_FIRST.contains(next.text) && !NOT_LAST.contains(self.text)
    }
}

/// Breaks a line so that each piece takes at most so many columns. Spaces where it breaks are
/// dropped; a word that is longer than a line is broken anywhere.
pub(super) fn wrap(line: &Line, most: usize) -> Vec<Line> {
    let cells: Vec<Cell<'_>> = line
        .0
        .iter()
        .flat_map(|span| {
            span.text.graphemes(true).map(|text| Cell {
                text,
                style: span.style,
                columns: columns(text),
            })
        })
        .collect();
    let mut lines = Vec::new();
    let mut rest = cells.as_slice();
    loop {
        let at = fitting(rest, most.max(2));
        if at == rest.len() {
            lines.push(joined(rest));
            return lines;
        }
        let (now, later) = rest.split_at(at);
        let end = now.iter().rposition(|cell| !cell.is_space());
        lines.push(joined(&now[..end.map_or(0, |last| last + 1)]));
        let begin = later.iter().position(|cell| !cell.is_space());
        match begin {
            Some(begin) => rest = &later[begin..],
            None => return lines,
        }
    }
}

/// How many of the cells go into the first line.
fn fitting(cells: &[Cell<'_>], most: usize) -> usize {
    let mut used = 0;
    let mut may_break = None;
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 && cells[at - 1].parts_from(cell) {
            may_break = Some(at);
        }
        used += cell.columns;
        // A space that does not fit is dropped, not carried over.
        if used > most && !cell.is_space() {
            return may_break.unwrap_or_else(|| at.max(1));
        }
    }
    cells.len()
}

/// Cells as a line, neighbours of one style in one span.
fn joined(cells: &[Cell<'_>]) -> Line {
    let mut spans: Vec<Span> = Vec::new();
    for cell in cells {
        match spans.last_mut() {
            Some(span) if span.style == cell.style => span.text.push_str(cell.text),
            Some(_) | None => spans.push(Span::new(cell.text, cell.style)),
        }
    }
    Line(spans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wrapped(text: &str, most: usize) -> Vec<String> {
        let line = Line::of(text, Style::NONE);
        wrap(&line, most).iter().map(Line::text).collect()
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("incomprehensible", 8), ["incompre", "hensible"]);
    }

    #[test]
    fn japanese_breaks_between_characters_but_not_before_a_full_stop() {
        assert_eq!(
            wrapped("吾輩は猫である。名前はまだ無い。", 14),
            ["吾輩は猫であ", "る。名前はまだ", "無い。"]
        );
        assert_eq!(wrapped("彼は「猫」だ", 6), ["彼は", "「猫」", "だ"]);
    }

    proptest! {
        #[test]
        fn nothing_but_spaces_is_lost_and_every_line_fits(text in "[a-z 続き。「」é👩‍💻]{0,60}", most in 2_usize..20) {
            let lines = wrapped(&text, most);
            let solid = |text: &str| text.replace(' ', "");
            prop_assert_eq!(solid(&lines.concat()), solid(&text));
            for line in &lines {
                prop_assert!(columns(line.trim_end()) <= most.max(2), "{line:?}");
            }
        }
    }
}
