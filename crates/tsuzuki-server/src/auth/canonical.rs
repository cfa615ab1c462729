//! The canonical request of SigV4, from the request as it came.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use crate::door::Whole;
use crate::hex::Hex;
use http::header::HOST;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::fmt::Write;

/// What stays as it is (RFC 3986, unreserved).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What the AWS SDK for JavaScript signs over HTTP/2 in the place of `host` (tried, 3.1164).
pub(super) const AUTHORITY: &str = ":authority";

const PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// The canonical request; `None` if a signed field is missing or not text.
///
/// The path is encoded as it came, which means a second time: `%3A` becomes `%253A`. Dots and
/// doubled slashes stay: no SDK sends them, and a path that was changed on its way must not fit.
pub(super) fn request(request: &Whole, signed: &[String], payload: &[u8; 32]) -> Option<String> {
    let uri = &request.parts.uri;
    let mut text = format!(
        "{}\n{}\n{}\n",
        request.parts.method,
        utf8_percent_encode(uri.path(), PATH),
        query(uri.query().unwrap_or_default()),
    );
    for name in signed {
        text.push_str(name);
        text.push(':');
        field(&mut text, request, name)?;
        text.push('\n');
    }
    let signed = signed.join(";");
    // Writing to a text does not fail.
    write!(text, "\n{signed}\n{}", Hex(payload)).ok()?;
    Some(text)
}

/// All values of a field: trimmed, runs of spaces made one, joined by commas.
fn field(text: &mut String, request: &Whole, name: &str) -> Option<()> {
    // The host stands in a field or, over HTTP/2, in the address of the request; a proxy may have
    // moved it. Where it stands in both, it is the same (see `guard`).
    let (name, authority) = match name {
        AUTHORITY | "host" => (HOST.as_str(), request.parts.uri.authority()),
        other => (other, None),
    };
    let values = request.parts.headers.get_all(name);
    let mut values = values.iter().peekable();
    if values.peek().is_none() {
        text.push_str(authority?.as_str());
        return Some(());
    }
    let mut first = true;
    for value in values {
        if !std::mem::take(&mut first) {
            text.push(',');
        }
        let words = value.to_str().ok()?.split_ascii_whitespace();
        for (number, word) in words.enumerate() {
            if number > 0 {
                text.push(' ');
            }
            text.push_str(word);
        }
    }
    Some(())
}

/// The parameters, encoded once, in order.
fn query(query: &str) -> String {
    let again = |text: &str| {
        let bytes: Vec<u8> = percent_decode_str(text).collect();
        percent_encoding::percent_encode(&bytes, UNRESERVED).to_string()
    };
    let mut parameters: Vec<(String, String)> = query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            (again(name), again(value))
        })
        .collect();
    parameters.sort_unstable();
    let parameters: Vec<String> = parameters
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    parameters.join("&")
}
