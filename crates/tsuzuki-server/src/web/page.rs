//! The page: the files that `ui/` was built into.
//!
//! They lie in the program, beside their compressed forms, which the build made.

use super::problem::Problem;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use rust_embed::{Embed, EmbeddedFile};
use std::borrow::Cow;
use std::fmt::Write;

#[derive(Embed)]
#[folder = "../../ui/dist"]
struct Files;

/// The page itself.
const INDEX: &str = "index.html";

/// The document that draws diagrams, shown in a frame of the page.
const MERMAID_FRAME: &str = "mermaid-frame.html";

/// How many characters of a file's hash tell it from others.
const HASH_CHARS: usize = 32;

/// How many characters of a hash the build puts into names of files, behind a hyphen.
const NAME_HASH_CHARS: usize = 8;

/// The compressed forms, the smallest first: the coding and the extension.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// What the page's build is called: the hash of the page itself, which names all other files.
pub(super) fn build() -> String {
    Files::get(INDEX).map_or_else(String::new, |file| hash(&file))
}

/// Whether a path is a file beside the page, such as an icon.
pub(super) fn is_beside(path: &str) -> bool {
    path.strip_prefix('/')
        .filter(|name| !name.is_empty() && !name.contains('/'))
        .is_some_and(|name| Files::get(name).is_some())
}

/// Whether a path is the document that draws diagrams, wherever the build puts it.
pub(super) fn is_frame(path: &str) -> bool {
    path.rsplit('/').next() == Some(MERMAID_FRAME)
}

/// The page.
pub(super) async fn index(headers: HeaderMap) -> Response {
    respond(INDEX, &headers).unwrap_or_else(|| {
        // A build without a page; the API is there all the same.
        Problem::missing("page in this build").into_response()
    })
}

/// A file of the page.
pub(super) async fn file(uri: Uri, headers: HeaderMap) -> Response {
    let name = uri.path().trim_start_matches('/');
    respond(name, &headers).unwrap_or_else(|| Problem::missing("file").into_response())
}

fn respond(name: &str, asked: &HeaderMap) -> Option<Response> {
    // Compressed forms are other forms of files, not files.
    if CODINGS
        .iter()
        .any(|(_, extension)| name.ends_with(extension))
    {
        return None;
    }
    let plain = Files::get(name)?;
    let compressed = CODINGS
        .into_iter()
        .filter(|(coding, _)| accepts(asked, coding))
        .find_map(|(coding, extension)| {
            Files::get(&format!("{name}{extension}")).map(|file| (coding, file))
        });
    let (coding, file) = match compressed {
        Some((coding, file)) => (Some(coding), file),
        None => (None, plain),
    };
    let tag = HeaderValue::try_from(format!("\"{}\"", hash(&file))).ok()?;
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(if is_hashed(name) {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        }),
    );
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let fresh = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == "*" || known.as_bytes() == tag.as_bytes());
    headers.insert(header::ETAG, tag);
    if fresh {
        return Some((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(media_type(name)),
    );
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    let bytes = match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    Some((headers, Body::from(bytes)).into_response())
}

/// Whether a client takes a coding (RFC 9110, 12.5.3).
fn accepts(asked: &HeaderMap, coding: &str) -> bool {
    asked
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|codings| codings.to_str().ok())
        .flat_map(|codings| codings.split(','))
        .any(|one| {
            let (name, weight) = one.split_once(';').unwrap_or((one, ""));
            let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
            name.trim().eq_ignore_ascii_case(coding)
                && weight
                    .trim()
                    .parse::<f32>()
                    .is_ok_and(|weight| weight > 0.0)
        })
}

fn hash(file: &EmbeddedFile) -> String {
    let mut hash = String::with_capacity(HASH_CHARS);
    for byte in file.metadata.sha256_hash().iter().take(HASH_CHARS / 2) {
        let _written = write!(hash, "{byte:02x}");
    }
    hash
}

/// Whether a file's name holds a hash of what is in it: `name-XXXXXXXX.js`.
fn is_hashed(name: &str) -> bool {
    let Some((stem, extension)) = name
        .strip_prefix("assets/")
        .and_then(|name| name.rsplit_once('.'))
    else {
        return false;
    };
    extension != "html"
        && stem
            .len()
            .checked_sub(NAME_HASH_CHARS + 1)
            .and_then(|at| stem.as_bytes().get(at))
            == Some(&b'-')
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        Some("txt") => "text/plain; charset=utf-8",
        Some(_) | None => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_hash_are_told_from_others() {
        for (name, hashed) in [
            ("assets/index-Bx9_a-c1.js", true),
            ("assets/KaTeX_Main-Regular-B22Nviop.woff2", true),
            ("assets/mermaid-frame.html", false),
            ("assets/x-12345678.html", false),
            ("assets/plain.js", false),
            ("index-12345678.js", false),
        ] {
            assert_eq!(is_hashed(name), hashed, "{name}");
        }
    }

    #[test]
    fn codings_are_taken_by_name_and_weight() {
        for (asked, taken) in [
            ("gzip, deflate, br", true),
            ("br;q=0.5", true),
            ("br;q=0", false),
            ("BR", true),
            ("brotli", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, asked.parse().unwrap());
            assert_eq!(accepts(&headers, "br"), taken, "{asked}");
        }
    }
}
