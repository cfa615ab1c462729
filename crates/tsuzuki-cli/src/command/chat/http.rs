//! Requests to a chat server, and what it says when it will not.

use crate::command::folder::{Folder, Secret, Serving};
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::timeout;

/// How long an answer of the API may take; it calls no model.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a stream may be silent; it sends a heartbeat every ten seconds.
const SILENCE: Duration = Duration::from_secs(35);

/// The most bytes of an answer: an export may be long.
const MOST: usize = 256 * 1024 * 1024;

/// Where the API stands.
const API: &str = "/api/v1";

/// Why a request came to nothing.
#[derive(Debug)]
pub(super) enum ApiError {
    /// There is no connection, or it broke.
    Unreachable(String),
    /// It answered something that this version does not read; asking again would not help.
    Unread(String),
    /// The server would not.
    Problem {
        /// The status of its answer.
        status: StatusCode,
        /// What is wrong and what to do, in its words.
        told: String,
    },
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => write!(f, "the server cannot be reached: {why}"),
            Self::Unread(what) => write!(f, "the server is of another version: {what}"),
            Self::Problem { told, .. } => f.write_str(told),
        }
    }
}

/// What the server says when it will not (RFC 9457).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    title: String,
    detail: String,
}

/// A server, and who we are to it.
#[derive(Clone)]
pub(super) struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    /// A server that comes back may have another address, and ask who we are again.
    stands: Arc<Mutex<Stands>>,
    /// The data folder, which says where the server that uses it is.
    folder: Option<Folder>,
}

/// How we stand with the server.
struct Stands {
    /// Its address.
    base: String,
    /// Our session with it.
    cookie: Option<String>,
}

impl Http {
    /// To the server that uses this folder.
    pub(super) fn beside(folder: &Folder, serving: &Serving) -> Result<Self, ApiError> {
        let http = Self::new(&serving.url, serving.authority.as_deref())?;
        Ok(Self {
            folder: Some(folder.clone()),
            ..http
        })
    }

    /// To the server of this address. `authority` is a file of certificates to trust besides the
    /// machine's own.
    pub(super) fn new(base: &str, authority: Option<&Path>) -> Result<Self, ApiError> {
        let base = base.trim_end_matches('/').to_owned();
        let wrong = |why: &str| ApiError::Unreachable(format!("{base}: {why}"));
        let uri: Uri = base.parse().map_err(|_| wrong("this is no URL"))?;
        if uri.host().is_none() || !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(wrong("a URL is wanted, such as http://127.0.0.1:7373"));
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(file) = authority {
            let read = CertificateDer::pem_file_iter(file);
            let read = read.map_err(|error| wrong(&format!("{}: {error}", file.display())))?;
            roots.add_parsable_certificates(read.flatten());
        }
        let tls = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut plain = HttpConnector::new();
        plain.enforce_http(false);
        plain.set_nodelay(true);
        plain.set_connect_timeout(Some(PATIENCE));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(plain);
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            stands: Arc::new(Mutex::new(Stands { base, cookie: None })),
            folder: None,
        })
    }

    /// The server's address.
    pub(super) fn base(&self) -> String {
        self.stands().base.clone()
    }

    fn stands(&self) -> MutexGuard<'_, Stands> {
        // Whoever panicked while holding it left whole texts behind.
        self.stands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server cannot be reached: where is the one that uses the folder now?
    fn look_again(&self) {
        if let Some(serving) = self.folder.as_ref().and_then(Folder::serving) {
            self.stands().base = serving.url;
        }
    }

    /// Signs in with the secret that stands in the data folder, if one does. Whether it did.
    pub(super) async fn enter(&self) -> Result<bool, ApiError> {
        let serving = self.folder.as_ref().and_then(Folder::serving);
        let Some(Serving {
            url,
            secret: Some(Secret(secret)),
            ..
        }) = serving
        else {
            return Ok(false);
        };
        // The secret is for this server, and for no other.
        self.stands().base = url;
        self.sign_in(&secret).await.map(|()| true)
    }

    /// Sends a request and reads the answer.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl serde::Serialize>,
        key: Option<&str>,
    ) -> Result<T, ApiError> {
        let bytes = self.bytes(method, path, body, key).await?;
        serde_json::from_slice(&bytes).map_err(|error| {
            ApiError::Unread(format!(
                "its answer is not what this one reads: {}",
                crate::print::one_line(&error.to_string())
            ))
        })
    }

    /// Sends a request and gives the answer as it is.
    pub(super) async fn bytes(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl serde::Serialize>,
        key: Option<&str>,
    ) -> Result<Bytes, ApiError> {
        let asked = async {
            let response = self.send(method, path, body, key, None).await?;
            whole(response).await
        };
        timeout(PATIENCE, asked).await.unwrap_or_else(|_elapsed| {
            let seconds = PATIENCE.as_secs();
            Err(ApiError::Unreachable(format!(
                "no answer within {seconds} s"
            )))
        })
    }

    /// Signs in, and stays so.
    pub(super) async fn sign_in(&self, password: &str) -> Result<(), ApiError> {
        let body = serde_json::json!({ "password": password });
        let sent = self.send_once(&Method::POST, "/session", Some(&body), None, None);
        let response = sent.await?;
        let cookies = response.headers().get_all(SET_COOKIE).iter();
        let pairs = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
        let pairs: Vec<_> = pairs.collect();
        self.stands().cookie = Some(pairs.join("; "));
        Ok(())
    }

    /// Opens a stream of events, after the last one that was read.
    pub(super) async fn events(&self, path: &str, after: Option<&str>) -> Result<Events, ApiError> {
        let opened = self.send(Method::GET, path, None::<&()>, None, after);
        let response = timeout(PATIENCE, opened)
            .await
            .map_err(|_elapsed| ApiError::Unreachable("the stream does not begin".to_owned()))??;
        Ok(Events {
            body: response,
            buffer: BytesMut::new(),
        })
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl serde::Serialize>,
        key: Option<&str>,
        after: Option<&str>,
    ) -> Result<Response<hyper::body::Incoming>, ApiError> {
        match self.send_once(&method, path, body, key, after).await {
            // Another server than before, which does not know us yet.
            Err(ApiError::Problem { status, .. })
                if status == StatusCode::UNAUTHORIZED && self.enter().await? =>
            {
                self.send_once(&method, path, body, key, after).await
            }
            sent => sent,
        }
    }

    async fn send_once(
        &self,
        method: &Method,
        path: &str,
        body: Option<&impl serde::Serialize>,
        key: Option<&str>,
        after: Option<&str>,
    ) -> Result<Response<hyper::body::Incoming>, ApiError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{API}{path}", self.base()));
        let cookie = self.stands().cookie.clone();
        let fields = [
            ("idempotency-key", key),
            ("last-event-id", after),
            (COOKIE.as_str(), cookie.as_deref()),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let bytes = match body {
            None => Bytes::new(),
            Some(body) => {
                request = request.header(CONTENT_TYPE, "application/json");
                serde_json::to_vec(body)
                    .map_err(|error| unreachable(&error))?
                    .into()
            }
        };
        let request = request
            .body(Full::new(bytes))
            .map_err(|error| unreachable(&error))?;
        let sent = self.client.request(request).await;
        let response = sent.map_err(|error| {
            self.look_again();
            unreachable(&error)
        })?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = whole(response).await.unwrap_or_default();
        let problem: Problem = serde_json::from_slice(&body).unwrap_or_default();
        let told = if problem.detail.is_empty() {
            format!("the server answered {status} {}", problem.title)
        } else {
            problem.detail
        };
        let told = crate::print::one_line(&told);
        Err(ApiError::Problem { status, told })
    }
}

