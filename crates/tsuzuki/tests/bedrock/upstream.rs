//! What the tests stand on: a local upstream that remembers what it saw, and a backend that calls it.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tsuzuki::backend::Transport as _;
use tsuzuki::bedrock::{Bedrock, Settings};
use tsuzuki::{BodyError, RawRequest, RawResponse};

pub(crate) const REGION: &str = "us-east-1";
pub(crate) const KEY: &str = "AKIDEXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const CONVERSE: &str = "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse";

pub(crate) type Body = UnsyncBoxBody<Bytes, BodyError>;
pub(crate) type Response = http::Response<Body>;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// Path and query, undecoded.
    pub(crate) path: String,
    pub(crate) host: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    pub(crate) version: http::Version,
    /// Which connection it came on, counted from 0.
    pub(crate) connection: usize,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The access key in its signature.
    pub(crate) fn signed_by(&self) -> &str {
        let credential = self
            .header("authorization")
            .unwrap()
            .split_once("Credential=");
        credential.unwrap().1.split('/').next().unwrap()
    }
}

/// Answers a request.
pub(crate) type Answer = Arc<dyn Fn(Seen) -> BoxFuture<'static, Response> + Send + Sync>;

/// A local HTTP server, over HTTP/1.1 and HTTP/2.
#[derive(Clone)]
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Upstream {
    pub(crate) async fn start(answer: impl Fn(Seen) -> Response + Send + Sync + 'static) -> Self {
        Self::start_slow(move |seen| {
            let response = answer(seen);
            Box::pin(async { response })
        })
        .await
    }

    pub(crate) async fn start_slow(
        answer: impl Fn(Seen) -> BoxFuture<'static, Response> + Send + Sync + 'static,
    ) -> Self {
        let (listener, upstream, answer) = Self::ready(answer).await;
        let this = upstream.clone();
        tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                stream.set_nodelay(true).unwrap();
                tokio::spawn(serve(stream, this.clone(), Arc::clone(&answer), connection));
            }
        });
        upstream
    }

    pub(crate) async fn start_tls(
        tls: rustls::ServerConfig,
        answer: impl Fn(Seen) -> BoxFuture<'static, Response> + Send + Sync + 'static,
    ) -> Self {
        let (listener, upstream, answer) = Self::ready(answer).await;
        let this = upstream.clone();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(tls));
        tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                stream.set_nodelay(true).unwrap();
                let (acceptor, this, answer) =
                    (acceptor.clone(), this.clone(), Arc::clone(&answer));
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, this, answer, connection).await;
                    }
                });
            }
        });
        upstream
    }

    async fn ready(
        answer: impl Fn(Seen) -> BoxFuture<'static, Response> + Send + Sync + 'static,
    ) -> (TcpListener, Self, Answer) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
        };
        (listener, upstream, Arc::new(answer))
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    upstream: Upstream,
    answer: Answer,
    connection: usize,
) {
    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
        let (upstream, answer) = (upstream.clone(), Arc::clone(&answer));
        async move {
            let (head, body) = request.into_parts();
            let headers: Vec<(String, String)> = head
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                .collect();
            let host = head.uri.authority().map(ToString::to_string);
            let seen = Seen {
                method: head.method.to_string(),
                path: head.uri.path_and_query().unwrap().to_string(),
                host: host.unwrap_or_else(|| head.headers["host"].to_str().unwrap().to_owned()),
                headers,
                body: body
                    .collect()
                    .await
                    .map_err(|_| "the request broke")?
                    .to_bytes(),
                version: head.version,
                connection,
            };
            upstream.seen.lock().unwrap().push(seen.clone());
            Ok::<_, &str>(answer(seen).await)
        }
    });
    let mut server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    server.http2().max_concurrent_streams(250);
    _ = server.serve_connection(TokioIo::new(stream), service).await;
}

/// A whole response.
pub(crate) fn respond(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Response {
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    let body = Full::new(body.into()).map_err(|never: Infallible| match never {});
    response.body(body.boxed_unsync()).unwrap()
}

/// An AWS error.
pub(crate) fn refuse(status: u16, name: &str, message: &str) -> Response {
    let body = serde_json::json!({ "message": message }).to_string();
    respond(status, &[("x-amzn-errortype", name)], body)
}

/// A response of ours as one of hyper's.
pub(crate) fn passed_on(response: RawResponse) -> Response {
    let mut made = http::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        made = made.header(name.as_str(), value.as_str());
    }
    let frames = response
        .body
        .map(|piece| piece.map(hyper::body::Frame::data));
    made.body(http_body_util::StreamBody::new(frames).boxed_unsync())
        .unwrap()
}

/// A server of raw bytes: it reads a request's head and body, then does with the socket as told.
pub(crate) async fn raw<F>(script: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut taken = Vec::new();
            while !whole(&taken) {
                match stream.read_buf(&mut taken).await {
                    Ok(0) | Err(_) => break,
                    Ok(_) => {}
                }
            }
            tokio::spawn(script(stream));
        }
    });
    address
}

/// Whether a request is there with all its body.
fn whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| {
            line.to_lowercase()
                .strip_prefix("content-length:")?
                .trim()
                .parse()
                .ok()
        })
        .unwrap_or(0);
    body.len() >= length
}

/// Settings that read nothing of the machine's own: given credentials, a given endpoint.
pub(crate) fn settings(url: impl Into<String>) -> Settings {
    Settings {
        region: Some(REGION.to_owned()),
        credentials: Some(keys(KEY)),
        endpoint: Some(url.into()),
        ..Settings::default()
    }
}

/// Credentials that never expire.
pub(crate) fn keys(id: &str) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Credentials::new(id, SECRET, None, None, "test"))
}

pub(crate) async fn bedrock(url: impl Into<String>) -> Bedrock {
    Bedrock::connect(settings(url)).await.unwrap()
}

/// A POST with a body.
pub(crate) fn post(path: &str, body: impl Into<Bytes>) -> RawRequest {
    RawRequest {
        method: "POST".to_owned(),
        path: path.to_owned(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.into(),
    }
}

/// A response that was read to its end.
pub(crate) struct Read {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// How the body broke, if it did.
    pub(crate) broke: Option<BodyError>,
}

impl Read {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn message(&self) -> String {
        let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        body["message"].as_str().unwrap().to_owned()
    }
}

pub(crate) async fn read(mut response: RawResponse) -> Read {
    let mut body = Vec::new();
    let mut broke = None;
    while let Some(piece) = response.body.next().await {
        assert_eq!(broke, None, "nothing follows a break");
        match piece {
            Ok(bytes) => body.extend_from_slice(&bytes),
            Err(error) => broke = Some(error),
        }
    }
    Read {
        status: response.status,
        headers: response.headers,
        body,
        broke,
    }
}

pub(crate) async fn send(bedrock: &Bedrock, request: RawRequest) -> Read {
    read(bedrock.send(request).await).await
}
