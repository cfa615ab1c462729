//! The `application/vnd.amazon.eventstream` framing.
//!
//! A message is `total length | headers length | prelude CRC-32 | headers | payload | CRC-32`, every
//! number a big-endian `u32`. The prelude's checksum covers the first eight bytes, the last one
//! everything before it. (Botocore's `eventstream.py` and recorded traffic agree on this.)

mod header;
mod reader;

pub use header::{Header, Headers};
pub use reader::{Damage, Reader};

use bytes::{BufMut, Bytes, BytesMut};

/// The two lengths and their checksum.
const PRELUDE: usize = 12;
/// A message without headers and payload.
const SMALLEST: usize = PRELUDE + 4;

/// One message, with the very bytes it came in.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    bytes: Bytes,
    headers_length: usize,
}

impl Message {
    /// The whole message, as it came.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }
    /// The headers, in order.
    #[must_use]
    pub fn headers(&self) -> Headers<'_> {
        Headers::new(
            self.bytes
                .get(PRELUDE..PRELUDE + self.headers_length)
                .unwrap_or_default(),
        )
    }
    /// The value of a header that is a string.
    #[must_use]
    pub fn string(&self, name: &str) -> Option<&str> {
        self.headers()
            .flatten()
            .find(|(key, _)| *key == name)
            .and_then(|(_, header)| header.string())
    }
    /// The payload.
    #[must_use]
    pub fn payload(&self) -> Bytes {
        self.bytes
            .slice(PRELUDE + self.headers_length..self.bytes.len() - 4)
    }
    /// The same message with another payload: the header bytes stay as they are.
    #[must_use]
    pub fn with_payload(&self, payload: &[u8]) -> Bytes {
        let headers = self.bytes.slice(PRELUDE..PRELUDE + self.headers_length);
        assemble(&headers, payload)
    }
}

// Payloads hold user text, which must not reach a log by way of `{:?}`.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({} bytes)", self.bytes.len())
    }
}

/// A message with string headers, in the given order, and a payload.
///
/// A header's name has at most 255 bytes and its value at most 65,535, as the format allows.
#[must_use]
pub fn write(headers: &[(&str, &str)], payload: &[u8]) -> Bytes {
    let mut printed = Vec::with_capacity(
        headers
            .iter()
            .map(|(name, value)| 4 + name.len() + value.len())
            .sum(),
    );
    for (name, value) in headers {
        header::put_string(&mut printed, name, value);
    }
    assemble(&printed, payload)
}

/// Puts lengths and checksums around printed headers and a payload.
fn assemble(headers: &[u8], payload: &[u8]) -> Bytes {
    let total = SMALLEST + headers.len() + payload.len();
    let mut out = BytesMut::with_capacity(total);
    out.put_u32(u32::try_from(total).unwrap_or(u32::MAX));
    out.put_u32(u32::try_from(headers.len()).unwrap_or(u32::MAX));
    out.put_u32(crc32fast::hash(&out));
    out.put_slice(headers);
    out.put_slice(payload);
    out.put_u32(crc32fast::hash(&out));
    out.freeze()
}
