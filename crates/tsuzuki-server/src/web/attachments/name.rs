//! What an attachment is called.

use super::Format;
use crate::chat::AttachmentKind;

/// The longest name, in characters; the middle of a longer one is left out.
const NAME_CHARS: usize = 200;

/// A file's name as people read it: in one line, without folders. What Bedrock takes of it is a
/// matter of each request.
pub(in crate::web) fn readable(name: &str, format: Format) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let words: Vec<&str> = name
        .split(|letter: char| letter.is_whitespace() || letter.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let name = words.join(" ");
    let letters = name.chars().count();
    if letters == 0 || name.chars().all(|letter| letter == '.') {
        let what = match format.kind() {
            AttachmentKind::Image => "image",
            AttachmentKind::Document => "document",
        };
        return format!("{what}.{}", format.extension());
    }
    if letters <= NAME_CHARS {
        return name;
    }
    // Its end tells what it is, and often which one.
    let half = NAME_CHARS / 2;
    let head = name.chars().take(half - 1);
    let tail = name.chars().skip(letters - half);
    head.chain(['…']).chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_readable() {
        for (name, made) in [
            ("my_report  v1.2 (final).pdf", "my_report v1.2 (final).pdf"),
            ("報告書\u{3000}2026.pdf", "報告書 2026.pdf"),
            ("a\u{0}\r\nb.pdf", "a b.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\notes\\a.md", "a.md"),
            ("", "document.pdf"),
            ("..", "document.pdf"),
            ("folder/", "document.pdf"),
        ] {
            assert_eq!(readable(name, Format::Pdf), made, "{name}");
        }
        assert_eq!(readable(" ", Format::Png), "image.png");
        let long = readable(&format!("{}1.pdf", "長".repeat(300)), Format::Pdf);
        assert_eq!(long.chars().count(), NAME_CHARS);
        assert!(long.contains('…') && long.ends_with("長1.pdf"));
    }
}
