//! Where requests go.
//!
//! The hosts are those of the endpoint rules of the AWS SDKs (botocore 1.44, `bedrock-runtime` and
//! `bedrock`); the partitions those of their partition table (`partitions.json`, 2026-11).

use super::settings::SetupError;
use http::Uri;
use http::uri::{InvalidUri, Scheme};
use std::net::{IpAddr, SocketAddr};

/// The part of Bedrock that an operation belongs to. Each has hosts of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plane {
    /// Where models are called.
    Runtime,
    /// Where models and profiles are listed.
    Control,
}

/// First segments of the control plane's paths; all others are the runtime's.
const CONTROL: [&str; 2] = ["/foundation-models", "/inference-profiles"];

impl Plane {
    /// The plane that serves a path.
    pub(super) fn of(path: &str) -> Self {
        let under = |first: &str| {
            path.strip_prefix(first)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        };
        if CONTROL.into_iter().any(under) {
            Self::Control
        } else {
            Self::Runtime
        }
    }
}

/// Which of AWS's hosts to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Variant {
    pub(super) fips: bool,
    pub(super) dual_stack: bool,
}

/// Where requests go, for both planes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoints {
    pub(super) runtime: Endpoint,
    pub(super) control: Endpoint,
}

/// One place to send requests to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    scheme: Scheme,
    authority: String,
    prefix: String,
    from: &'static str,
}

/// The region's own place in the setting of an endpoint.
const OF_THE_REGION: &str = "the region";

impl Endpoints {
    /// AWS's own hosts in a region.
    pub(super) fn of_region(region: &str, variant: Variant) -> Result<Self, SetupError> {
        Ok(Self {
            runtime: Endpoint::of_region("bedrock-runtime", region, variant)?,
            control: Endpoint::of_region("bedrock", region, variant)?,
        })
    }

    /// The place that serves a path.
    pub(super) fn serving(&self, path: &str) -> &Endpoint {
        match Plane::of(path) {
            Plane::Runtime => &self.runtime,
            Plane::Control => &self.control,
        }
    }
}

impl Endpoint {
    fn of_region(service: &str, region: &str, variant: Variant) -> Result<Self, SetupError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if region.is_empty() || region.len() > 32 || !region.bytes().all(plain) {
            return Err(SetupError::Region(region.to_owned()));
        }
        let fips = if variant.fips { "-fips" } else { "" };
        let suffix = suffix(region, variant.dual_stack);
        Ok(Self {
            scheme: Scheme::HTTPS,
            authority: format!("{service}{fips}.{region}.{suffix}"),
            prefix: String::new(),
            from: OF_THE_REGION,
        })
    }

    /// An endpoint that somebody set.
    pub(super) fn set(url: &str, from: &'static str) -> Result<Self, SetupError> {
        let wrong = |why| SetupError::Endpoint { from, why };
        let uri: Uri = url
            .trim()
            .parse()
            .map_err(|_not_a_url| wrong("it is not a URL"))?;
        let scheme = uri
            .scheme()
            .filter(|scheme| **scheme == Scheme::HTTPS || **scheme == Scheme::HTTP)
            .cloned()
            .ok_or_else(|| {
                wrong("it must begin with https:// (or http:// on a trusted machine)")
            })?;
        if uri.query().is_some() {
            return Err(wrong("it must have no query"));
        }
        let authority = uri
            .authority()
            .ok_or_else(|| wrong("it must name a host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("it must hold no user name or password"));
        }
        // The usual port is left out of the host that is signed and sent.
        let usual = if scheme == Scheme::HTTPS { 443 } else { 80 };
        let authority = match authority.port_u16() {
            Some(port) if port != usual => format!("{}:{port}", authority.host()),
            Some(_) | None => authority.host().to_owned(),
        };
        Ok(Self {
            scheme,
            authority: authority.to_ascii_lowercase(),
            prefix: uri.path().trim_end_matches('/').to_owned(),
            from,
        })
    }

    /// The address of a path here.
    pub(super) fn uri(&self, path: &str) -> Result<Uri, InvalidUri> {
        format!("{self}{path}").parse()
    }

    /// The host, with its port unless it is the usual one.
    pub(super) fn host(&self) -> &str {
        &self.authority
    }

    /// Where it was set.
    pub(super) const fn from(&self) -> &'static str {
        self.from
    }

    /// Whether it is AWS's own of the region, and not one that somebody set.
    pub(super) fn is_of_the_region(&self) -> bool {
        self.from == OF_THE_REGION
    }

    /// Whether nobody on the way can read what is sent: TLS, or this very machine.
    pub(super) fn is_private(&self) -> bool {
        self.scheme == Scheme::HTTPS || is_loopback(self.name())
    }

    /// Whether this is the address we listen on ourselves. Names other than `localhost` are not
    /// looked up here; the hop header stops a circle that goes through one.
    pub(super) fn is(&self, listen: SocketAddr) -> bool {
        let usual = if self.scheme == Scheme::HTTPS {
            443
        } else {
            80
        };
        let port = self
            .authority
            .rsplit_once(':')
            .and_then(|(_, port)| port.parse().ok())
            .unwrap_or(usual);
        let here = |ip: IpAddr| ip.is_loopback() || ip.is_unspecified();
        let same = match (address(self.name()), self.name()) {
            (Some(ip), _) => ip == listen.ip() || (here(ip) && here(listen.ip())),
            (None, name) => is_loopback(name) && here(listen.ip()),
        };
        same && port == listen.port()
    }

    /// The host without its port.
    fn name(&self) -> &str {
        match self.authority.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            Some(_) | None => &self.authority,
        }
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

/// The address that a host is, if it is one.
fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok()
}

/// Whether a host is this very machine.
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || address(host).is_some_and(|ip| ip.is_loopback())
}

/// The end of the names of a region's hosts.
fn suffix(region: &str, dual_stack: bool) -> &'static str {
    let partition = PARTITIONS
        .iter()
        .find(|(prefix, ..)| region.starts_with(prefix));
    let (_, plain, dual) = partition.unwrap_or(&("", "amazonaws.com", "api.aws"));
    if dual_stack { dual } else { plain }
}

/// Partitions by the beginning of their regions: the ends of their hosts' names, plain and
/// dual-stack. All other regions are those of the public partition.
const PARTITIONS: [(&str, &str, &str); 7] = [
    ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    ("us-gov-", "amazonaws.com", "api.aws"),
];
