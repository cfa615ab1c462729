//! Everything a test of the chat needs: a folder, a user, a conversation.

use crate::reader::{LONG, Reader};
use std::sync::Arc;
use std::time::Duration;
use tsuzuki::Backend;
use tsuzuki::engine::{Mode, Policy};
use tsuzuki_server::chat::{
    Chat, ChatError, ChatSettings, Conversation, ConversationId, Message, MessageId, Moment, Post,
    Posted, Shape, Spent, Standing, Titled, User,
};
use tsuzuki_server::store::{
    Defaults, Durability, Sqlite, SqliteSettings, Store, StoreError, Titles,
};

/// Continues a prefill; and refuses one, so that an anchor is asked for.
pub(crate) const PREFILL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
pub(crate) const ANCHOR: &str = "us.anthropic.claude-sonnet-4-6";

/// A text of several scripts, whose cuts lie in words, in kana, in emoji and in white space.
pub(crate) const TEXT: &str = "The river rises in the hills, and runs down to the sea. 川は山から流れて、海へ出ます。\n\n\
    - one 👩‍👩‍👧 family\n- two  spaces, and a tab\there\n- three: 「続き」はここから。\n\n\
    ```rust\nfn main() {\n    println!(\"続き\");\n}\n```\n\nÀ la fin, e\u{301}te\u{301}, all of it is there: 1,234.5 and 🇯🇵 too. おしまい。";

pub(crate) struct Stage {
    folder: tempfile::TempDir,
    pub(crate) settings: ChatSettings,
    pub(crate) user: User,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            settings: ChatSettings {
                policy: Policy {
                    backoff: tsuzuki::engine::Millis(1),
                    ..Policy::new(Mode::Extend)
                },
                model: PREFILL.to_owned(),
                tick: Duration::from_millis(5),
                take_over: Duration::from_secs(600),
                runs: 5000,
                runs_of_a_user: 5000,
                message_chars: 100_000,
            },
            user: User("me".to_owned()),
        }
    }

    /// The store's file, for tests that change what stands in it.
    pub(crate) fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("chat.db")
    }

    /// The store, once whoever held it before let it go.
    pub(crate) async fn store(&self) -> Arc<Sqlite> {
        let mut last: Option<StoreError> = None;
        for _ in 0..3000 {
            let settings = SqliteSettings {
                file: self.file(),
                durability: Durability::Process,
                most_bytes: None,
            };
            match Sqlite::open(settings).await {
                Ok(store) => return Arc::new(store),
                Err(error) => last = Some(error),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the store cannot be opened: {last:?}");
    }

    /// A server over this folder.
    pub(crate) async fn open(&self, backend: Arc<dyn Backend>) -> Chat {
        let store = self.store().await;
        self.open_over(store, backend).await.unwrap()
    }

    pub(crate) async fn open_over(
        &self,
        store: Arc<dyn Store>,
        backend: Arc<dyn Backend>,
    ) -> Result<Chat, ChatError> {
        Chat::open(self.settings.clone(), store, backend).await
    }

    /// A server with a first conversation, whose titles are words, so that no call is made for them.
    pub(crate) async fn with_conversation(
        &self,
        backend: Arc<dyn Backend>,
        shape: Shape,
    ) -> (Chat, ConversationId) {
        let chat = self.open(backend).await;
        let id = self.conversation(&chat, shape).await;
        (chat, id)
    }

    pub(crate) async fn conversation(&self, chat: &Chat, shape: Shape) -> ConversationId {
        let defaults = Defaults {
            titles: Titles::Words,
            ..Defaults::default()
        };
        chat.store()
            .put_defaults(&self.user, &defaults)
            .await
            .unwrap();
        let conversation = conversation(shape);
        chat.create(&self.user, conversation.clone()).await.unwrap();
        conversation.id
    }

    /// Posts a text after a message.
    pub(crate) async fn say(
        &self,
        chat: &Chat,
        id: ConversationId,
        parent: Option<MessageId>,
        text: &str,
    ) -> Posted {
        chat.post(&self.user, id, post(parent, text), None)
            .await
            .unwrap()
    }

    pub(crate) async fn follow(&self, chat: &Chat, id: ConversationId) -> Reader {
        Reader::of(chat.follow(&self.user, Some(id), &[]).await.unwrap())
    }

    /// Waits until the answer to a post is over, and tells it as the store has it.
    pub(crate) async fn finished(&self, chat: &Chat, posted: &Posted) -> Message {
        let told = chat.follow_run(&self.user, posted.run, None).await.unwrap();
        Reader::of(told).read_out().await;
        chat.message(&self.user, answer_of(posted)).await.unwrap()
    }

    /// Drops a server where it is, and waits until it is gone.
    pub(crate) async fn kill(&self, chat: Chat) {
        let store = Arc::downgrade(chat.store());
        drop(chat);
        let gone = async {
            while store.strong_count() > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(LONG, gone)
            .await
            .expect("a server that was dropped lets go of its store");
    }
}

/// How conversations here ask: with parts of this many tokens.
pub(crate) fn parts_of(max_tokens: u32, model: &str) -> Shape {
    Shape {
        model: Some(model.to_owned()),
        max_tokens: Some(max_tokens),
        ..Shape::default()
    }
}

pub(crate) fn conversation(shape: Shape) -> Conversation {
    let now = Moment::now();
    Conversation {
        id: ConversationId::new(),
        title: String::new(),
        titled: Titled::Not,
        pinned: false,
        folder: None,
        created_at: now,
        updated_at: now,
        read_at: now,
        shape,
        head: None,
        standing: Standing::Quiet,
        spent: Spent::default(),
        from: None,
    }
}

pub(crate) fn post(parent: Option<MessageId>, text: &str) -> Post {
    Post {
        id: MessageId::new(),
        parent,
        text: text.to_owned(),
        summary: None,
        attachments: Vec::new(),
        answer: MessageId::new(),
        shape: Shape::default(),
    }
}

/// What makes the simulator say this text.
pub(crate) fn echo(text: &str) -> String {
    format!("/echo {text}")
}

pub(crate) fn answer_of(posted: &Posted) -> MessageId {
    posted.messages.last().unwrap().id
}
