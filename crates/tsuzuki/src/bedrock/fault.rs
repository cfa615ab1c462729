//! What went wrong before Bedrock could answer, told as an answer.
//!
//! Callers and the codec know AWS's errors, so these are such errors: with a status, a name that
//! tells whether to try again, and a message for a person. `x-tsuzuki-fault` marks them as ours.

use super::connect::{ByProxy, TooSlow, UnknownName};
use super::credentials::Failure;
use super::source::Source;
use crate::RawResponse;
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use rustls::CertificateError;
use serde_json::json;
use std::error::Error;
use std::io;
use std::time::Duration;
use tsuzuki_wire::engine::Region;

/// What went wrong.
#[derive(Debug)]
pub(super) enum Fault<'a> {
    /// The request came from ourselves.
    Circle,
    /// A leg is for a region that the settings do not have.
    Unlisted(&'a Region),
    /// The request cannot be sent as it is.
    Unsendable(&'static str),
    /// There are no credentials.
    Credentials(Failure, &'a Source),
    /// No connection was made, or it broke before an answer began.
    Connection(Reason),
    /// Connected, and then nothing came.
    Silent(Duration),
}

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reason {
    Name,
    Refused,
    Slow,
    Proxy,
    /// Not who it should be; why.
    Certificate(&'static str),
    Tls,
    /// The head of the answer is too large, or not HTTP.
    Head,
    Broken,
}

impl Reason {
    /// Finds the reason in a chain of errors.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        let mut next = Some(error);
        let mut reason = Self::Broken;
        // Errors are nested a few deep; a chain that never ends must not hold us.
        for _ in 0..16 {
            let Some(error) = next else { break };
            if error.is::<UnknownName>() {
                return Self::Name;
            } else if error.is::<TooSlow>() {
                return Self::Slow;
            } else if error.is::<ByProxy>() {
                return Self::Proxy;
            } else if let Some(error) = error.downcast_ref::<rustls::Error>() {
                return Self::tls(error);
            } else if let Some(error) = error.downcast_ref::<hyper::Error>()
                && error.is_parse()
            {
                return Self::Head;
            } else if let Some(error) = error.downcast_ref::<hyper_util::client::legacy::Error>()
                && error.is_connect()
            {
                reason = Self::Refused;
            }
            // An error of I/O hides what it carries from `source`.
            next = match error
                .downcast_ref::<io::Error>()
                .and_then(io::Error::get_ref)
            {
                Some(inner) => Some(inner),
                None => error.source(),
            };
        }
        reason
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "an open enum of rustls: what it gains is no better known to a person than the rest"
    )]
    fn tls(error: &rustls::Error) -> Self {
        let rustls::Error::InvalidCertificate(why) = error else {
            return Self::Tls;
        };
        Self::Certificate(match why {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "it is for another name"
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "it is not valid yet; is this machine's clock right?"
            }
            CertificateError::UnknownIssuer => {
                "nobody this machine trusts has signed it; a company's proxy may stand between: \
                 name its certificates in AWS_CA_BUNDLE"
            }
            _ => "it is not valid",
        })
    }

    /// Whether the same request may work a moment later.
    const fn may_pass(&self) -> bool {
        match self {
            Self::Certificate(_) => false,
            Self::Name
            | Self::Refused
            | Self::Slow
            | Self::Proxy
            | Self::Tls
            | Self::Head
            | Self::Broken => true,
        }
    }

    fn message(&self, host: &str) -> String {
        match self {
            Self::Name => format!(
                "Tsuzuki cannot reach Amazon Bedrock: the name {host} is not known. Check the region, \
                 the endpoint and this machine's network."
            ),
            Self::Refused => format!(
                "Tsuzuki cannot reach Amazon Bedrock: {host} does not take the connection. Check the \
                 endpoint and this machine's network."
            ),
            Self::Slow => format!(
                "Tsuzuki cannot reach Amazon Bedrock: connecting to {host} took too long. Check this \
                 machine's network, or set HTTPS_PROXY if it needs a proxy."
            ),
            Self::Proxy => format!(
                "Tsuzuki cannot reach Amazon Bedrock: the proxy did not connect it to {host}. Check \
                 HTTPS_PROXY and NO_PROXY."
            ),
            Self::Certificate(why) => format!(
                "Tsuzuki does not trust the certificate that {host} showed: {why}. Nothing was sent."
            ),
            Self::Tls => format!("Tsuzuki and {host} could not agree on TLS."),
            Self::Head => format!("{host} answered with a head that is too large or not HTTP."),
            Self::Broken => format!("The connection to {host} broke before an answer began."),
        }
    }
}

impl Fault<'_> {
    /// The fault as an answer. `host` is the one the request was for.
    pub(super) fn response(&self, host: &str) -> RawResponse {
        let (mark, retry, message) = match self {
            Self::Circle => (
                "circle",
                Retry::Never,
                "This request came from Tsuzuki itself: its backend's endpoint leads back to it. Unset \
                 AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_BEDROCK_RUNTIME where the server starts."
                    .to_owned(),
            ),
            Self::Unlisted(region) => (
                "region",
                Retry::Never,
                format!("Tsuzuki was not set up for the region {region}: nothing was sent."),
            ),
            Self::Unsendable(what) => (
                "request",
                Retry::Never,
                format!("This request cannot be sent to Amazon Bedrock: {what}."),
            ),
            Self::Credentials(failure, source) => (
                "credentials",
                if failure.may_pass() { Retry::Later } else { Retry::Denied },
                failure.message(source),
            ),
            Self::Connection(reason) => (
                "connection",
                if reason.may_pass() { Retry::Later } else { Retry::Denied },
                reason.message(host),
            ),
            Self::Silent(limit) => (
                "silence",
                Retry::Timeout,
                format!("{host} sent no answer in {} seconds.", limit.as_secs()),
            ),
        };
        let (status, name) = match retry {
            Retry::Never => (400, "ValidationException"),
            Retry::Denied => (403, "AccessDeniedException"),
            Retry::Timeout => (408, "ModelTimeoutException"),
            Retry::Later => (503, "ServiceUnavailableException"),
        };
        tracing::warn!(host, fault = mark, status, "{message}");
        let body = Bytes::from(json!({ "message": message }).to_string());
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        RawResponse {
            status,
            headers: vec![
                header("content-type", "application/json"),
                header("content-length", &body.len().to_string()),
                header("x-amzn-errortype", name),
                header("x-tsuzuki-fault", mark),
            ],
            body: stream::iter([Ok(body)]).boxed(),
        }
    }
}

/// Whether to try again.
#[derive(Clone, Copy)]
enum Retry {
    /// The request is wrong.
    Never,
    /// Somebody must change something first.
    Denied,
    /// It took too long; it may be faster the next time.
    Timeout,
    /// It may work a moment later.
    Later,
}
