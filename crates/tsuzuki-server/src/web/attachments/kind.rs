//! What a file is: by its first bytes where they tell, else by its name.
//!
//! The formats are those of Converse's image and document blocks (service model). The first bytes
//! are those of the formats' own specifications.

use crate::chat::AttachmentKind;
use crate::web::problem::{Code, Problem};

/// A format that Bedrock reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Format {
    Png,
    Jpeg,
    Gif,
    Webp,
    Pdf,
    Csv,
    Doc,
    Docx,
    Xls,
    Xlsx,
    Html,
    Txt,
    Md,
}

/// What old Office files begin with: a compound file (MS-CFB, 2.2).
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// What new Office files begin with: a ZIP archive.
const ZIP: &[u8] = b"PK\x03\x04";

/// The greatest width and height of an image, in pixels (API reference, Message).
const PIXELS: u32 = 8000;

impl Format {
    const ALL: [Self; 13] = [
        Self::Png,
        Self::Jpeg,
        Self::Gif,
        Self::Webp,
        Self::Pdf,
        Self::Csv,
        Self::Doc,
        Self::Docx,
        Self::Xls,
        Self::Xlsx,
        Self::Html,
        Self::Txt,
        Self::Md,
    ];

    /// What a file is.
    pub(in crate::web) fn of(name: &str, bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.is_empty() {
            return Err(not_taken("the file is empty"));
        }
        if let Some(image) = Self::of_image(bytes) {
            return match pixels(image, bytes) {
                Some((width, height)) if width > PIXELS || height > PIXELS => {
                    Err(not_taken(&format!(
                        "the image is {width} by {height} pixels; make it at most {PIXELS} by {PIXELS}"
                    )))
                }
                Some(_) | None => Ok(image),
            };
        }
        let extension = extension(name);
        // The header may come after some other bytes (PDF 1.7, Adobe's implementation notes).
        if bytes
            .get(..1024)
            .unwrap_or(bytes)
            .windows(5)
            .any(|at| at == b"%PDF-")
        {
            return Ok(Self::Pdf);
        }
        if bytes.starts_with(ZIP) {
            return if holds(bytes, b"word/") {
                Ok(Self::Docx)
            } else if holds(bytes, b"xl/") {
                Ok(Self::Xlsx)
            } else {
                Err(not_taken("archives are not read; unpack the file first"))
            };
        }
        if bytes.starts_with(COMPOUND) {
            return if holds(bytes, &wide("WordDocument")) {
                Ok(Self::Doc)
            } else if holds(bytes, &wide("Workbook")) {
                Ok(Self::Xls)
            } else {
                Err(not_taken(
                    "of old Office files, only Word's and Excel's are read",
                ))
            };
        }
        if std::str::from_utf8(bytes).is_err() || bytes.contains(&0) {
            return Err(not_taken(
                "images (png, jpeg, gif, webp), PDF, Word, Excel and texts in UTF-8 are read; \
                 convert the file into one of them",
            ));
        }
        Ok(match extension.as_str() {
            "csv" => Self::Csv,
            "html" | "htm" | "xhtml" => Self::Html,
            "md" | "markdown" => Self::Md,
            _ => Self::Txt,
        })
    }

    fn of_image(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            Some(Self::Gif)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else {
            None
        }
    }

    /// The format of a media type that was kept.
    pub(in crate::web) fn of_media_type(media_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.media_type() == media_type)
    }

    pub(in crate::web) const fn kind(self) -> AttachmentKind {
        match self {
            Self::Png | Self::Jpeg | Self::Gif | Self::Webp => AttachmentKind::Image,
            Self::Pdf
            | Self::Csv
            | Self::Doc
            | Self::Docx
            | Self::Xls
            | Self::Xlsx
            | Self::Html
            | Self::Txt
            | Self::Md => AttachmentKind::Document,
        }
    }

    pub(in crate::web) const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Csv => "text/csv",
            Self::Doc => "application/msword",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xls => "application/vnd.ms-excel",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Html => "text/html",
            Self::Txt => "text/plain",
            Self::Md => "text/markdown",
        }
    }

    pub(in crate::web) const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
            Self::Csv => "csv",
            Self::Doc => "doc",
            Self::Docx => "docx",
            Self::Xls => "xls",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
            Self::Txt => "txt",
            Self::Md => "md",
        }
    }
}

fn not_taken(told: &str) -> Problem {
    Problem::new(
        Code::Invalid,
        format!("the file cannot be attached: {told}"),
    )
}

/// What follows the last dot of a name, in lower case.
fn extension(name: &str) -> String {
    name.rsplit_once('.')
        .map(|(_, extension)| extension.to_lowercase())
        .unwrap_or_default()
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|at| at == wanted)
}

