//! The configuration: everything an operator decides, in one place.
//!
//! Four layers, the higher above the lower: flags, environment, file, defaults. [`layers`] lays them
//! over each other, [`file`] reads the file, and the sections below say what there is. A key that
//! is not known is an error everywhere.

mod backend;
mod chat;
mod fallback;
mod file;
mod layers;
mod models;
mod network;
mod policy;
mod server;

pub(crate) use backend::{Backend, Kind};
pub(crate) use chat::Chat;
pub(crate) use fallback::Fallback;
pub(crate) use layers::{Effective, Flag, Origin};
pub(crate) use models::Override;
pub(crate) use network::Network;
pub(crate) use policy::Policy;
pub(crate) use server::Server;

use serde::{Deserialize, Serialize};

/// The file that is read when none is named and it is there.
pub(crate) const FILE: &str = "tsuzuki.toml";

/// The commented file with every key at its default.
pub(crate) const EXAMPLE: &str = include_str!("../../../docs/tsuzuki.example.toml");

/// Everything an operator decides.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// The endpoint.
    pub(crate) server: Server,
    /// Who may come in, and how.
    pub(crate) network: Network,
    /// How far to go with each answer.
    pub(crate) policy: Policy,
    /// What answers.
    pub(crate) backend: Backend,
    /// The chat.
    pub(crate) chat: Chat,
    /// What `tsuzuki ask` asks.
    pub(crate) ask: Ask,
    /// What is known better than the built-in table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) models: Vec<Override>,
}

/// What `tsuzuki ask` asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Ask {
    /// The model's id, an inference profile's id or an ARN.
    pub(crate) model: String,
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            // A current model that cannot be continued by prefill, under a profile that presumes no
            // geography.
            model: "global.anthropic.claude-sonnet-5-5".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::layers::VARIABLES;
    use super::*;

    #[test]
    fn the_example_is_the_default() {
        let read: Config = toml::from_str(EXAMPLE).unwrap();
        assert_eq!(read, Config::default());
    }

    /// A commented line that sets something is taken for a line.
    #[test]
    fn the_example_names_every_key_and_no_other() {
        let all: String = EXAMPLE
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(set) if set.contains(" = ") || set.starts_with('[') => format!("{set}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let read: Config = toml::from_str(&all).unwrap();
        let defaults = toml::Table::try_from(Config::default()).unwrap();
        let written = toml::Table::try_from(&read).unwrap();
        fn keys(table: &toml::Table) -> Vec<String> {
            let leaves = layers::leaves(table).into_iter();
            leaves.map(|(key, _)| key).collect()
        }
        let own: Vec<String> = keys(&toml::from_str(&all).unwrap());
        for key in keys(&written).iter().chain(&keys(&defaults)) {
            assert!(own.contains(key), "{key} is not in the example");
        }
        let optional = own.iter().filter(|key| !keys(&defaults).contains(key));
        let optional: Vec<&str> = optional.map(String::as_str).collect();
        assert_eq!(
            optional,
            [
                "backend.certificates",
                "backend.endpoint",
                "backend.profile",
                "backend.region",
                "backend.scenario",
                "chat.enabled",
                "chat.model",
                "chat.password_hash",
                "chat.proxy_header",
                "models",
                "network.audit",
                "network.auth",
                "network.tls",
                "network.tls_cert",
                "network.tls_key",
                "policy.max_seconds",
                "policy.models",
                "server.data",
            ]
        );
    }

    #[test]
    fn the_example_names_every_variable() {
        for name in VARIABLES.iter().flat_map(|(_, names)| *names) {
            assert!(EXAMPLE.contains(name), "{name} is not in the example");
        }
    }
}
