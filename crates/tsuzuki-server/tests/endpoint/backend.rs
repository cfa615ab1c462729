//! Backends that answer from a script, and the endpoint in front of them.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tsuzuki::engine::{Abilities, Mode, ModelId, Prefill, Price, Region};
use tsuzuki::wire::eventstream;
use tsuzuki::{BodyError, RawRequest, RawResponse, Transport, Wired};
use tsuzuki_server::{ServeError, Settings, serve};

type Script = dyn Fn(usize, &RawRequest) -> Reply + Send + Sync;

/// A backend that answers its n-th request (from 0) by a script.
pub(crate) struct Scripted {
    script: Box<Script>,
    pub(crate) seen: Mutex<Vec<RawRequest>>,
    /// Responses that were dropped or read to their end.
    pub(crate) let_go: Arc<AtomicUsize>,
}

/// A scripted response.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// How long until the head comes.
    pub(crate) after: Duration,
    pub(crate) pieces: Vec<Piece>,
}

pub(crate) enum Piece {
    Bytes(Bytes),
    Pause(Duration),
    Break(BodyError),
    Hang,
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type", "application/json".to_owned())],
            after: Duration::ZERO,
            pieces: vec![Piece::Bytes(body.into())],
        }
    }

    pub(crate) fn events(pieces: Vec<Piece>) -> Self {
        Self {
            status: 200,
            headers: vec![(
                "Content-Type",
                "application/vnd.amazon.eventstream".to_owned(),
            )],
            after: Duration::ZERO,
            pieces,
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn after(mut self, pause: Duration) -> Self {
        self.after = pause;
        self
    }
}

impl Scripted {
    pub(crate) fn new(
        script: impl Fn(usize, &RawRequest) -> Reply + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            script: Box::new(script),
            seen: Mutex::default(),
            let_go: Arc::default(),
        })
    }

    pub(crate) fn calls(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    pub(crate) fn request(&self, number: usize) -> RawRequest {
        self.seen.lock().unwrap()[number].clone()
    }
}

struct LetGo(Arc<AtomicUsize>);

impl Drop for LetGo {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Transport for Scripted {
    fn send(&self, request: RawRequest) -> BoxFuture<'static, RawResponse> {
        let number = {
            let mut seen = self.seen.lock().unwrap();
            seen.push(request.clone());
            seen.len() - 1
        };
        let reply = (self.script)(number, &request);
        let guard = LetGo(Arc::clone(&self.let_go));
        async move {
            tokio::time::sleep(reply.after).await;
            let body = stream::iter(reply.pieces).filter_map(move |piece| {
                let _ = &guard;
                async move {
                    match piece {
                        Piece::Bytes(bytes) => Some(Ok(bytes)),
                        Piece::Break(error) => Some(Err(error)),
                        Piece::Pause(pause) => {
                            tokio::time::sleep(pause).await;
                            None
                        }
                        Piece::Hang => std::future::pending().await,
                    }
                }
            });
            RawResponse {
                status: reply.status,
                headers: reply
                    .headers
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect(),
                body: body.boxed(),
            }
        }
        .boxed()
    }

    fn call(
        &self,
        _model: &ModelId,
        _region: Option<&Region>,
        request: RawRequest,
    ) -> BoxFuture<'static, RawResponse> {
        self.send(request)
    }

    fn abilities(&self, model: &ModelId) -> Abilities {
        let price = Price {
            input: 100_000.0,
            output: 100_000.0,
            cache_read: 0.0,
            cache_write: 0.0,
        };
        Abilities {
            // Ten cents a token makes budgets short to spend.
            price: model.0.starts_with("priced").then_some(price),
            prefill: Prefill::Accepted,
            prefill_with_tools: true,
            ..Abilities::unknown()
        }
    }
}

/// An endpoint that serves until it is dropped.
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: CancellationToken,
    pub(crate) task: JoinHandle<Result<(), ServeError>>,
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The defaults, for a mode.
pub(crate) fn settings(mode: Mode) -> Settings {
    Settings::new(mode)
}

pub(crate) async fn start(backend: &Arc<Scripted>, settings: Settings) -> Endpoint {
    start_over(Arc::clone(backend) as Arc<dyn Transport>, settings).await
}

pub(crate) async fn start_over(backend: Arc<dyn Transport>, settings: Settings) -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let backend = Arc::new(Wired::new(backend));
    let task = tokio::spawn(serve(listener, settings, backend, shutdown.clone()));
    Endpoint {
        address,
        shutdown,
        task,
    }
}

/// A Converse response that says this.
pub(crate) fn converse(text: &str, stop: &str) -> String {
    serde_json::json!({
        "metrics": { "latencyMs": 7 },
        "output": { "message": { "content": [{ "text": text }], "role": "assistant" } },
        "stopReason": stop,
        "usage": { "inputTokens": 5, "outputTokens": 3, "totalTokens": 8 },
    })
    .to_string()
}

/// One event of a ConverseStream response.
pub(crate) fn event(kind: &str, payload: &serde_json::Value) -> Bytes {
    eventstream::write(
        &[
            (":event-type", kind),
            (":content-type", "application/json"),
            (":message-type", "event"),
        ],
        payload.to_string().as_bytes(),
    )
}

/// The events before, for and after these texts.
pub(crate) fn stream_start() -> Bytes {
    event("messageStart", &serde_json::json!({ "role": "assistant" }))
}

pub(crate) fn stream_text(text: &str) -> Bytes {
    event(
        "contentBlockDelta",
        &serde_json::json!({ "contentBlockIndex": 0, "delta": { "text": text } }),
    )
}

pub(crate) fn stream_end(stop: &str) -> Bytes {
    let mut bytes = Vec::new();
    for (kind, payload) in [
        (
            "contentBlockStop",
            serde_json::json!({ "contentBlockIndex": 0 }),
        ),
        ("messageStop", serde_json::json!({ "stopReason": stop })),
        (
            "metadata",
            serde_json::json!({
                "metrics": { "latencyMs": 7 },
                "usage": { "inputTokens": 5, "outputTokens": 3, "totalTokens": 8 },
            }),
        ),
    ] {
        bytes.extend_from_slice(&event(kind, &payload));
    }
    Bytes::from(bytes)
}

/// Waits, for a bounded time, until this holds.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain: {what}");
}
