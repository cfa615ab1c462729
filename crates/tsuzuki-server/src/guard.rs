//! Who may come in: no web page of somebody else, and not ourselves.
//!
//! SDKs send no content type, so a simple cross-site POST from any web page would pass as one of
//! theirs and spend the user's money. Names and origins are checked on every door.

use crate::error::Fault;
use http::request::Parts;
use http::uri::Authority;
use http::{Method, Uri, header};
use std::net::{IpAddr, SocketAddr};
use tsuzuki::HOP_HEADER;

/// Who reaches the listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// This machine.
    Here,
    /// A network, whose callers need keys.
    Network,
}

/// What a request comes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visit {
    /// An operation: no page of somebody else may call it.
    Call,
    /// The chat page: a link anywhere may lead to it.
    Page,
    /// A file of the chat page, which is nobody's secret: the frame that draws its diagrams loads
    /// it from an origin of its own.
    Asset,
}

/// The names under which the endpoint may be called.
pub(crate) struct Guard {
    hosts: Vec<String>,
    reach: Reach,
}

impl Guard {
    pub(crate) fn new(address: SocketAddr, more: &[String], reach: Reach) -> Self {
        let own = match address {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        };
        let mut hosts: Vec<String> = ["localhost", "127.0.0.1", "[::1]"]
            .into_iter()
            .map(str::to_owned)
            .collect();
        hosts.push(own);
        hosts.extend(more.iter().map(|host| host.to_ascii_lowercase()));
        Self { hosts, reach }
    }

    /// Lets a request in, or says why not.
    pub(crate) fn check(&self, request: &Parts, visit: Visit) -> Result<(), Fault> {
        if request.headers.contains_key(HOP_HEADER) {
            return Err(Fault::validation(
                "this request came from Tsuzuki itself: its backend's endpoint is this endpoint. \
                 Unset AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_BEDROCK_RUNTIME where the server starts",
            ));
        }
        let authority = self.authority(request)?;
        match visit {
            Visit::Call => {}
            Visit::Page if is_link(request) => return Ok(()),
            Visit::Page => {}
            Visit::Asset if is_read(request) => return Ok(()),
            Visit::Asset => {}
        }
        if let Some(site) = request.headers.get("sec-fetch-site")
            && site != "same-origin"
            && site != "none"
        {
            return Err(Fault::forbidden(
                "requests from other web sites are refused (Sec-Fetch-Site)",
            ));
        }
        for origin in request.headers.get_all(header::ORIGIN) {
            let same = origin
                .to_str()
                .ok()
                .and_then(|origin| origin.parse::<Uri>().ok())
                .and_then(|origin| origin.into_parts().authority)
                .is_some_and(|origin| origin == authority);
            if !same {
                return Err(Fault::forbidden(
                    "requests from other web sites are refused (Origin)",
                ));
            }
        }
        Ok(())
    }

    /// The one name the request calls us by, if we go by it.
    fn authority(&self, request: &Parts) -> Result<Authority, Fault> {
        let mut names = request
            .headers
            .get_all(header::HOST)
            .iter()
            .map(|host| Authority::try_from(host.as_bytes()).ok())
            .chain(request.uri.authority().cloned().map(Some));
        let unknown = || {
            Fault::forbidden(
                "the Host of this request is not a name of this endpoint; \
                 call it by localhost or 127.0.0.1, or add the name to its hosts (--host)",
            )
        };
        let first = names.next().flatten().ok_or_else(unknown)?;
        let same = names.all(|other| other.as_ref() == Some(&first));
        let host = first.host().to_ascii_lowercase();
        let known = self.hosts.contains(&host)
            || match self.reach {
                Reach::Here => false,
                // A page can make its own name lead here (DNS rebinding), but not a number. Load
                // balancers and pods call by numbers that nobody knows beforehand.
                Reach::Network => is_number(&host),
            };
        if same && first.as_str().find('@').is_none() && known {
            Ok(first)
        } else {
            Err(unknown())
        }
    }
}

/// Whether somebody followed a link, or came back from signing in elsewhere: the page is opened in a
/// window, not called or framed by another.
fn is_link(request: &Parts) -> bool {
    let is = |name: &str, value: &str| request.headers.get(name).is_some_and(|it| it == value);
    is_read(request) && is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document")
}

fn is_read(request: &Parts) -> bool {
    request.method == Method::GET || request.method == Method::HEAD
}

/// Whether a host is an address, not a name.
fn is_number(host: &str) -> bool {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>()
        .is_ok()
}
