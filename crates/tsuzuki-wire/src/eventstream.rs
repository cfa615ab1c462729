//! The `application/vnd.amazon.eventstream` framing.

use bytes::{BufMut, Bytes, BytesMut};

/// A message with string headers, in the given order, and a payload.
#[must_use]
pub fn write(headers: &[(&str, &str)], payload: &[u8]) -> Bytes {
    let headers_length: usize = headers
        .iter()
        .map(|(name, value)| 4 + name.len() + value.len())
        .sum();
    let total = 16 + headers_length + payload.len();
    let mut out = BytesMut::with_capacity(total);
    out.put_u32(u32::try_from(total).unwrap_or(u32::MAX));
    out.put_u32(u32::try_from(headers_length).unwrap_or(u32::MAX));
    out.put_u32(crc32fast::hash(&out));
    for (name, value) in headers {
        out.put_u8(u8::try_from(name.len()).unwrap_or(u8::MAX));
        out.put_slice(name.as_bytes());
        out.put_u8(7);
        out.put_u16(u16::try_from(value.len()).unwrap_or(u16::MAX));
        out.put_slice(value.as_bytes());
    }
    out.put_slice(payload);
    out.put_u32(crc32fast::hash(&out));
    out.freeze()
}
