//! What the operator decides about Bedrock, and what can be wrong with it.

use super::limits::Limits;
use aws_credential_types::provider::SharedCredentialsProvider;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What the operator decides about Bedrock. What is left out comes from where every AWS program
/// takes it: the environment, the profile, the machine.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The region, such as `eu-west-1`.
    pub region: Option<String>,
    /// Further regions that legs may be sent to, as [`Fallback`](crate::engine::Fallback) names
    /// them. They are reached at AWS's own hosts, with the same credentials.
    pub regions: Vec<String>,
    /// The profile to take credentials from. Unlike `AWS_PROFILE`, it stands above keys in the
    /// environment.
    pub profile: Option<String>,
    /// Credentials of the program's own, above all others and above an API key. They are asked for
    /// again before they expire.
    pub credentials: Option<SharedCredentialsProvider>,
    /// Where requests go instead of AWS's own hosts, such as `https://vpce-….vpce.amazonaws.com`.
    pub endpoint: Option<String>,
    /// The folder in which to remember what errors taught; without one it is forgotten at the end.
    pub data: Option<PathBuf>,
    /// Where we listen ourselves: never an upstream.
    pub listen: Option<SocketAddr>,
    /// A file of certificates (PEM) to trust instead of the machine's own; `AWS_CA_BUNDLE` unless set.
    pub certificates: Option<PathBuf>,
    /// How far a bare model id may be taken for an inference profile.
    pub reach: Reach,
    /// How long to wait.
    pub limits: Limits,
}

/// How far a bare model id may be taken for an inference profile, when Bedrock serves the model
/// through profiles only. A profile may run the model in any region of its geography.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Inside the country or geography of the region; else the caller sees Bedrock's own error.
    #[default]
    Geography,
    /// Anywhere, when the geography has no profile (`global.…`).
    World,
}

/// Why Bedrock cannot be used at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// No region is known.
    #[error("no AWS region is set: name one, set AWS_REGION, or add `region = …` to the profile")]
    NoRegion,
    /// The region cannot be part of a host's name.
    #[error(
        "`{0}` is not an AWS region: a region has lower-case letters, digits and hyphens, such as us-east-1"
    )]
    Region(String),
    /// An endpoint is not a URL to send requests to.
    #[error("the endpoint in {from} cannot be used: {why}")]
    Endpoint {
        /// Where it was set.
        from: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// An endpoint is of one region, and there are to be others.
    #[error(
        "the endpoint in {from} is of one region, and requests of a fallback in {region} would have to go \
         elsewhere: unset the endpoint, so that each region has AWS's own hosts, or take the region out of \
         the fallbacks"
    )]
    OneRegion {
        /// Where the endpoint was set.
        from: &'static str,
        /// The other region.
        region: String,
    },
    /// An endpoint is where we listen ourselves.
    #[error(
        "the endpoint in {from} is Tsuzuki's own address {listen}: requests would go round in a circle. \
         Unset it where the server starts, or listen elsewhere"
    )]
    Own {
        /// Where it was set.
        from: &'static str,
        /// The address.
        listen: SocketAddr,
    },
    /// An API key would be sent in the clear.
    #[error(
        "AWS_BEARER_TOKEN_BEDROCK is sent over https only, and the endpoint in {from} is plain http: \
         use an https endpoint, or unset the key to sign requests instead"
    )]
    KeyInTheClear {
        /// Where the endpoint was set.
        from: &'static str,
    },
    /// An API key cannot be sent.
    #[error(
        "AWS_BEARER_TOKEN_BEDROCK holds characters that no key has: copy it again, without line breaks"
    )]
    Key,
    /// The certificates to trust cannot be read.
    #[error("the certificates in {} cannot be used: {why}", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}
