//! `[network]`: who may come in, and how.

use crate::args::{Auth, Certificate};
use serde::{Deserialize, Deserializer, Serialize};
use std::path::PathBuf;
use tsuzuki_server::Operation;

/// Who may come in, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Network {
    /// How callers prove their keys; open to this machine, if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) auth: Option<Auth>,
    /// The regions that signatures may name; any, if none is named.
    pub(crate) auth_regions: Vec<String>,
    /// Operations to open besides the usual ones, by AWS's names.
    #[serde(deserialize_with = "operations")]
    open: Vec<String>,
    /// A certificate that is made and kept in the data folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<Certificate>,
    /// A certificate chain (PEM).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of that certificate (PEM).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls_key: Option<PathBuf>,
    /// The file that gets a line for every request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) audit: Option<PathBuf>,
    /// Whether requests name answer, leg and key.
    pub(crate) request_metadata: bool,
}

impl Network {
    /// The operations to open.
    pub(crate) fn operations(&self) -> impl Iterator<Item = Operation> {
        // Only names that are an operation's came in.
        self.open.iter().filter_map(|name| name.parse().ok())
    }
}

/// Names of operations, each of which there is.
fn operations<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let names = Vec::<String>::deserialize(from)?;
    for name in &names {
        if let Err(error) = name.parse::<Operation>() {
            return Err(serde::de::Error::custom(format!("`{name}`: {error}")));
        }
    }
    Ok(names)
}
