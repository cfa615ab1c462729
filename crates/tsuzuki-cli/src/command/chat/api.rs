//! The API, as far as the terminal needs it. Nothing here knows what a store or a model is.

use super::http::{ApiError, Events, Http};
use bytes::Bytes;
use http::Method;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};
use tsuzuki_server::chat::{
    Again, Change, Conversation, ConversationId, Message, MessageId, Onward, Post, Posted, RunId,
    Shape, Thread,
};
use tsuzuki_server::store::Hit;

/// What cannot stand in a query as it is.
const QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'&')
    .add(b'+')
    .add(b'%')
    .add(b'<')
    .add(b'>');

/// No body.
const NOTHING: Option<&()> = None;

/// A chat server.
#[derive(Clone)]
pub(super) struct Api(pub(super) Http);

/// What a server says of itself.
#[derive(Deserialize)]
pub(super) struct About {
    /// How people sign in: `open`, `password` or `proxy`.
    pub(super) sign_in: String,
    /// Whether we are signed in.
    pub(super) signed_in: bool,
    /// What answers; told to those who are signed in.
    #[serde(default)]
    pub(super) backend: Option<BackendTold>,
    /// The model of a conversation that names none.
    #[serde(default)]
    pub(super) default_model: Option<String>,
}

/// What answers.
#[derive(Deserialize)]
pub(super) struct BackendTold {
    /// What it is: `simulator` or `bedrock`.
    kind: String,
    /// A sentence about it.
    pub(super) told: String,
}

impl About {
    /// Whether the offline simulator answers.
    pub(super) fn is_simulated(&self) -> bool {
        self.backend
            .as_ref()
            .is_some_and(|backend| backend.kind == "simulator")
    }
}

#[derive(Deserialize)]
struct Conversations {
    conversations: Vec<Conversation>,
}

#[derive(Deserialize)]
struct Hits {
    hits: Vec<Hit>,
}

/// How an export marks seams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joints {
    /// Not at all.
    Unmarked,
    /// By comments.
    Comments,
}

impl Api {
    pub(super) async fn about(&self) -> Result<About, ApiError> {
        self.0.call(Method::GET, "/about", NOTHING, None).await
    }

    /// The latest conversations, pinned ones first.
    pub(super) async fn conversations(&self, limit: usize) -> Result<Vec<Conversation>, ApiError> {
        let path = format!("/conversations?limit={limit}");
        let page: Conversations = self.0.call(Method::GET, &path, NOTHING, None).await?;
        Ok(page.conversations)
    }

    pub(super) async fn create(
        &self,
        id: ConversationId,
        shape: &Shape,
    ) -> Result<Conversation, ApiError> {
        let body = json!({ "id": id, "shape": shape });
        self.0
            .call(Method::POST, "/conversations", Some(&body), None)
            .await
    }

    /// A conversation's last messages.
    pub(super) async fn thread(
        &self,
        id: ConversationId,
        limit: usize,
    ) -> Result<Thread, ApiError> {
        let path = format!("/conversations/{id}?limit={limit}");
        self.0.call(Method::GET, &path, NOTHING, None).await
    }

    pub(super) async fn change(
        &self,
        id: ConversationId,
        change: &Change,
    ) -> Result<Conversation, ApiError> {
        // What is absent stays; what is null would be a value.
        let mut body = serde_json::to_value(change).unwrap_or_default();
        if let Value::Object(fields) = &mut body {
            fields.retain(|_, value| !value.is_null());
        }
        let path = format!("/conversations/{id}");
        self.0.call(Method::PATCH, &path, Some(&body), None).await
    }

    pub(super) async fn remove(&self, id: ConversationId) -> Result<(), ApiError> {
        let path = format!("/conversations/{id}");
        self.0
            .bytes(Method::DELETE, &path, NOTHING, None)
            .await
            .map(drop)
    }

    pub(super) async fn export(
        &self,
        id: ConversationId,
        format: &str,
        joints: Joints,
    ) -> Result<Bytes, ApiError> {
        let seams = match joints {
            Joints::Unmarked => "none",
            Joints::Comments => "comments",
        };
        let path = format!("/conversations/{id}/export?format={format}&seams={seams}");
        self.0.bytes(Method::GET, &path, NOTHING, None).await
    }

    pub(super) async fn search(&self, words: &str, limit: usize) -> Result<Vec<Hit>, ApiError> {
        let words = utf8_percent_encode(words, QUERY);
        let path = format!("/search?q={words}&limit={limit}");
        let found: Hits = self.0.call(Method::GET, &path, NOTHING, None).await?;
        Ok(found.hits)
    }

    pub(super) async fn message(&self, id: MessageId) -> Result<Message, ApiError> {
        let path = format!("/messages/{id}");
        self.0.call(Method::GET, &path, NOTHING, None).await
    }

    /// Begins something that makes a run. The same key again tells what it began the first time.
    pub(super) async fn begin(&self, wish: &Wish) -> Result<Posted, ApiError> {
        let key = Some(wish.key.as_str());
        self.0
            .call(Method::POST, &wish.path, Some(&wish.body), key)
            .await
    }

    pub(super) async fn stop(&self, run: RunId) -> Result<(), ApiError> {
        let path = format!("/runs/{run}/stop");
        self.0
            .bytes(Method::POST, &path, Some(&json!({})), None)
            .await
            .map(drop)
    }

    pub(super) async fn finish(&self, run: RunId) -> Result<(), ApiError> {
        let path = format!("/runs/{run}/finish");
        self.0
            .bytes(Method::POST, &path, Some(&json!({})), None)
            .await
            .map(drop)
    }

    /// What a run says, after a cursor.
    pub(super) async fn events(&self, run: RunId, after: Option<&str>) -> Result<Events, ApiError> {
        self.0.events(&format!("/runs/{run}/events"), after).await
    }
}

/// Something that makes a run, ready to be sent as often as it takes.
pub(super) struct Wish {
    path: String,
    body: Value,
    key: String,
}

impl Wish {
    fn new(path: String, body: Value, id: MessageId) -> Self {
        Self {
            path,
            body,
            key: id.to_string(),
        }
    }

    /// A message, and the answer to it.
    pub(super) fn post(conversation: ConversationId, post: &Post) -> Self {
        let path = format!("/conversations/{conversation}/messages");
        Self::new(path, json!(post), post.id)
    }

    /// Another answer to a user's message.
    pub(super) fn again(question: MessageId, shape: Shape) -> Self {
        let again = Again {
            answer: MessageId::new(),
            shape,
        };
        Self::new(
            format!("/messages/{question}/answers"),
            json!(again),
            again.answer,
        )
    }

    /// Going on with an unfinished answer.
    pub(super) fn go_on(message: MessageId) -> Self {
        Self::new(
            format!("/messages/{message}/continue"),
            json!({}),
            MessageId::new(),
        )
    }

    /// Going on in a new conversation, with a summary of what was said up to an answer.
    pub(super) fn onward(answer: MessageId, text: Option<String>) -> Self {
        let onward = Onward {
            conversation: ConversationId::new(),
            id: MessageId::new(),
            answer: MessageId::new(),
            text,
        };
        Self::new(
            format!("/messages/{answer}/onward"),
            json!(onward),
            onward.answer,
        )
    }

    /// The answer anew from one of its seams on.
    pub(super) fn retry(message: MessageId, seam: usize) -> Self {
        let answer = MessageId::new();
        let body = json!({ "seam": seam, "answer": answer });
        Self::new(format!("/messages/{message}/retry"), body, answer)
    }
}
