//! Every bound of the endpoint, with its default, in one place.

use std::time::Duration;

/// How much the endpoint bears. [`Limits::DEFAULT`] shows the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The largest request body, in bytes.
    pub body_bytes: usize,
    /// How long a request body may pause.
    pub body_pause: Duration,
    /// How long a whole request body may take.
    pub body_whole: Duration,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// The largest request head, in bytes; at least 8,192.
    pub head_bytes: usize,
    /// The most header fields of a request.
    pub head_fields: usize,
    /// How long a request head may take. On HTTP/1.1 this is also how long a kept-alive connection
    /// may rest between two requests.
    pub head_whole: Duration,
    /// How long a connection may rest with no request running.
    pub idle: Duration,
    /// How long a client may refuse to take bytes that are waiting for it.
    pub write_pause: Duration,
    /// The most connections at once; more wait in the listener's queue.
    pub connections: usize,
    /// The most requests at once on one HTTP/2 connection.
    pub streams: u32,
    /// How often a quiet HTTP/2 connection is asked for a sign of life, and how long it has to give it.
    pub ping: Duration,
    /// The longest silence towards a caller, where the wire has a harmless way to break it.
    pub silence: Duration,
    /// How long an answer goes on for a client that is gone but may come back.
    pub gone: Duration,
    /// How long running answers may take to finish at shutdown.
    pub drain: Duration,
    /// How many bytes an answer may run ahead of the slowest client that reads it.
    pub ahead_bytes: usize,
    /// What is kept for retries.
    pub joins: JoinLimits,
    /// How much the chat bears.
    pub chat: ChatLimits,
}

/// How much the chat bears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatLimits {
    /// How long a session lasts.
    pub session: Duration,
    /// How often one peer may try to sign in with a wrong password: an address, or a browser that
    /// signed in before.
    pub sign_ins: Rate,
    /// How many passwords are checked at once; each takes 19 MiB.
    pub password_checks: usize,
    /// The largest import, in bytes: files make it larger than other bodies.
    pub import_bytes: usize,
    /// How often one user may change something.
    pub writes: Rate,
    /// The most streams of events that one user may have open: every tab has one. Without names of
    /// their own, all are one user.
    pub readers: usize,
    /// The most attachments of one message.
    pub attachments: usize,
    /// The largest image, in bytes.
    pub image_bytes: usize,
    /// The largest document, in bytes.
    pub document_bytes: usize,
}

/// How often something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How often at once.
    pub burst: u32,
    /// After how long once more.
    pub every: Duration,
}

/// What is kept so that a retry can join the answer it repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinLimits {
    /// How long a finished answer is kept.
    pub keep: Duration,
    /// The most answers known at once, running ones included.
    pub answers: usize,
    /// The most bytes of one answer; a longer one can no longer be joined.
    pub answer_bytes: usize,
    /// The same for an answer that is streamed. No SDK asks again once it has read a stream's head,
    /// so only the beginning is worth keeping: a head may be lost on its way.
    pub stream_bytes: usize,
    /// The most bytes of all answers together. The oldest finished ones go first, and an answer that
    /// finds no room can no longer be joined.
    pub bytes: usize,
}

impl Limits {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        // Bedrock takes InvokeModel bodies of 25,000,000 bytes (service model); a margin for what
        // Converse puts around them.
        body_bytes: 26_000_000,
        body_pause: Duration::from_secs(20),
        body_whole: Duration::from_secs(300),
        handshake: Duration::from_secs(10),
        head_bytes: 64 * 1024,
        head_fields: 100,
        head_whole: Duration::from_secs(30),
        idle: Duration::from_secs(120),
        write_pause: Duration::from_secs(60),
        connections: 1024,
        streams: 128,
        ping: Duration::from_secs(20),
        // boto3 gives up on a silent call after 60 s.
        silence: Duration::from_secs(10),
        gone: Duration::from_secs(15),
        drain: Duration::from_secs(30),
        ahead_bytes: 1024 * 1024,
        joins: JoinLimits {
            keep: Duration::from_secs(600),
            answers: 512,
            answer_bytes: 8 * 1024 * 1024,
            stream_bytes: 4 * 1024,
            bytes: 64 * 1024 * 1024,
        },
        chat: ChatLimits {
            session: Duration::from_secs(30 * 24 * 60 * 60),
            sign_ins: Rate {
                burst: 5,
                every: Duration::from_secs(12),
            },
            password_checks: 2,
            import_bytes: 256 * 1024 * 1024,
            writes: Rate {
                burst: 300,
                every: Duration::from_millis(20),
            },
            readers: 2_000,
            // Converse takes 20 images of 3.75 MB and 5 documents of 4.5 MB (API reference, Message).
            attachments: 20,
            image_bytes: 3_750_000,
            document_bytes: 4_500_000,
        },
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
