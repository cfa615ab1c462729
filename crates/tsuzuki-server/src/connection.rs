//! One connection: HTTP/1.1 or HTTP/2, plain (by prior knowledge) or over TLS (by ALPN), within
//! the limits.

mod preface;

use crate::Limits;
use crate::door::{Body, Door};
use crate::patience::Patient;
use bytes::Bytes;
use http::Request;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use preface::Version;
use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tsuzuki::BodyError;

/// The smallest buffer hyper takes for a request head.
const LEAST_HEAD_BYTES: usize = 8192;

/// How long a connection that was asked to close may take when no request runs on it.
const FAREWELL: Duration = Duration::from_secs(5);

/// The most streams a peer may have reset before we answered them (rapid reset, CVE-2023-44487).
const PENDING_RESETS: usize = 32;

/// One connection that was accepted.
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    pub(crate) peer: IpAddr,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) host: Host,
}

/// What all connections have in common.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) door: Arc<Door>,
    pub(crate) limits: Arc<Limits>,
    /// Finish what runs, take nothing new.
    pub(crate) shutdown: CancellationToken,
    /// Drop everything.
    pub(crate) abort: CancellationToken,
}

/// Serves one connection to its end.
pub(crate) async fn run(connection: Connection) {
    let Connection {
        stream,
        peer,
        tls,
        host,
    } = connection;
    // Around the socket, so that a handshake does not wait for ever either.
    let stream = Patient::new(stream, host.limits.write_pause);
    match tls {
        // In a box, so that a connection without TLS has no room for it.
        Some(tls) => Box::pin(shake(stream, peer, tls, host)).await,
        None => Box::pin(speak(stream, peer, host)).await,
    }
}

/// Speaks HTTP behind a TLS handshake.
async fn shake(stream: Patient, peer: IpAddr, tls: TlsAcceptor, host: Host) {
    let shaken = tokio::select! {
        biased;
        () = host.shutdown.cancelled() => return,
        shaken = tokio::time::timeout(host.limits.handshake, tls.accept(stream)) => shaken,
    };
    match shaken {
        Ok(Ok(stream)) => speak(stream, peer, host).await,
        Ok(Err(error)) => tracing::debug!(%error, "the TLS handshake failed"),
        Err(_too_long) => tracing::debug!("the TLS handshake took too long"),
    }
}

/// Speaks HTTP until the connection ends.
async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: IpAddr,
    host: Host,
) {
    let told = tokio::select! {
        biased;
        () = host.shutdown.cancelled() => return,
        told = tokio::time::timeout(host.limits.idle, preface::tell(stream)) => told,
    };
    let (version, stream) = match told {
        Ok(Ok(told)) => told,
        Ok(Err(error)) => return tracing::debug!(%error, "connection ended"),
        Err(_too_long) => return,
    };
    let stream = TokioIo::new(stream);
    let work = Arc::new(Work::new());
    let service = service_fn(|request: Request<Incoming>| {
        let door = Arc::clone(&host.door);
        let running = Work::begin(&work);
        // In a box of its own, which goes when the response begins: hyper keeps the place of this
        // future for as long as the connection stays.
        Box::pin(async move {
            let response = door.open(request, peer).await;
            // The request runs until the last byte of its response was taken.
            Ok::<_, Infallible>(response.map(|body| Counted {
                body,
                _running: running,
            }))
        })
    });
    match version {
        Version::One => {
            let serving = Box::pin(one(&host.limits).serve_connection(stream, service));
            attend(serving, |serving| serving.graceful_shutdown(), &work, &host).await;
        }
        Version::Two => {
            let serving = Box::pin(two(&host.limits).serve_connection(stream, service));
            attend(serving, |serving| serving.graceful_shutdown(), &work, &host).await;
        }
    }
}

/// Sees a connection to its end, which it hastens when there is a reason. The connection is in a box,
/// because whatever waits here has room for either version, and what is passed on for two of it.
async fn attend<C>(mut serving: Pin<Box<C>>, close: impl Fn(Pin<&mut C>), work: &Work, host: &Host)
where
    C: Future<Output = Result<(), hyper::Error>>,
{
    let Host {
        limits,
        shutdown,
        abort,
        ..
    } = host;
    let mut closing = false;
    loop {
        tokio::select! {
            biased;
            ended = serving.as_mut() => {
                if let Err(error) = ended {
                    // hyper's and h2's errors tell of framing and sockets, never of payload.
                    tracing::debug!(%error, "connection ended");
                }
                return;
            }
            () = abort.cancelled() => return,
            () = shutdown.cancelled(), if !closing => closing = true,
            () = work.rested(limits.idle), if !closing => closing = true,
            () = work.rested(FAREWELL), if closing => return,
        }
        close(serving.as_mut());
    }
}

/// HTTP/1.1, within the limits.
fn one(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    // No half-closed connections: a client that closed looks the same until something is written,
    // and its legs would run, and cost, until then.
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_whole)
        .max_buf_size(limits.head_bytes.max(LEAST_HEAD_BYTES))
        // hyper's buffer may be larger than that by what one read brings.
        .max_header_size(limits.head_bytes.max(LEAST_HEAD_BYTES))
        .max_headers(limits.head_fields);
    builder
}

/// HTTP/2, within the limits.
fn two(limits: &Limits) -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.ping)
        .keep_alive_timeout(limits.ping)
        .max_concurrent_streams(limits.streams)
        .max_pending_accept_reset_streams(PENDING_RESETS)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX));
    builder
}

/// A response body whose request runs as long as it is there. It tells its length as the body does,
/// so that HTTP/1.1 needs no chunks for a length that is known.
struct Counted {
    body: Body,
    _running: Running,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// How many requests run on a connection, and since when none did.
struct Work(Mutex<State>);

struct State {
    running: usize,
    since: Instant,
}

/// A request that runs; dropped when it is over.
struct Running(Arc<Work>);

impl Work {
    fn new() -> Self {
        Self(Mutex::new(State {
            running: 0,
            since: Instant::now(),
        }))
    }

    fn begin(work: &Arc<Self>) -> Running {
        work.change(|running| running + 1);
        Running(Arc::clone(work))
    }

    fn change(&self, next: impl FnOnce(usize) -> usize) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.running = next(state.running);
        state.since = Instant::now();
    }

    /// Waits until no request ran for this long.
    async fn rested(&self, rest: Duration) {
        loop {
            let (running, since) = {
                let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                (state.running, state.since)
            };
            let now = Instant::now();
            let enough = since + rest;
            if running == 0 && enough <= now {
                return;
            }
            let look_again = if running == 0 { enough } else { now + rest };
            tokio::time::sleep_until(look_again).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.change(|running| running.saturating_sub(1));
    }
}
