//! Which version of HTTP a client speaks, told by its first bytes.
//!
//! hyper-util could tell, too. But it hands hyper the bytes it looked at as a read of their own, upon
//! which hyper doubles its buffer, for as long as the connection stays; and its connection has room
//! for both versions.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};

/// What an HTTP/2 connection begins with (RFC 9113, 3.4).
const PREFACE: [u8; 24] = *b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The versions we speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// HTTP/1.1.
    One,
    /// HTTP/2.
    Two,
}

/// A stream whose first bytes were looked at; whoever reads it gets them all the same.
pub(super) struct Begun<S> {
    stream: S,
    first: [u8; PREFACE.len()],
    /// How many of the first bytes were read again, and how many there are.
    again: usize,
    length: usize,
}

/// Reads no further than it must to know the version.
pub(super) async fn tell<S: AsyncRead + Unpin>(mut stream: S) -> io::Result<(Version, Begun<S>)> {
    let mut first = [0; PREFACE.len()];
    let mut length = 0;
    while length < PREFACE.len() && first[..length] == PREFACE[..length] {
        match stream.read(&mut first[length..]).await? {
            0 => break,
            more => length += more,
        }
    }
    let version = if first == PREFACE {
        Version::Two
    } else {
        Version::One
    };
    let begun = Begun {
        stream,
        first,
        again: 0,
        length,
    };
    Ok((version, begun))
}

impl<S: AsyncRead + Unpin> AsyncRead for Begun<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let left = &this.first[this.again..this.length];
        if left.is_empty() {
            return Pin::new(&mut this.stream).poll_read(cx, buffer);
        }
        let fits = left.len().min(buffer.remaining());
        buffer.put_slice(&left[..fits]);
        this.again += fits;
        // What is behind them comes in the same read, as it would have without us.
        if buffer.remaining() > 0
            && let Poll::Ready(Err(error)) = Pin::new(&mut this.stream).poll_read(cx, buffer)
        {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Begun<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::{PREFACE, Version, tell};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    /// What is told of these pieces, written one after the other, and what is read afterwards.
    async fn told(pieces: &[&[u8]]) -> (Version, Vec<u8>) {
        let (mut client, server) = duplex(1024);
        let write = async move {
            for piece in pieces {
                client.write_all(piece).await.expect("there is room");
                tokio::task::yield_now().await;
            }
        };
        let read = async {
            let (version, mut begun) = tell(server).await.expect("it can be read");
            let mut all = Vec::new();
            begun.read_to_end(&mut all).await.expect("it can be read");
            (version, all)
        };
        tokio::join!(write, read).1
    }

    #[tokio::test]
    async fn the_preface_tells_and_nothing_is_lost() {
        let requests: [(&[&[u8]], Version); 6] = [
            (&[b"POST / HTTP/1.1\r\n\r\n"], Version::One),
            (&[b"P", b"O", b"ST / HTTP/1.1\r\n\r\n"], Version::One),
            (&[&PREFACE, b"frames"], Version::Two),
            (
                &[b"PRI * HT", b"TP/2.0\r\n\r\nSM\r\n\r\nframes"],
                Version::Two,
            ),
            (&[b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"], Version::One),
            (&[], Version::One),
        ];
        for (pieces, version) in requests {
            assert_eq!(told(pieces).await, (version, pieces.concat()));
        }
    }
}
