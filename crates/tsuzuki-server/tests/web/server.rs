//! A server with a chat, over the simulator.

use crate::client::{Got, PATIENCE, Sending, get, post, send};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tsuzuki::Wired;
use tsuzuki::engine::{Mode, Policy};
use tsuzuki::simulator::{Scenario, Simulator};
use tsuzuki_server::chat::ChatSettings;
use tsuzuki_server::store::{Durability, Sqlite, SqliteSettings, Store};
use tsuzuki_server::{BackendIs, BackendKind, ChatDoor, ServeError, Settings, SignIn, serve};
use uuid::Uuid;

/// A model that the simulator lets continue.
pub(crate) const HAIKU: &str = "anthropic.claude-3-haiku-20240307-v1:0";

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: CancellationToken,
    pub(crate) task: JoinHandle<Result<(), ServeError>>,
    _folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A store of its own, of at most so many bytes.
pub(crate) async fn store(folder: &TempDir, most_bytes: Option<u64>) -> Arc<dyn Store> {
    let settings = SqliteSettings {
        file: folder.path().join(format!("{}.db", fresh())),
        durability: Durability::Process,
        most_bytes,
    };
    Arc::new(Sqlite::open(settings).await.unwrap())
}

/// The chat of a test.
pub(crate) async fn chat(folder: &TempDir) -> ChatDoor {
    ChatDoor {
        store: store(folder, None).await,
        settings: ChatSettings {
            policy: Policy::new(Mode::Extend),
            model: HAIKU.to_owned(),
            tick: Duration::from_millis(20),
            take_over: Duration::from_secs(600),
            runs: 100,
            runs_of_a_user: 50,
            message_chars: 10_000,
        },
        sign_in: SignIn::ThisMachine,
        backend: BackendIs {
            kind: BackendKind::Simulator,
            told: "The simulator answers.".to_owned(),
            why: None,
            region: None,
            profile: None,
            credentials: None,
        },
        doctor: None,
        grace: Duration::from_secs(1),
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// One whose settings are changed.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::over(Scenario::default(), change).await
    }

    /// One whose chat is changed.
    pub(crate) async fn with_chat(change: impl FnOnce(&mut ChatDoor)) -> Self {
        Self::with(|settings| change(settings.chat.as_mut().unwrap())).await
    }

    /// One whose models speak by a scenario.
    pub(crate) async fn over(scenario: Scenario, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = TempDir::new().unwrap();
        let chat = chat(&folder).await;
        let mut settings = Settings::new(Mode::Extend);
        settings.chat = Some(chat);
        change(&mut settings);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let backend = Arc::new(Wired::new(Arc::new(Simulator::new(scenario))));
        let task = tokio::spawn(serve(listener, settings, backend, shutdown.clone()));
        Self {
            address,
            shutdown,
            task,
            _folder: folder,
        }
    }

    pub(crate) async fn send(&self, request: Sending) -> Got {
        send(self.address, request).await
    }

    /// A new conversation.
    pub(crate) async fn conversation(&self) -> String {
        let made = self.send(post("/api/v1/conversations", &json!({}))).await;
        made.json(201)["id"].as_str().unwrap().to_owned()
    }

    /// Posts a message and waits for the whole answer.
    pub(crate) async fn answered(&self, conversation: &str, text: &str) -> Value {
        let posted = self.posted(conversation, text).await;
        self.over_now(posted["messages"][1]["id"].as_str().unwrap())
            .await
    }

    /// Posts a message; its answer begins.
    pub(crate) async fn posted(&self, conversation: &str, text: &str) -> Value {
        let path = format!("/api/v1/conversations/{conversation}/messages");
        let posted = self.send(post(&path, &json!({ "text": text }))).await;
        posted.json(202)
    }

    /// A message once it is no longer written, and its run is over.
    pub(crate) async fn over_now(&self, message: &str) -> Value {
        let path = format!("/api/v1/messages/{message}");
        let ending = async {
            loop {
                let message = self.send(get(&path)).await.json(200);
                let run = message["making"]["run"].as_str().unwrap();
                let run = self.send(get(&format!("/api/v1/runs/{run}"))).await;
                if message["state"] != "running" && run.json(200)["alive"] == false {
                    return message;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let ended = tokio::time::timeout(PATIENCE, ending).await;
        ended.expect("the answer comes to an end")
    }
}

/// An id that nothing has.
pub(crate) fn fresh() -> String {
    Uuid::now_v7().to_string()
}

/// The text of a message.
pub(crate) fn text_of(message: &Value) -> String {
    let blocks = message["blocks"].as_array().unwrap();
    blocks
        .iter()
        .filter(|block| block["kind"] == "text")
        .map(|block| block["text"].as_str().unwrap())
        .collect()
}