/// A name as compound files keep it: UTF-16, the lower byte first.
fn wide(name: &str) -> Vec<u8> {
    name.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The width and height of an image, where its head tells them.
fn pixels(format: Format, bytes: &[u8]) -> Option<(u32, u32)> {
    let high_first = |at: usize, size: usize| {
        let bytes = bytes.get(at..at + size)?;
        Some(
            bytes
                .iter()
                .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)),
        )
    };
    let low_first = |at: usize, size: usize| {
        let bytes = bytes.get(at..at + size)?;
        Some(
            bytes
                .iter()
                .rev()
                .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)),
        )
    };
    match format {
        // IHDR is the first chunk (PNG, 5.6).
        Format::Png => Some((high_first(16, 4)?, high_first(20, 4)?)),
        Format::Gif => Some((low_first(6, 2)?, low_first(8, 2)?)),
        Format::Jpeg => jpeg_pixels(bytes),
        Format::Webp => match bytes.get(12..16)? {
            // RFC 9649, 2.7, 2.5 and 2.6.
            b"VP8X" => Some((low_first(24, 3)? + 1, low_first(27, 3)? + 1)),
            b"VP8 " => Some((low_first(26, 2)? & 0x3fff, low_first(28, 2)? & 0x3fff)),
            b"VP8L" => {
                let packed = low_first(21, 4)?;
                Some(((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1))
            }
            _ => None,
        },
        Format::Pdf
        | Format::Csv
        | Format::Doc
        | Format::Docx
        | Format::Xls
        | Format::Xlsx
        | Format::Html
        | Format::Txt
        | Format::Md => None,
    }
}

/// The width and height in the frame header of a JPEG (ITU T.81, B.2.2).
fn jpeg_pixels(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let [0xff, marker, high, low, ..] = *bytes.get(at..)? else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        // Frame headers, but for the three markers among them that are none.
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let [h1, h0, w1, w0] = *bytes.get(at + 5..at + 9)? else {
                return None;
            };
            let height = u16::from_be_bytes([h1, h0]);
            let width = u16::from_be_bytes([w1, w0]);
            return Some((width.into(), height.into()));
        }
        at += 2 + length.max(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, bytes: &[u8]) -> Option<Format> {
        Format::of(name, bytes).ok()
    }

    #[test]
    fn first_bytes_tell_more_than_names() {
        let doc = [COMPOUND, &wide("Root Entry"), &wide("WordDocument")].concat();
        let xls = [COMPOUND, &wide("Workbook")].concat();
        for (name, bytes, format) in [
            ("a.txt", &b"\x89PNG\r\n\x1a\n"[..], Some(Format::Png)),
            ("a", b"\xff\xd8\xff\xe0", Some(Format::Jpeg)),
            ("a", b"GIF89a", Some(Format::Gif)),
            ("a", b"RIFF\0\0\0\0WEBPVP8 ", Some(Format::Webp)),
            ("a.docx", b"%PDF-1.7", Some(Format::Pdf)),
            ("a.txt", b"PK\x03\x04 word/document.xml", Some(Format::Docx)),
            ("a.docx", b"PK\x03\x04 xl/workbook.xml", Some(Format::Xlsx)),
            ("a.docx", b"PK\x03\x04 other.txt", None),
            ("a.xls", &doc, Some(Format::Doc)),
            ("a.doc", &xls, Some(Format::Xls)),
            ("a.doc", COMPOUND, None),
            ("A.CSV", b"a,b", Some(Format::Csv)),
            ("a.htm", b"<p>", Some(Format::Html)),
            ("a.md", "続き".as_bytes(), Some(Format::Md)),
            ("main.rs", b"fn main() {}", Some(Format::Txt)),
            ("a.png", b"no picture", Some(Format::Txt)),
            ("a.txt", b"\x83\x65\x83\x58\x83\x67", None),
            ("a.txt", b"a\0b", None),
            ("a.txt", b"", None),
        ] {
            assert_eq!(of(name, bytes), format, "{name} {bytes:?}");
        }
    }

    #[test]
    fn images_of_too_many_pixels_are_refused() {
        let png = |width: u32, height: u32| {
            let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
            bytes.extend(width.to_be_bytes());
            bytes.extend(height.to_be_bytes());
            bytes
        };
        let gif = |width: u16, height: u16| {
            [b"GIF89a", &width.to_le_bytes()[..], &height.to_le_bytes()].concat()
        };
        let jpeg = |width: u16, height: u16| {
            let (w, h) = (width.to_be_bytes(), height.to_be_bytes());
            let head = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08";
            [&head[..], &h, &w, b"\x03"].concat()
        };
        let webp = |width: u32, height: u32| {
            let (w, h) = ((width - 1).to_le_bytes(), (height - 1).to_le_bytes());
            [b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0", &w[..3], &h[..3]].concat()
        };
        for (name, fits, wide, high) in [
            ("png", png(8000, 8000), png(8001, 1), png(1, 8001)),
            ("gif", gif(8000, 8000), gif(8001, 1), gif(1, 8001)),
            ("jpeg", jpeg(8000, 8000), jpeg(8001, 1), jpeg(1, 8001)),
            ("webp", webp(8000, 8000), webp(8001, 1), webp(1, 8001)),
        ] {
            assert!(of(name, &fits).is_some(), "{name}");
            assert_eq!((of(name, &wide), of(name, &high)), (None, None), "{name}");
        }
    }
}
