//! What can be typed about an endpoint on a network: its door, and its keys.

use super::{Reach, flag, name, path};
use crate::config::Flag;
use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use tsuzuki_server::Operation;

/// Who may come in, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "On a network")]
pub(crate) struct Door {
    /// Ask callers for a key of the data folder (`tsuzuki key add`), proved this way [env:
    /// TSUZUKI_AUTH]
    #[arg(long, value_enum)]
    auth: Option<Auth>,
    /// A region that signatures may name; may be given again [default: any]
    #[arg(long, value_name = "REGION")]
    auth_region: Vec<String>,
    /// A name under which clients call, without a port; may be given again [env: TSUZUKI_HOST]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    host: Vec<String>,
    /// An operation to open besides Converse, InvokeModel and CountTokens where keys are asked for,
    /// such as ListFoundationModels; may be given again
    #[arg(long, value_name = "OPERATION")]
    open: Vec<Operation>,
    /// Encrypt, with a certificate that is made and kept in the data folder [env: TSUZUKI_TLS]
    #[arg(long, value_enum, conflicts_with = "tls_cert")]
    tls: Option<Certificate>,
    /// Encrypt, with this certificate chain (PEM) [env: TSUZUKI_TLS_CERT]
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// The private key of that certificate (PEM) [env: TSUZUKI_TLS_KEY]
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Add a line of JSON for every request to this file; never what it says [env: TSUZUKI_AUDIT]
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
    /// Name answer, leg and key in the requestMetadata of Converse requests
    #[arg(long)]
    request_metadata: bool,
}

impl Door {
    /// The settings that were typed.
    pub(super) fn flags(&self) -> Vec<Flag> {
        let list = |all: Vec<String>| (!all.is_empty()).then(|| all.join(","));
        let open = self.open.iter().map(Operation::to_string).collect();
        [
            flag("network.auth", "--auth", name(self.auth.as_ref())),
            flag(
                "network.auth_regions",
                "--auth-region",
                list(self.auth_region.clone()),
            ),
            flag("server.hosts", "--host", list(self.host.clone())),
            flag("network.open", "--open", list(open)),
            flag("network.tls", "--tls", name(self.tls.as_ref())),
            flag(
                "network.tls_cert",
                "--tls-cert",
                path(self.tls_cert.as_ref()),
            ),
            flag("network.tls_key", "--tls-key", path(self.tls_key.as_ref())),
            flag("network.audit", "--audit", path(self.audit.as_ref())),
            flag(
                "network.request_metadata",
                "--request-metadata",
                self.request_metadata.then_some(true),
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Mint, list and revoke keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Mint a key and print it, this once
    Add(KeyAdd),
    /// List the keys, what each grants, and what it spent today
    List(KeyList),
    /// Take a key away; endpoints that serve notice within a second
    Revoke(KeyRevoke),
}

impl Key {
    /// The settings that were typed.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        let data = match self {
            Self::Add(typed) => &typed.data,
            Self::List(typed) => &typed.data,
            Self::Revoke(typed) => &typed.data,
        };
        flag("server.data", "--data", path(data.as_ref()))
            .into_iter()
            .collect()
    }
}

/// Mint a key.
#[derive(Debug, Args)]
pub(crate) struct KeyAdd {
    /// What to call it, in logs and metrics
    pub(crate) name: String,
    /// The data folder of the endpoint [env: TSUZUKI_DATA] [default: `server.data` of the
    /// configuration]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How it proves itself
    #[arg(long, value_enum, default_value_t = Proof::Sigv4)]
    pub(crate) auth: Proof,
    /// A pattern of the model ids it may use, such as 'us.anthropic.*'; may be given again
    /// [default: all]
    #[arg(long, value_name = "PATTERN")]
    pub(crate) model: Vec<String>,
    /// An operation it may call; may be given again [default: all that the endpoint opens]
    #[arg(long, value_name = "OPERATION")]
    pub(crate) operation: Vec<Operation>,
    /// The highest mode its requests get
    #[arg(long, value_enum)]
    pub(crate) mode: Option<Reach>,
    /// US dollars a day (UTC), counted where prices are known
    #[arg(long, value_name = "USD")]
    pub(crate) usd_a_day: Option<f64>,
    /// Tokens a day (UTC), of every kind
    #[arg(long, value_name = "N")]
    pub(crate) tokens_a_day: Option<u64>,
}

/// List the keys.
#[derive(Debug, Args)]
pub(crate) struct KeyList {
    /// The data folder of the endpoint [env: TSUZUKI_DATA] [default: `server.data` of the
    /// configuration]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

/// Take a key away.
#[derive(Debug, Args)]
pub(crate) struct KeyRevoke {
    /// Its name or its id
    pub(crate) name: String,
    /// The data folder of the endpoint [env: TSUZUKI_DATA] [default: `server.data` of the
    /// configuration]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// How callers prove their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Auth {
    /// By a signature, as every AWS SDK signs
    Sigv4,
    /// By a token (AWS_BEARER_TOKEN_BEDROCK)
    Bearer,
    /// By either
    Both,
}

/// How a key proves itself.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Proof {
    /// By a signature: an access key id and a secret for any AWS SDK
    Sigv4,
    /// By a token (AWS_BEARER_TOKEN_BEDROCK); most SDKs send it over TLS only
    Bearer,
}

/// Whose certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Certificate {
    /// Our own; clients trust the file whose name is printed
    SelfSigned,
}
