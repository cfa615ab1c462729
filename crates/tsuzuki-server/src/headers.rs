//! Which header fields travel, and which belong to one connection only.

use http::{HeaderMap, HeaderName, HeaderValue};
use tsuzuki::engine::Report;
use tsuzuki::is_of_the_connection;

/// The id of a request, in every response.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// The name of an exception, in every error.
pub(crate) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// What the SDKs call all attempts of one call by.
pub(crate) const INVOCATION_ID: &str = "amz-sdk-invocation-id";

/// Which attempt of a call this is, in the SDKs' words.
pub(crate) const ATTEMPT: &str = "amz-sdk-request";

/// A caller's mode for one request.
pub(crate) const MODE: &str = "x-tsuzuki-mode";

/// Fields that were made for this endpoint: its name, the caller's credentials and signature over
/// its name, the browser's words about it. Backends bring credentials of their own.
const OF_THIS_ENDPOINT: &[&str] = &[
    "host",
    "content-length",
    "authorization",
    "cookie",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
    "origin",
    "referer",
];

/// A number for all legs together, if it is known.
type Total = fn(&Report) -> Option<u64>;

/// Fields of an answer that speak for one leg alone, and what they are for all legs together.
const SUMMED: &[(&str, Total)] = &[
    ("x-amzn-bedrock-input-token-count", |report| {
        report.usage.input
    }),
    ("x-amzn-bedrock-output-token-count", |report| {
        report.usage.output
    }),
    ("x-amzn-bedrock-cache-read-input-token-count", |report| {
        report.usage.cache_read
    }),
    ("x-amzn-bedrock-cache-write-input-token-count", |report| {
        report.usage.cache_write
    }),
    ("x-amzn-bedrock-invocation-latency", |report| {
        Some(report.legs.iter().map(|leg| leg.ms).sum())
    }),
];

/// The fields of a request that a backend may see.
pub(crate) fn outgoing(headers: &HeaderMap) -> Vec<(String, String)> {
    let named = connection_names(headers.get_all("connection").iter());
    headers
        .iter()
        .filter(|(name, _)| {
            let name = name.as_str();
            !is_of_the_connection(name)
                && !OF_THIS_ENDPOINT.contains(&name)
                && !name.starts_with("x-tsuzuki-")
                && !name.starts_with("sec-")
                && !named.iter().any(|other| other == name)
        })
        .filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        })
        .collect()
}

/// Those of them that belong to what is asked, for every leg: not the number of the attempt, and
/// not the compressions the caller could undo.
pub(crate) fn carried(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut fields = outgoing(headers);
    fields.retain(|(name, _)| !name.starts_with("amz-sdk-") && name != "accept-encoding");
    fields
}

/// Whether a response's length still holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// The body passes as it is.
    Kept,
    /// The body is ours.
    Ours,
}

/// The fields of a backend's response that the caller may see.
pub(crate) fn incoming(fields: &[(String, String)], length: Length) -> HeaderMap {
    let named: Vec<String> = fields
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("connection"))
        .flat_map(|(_, value)| tokens(value))
        .collect();
    let mut headers = HeaderMap::with_capacity(fields.len());
    for (name, value) in fields {
        let (Ok(name), Ok(value)) = (
            HeaderName::try_from(name.as_str()),
            HeaderValue::try_from(value.as_str()),
        ) else {
            continue;
        };
        let ours = length == Length::Ours && name == http::header::CONTENT_LENGTH;
        if !ours
            && !is_of_the_connection(name.as_str())
            && !named.iter().any(|other| other == name.as_str())
        {
            headers.append(name, value);
        }
    }
    headers
}

/// Puts the sums of all legs where the fields spoke for one.
pub(crate) fn sum(headers: &mut HeaderMap, report: &Report) {
    if report.legs.len() < 2 {
        return;
    }
    for (name, total) in SUMMED {
        if let Some(field) = headers.get_mut(*name)
            && let Some(total) = total(report)
        {
            *field = HeaderValue::from(total);
        }
    }
}

fn connection_names<'a>(values: impl Iterator<Item = &'a HeaderValue>) -> Vec<String> {
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(tokens)
        .collect()
}

fn tokens(value: &str) -> Vec<String> {
    value
        .split(',')
        .map(|token| token.trim().to_ascii_lowercase())
        .collect()
}
