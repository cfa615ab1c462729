//! `[backend]`: what answers.

use super::{Effective, Fallback};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;
use tsuzuki::bedrock::{Limits, Reach, Settings};

/// What answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Backend {
    /// Which one.
    pub(crate) kind: Kind,
    /// A file of answers, habits and faults for the simulator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scenario: Option<PathBuf>,
    /// The AWS region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    /// The AWS profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<String>,
    /// Where requests go instead of AWS's own hosts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<String>,
    /// Certificates to trust instead of the machine's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certificates: Option<PathBuf>,
    /// How far a bare model id may be taken for an inference profile.
    pub(crate) bare_ids: BareIds,
    /// How long to wait.
    pub(crate) timeouts: Timeouts,
}

/// What answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// The offline simulator: no AI, no AWS, no cost
    #[default]
    Sim,
    /// Amazon Bedrock, which costs money
    Bedrock,
    /// Amazon Bedrock if there are AWS credentials, else the simulator
    Auto,
}

/// How far a bare model id may be taken for an inference profile, where Bedrock serves the model
/// through profiles only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BareIds {
    /// Inside the country or geography of the region.
    #[default]
    Geography,
    /// Anywhere.
    World,
}

/// How long to wait for Bedrock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Timeouts {
    connect_seconds: NonZeroU64,
    whole_seconds: NonZeroU64,
    stream_seconds: NonZeroU64,
    silence_seconds: NonZeroU64,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds =
            |duration: Duration| NonZeroU64::new(duration.as_secs()).unwrap_or(NonZeroU64::MIN);
        let Limits {
            connect,
            whole,
            stream,
            silence,
        } = Limits::DEFAULT;
        Self {
            connect_seconds: seconds(connect),
            whole_seconds: seconds(whole),
            stream_seconds: seconds(stream),
            silence_seconds: seconds(silence),
        }
    }
}

impl Backend {
    /// As the transport takes it. What the environment says by AWS's own names is left for the
    /// transport to read, which knows what each name stands above.
    pub(crate) fn settings(effective: &Effective, listen: Option<SocketAddr>) -> Settings {
        let backend = &effective.config.backend;
        let fallbacks = effective.config.policy.fallbacks.iter();
        let ours = |key| !effective.is_of_the_environment(key);
        let seconds = |seconds: NonZeroU64| Duration::from_secs(seconds.get());
        Settings {
            region: backend.region.clone().filter(|_| ours("backend.region")),
            regions: fallbacks
                .filter_map(Fallback::region)
                .map(|region| region.0.clone())
                .collect(),
            profile: backend.profile.clone().filter(|_| ours("backend.profile")),
            credentials: None,
            endpoint: backend
                .endpoint
                .clone()
                .filter(|_| ours("backend.endpoint")),
            data: effective.config.server.data.clone(),
            listen,
            certificates: backend.certificates.clone(),
            reach: match backend.bare_ids {
                BareIds::Geography => Reach::Geography,
                BareIds::World => Reach::World,
            },
            limits: Limits {
                connect: seconds(backend.timeouts.connect_seconds),
                whole: seconds(backend.timeouts.whole_seconds),
                stream: seconds(backend.timeouts.stream_seconds),
                silence: seconds(backend.timeouts.silence_seconds),
            },
        }
    }
}
