//! Names that Bedrock takes.

use super::Format;
use crate::chat::AttachmentKind;

/// The longest name of a document, in characters (service model, DocumentBlock).
const NAME_CHARS: usize = 200;

/// A file's name as Bedrock takes it: letters and digits, single spaces, hyphens, parentheses and
/// square brackets (API reference, DocumentBlock), without the extension, which the format tells.
/// Letters are ASCII's: it is not documented that Bedrock takes others.
pub(in crate::web) fn valid(name: &str, format: Format) -> String {
    let stem = match name.rsplit_once('.') {
        Some((stem, extension)) if is_extension(extension) => stem,
        Some(_) | None => name,
    };
    let spaced: String = stem
        .chars()
        .map(|letter| match letter {
            '-' | '(' | ')' | '[' | ']' => letter,
            letter if letter.is_ascii_alphanumeric() => letter,
            _ => ' ',
        })
        .collect();
    let words: Vec<&str> = spaced.split_ascii_whitespace().collect();
    let name: String = words.join(" ").chars().take(NAME_CHARS).collect();
    let name = name.trim_end();
    if name.is_empty() {
        return match format.kind() {
            AttachmentKind::Image => "image".to_owned(),
            AttachmentKind::Document => "document".to_owned(),
        };
    }
    name.to_owned()
}

fn is_extension(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_valid() {
        let long = "a".repeat(300);
        for (name, made) in [
            ("report.pdf", "report"),
            ("my_report  v1.2 (final).pdf", "my report v1 2 (final)"),
            ("a\u{3000}b\t[c]-d", "a b [c]-d"),
            ("報告書 2026.pdf", "2026"),
            ("報告書.pdf", "document"),
            (".pdf", "document"),
            ("../../etc/passwd", "etc passwd"),
            ("no extension. At all", "no extension At all"),
            (long.as_str(), &long[..200]),
        ] {
            assert_eq!(valid(name, Format::Pdf), made, "{name}");
        }
        assert_eq!(valid("写真.png", Format::Png), "image");
    }
}
