//! How long the backend waits.

use std::time::Duration;

/// How long the backend waits. Every limit is generous: a model may think for minutes, and AWS
/// documents answers that take up to an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a connection, the names and the handshake included.
    pub connect: Duration,
    /// For the head of an answer that comes in one piece: Bedrock sends it when all is written.
    pub whole: Duration,
    /// For the head of an answer that comes as a stream: Bedrock sends it when the model has begun.
    pub stream: Duration,
    /// For the next byte of a body. Thinking is silent, so this is no measure of speed.
    pub silence: Duration,
}

impl Limits {
    /// Ten seconds to connect; an hour for a whole answer, ten minutes for the head of a stream;
    /// five minutes of silence.
    pub const DEFAULT: Self = Self {
        connect: Duration::from_secs(10),
        whole: Duration::from_secs(3600),
        stream: Duration::from_secs(600),
        silence: Duration::from_secs(300),
    };

    /// How long the head of the response to this path may take.
    pub(super) fn head(&self, path: &str) -> Duration {
        let operation = path.split('?').next().unwrap_or_default();
        if operation.ends_with("-stream") {
            self.stream
        } else {
            self.whole
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
