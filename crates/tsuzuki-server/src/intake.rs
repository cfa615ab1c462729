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

/// The whole body.
pub(crate) async fn read(body: Incoming, limits: &Limits) -> Result<Bytes, Fault> {
    let limit = limits.body_bytes;
    let promised = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if promised > limit {
        linger(body, limit);
        return Err(Fault::body_too_large(limit));
    }
    match tokio::time::timeout(limits.body_whole, collect(body, promised, limits)).await {
        Ok(read) => read,
        Err(_too_long) => Err(Fault::body_too_slow()),
    }
}

async fn collect(mut body: Incoming, promised: usize, limits: &Limits) -> Result<Bytes, Fault> {
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    loop {
        let piece = match tokio::time::timeout(limits.body_pause, body.frame()).await {
            Err(_too_long) => return Err(Fault::body_too_slow()),
            Ok(None) => break,
            Ok(Some(Err(_broken))) => {
                return Err(Fault::serialization("the request body broke off"));
            }
            Ok(Some(Ok(frame))) => match frame.into_data() {
                Ok(piece) => piece,
                Err(_trailers) => continue,
            },
        };
        if first.len() + whole.len() + piece.len() > limits.body_bytes {
            linger(body, limits.body_bytes);
            return Err(Fault::body_too_large(limits.body_bytes));
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
