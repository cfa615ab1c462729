//! Which header fields of a request go on to Bedrock, and which of its answer come back.

use crate::is_of_the_connection;
use http::HeaderMap;

/// Fields that were made for the host the caller meant, and that we make anew for ours: its name,
/// the length, and the caller's own credentials and signature.
const OF_THE_CALLER: [&str; 7] = [
    "authorization",
    "content-length",
    "cookie",
    "host",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
];

/// Whether a field of a request goes on. `amz-sdk-…` counts the caller's own attempts.
pub(super) fn goes_on(name: &str, named_by_connection: &[String]) -> bool {
    !is_of_the_connection(name)
        && !OF_THE_CALLER.contains(&name)
        && !name.starts_with("amz-sdk-")
        && !name.starts_with("x-tsuzuki-")
        && !named_by_connection.iter().any(|other| other == name)
}

/// Whether a field is signed: what names the request's meaning to AWS. What a proxy on the way may
/// rewrite is not.
pub(super) fn is_signed(name: &str) -> bool {
    name == "content-type" || name.starts_with("x-amz-") || name.starts_with("x-amzn-bedrock-")
}

/// The names that the `connection` fields of a request make fields of the connection.
pub(super) fn named_by_connection(headers: &[(String, String)]) -> Vec<String> {
    headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("connection"))
        .flat_map(|(_, value)| value.split(','))
        .map(|token| token.trim().to_ascii_lowercase())
        .collect()
}

/// The fields of a response that come back.
pub(super) fn incoming(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| !is_of_the_connection(name.as_str()))
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}

/// The name of the error that a response tells, without the address behind it.
pub(super) fn error_name(headers: &[(String, String)]) -> &str {
    let (_, value) = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("x-amzn-errortype"))
        .map_or(("", ""), |(name, value)| (name.as_str(), value.as_str()));
    value.split(':').next().unwrap_or_default().trim()
}
