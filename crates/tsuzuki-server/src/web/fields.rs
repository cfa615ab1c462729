//! Header fields that keep a browser from being used against its owner.

use super::page::is_frame;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// What the page may do: what it brings itself, pictures it was given, and talk to this server.
const PAGE: &str = "default-src 'self'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self' blob:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What an answer of the API may do, opened in a window of its own.
const API: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
    form-action 'none'";

/// What the document that draws diagrams may do: run our script in an origin that is nobody's, and
/// be shown by our page. Diagrams bring styles of their own.
const FRAME: &str = "sandbox allow-scripts; default-src 'none'; script-src 'self'; \
    style-src 'unsafe-inline'; frame-ancestors 'self'";

const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What a browser does with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// It shows it.
    Inline,
    /// It saves it.
    Saved,
}

/// What a browser does with a file, and what the file is called (RFC 6266, 4.3: the second form of
/// the name is for letters that the first cannot say).
pub(super) fn disposition(shown: Shown, name: &str) -> Option<HeaderValue> {
    let shown = match shown {
        Shown::Inline => "inline",
        Shown::Saved => "attachment",
    };
    let plain: String = name
        .chars()
        .map(|letter| match letter {
            ' ' | '.' | '-' | '_' | '(' | ')' => letter,
            letter if letter.is_ascii_alphanumeric() => letter,
            _ => '_',
        })
        .collect();
    let whole = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let text = format!("{shown}; filename=\"{plain}\"; filename*=UTF-8''{whole}");
    HeaderValue::try_from(text).ok()
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The page.
    Page,
    /// A file of the page.
    Asset,
    /// The API.
    Api,
}

/// Adds them to a response, where it does not bring its own.
pub(super) fn guard(place: Place, path: &str, headers: &mut HeaderMap) {
    let (policy, cache) = match place {
        Place::Api => (API, Some("no-store")),
        Place::Asset if is_frame(path) => (FRAME, None),
        Place::Page | Place::Asset => (PAGE, None),
    };
    let mut add = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert_with(|| HeaderValue::from_static(value));
    };
    add(header::CONTENT_SECURITY_POLICY, policy);
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::REFERRER_POLICY, "no-referrer");
    add(OPENER, "same-origin");
    add(
        PERMISSIONS,
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    match place {
        Place::Page | Place::Api => {
            add(RESOURCE, "same-origin");
            add(header::X_FRAME_OPTIONS, "DENY");
        }
        // The sandboxed frame has no origin, so to it our own files are somebody else's. They are
        // the same in every copy of Tsuzuki, and tell nothing of its owner.
        Place::Asset => add(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    }
    if let Some(cache) = cache {
        add(header::CACHE_CONTROL, cache);
    }
}
