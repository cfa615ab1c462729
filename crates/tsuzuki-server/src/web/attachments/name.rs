//! What files are called: by the person who brought them, and in a header field.

use super::Format;
use crate::chat::AttachmentKind;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The longest name that is kept, in characters.
const NAME_CHARS: usize = 200;

/// What RFC 8187 leaves as it is in an extended parameter, of what is no letter and no digit.
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A file's name as the person knows it: without folders, and without letters that cannot be seen
/// or that change the order of others. Requests to Bedrock have names of their own.
pub(in crate::web) fn shown(name: &str, format: Format) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let seen: String = last
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .filter(|letter| !directs(*letter))
        .collect();
    let words: Vec<&str> = seen.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(NAME_CHARS).collect();
    if name.is_empty() {
        return match format.kind() {
            AttachmentKind::Image => "image".to_owned(),
            AttachmentKind::Document => "document".to_owned(),
        };
    }
    name
}

/// Whether a letter only says in which direction others are written (UAX 9, table 4).
const fn directs(letter: char) -> bool {
    matches!(
        letter,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// The file's name in a Content-Disposition field, for every letter there is (RFC 6266).
pub(in crate::web) fn parameter(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|letter| match letter {
            '"' | '\\' | '%' => '_',
            ' '..='~' => letter,
            _ => '_',
        })
        .collect();
    if plain == name {
        return format!("filename=\"{plain}\"");
    }
    let every = utf8_percent_encode(name, ATTRIBUTE);
    format!("filename=\"{plain}\"; filename*=UTF-8''{every}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_what_people_call_their_files() {
        let long = "字".repeat(300);
        for (name, made) in [
            ("report.pdf", "report.pdf"),
            ("議事録 (案).txt", "議事録 (案).txt"),
            ("a\u{3000}b\t[c]-d\n", "a b [c]-d"),
            ("../../etc/passwd", "passwd"),
            ("C:\\My Files\\表.xlsx", "表.xlsx"),
            ("safe\u{202e}fdp.exe", "safefdp.exe"),
            ("", "document"),
            ("\u{200f} \0", "document"),
            (long.as_str(), &long[..3 * NAME_CHARS]),
        ] {
            assert_eq!(shown(name, Format::Pdf), made, "{name}");
        }
        assert_eq!(shown("/", Format::Png), "image");
    }

    #[test]
    fn every_name_fits_into_a_header_field() {
        for (name, field) in [
            ("a b.txt", "filename=\"a b.txt\""),
            (
                "議 (案).txt",
                "filename=\"_ (_).txt\"; filename*=UTF-8''%E8%AD%B0%20%28%E6%A1%88%29.txt",
            ),
            (
                "a\"b%.txt",
                "filename=\"a_b_.txt\"; filename*=UTF-8''a%22b%25.txt",
            ),
        ] {
            assert_eq!(parameter(name), field, "{name}");
        }
    }
}
