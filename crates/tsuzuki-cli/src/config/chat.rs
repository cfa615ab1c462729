//! `[chat]`: the chat page, its API, and what it keeps.

use serde::{Deserialize, Deserializer, Serialize};
use std::num::NonZeroU32;
use std::time::Duration;
use tsuzuki::engine::Policy;
use tsuzuki_server::chat::ChatSettings;
use tsuzuki_server::store::Durability;
use tsuzuki_server::{Password, Peers};

/// The chat.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Chat {
    /// Whether there is one; if nothing is said: on loopback, or where people can sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enabled: Option<bool>,
    /// The model of conversations that name none; that of `tsuzuki ask`, if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    /// The hash of the password that lets people in.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "hash")]
    pub(crate) password_hash: Option<String>,
    /// The header field in which a proxy names its user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proxy_header: Option<String>,
    /// The addresses of that proxy.
    #[serde(deserialize_with = "peers")]
    proxy_from: Vec<String>,
    /// Whether anybody who reaches it may use it.
    pub(crate) open: bool,
    /// What survives: the loss of power, or of the process.
    durability: Survives,
    /// How long logs and raw exchanges of answers that are over are kept.
    retention_days: NonZeroU32,
    /// How long ago an interrupted answer may have said something to be gone on with.
    take_over_minutes: u32,
    /// How long entries are gathered.
    #[serde(deserialize_with = "tick")]
    tick_ms: u8,
    /// The most answers at once, of all and of one user.
    runs: NonZeroU32,
    runs_of_a_user: NonZeroU32,
    /// The most characters of a message.
    message_chars: NonZeroU32,
    /// How long answers may take to finish at shutdown, before they are left to the next server.
    grace_seconds: u64,
}

/// What a kept thing survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Survives {
    /// The loss of power.
    Power,
    /// The death of the process.
    Process,
}

/// The longest that entries may be gathered, in milliseconds.
const LONGEST_TICK: u8 = 30;

impl Default for Chat {
    fn default() -> Self {
        let positive = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self {
            enabled: None,
            model: None,
            password_hash: None,
            proxy_header: None,
            proxy_from: vec!["127.0.0.1".to_owned(), "::1".to_owned()],
            open: false,
            durability: Survives::Power,
            retention_days: positive(30),
            take_over_minutes: 24 * 60,
            tick_ms: 20,
            runs: positive(1000),
            runs_of_a_user: positive(100),
            message_chars: positive(400_000),
            grace_seconds: tsuzuki_server::ChatDoor::GRACE.as_secs(),
        }
    }
}

impl Chat {
    /// Whether people who come from other machines can sign in.
    pub(crate) const fn lets_people_in(&self) -> bool {
        self.open || self.password_hash.is_some() || self.proxy_header.is_some()
    }

    /// The proxy's addresses.
    pub(crate) fn proxy_from(&self) -> Vec<Peers> {
        // Only what names addresses came in.
        self.proxy_from
            .iter()
            .filter_map(|peers| peers.parse().ok())
            .collect()
    }

    /// As the chat takes it.
    pub(crate) fn settings(&self, policy: Policy, usual: &str) -> ChatSettings {
        let minutes = u64::from(self.take_over_minutes);
        ChatSettings {
            policy,
            model: self.model.clone().unwrap_or_else(|| usual.to_owned()),
            tick: Duration::from_millis(u64::from(self.tick_ms)),
            take_over: Duration::from_secs(minutes * 60),
            runs: self.runs.get() as usize,
            runs_of_a_user: self.runs_of_a_user.get() as usize,
            message_chars: self.message_chars.get() as usize,
        }
    }

    /// As the store takes it.
    pub(crate) const fn durability(&self) -> Durability {
        match self.durability {
            Survives::Power => Durability::Power,
            Survives::Process => Durability::Process,
        }
    }

    /// How long logs and exchanges are kept.
    pub(crate) const fn retention(&self) -> Duration {
        Duration::from_secs(self.retention_days.get() as u64 * 24 * 60 * 60)
    }

    /// How long answers may take to finish at shutdown.
    pub(crate) const fn grace(&self) -> Duration {
        Duration::from_secs(self.grace_seconds)
    }
}

fn hash<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    // What was written is not repeated: it may be the password itself.
    text.parse::<Password>().map_err(|error| {
        serde::de::Error::custom(format!("{error}; `tsuzuki password` prints one"))
    })?;
    Ok(Some(text))
}

fn peers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let all = Vec::<String>::deserialize(from)?;
    for text in &all {
        if let Err(error) = text.parse::<Peers>() {
            return Err(serde::de::Error::custom(format!("`{text}`: {error}")));
        }
    }
    Ok(all)
}

fn tick<'de, D: Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
    let ticks = u8::deserialize(from)?;
    if ticks <= LONGEST_TICK {
        Ok(ticks)
    } else {
        Err(serde::de::Error::custom(format!(
            "entries are gathered for {LONGEST_TICK} ms at most"
        )))
    }
}

// A hash can be tried offline.
impl std::fmt::Debug for Chat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chat")
            .field("enabled", &self.enabled)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}
