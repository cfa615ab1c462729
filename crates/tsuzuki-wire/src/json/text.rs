//! The text of JSON strings, read with patience: a provider may cut a stream between the two halves
//! of a character (`"\ud83d"`, then `"\ude00"`).

/// The text of a JSON string, its outermost halves of characters apart.
#[derive(PartialEq, Eq)]
pub(crate) struct Text {
    /// The second half of a character, which the string begins with.
    pub(crate) low: Option<u16>,
    /// The whole characters. Half a character in the middle reads as U+FFFD.
    pub(crate) middle: String,
    /// The first half of a character, which the string ends with.
    pub(crate) high: Option<u16>,
}

impl Text {
    /// The text of a string that is known to be JSON, quotes included.
    pub(super) fn read(raw: &str) -> Self {
        let inside = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
        let mut text = Self {
            low: None,
            middle: String::new(),
            high: None,
        };
        let mut rest = inside;
        while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
            let (plain, escape) = rest.split_at(at);
            text.push_str(plain);
            let mut escaped = escape.chars();
            match escaped.nth(1) {
                Some('u') => {
                    let unit = escape
                        .get(2..6)
                        .and_then(|hex| u16::from_str_radix(hex, 16).ok());
                    text.push_unit(unit.unwrap_or(0xFFFD));
                    rest = escape.get(6..).unwrap_or_default();
                    continue;
                }
                Some('n') => text.push_str("\n"),
                Some('t') => text.push_str("\t"),
                Some('r') => text.push_str("\r"),
                Some('b') => text.push_str("\u{8}"),
                Some('f') => text.push_str("\u{c}"),
                Some(itself) => text.push_str(itself.encode_utf8(&mut [0; 4])),
                None => {}
            }
            rest = escaped.as_str();
        }
        text.push_str(rest);
        text
    }

    fn push_str(&mut self, plain: &str) {
        if !plain.is_empty() {
            self.settle();
            self.middle.push_str(plain);
        }
    }

    fn push_unit(&mut self, unit: u16) {
        match (self.high, unit) {
            (Some(high), 0xDC00..=0xDFFF) => {
                self.middle.push(pair(high, unit));
                self.high = None;
            }
            (_, 0xD800..=0xDBFF) => {
                self.settle();
                self.high = Some(unit);
            }
            (None, 0xDC00..=0xDFFF) if self.low.is_none() && self.middle.is_empty() => {
                self.low = Some(unit)
            }
            (_, unit) => {
                self.settle();
                self.middle
                    .push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
    }

    /// A first half that something else follows stays half.
    fn settle(&mut self) {
        if self.high.take().is_some() {
            self.middle.push(char::REPLACEMENT_CHARACTER);
        }
    }

    /// All of it in one string, halves as U+FFFD.
    pub(crate) fn whole(self) -> String {
        if self.low.is_none() && self.high.is_none() {
            return self.middle;
        }
        let half = |unit: Option<u16>| unit.map_or("", |_| "\u{FFFD}");
        format!("{}{}{}", half(self.low), self.middle, half(self.high))
    }
}

/// The character whose halves these are.
pub(crate) fn pair(high: u16, low: u16) -> char {
    char::decode_utf16([high, low])
        .next()
        .and_then(Result::ok)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// A text as a JSON string.
pub(crate) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A text as it stands between the quotes of a JSON string.
pub(crate) fn quoted_inside(text: &str) -> String {
    let mut quoted = quote(text);
    quoted.pop();
    quoted.remove(0);
    quoted
}

#[cfg(test)]
mod tests {
    use super::{Text, quote};

    #[test]
    fn whole_texts_read_as_any_parser_reads_them() {
        for text in [
            "",
            "plain",
            "\"\\/\u{8}\u{c}\n\r\t",
            "日本語 😀 \u{1f468}\u{200d}\u{1f469}",
            "\u{0}\u{7f}\u{2028}",
        ] {
            assert_eq!(Text::read(&quote(text)).whole(), text);
        }
        assert_eq!(Text::read(r#""\u65E5\ud83d\ude00\/""#).whole(), "日😀/");
    }

    #[test]
    fn halves_at_the_ends_are_kept_apart_and_others_are_replaced() {
        let text = Text::read(r#""\ude00a\ud83db\ud83d""#);
        assert_eq!(
            (text.low, text.middle.as_str(), text.high),
            (Some(0xde00), "a\u{fffd}b", Some(0xd83d))
        );
        let text = Text::read(r#""\ud83d""#);
        assert_eq!(
            (text.low, text.middle.as_str(), text.high),
            (None, "", Some(0xd83d))
        );
        let text = Text::read(r#""\ude00\ude00""#);
        assert_eq!(
            (text.low, text.middle.as_str(), text.high),
            (Some(0xde00), "\u{fffd}", None)
        );
        assert_eq!(Text::read(r#""\ud83d\ud83d\ude00""#).whole(), "\u{fffd}😀");
    }
}