async fn whole(response: Response<hyper::body::Incoming>) -> Result<Bytes, ApiError> {
    let read = Limited::new(response.into_body(), MOST).collect().await;
    let body = read.map_err(|error| unreachable(&*error))?;
    Ok(body.to_bytes())
}

/// An error, with what is behind it.
fn unreachable(error: &(dyn std::error::Error + '_)) -> ApiError {
    let mut told = error.to_string();
    let mut below = error.source();
    while let Some(error) = below {
        told = error.to_string();
        below = error.source();
    }
    ApiError::Unreachable(told)
}

/// A stream of server-sent events.
pub(super) struct Events {
    body: Response<hyper::body::Incoming>,
    buffer: BytesMut,
}

/// One event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// What happened.
    pub(super) name: String,
    /// Where the reader stands after it.
    pub(super) id: Option<String>,
    /// What there is to say about it.
    pub(super) data: String,
}

impl Events {
    /// The next event; none when the stream ended in good order.
    pub(super) async fn next(&mut self) -> Result<Option<Event>, ApiError> {
        loop {
            if let Some(event) = take(&mut self.buffer) {
                return Ok(Some(event));
            }
            let read = timeout(SILENCE, self.body.body_mut().frame()).await;
            let read =
                read.map_err(|_elapsed| ApiError::Unreachable("it fell silent".to_owned()))?;
            match read {
                None => return Ok(None),
                Some(Err(error)) => return Err(unreachable(&error)),
                Some(Ok(frame)) => {
                    if let Some(bytes) = frame.data_ref() {
                        self.buffer.extend_from_slice(bytes);
                    }
                }
            }
        }
    }
}

/// The first whole event with data, taken off the buffer.
fn take(buffer: &mut BytesMut) -> Option<Event> {
    loop {
        let end = buffer.windows(2).position(|pair| pair == b"\n\n")?;
        let block = buffer.split_to(end + 2);
        let mut event = Event::default();
        for line in String::from_utf8_lossy(&block).lines() {
            // A line that begins with a colon is a comment: a heartbeat.
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut event.name),
                "id" => event.id = Some(value.to_owned()),
                "data" => event.data.push_str(value),
                _ => {}
            }
        }
        if !event.data.is_empty() {
            return Some(event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_whole_and_heartbeats_are_none() {
        let stream =
            "retry: 1000\n\n: still here\n\nevent: entries\nid: a:1.2\ndata: {}\n\nevent: mess";
        let mut buffer = BytesMut::new();
        let mut taken = Vec::new();
        for byte in stream.bytes() {
            buffer.extend_from_slice(&[byte]);
            taken.extend(take(&mut buffer));
        }
        let event = Event {
            name: "entries".to_owned(),
            id: Some("a:1.2".to_owned()),
            data: "{}".to_owned(),
        };
        assert_eq!(taken, [event]);
        assert_eq!(&buffer[..], b"event: mess");
    }
}
