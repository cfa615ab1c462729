//! Styled text: pieces of lines, and how a terminal shows them.

use unicode_width::UnicodeWidthStr;

/// Whether escape sequences for styles are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Yes.
    Styled,
    /// No: `NO_COLOR` is set (<https://no-color.org>).
    Plain,
}

/// How a piece of text looks: any of these together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Style(u8);

impl Style {
    /// As it is.
    pub(crate) const NONE: Self = Self(0);
    /// Strong text and headings.
    pub(crate) const BOLD: Self = Self(1);
    /// What stands beside the text.
    pub(crate) const DIM: Self = Self(2);
    /// Emphasised text.
    pub(crate) const ITALIC: Self = Self(4);
    /// Links.
    pub(crate) const UNDERLINE: Self = Self(8);
    /// Text that was struck out.
    pub(crate) const STRUCK: Self = Self(16);
    /// Code.
    pub(crate) const CODE: Self = Self(32);

    /// Each with its parameter of the "select graphic rendition" sequence (ECMA-48, 8.3.117).
    const PARAMETERS: [(Self, &str); 6] = [
        (Self::BOLD, "1"),
        (Self::DIM, "2"),
        (Self::ITALIC, "3"),
        (Self::UNDERLINE, "4"),
        (Self::STRUCK, "9"),
        (Self::CODE, "36"),
    ];

    /// This and another.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn holds(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Text of one style, without line ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    /// The text.
    pub(crate) text: String,
    /// How it looks.
    pub(crate) style: Style,
}

impl Span {
    /// Text of a style.
    pub(crate) fn new(text: impl Into<String>, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Line(pub(crate) Vec<Span>);

impl Line {
    /// A line of one style.
    pub(crate) fn of(text: impl Into<String>, style: Style) -> Self {
        Self(vec![Span::new(text, style)])
    }

    /// A line that stands beside the data.
    pub(crate) fn dim(text: impl Into<String>) -> Self {
        Self::of(text, Style::DIM)
    }

    /// What a terminal is sent for it, without a line end.
    pub(crate) fn rendered(&self, ink: Ink) -> String {
        let mut out = String::new();
        for span in &self.0 {
            let parameters: Vec<&str> = Style::PARAMETERS
                .iter()
                .filter(|(style, _)| span.style.holds(*style))
                .map(|(_, parameter)| *parameter)
                .collect();
            if ink == Ink::Plain || parameters.is_empty() || span.text.is_empty() {
                out.push_str(&span.text);
            } else {
                out.push_str(&format!(
                    "\x1b[{}m{}\x1b[0m",
                    parameters.join(";"),
                    span.text
                ));
            }
        }
        out
    }

    /// Its text alone.
    pub(crate) fn text(&self) -> String {
        self.0.iter().map(|span| span.text.as_str()).collect()
    }

    /// How many columns it takes where nothing wraps it.
    pub(crate) fn columns(&self) -> usize {
        columns(&self.text())
    }
}

/// How many columns a text takes. A tab reaches the next multiple of eight.
pub(crate) fn columns(text: &str) -> usize {
    let mut pieces = text.split('\t');
    let first = pieces.next().map_or(0, UnicodeWidthStr::width);
    pieces.fold(first, |at, piece| (at / 8 + 1) * 8 + piece.width())
}

/// Text with nothing in it that a terminal would obey: control characters show as pictures
/// (U+2400 and following), those that turn the direction of writing as U+FFFD. Line ends and tabs
/// stay.
pub(crate) fn harmless(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' | '\t' => character,
            '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
            '\x7f' => '\u{2421}',
            '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            // Ours: it marks seams (see `markdown`).
            '\u{fffc}' => '\u{fffd}',
            _ => character,
        })
        .collect()
}

/// [`harmless`], in one line.
pub(crate) fn one_line(text: &str) -> String {
    harmless(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The beginning of a text, at most so many columns of it.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if columns(text) <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    for character in text.chars() {
        if columns(&short) + columns(character.encode_utf8(&mut [0; 4])) + 1 > most {
            break;
        }
        short.push(character);
    }
    short + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        let hostile = "a\x1b]0;title\x07b\x1b[2Jc\u{9b}31md\re\u{202e}f\u{fffc}g\x7f\0\ttab\n";
        let shown = harmless(hostile);
        let obeyed = |c: char| c.is_control() && !['\n', '\t'].contains(&c);
        assert!(!shown.contains(obeyed), "{shown:?}");
        assert_eq!(shown, "a␛]0;title␇b␛[2Jc�31md␍e�f�g␡␀\ttab\n");
    }

    #[test]
    fn wide_characters_take_two_columns_and_tabs_reach_the_next_stop() {
        assert_eq!(
            [columns("続きabc"), columns("a\tb"), columns("\t")],
            [7, 9, 8]
        );
    }

    #[test]
    fn what_is_shortened_fits() {
        assert_eq!(shortened("続きを書く", 7), "続きを…");
        assert_eq!(shortened("short", 7), "short");
    }

    #[test]
    fn plain_ink_writes_no_escape_sequence() {
        let line = Line(vec![
            Span::new("a", Style::BOLD.and(Style::CODE)),
            Span::new("b", Style::NONE),
        ]);
        assert_eq!(line.rendered(Ink::Plain), "ab");
        assert_eq!(line.rendered(Ink::Styled), "\x1b[1;36ma\x1b[0mb");
    }
}
