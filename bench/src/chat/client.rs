//! As much of a chat page as is needed to ask and to hear.

use super::server::USER;
use crate::Failure;
use crate::load::{Sender, connect};
use crate::stamp::Delays;
use crate::work::{MODEL, Work};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Method, Request, Response};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

/// One connection to a chat server, and whose it is.
pub(crate) struct Client {
    sender: Sender,
    address: SocketAddr,
    user: String,
}

/// An answer that is being written.
#[derive(Clone)]
pub(crate) struct Asked {
    user: String,
    conversation: Uuid,
    cursor: String,
}

impl Client {
    pub(crate) async fn open(address: SocketAddr, user: &str) -> Result<Self, Failure> {
        Ok(Self {
            sender: connect(address).await?,
            address,
            user: user.to_owned(),
        })
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Response<Incoming>, Failure> {
        self.sender.ready().await?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.address.to_string())
            .header("content-type", "application/json")
            .header(USER, &self.user);
        let body = body.map_or_else(Bytes::new, |body| body.to_string().into());
        let response = self.sender.send_request(request.body(Full::new(body))?);
        let response = response.await?;
        if !response.status().is_success() {
            return Err(format!("status {} of {path}", response.status()).into());
        }
        Ok(response)
    }

    /// Reads something; its bytes.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Bytes, Failure> {
        let response = self.send(Method::GET, path, None).await?;
        Ok(response.into_body().collect().await?.to_bytes())
    }

    async fn post(&mut self, path: &str, body: Value) -> Result<Value, Failure> {
        let response = self.send(Method::POST, path, Some(body)).await?;
        let body = response.into_body().collect().await?.to_bytes();
        Ok(serde_json::from_slice(&body)?)
    }

    /// Begins a conversation. It has a title, so that no model is asked for one.
    pub(crate) async fn begin(&mut self) -> Result<Uuid, Failure> {
        let id = Uuid::now_v7();
        let new = json!({"id": id, "title": "A conversation"});
        self.post("/api/v1/conversations", new).await?;
        Ok(id)
    }

    /// Asks something.
    pub(crate) async fn ask(&mut self, conversation: Uuid, work: Work) -> Result<Asked, Failure> {
        let post = json!({
            "text": "Tell me.",
            "shape": {"model": MODEL.replace("%3A", ":"), "fields": {"work": work.said()}},
        });
        let path = format!("/api/v1/conversations/{conversation}/messages");
        let posted = self.post(&path, post).await?;
        let cursor = posted["cursor"].as_str().ok_or("no cursor")?.to_owned();
        Ok(Asked {
            user: self.user.clone(),
            conversation,
            cursor,
        })
    }

    /// Follows a conversation from now on, or from where an answer began.
    pub(crate) async fn follow(
        mut self,
        conversation: Uuid,
        after: Option<&str>,
    ) -> Result<Events, Failure> {
        let after = after.map_or_else(String::new, |after| format!("&after={after}"));
        let path = format!("/api/v1/events?conversation={conversation}{after}");
        let response = self.send(Method::GET, &path, None).await?;
        Ok(Events {
            body: response.into_body(),
            buffer: Vec::new(),
            _line: self.sender,
        })
    }
}

/// What happens in a conversation.
pub(crate) struct Events {
    body: Incoming,
    buffer: Vec<u8>,
    _line: Sender,
}

impl Events {
    /// Waits for more, and hears all entries in it. How many deltas there were; none at the end.
    pub(crate) async fn hear(&mut self, delays: &Delays) -> Result<Option<usize>, Failure> {
        let Some(frame) = self.body.frame().await else {
            return Ok(None);
        };
        let Ok(data) = frame?.into_data() else {
            return Ok(Some(0));
        };
        self.buffer.extend_from_slice(&data);
        let mut deltas = 0;
        let mut read = 0;
        while let Some(length) = end(&self.buffer[read..]) {
            let event = &self.buffer[read..read + length];
            if event.starts_with(b"event: entries\n") {
                deltas += delays.hear(event);
            }
            read += length;
        }
        self.buffer.drain(..read);
        Ok(Some(deltas))
    }
}

/// Where the first event ends, with the empty line behind it.
fn end(buffer: &[u8]) -> Option<usize> {
    let at = buffer.windows(2).position(|two| two == b"\n\n")?;
    Some(at + 2)
}

/// Readers that hear until this is dropped.
pub(crate) struct Readers {
    pub(crate) delays: Arc<Delays>,
    running: JoinSet<Result<(), Failure>>,
}

impl Readers {
    /// One for each answer, each on a connection of its own; they come evenly over `ramp`.
    pub(crate) async fn open(
        address: SocketAddr,
        answers: &[Asked],
        ramp: Duration,
    ) -> Result<Self, Failure> {
        let delays = Arc::new(Delays::default());
        let mut running = JoinSet::new();
        let began = Instant::now();
        for (number, asked) in answers.iter().enumerate() {
            let due = began + ramp.mul_f64(number as f64 / answers.len() as f64);
            tokio::time::sleep_until(due).await;
            let (delays, asked) = (Arc::clone(&delays), asked.clone());
            running.spawn(async move {
                let client = Client::open(address, &asked.user).await?;
                let mut events = client
                    .follow(asked.conversation, Some(&asked.cursor))
                    .await?;
                while events.hear(&delays).await?.is_some() {}
                Ok(())
            });
        }
        Ok(Self { delays, running })
    }

    /// Why one ended although it should still hear, if one did.
    pub(crate) fn ended(&mut self) -> Option<String> {
        match self.running.try_join_next()? {
            Ok(Ok(())) => Some("a stream of events ended early".to_owned()),
            Ok(Err(failure)) => Some(failure.to_string()),
            Err(failure) => Some(failure.to_string()),
        }
    }
}
