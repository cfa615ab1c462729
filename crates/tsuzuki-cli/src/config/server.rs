//! `[server]`: the endpoint.

use serde::{Deserialize, Deserializer, Serialize};
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;
use std::time::Duration;
use tsuzuki_server::{JoinLimits, Limits as Bounds};

/// The endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Server {
    /// Where to listen.
    #[serde(deserialize_with = "address")]
    pub(crate) listen: SocketAddr,
    /// Names under which the endpoint may be called, besides loopback's and its own address.
    pub(crate) hosts: Vec<String>,
    /// What the log tells.
    pub(crate) log: String,
    /// A private folder for what is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<PathBuf>,
    /// How much the endpoint bears.
    pub(crate) limits: Limits,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7373)),
            hosts: Vec::new(),
            log: "warn".to_owned(),
            data: None,
            limits: Limits::default(),
        }
    }
}

/// How much the endpoint bears; `tsuzuki_server::Limits` explains each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    body_bytes: NonZeroU32,
    body_pause_seconds: NonZeroU64,
    body_whole_seconds: NonZeroU64,
    head_seconds: NonZeroU64,
    idle_seconds: NonZeroU64,
    write_pause_seconds: NonZeroU64,
    connections: NonZeroU32,
    streams: NonZeroU32,
    silence_seconds: NonZeroU64,
    gone_seconds: NonZeroU64,
    drain_seconds: u64,
    ahead_bytes: NonZeroU32,
    retry_keep_seconds: u64,
    retry_answers: u32,
    retry_answer_bytes: u32,
    retry_stream_bytes: u32,
    retry_bytes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let bounds = Bounds::DEFAULT;
        let whole = |duration: Duration| least(duration.as_secs());
        Self {
            body_bytes: count(bounds.body_bytes),
            body_pause_seconds: whole(bounds.body_pause),
            body_whole_seconds: whole(bounds.body_whole),
            head_seconds: whole(bounds.head_whole),
            idle_seconds: whole(bounds.idle),
            write_pause_seconds: whole(bounds.write_pause),
            connections: count(bounds.connections),
            streams: NonZeroU32::new(bounds.streams).unwrap_or(NonZeroU32::MIN),
            silence_seconds: whole(bounds.silence),
            gone_seconds: whole(bounds.gone),
            drain_seconds: bounds.drain.as_secs(),
            ahead_bytes: count(bounds.ahead_bytes),
            retry_keep_seconds: bounds.joins.keep.as_secs(),
            retry_answers: small(bounds.joins.answers),
            retry_answer_bytes: small(bounds.joins.answer_bytes),
            retry_stream_bytes: small(bounds.joins.stream_bytes),
            retry_bytes: small(bounds.joins.bytes),
        }
    }
}

impl Limits {
    /// As the endpoint takes them.
    pub(crate) fn bounds(&self) -> Bounds {
        let seconds = |seconds: NonZeroU64| Duration::from_secs(seconds.get());
        Bounds {
            body_bytes: self.body_bytes.get() as usize,
            body_pause: seconds(self.body_pause_seconds),
            body_whole: seconds(self.body_whole_seconds),
            head_whole: seconds(self.head_seconds),
            idle: seconds(self.idle_seconds),
            write_pause: seconds(self.write_pause_seconds),
            connections: self.connections.get() as usize,
            streams: self.streams.get(),
            silence: seconds(self.silence_seconds),
            gone: seconds(self.gone_seconds),
            drain: Duration::from_secs(self.drain_seconds),
            ahead_bytes: self.ahead_bytes.get() as usize,
            joins: JoinLimits {
                keep: Duration::from_secs(self.retry_keep_seconds),
                answers: self.retry_answers as usize,
                answer_bytes: self.retry_answer_bytes as usize,
                stream_bytes: self.retry_stream_bytes as usize,
                bytes: self.retry_bytes as usize,
            },
            ..Bounds::DEFAULT
        }
    }
}

fn least(number: u64) -> NonZeroU64 {
    NonZeroU64::new(number).unwrap_or(NonZeroU64::MIN)
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn count(number: usize) -> NonZeroU32 {
    NonZeroU32::new(small(number)).unwrap_or(NonZeroU32::MIN)
}

/// An address to listen on. `localhost` is spelt out here: looking it up could lead elsewhere.
fn address<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(from)?;
    text.strip_prefix("localhost:")
        .map_or_else(|| text.clone(), |port| format!("127.0.0.1:{port}"))
        .parse()
        .map_err(|_| {
            serde::de::Error::custom(format!(
                "`{text}` is not an address: host:port, as in 127.0.0.1:7373"
            ))
        })
}
