//! A client of the API: whole answers, and streams of events.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

/// Nothing in a test may take longer than this.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) type Sending = Request<Full<Bytes>>;

#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Got {
    /// The body of an answer with this status.
    pub(crate) fn json(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status.as_u16(), status, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// All fields of this name.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let all = self.headers.get_all(name).iter();
        all.map(|field| field.to_str().unwrap()).collect()
    }

    /// The status and code of a well-formed problem.
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{} {}",
            self.status,
            String::from_utf8_lossy(&self.body)
        );
        let problem: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem["status"], self.status.as_u16());
        for member in ["title", "detail"] {
            assert!(
                problem[member]
                    .as_str()
                    .is_some_and(|text| !text.is_empty())
            );
        }
        let code = problem["code"].as_str().unwrap().to_owned();
        (self.status.as_u16(), code)
    }
}

/// A request without a body.
pub(crate) fn bare(method: Method, path: &str) -> Sending {
    Request::builder()
        .method(method)
        .uri(path)
        .body(Full::default())
        .unwrap()
}

pub(crate) fn get(path: &str) -> Sending {
    bare(Method::GET, path)
}

/// A request with JSON.
pub(crate) fn with(method: Method, path: &str, body: &Value) -> Sending {
    Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .body(Full::new(body.to_string().into()))
        .unwrap()
}

pub(crate) fn post(path: &str, body: &Value) -> Sending {
    with(Method::POST, path, body)
}

/// The request with a header field.
pub(crate) fn having(mut request: Sending, name: &'static str, value: &str) -> Sending {
    let name = HeaderName::from_static(name);
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

/// Sends and reads all of the answer.
pub(crate) async fn send(address: SocketAddr, request: Sending) -> Got {
    let reading = async {
        let (parts, body) = begin(address, request).await.into_parts();
        Got {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.unwrap()
}

async fn begin(address: SocketAddr, mut request: Sending) -> http::Response<Incoming> {
    if !request.headers().contains_key("host") {
        let host = address.to_string().parse().unwrap();
        request.headers_mut().insert("host", host);
    }
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender.send_request(request).await.unwrap()
}

/// A stream of events that is being read.
pub(crate) struct Events {
    pub(crate) headers: HeaderMap,
    body: Incoming,
    buffer: String,
}

/// One event, or a comment.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    pub(crate) data: Value,
}

impl Events {
    pub(crate) async fn open(address: SocketAddr, request: Sending) -> Self {
        let opened = Self::try_open(address, request).await;
        opened.expect("a stream of events")
    }

    /// None if the server would not.
    pub(crate) async fn try_open(address: SocketAddr, request: Sending) -> Option<Self> {
        let (parts, body) = begin(address, request).await.into_parts();
        (parts.status == 200).then(|| Self {
            headers: parts.headers,
            body,
            buffer: String::new(),
        })
    }

    /// The next event of any kind; comments and the time to come back are events of those names.
    pub(crate) async fn any(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.buffer.split_once("\n\n") {
                let event = parse(event);
                self.buffer = rest.to_owned();
                return Some(event);
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame())
                .await
                .expect("an event comes")?;
            let data = frame.ok()?.into_data().unwrap();
            // Every piece holds whole events, so no letter is cut in two.
            self.buffer.push_str(std::str::from_utf8(&data).unwrap());
        }
    }

    /// The next event that says something.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            let event = self.any().await?;
            if event.name != "comment" && event.name != "retry" {
                return Some(event);
            }
        }
    }

    /// Reads on until an event of this name.
    pub(crate) async fn until(&mut self, name: &str) -> Event {
        loop {
            let event = self.next().await.expect(name);
            if event.name == name {
                return event;
            }
        }
    }
}

fn parse(text: &str) -> Event {
    let mut event = Event {
        name: "message".to_owned(),
        id: None,
        data: Value::Null,
    };
    for line in text.lines() {
        let (field, value) = line.split_once(':').unwrap();
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => event.name = "comment".to_owned(),
            "retry" => {
                event.name = "retry".to_owned();
                event.data = value.parse::<u64>().unwrap().into();
            }
            "event" => event.name = value.to_owned(),
            "id" => event.id = Some(value.to_owned()),
            "data" => event.data = serde_json::from_str(value).unwrap(),
            other => panic!("an unknown field: {other}"),
        }
    }
    event
}
