//! Messages out of a byte stream that comes in pieces of any size.

use super::{Message, PRELUDE, SMALLEST};
use bytes::{Bytes, BytesMut};
use std::fmt;

/// The most bytes of headers (botocore's `_MAX_HEADERS_LENGTH`).
const MOST_HEADERS: usize = 128 * 1024;
/// The most bytes of payload (botocore's `_MAX_PAYLOAD_LENGTH`).
const MOST_PAYLOAD: usize = 24 * 1024 * 1024;

/// What is wrong with the bytes of a stream. Nothing after it can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// The lengths at the head of a message do not match their checksum.
    Prelude,
    /// The lengths cannot be those of a message.
    Length,
    /// The message does not match its checksum.
    Checksum,
    /// The headers do not fit their space, or are not text where they should be.
    Headers,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Prelude => "the lengths of an event-stream message do not match their checksum",
            Self::Length => "an event-stream message has an impossible length",
            Self::Checksum => "an event-stream message does not match its checksum",
            Self::Headers => "the headers of an event-stream message are malformed",
        })
    }
}

impl std::error::Error for Damage {}

/// Reads messages from a byte stream that comes in pieces of any size.
///
/// A message that lies whole in one piece is a slice of it, not a copy. Lengths are checked as soon
/// as their twelve bytes are there, so a damaged length never makes anybody wait for gigabytes.
#[derive(Default)]
pub struct Reader {
    begun: BytesMut,
    damage: Option<Damage>,
}

impl Reader {
    /// A reader at the start of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes more bytes; messages they complete are appended to `out`.
    ///
    /// # Errors
    /// The bytes are damaged. Messages before the damage are in `out`; the reader stays damaged.
    pub fn read(&mut self, bytes: Bytes, out: &mut Vec<Message>) -> Result<(), Damage> {
        if let Some(damage) = self.damage {
            return Err(damage);
        }
        let read = self.drain(bytes, out);
        self.damage = read.err();
        read
    }

    /// Whether the stream stands between two messages, so that it may end here.
    #[must_use]
    pub fn is_between(&self) -> bool {
        self.begun.is_empty() && self.damage.is_none()
    }

    fn drain(&mut self, mut fresh: Bytes, out: &mut Vec<Message>) -> Result<(), Damage> {
        if !self.begun.is_empty() {
            self.top_up(PRELUDE, &mut fresh);
            if self.begun.len() < PRELUDE {
                return Ok(());
            }
            let (total, _) = lengths(&self.begun)?;
            self.top_up(total, &mut fresh);
            if self.begun.len() < total {
                return Ok(());
            }
            out.push(message(self.begun.split().freeze())?);
        }
        while fresh.len() >= PRELUDE {
            let (total, _) = lengths(&fresh)?;
            if fresh.len() < total {
                break;
            }
            out.push(message(fresh.split_to(total))?);
        }
        self.begun.extend_from_slice(&fresh);
        Ok(())
    }

    fn top_up(&mut self, wanted: usize, fresh: &mut Bytes) {
        let missing = wanted.saturating_sub(self.begun.len()).min(fresh.len());
        self.begun.extend_from_slice(&fresh.split_to(missing));
    }
}

// Bytes hold user text, which must not reach a log by way of `{:?}`.
impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader({} bytes begun)", self.begun.len())
    }
}

/// The total length and the headers' length of a message of which at least the prelude is there.
fn lengths(bytes: &[u8]) -> Result<(usize, usize), Damage> {
    let (lengths, rest) = bytes.split_at_checked(8).ok_or(Damage::Length)?;
    if number(rest) != Some(crc32fast::hash(lengths)) {
        return Err(Damage::Prelude);
    }
    let length = |at: &[u8]| {
        number(at)
            .and_then(|value| usize::try_from(value).ok())
            .ok_or(Damage::Length)
    };
    let total = length(lengths)?;
    let headers = length(lengths.get(4..).unwrap_or_default())?;
    let payload = total
        .checked_sub(SMALLEST)
        .and_then(|inner| inner.checked_sub(headers))
        .ok_or(Damage::Length)?;
    if headers > MOST_HEADERS || payload > MOST_PAYLOAD {
        return Err(Damage::Length);
    }
    Ok((total, headers))
}

/// Checks a whole message.
fn message(bytes: Bytes) -> Result<Message, Damage> {
    let (_, headers_length) = lengths(&bytes)?;
    let (covered, checksum) = bytes
        .split_at_checked(bytes.len() - 4)
        .ok_or(Damage::Length)?;
    if number(checksum) != Some(crc32fast::hash(covered)) {
        return Err(Damage::Checksum);
    }
    let message = Message {
        bytes,
        headers_length,
    };
    message
        .headers()
        .find_map(Result::err)
        .map_or(Ok(message), Err)
}

fn number(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|four| u32::from_be_bytes(*four))
}
