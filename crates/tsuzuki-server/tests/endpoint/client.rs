//! HTTP clients: hyper's for both versions, and a bare socket.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Nothing in a test may take longer than this.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Whether the body ended as it should.
    pub(crate) whole: bool,
}

impl Got {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The bare name of the exception, from a well-formed error envelope.
    pub(crate) fn error(&self) -> String {
        assert!(self.header("x-amzn-requestid").is_some());
        assert_eq!(self.header("content-type"), Some("application/json"));
        let body = self.json();
        assert!(body["message"].is_string() && body.as_object().unwrap().len() == 1);
        let kind = self.header("x-amzn-errortype").unwrap();
        kind.strip_suffix(":http://internal.amazon.com/coral/com.amazon.bedrock/")
            .unwrap()
            .to_owned()
    }

    /// The same of an error about who calls.
    pub(crate) fn gate_error(&self) -> String {
        assert_eq!(self.status, 403);
        let kind = self.header("x-amzn-errortype").unwrap();
        kind.strip_suffix(":http://internal.amazon.com/coral/com.amazon.coral.service/")
            .unwrap()
            .to_owned()
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn post(path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post(path).body(Full::new(body.into())).unwrap()
}

pub(crate) fn get(path: &str) -> Request<Full<Bytes>> {
    Request::get(path).body(Full::default()).unwrap()
}

/// An HTTP/1.1 connection.
pub(crate) async fn connect(address: SocketAddr) -> http1::SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

/// An HTTP/2 connection by prior knowledge.
pub(crate) async fn connect_h2(address: SocketAddr) -> http2::SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    sender
}

/// Sends over HTTP/1.1 and reads all of the answer.
pub(crate) async fn send(address: SocketAddr, mut request: Request<Full<Bytes>>) -> Got {
    if !request.headers().contains_key("host") {
        let host = address.to_string().parse().unwrap();
        request.headers_mut().insert("host", host);
    }
    let mut sender = connect(address).await;
    let exchange = async { read(sender.send_request(request).await.unwrap()).await };
    tokio::time::timeout(PATIENCE, exchange).await.unwrap()
}

/// Sends over HTTP/2 and reads all of the answer.
pub(crate) async fn send_h2(address: SocketAddr, mut request: Request<Full<Bytes>>) -> Got {
    let uri = format!("http://{address}{}", request.uri());
    *request.uri_mut() = uri.parse().unwrap();
    let mut sender = connect_h2(address).await;
    let exchange = async { read(sender.send_request(request).await.unwrap()).await };
    tokio::time::timeout(PATIENCE, exchange).await.unwrap()
}

pub(crate) async fn read(response: http::Response<Incoming>) -> Got {
    let (parts, mut body) = response.into_parts();
    let mut bytes = Vec::new();
    let mut whole = true;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes.extend_from_slice(&frame.into_data().unwrap_or_default()),
            Err(_) => {
                whole = false;
                break;
            }
        }
    }
    Got {
        status: parts.status,
        headers: parts.headers,
        body: Bytes::from(bytes),
        whole,
    }
}

/// Writes bytes to a bare socket and reads until the other side closes; how long it took, too.
pub(crate) async fn raw(address: SocketAddr, bytes: &[u8]) -> (String, Duration) {
    let began = std::time::Instant::now();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let reading = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    // A reset after the answer is as good as an end.
    let _ = reading.expect("the endpoint closes the connection");
    (
        String::from_utf8_lossy(&answer).into_owned(),
        began.elapsed(),
    )
}
