//! Reading a request body, within its limits.

use crate::Limits;
use crate::error::Fault;
use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::time::Duration;

/// How long a body that was refused is still taken off the wire. Clients write their whole body
/// before they read an answer; a connection closed under their hands would hide it from them.
const LINGER: Duration = Duration::from_secs(5);

/// A body of so many bytes is worth a copy, so that the buffer it came in can go.
const SMALL: usize = 4 * 1024;

/// Why a body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is larger than this many bytes.
    TooLarge(usize),
    /// It did not arrive in time.
    TooSlow,
    /// It broke off.
    Broken,
}

impl From<Unread> for Fault {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge(limit) => Self::body_too_large(limit),
            Unread::TooSlow => Self::body_too_slow(),
            Unread::Broken => Self::serialization("the request body broke off"),
        }
    }
}

/// The whole body, of at most `limit` bytes.
pub(crate) async fn read(body: Incoming, limit: usize, limits: &Limits) -> Result<Bytes, Unread> {
    let promised = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if promised > limit {
        linger(body, limits.body_bytes);
        return Err(Unread::TooLarge(limit));
    }
    let collecting = collect(body, promised, limit, limits);
    match tokio::time::timeout(limits.body_whole, collecting).await {
        Ok(read) => read,
        Err(_too_long) => Err(Unread::TooSlow),
    }
}

async fn collect(
    mut body: Incoming,
    promised: usize,
    limit: usize,
    limits: &Limits,
) -> Result<Bytes, Unread> {
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    loop {
        let piece = match tokio::time::timeout(limits.body_pause, body.frame()).await {
            Err(_too_long) => return Err(Unread::TooSlow),
            Ok(None) => break,
            Ok(Some(Err(_broken))) => {
                return Err(Unread::Broken);
            }
            Ok(Some(Ok(frame))) => match frame.into_data() {
                Ok(piece) => piece,
                Err(_trailers) => continue,
            },
        };
        if first.len() + whole.len() + piece.len() > limit {
            linger(body, limits.body_bytes);
            return Err(Unread::TooLarge(limit));
        }
        if first.is_empty() && whole.is_empty() {
            // Most bodies come in one piece, which then is not copied once more.
            first = piece;
            continue;
        }
        if whole.is_empty() {
            // A promise is no reason to set memory aside before anything came.
            whole.reserve(promised.min(first.len() * 8));
            whole.extend_from_slice(&std::mem::take(&mut first));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(if whole.is_empty() {
        // A small piece is a slice of hyper's buffer, all of which would stay as long as the answer.
        match first.len() <= SMALL {
            true => Bytes::copy_from_slice(&first),
            false => first,
        }
    } else {
        whole.freeze()
    })
}

/// Takes what still comes of a refused body, for a while and up to so many bytes.
pub(crate) fn linger(mut body: Incoming, most: usize) {
    tokio::spawn(tokio::time::timeout(LINGER, async move {
        let mut seen = 0_usize;
        while let Some(Ok(frame)) = body.frame().await {
            seen = seen.saturating_add(frame.data_ref().map_or(0, Bytes::len));
            if seen > most {
                return;
            }
        }
    }));
}
