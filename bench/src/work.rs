//! What is asked of the upstream. It stands in the request itself, so that it passes through every
//! subject unchanged.

use bytes::Bytes;

/// A delta every fifty milliseconds: what a fast model prints.
pub(crate) const PACE: std::time::Duration = std::time::Duration::from_millis(50);

/// A model that Tsuzuki knows, called by its inference profile.
pub(crate) const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

/// About what a chat sends along.
const SYSTEM_BYTES: usize = 1000;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// A whole answer whose text has so many bytes.
    Whole(usize),
    /// A stream of so many deltas, as fast as they come.
    Burst(usize),
    /// A stream of so many deltas, one every [`PACE`].
    Paced(usize),
    /// A stream of so many deltas that say when they were sent, one every
    /// [`PACE`](crate::stamp::PACE) of stamps.
    Stamped(usize),
}

impl Work {
    /// The path of its operation.
    pub(crate) fn path(self) -> String {
        let operation = match self {
            Self::Whole(_) => "converse",
            Self::Burst(_) | Self::Paced(_) | Self::Stamped(_) => "converse-stream",
        };
        format!("/model/{}/{operation}", MODEL.replace(':', "%3A"))
    }

    /// What stands in a request, as `work`.
    pub(crate) fn said(self) -> String {
        match self {
            Self::Whole(bytes) => format!("whole {bytes}"),
            Self::Burst(deltas) => format!("burst {deltas}"),
            Self::Paced(deltas) => format!("paced {deltas}"),
            Self::Stamped(deltas) => format!("stamped {deltas}"),
        }
    }

    /// The body of its request.
    pub(crate) fn body(self) -> Bytes {
        let said = self.said();
        let system = "Be brief. ".repeat(SYSTEM_BYTES / 10);
        Bytes::from(format!(
            "{{\"requestMetadata\":{{\"work\":\"{said}\"}},\"inferenceConfig\":{{\"maxTokens\":4096}},\
             \"messages\":[{{\"content\":[{{\"text\":\"Tell me.\"}}],\"role\":\"user\"}}],\
             \"system\":[{{\"text\":\"{system}\"}}]}}"
        ))
    }

    /// What the body of a request asks.
    pub(crate) fn asked(body: &[u8]) -> Option<Self> {
        let body = std::str::from_utf8(body).ok()?;
        let (_, behind) = body.split_once("\"work\":\"")?;
        let (said, _) = behind.split_once('"')?;
        let (kind, count) = said.split_once(' ')?;
        let count = count.parse().ok()?;
        match kind {
            "whole" => Some(Self::Whole(count)),
            "burst" => Some(Self::Burst(count)),
            "paced" => Some(Self::Paced(count)),
            "stamped" => Some(Self::Stamped(count)),
            _ => None,
        }
    }
}
