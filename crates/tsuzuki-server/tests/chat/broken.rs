//! A store that fails, or takes its time, when a test says so.

use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::sync::{Notify, Semaphore};
use tsuzuki_server::chat::{
    Attachment, AttachmentId, Conversation, ConversationId, Message, MessageId, Moment, RunId,
    Spent, User,
};
use tsuzuki_server::store::{
    Alive, Append, Begin, Begun, Close, Day, Defaults, Epoch, Exchange, Fault, Hit, Page, Run,
    Search, Store, StoreError,
};

/// A store with a switch for each of its ways to fail.
pub(crate) struct Broken {
    store: Arc<dyn Store>,
    /// What appending fails with.
    pub(crate) append: Mutex<Option<Fault>>,
    pub(crate) begin: AtomicBool,
    pub(crate) close: AtomicBool,
    pub(crate) take_over: AtomicBool,
    /// What beginning, appending or closing panics in, once: the name of the method.
    pub(crate) panics: Mutex<Option<&'static str>>,
    /// A run was kept; and how many may be told so.
    pub(crate) begun: Notify,
    pub(crate) told_begun: Semaphore,
    /// Appending says that it kept what it did not: power is about to be lost.
    pub(crate) lies: AtomicBool,
    /// How many appends may be done.
    pub(crate) passes: Semaphore,
    pub(crate) appends: AtomicUsize,
    /// The most bytes of one append.
    pub(crate) most: AtomicUsize,
}

impl Broken {
    pub(crate) fn over(store: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self {
            store,
            append: Mutex::new(None),
            begin: AtomicBool::new(false),
            close: AtomicBool::new(false),
            take_over: AtomicBool::new(false),
            panics: Mutex::new(None),
            begun: Notify::new(),
            told_begun: Semaphore::new(Semaphore::MAX_PERMITS),
            lies: AtomicBool::new(false),
            passes: Semaphore::new(Semaphore::MAX_PERMITS),
            appends: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        })
    }
}

impl Broken {
    fn may_panic(&self, method: &str) {
        let mut panics = self.panics.lock().unwrap();
        if *panics == Some(method) {
            *panics = None;
            drop(panics);
            panic!("{method} panics, as the test wants");
        }
    }
}

fn error(fault: Fault) -> StoreError {
    StoreError {
        fault,
        told: "the disk is full; make room".to_owned(),
    }
}

fn fails(switch: &AtomicBool) -> Result<(), StoreError> {
    if switch.load(Ordering::SeqCst) {
        return Err(error(Fault::Full));
    }
    Ok(())
}

type Kept<T> = Result<T, StoreError>;

#[async_trait]
impl Store for Broken {
    async fn conversations(&self, user: &User, page: Page) -> Kept<Vec<Conversation>> {
        self.store.conversations(user, page).await
    }
    async fn conversation(&self, user: &User, id: ConversationId) -> Kept<Option<Conversation>> {
        self.store.conversation(user, id).await
    }
    async fn put_conversation(&self, user: &User, conversation: &Conversation) -> Kept<()> {
        self.store.put_conversation(user, conversation).await
    }
    async fn delete_conversation(&self, user: &User, id: ConversationId) -> Kept<bool> {
        self.store.delete_conversation(user, id).await
    }
    async fn message(&self, user: &User, id: MessageId) -> Kept<Option<Message>> {
        self.store.message(user, id).await
    }
    async fn path(&self, user: &User, leaf: MessageId, limit: usize) -> Kept<Vec<Message>> {
        self.store.path(user, leaf, limit).await
    }
    async fn leaf(&self, user: &User, through: MessageId) -> Kept<Option<MessageId>> {
        self.store.leaf(user, through).await
    }
    async fn messages(&self, user: &User, id: ConversationId) -> Kept<Vec<Message>> {
        self.store.messages(user, id).await
    }
    async fn put_messages(&self, user: &User, messages: &[Message]) -> Kept<()> {
        self.store.put_messages(user, messages).await
    }
    async fn begin(&self, user: &User, begin: &Begin) -> Kept<Begun> {
        fails(&self.begin)?;
        let begun = self.store.begin(user, begin).await;
        self.begun.notify_one();
        self.told_begun.acquire().await.unwrap().forget();
        self.may_panic("begin");
        begun
    }
    async fn run_of_key(&self, user: &User, key: &str) -> Kept<Option<Run>> {
        self.store.run_of_key(user, key).await
    }
    async fn append(&self, tick: Vec<Append>) -> Kept<Vec<RunId>> {
        self.passes.acquire().await.unwrap().forget();
        self.appends.fetch_add(1, Ordering::SeqCst);
        self.may_panic("append");
        let bytes = tick.iter().map(|append| append.entries.len()).sum();
        self.most.fetch_max(bytes, Ordering::SeqCst);
        let fault = *self.append.lock().unwrap();
        match fault {
            Some(fault) => Err(error(fault)),
            None if self.lies.load(Ordering::SeqCst) => Ok(Vec::new()),
            None => self.store.append(tick).await,
        }
    }
    async fn close(&self, close: &Close) -> Kept<()> {
        fails(&self.close)?;
        self.may_panic("close");
        self.store.close(close).await
    }
    async fn run(&self, user: &User, id: RunId) -> Kept<Option<Run>> {
        self.store.run(user, id).await
    }
    async fn log(&self, run: RunId) -> Kept<Vec<Append>> {
        self.store.log(run).await
    }
    async fn alive(&self) -> Kept<Vec<Alive>> {
        self.store.alive().await
    }
    async fn take_over(&self, run: RunId, epoch: Epoch) -> Kept<()> {
        fails(&self.take_over)?;
        self.store.take_over(run, epoch).await
    }
    async fn put_exchange(&self, message: MessageId, exchange: &Exchange) -> Kept<()> {
        self.store.put_exchange(message, exchange).await
    }
    async fn exchanges(&self, user: &User, message: MessageId) -> Kept<Vec<Exchange>> {
        self.store.exchanges(user, message).await
    }
    async fn put_attachment(&self, user: &User, one: &Attachment, bytes: Bytes) -> Kept<()> {
        self.store.put_attachment(user, one, bytes).await
    }
    async fn attachment(&self, user: &User, id: AttachmentId) -> Kept<Option<(Attachment, Bytes)>> {
        self.store.attachment(user, id).await
    }
    async fn delete_attachment(&self, user: &User, id: AttachmentId) -> Kept<bool> {
        self.store.delete_attachment(user, id).await
    }
    async fn search(&self, user: &User, search: &Search) -> Kept<Vec<Hit>> {
        self.store.search(user, search).await
    }
    async fn spend(&self, user: &User, id: ConversationId, at: Moment, one: Spent) -> Kept<()> {
        self.store.spend(user, id, at, one).await
    }
    async fn spent(&self, user: &User, since: Moment) -> Kept<Vec<Day>> {
        self.store.spent(user, since).await
    }
    async fn defaults(&self, user: &User) -> Kept<Defaults> {
        self.store.defaults(user).await
    }
    async fn put_defaults(&self, user: &User, defaults: &Defaults) -> Kept<()> {
        self.store.put_defaults(user, defaults).await
    }
    async fn put_session(&self, token: &[u8], user: &User, until: Moment) -> Kept<()> {
        self.store.put_session(token, user, until).await
    }
    async fn session(&self, token: &[u8]) -> Kept<Option<User>> {
        self.store.session(token).await
    }
    async fn end_session(&self, token: &[u8]) -> Kept<()> {
        self.store.end_session(token).await
    }
    async fn retire(&self, before: Moment) -> Kept<()> {
        self.store.retire(before).await
    }
    async fn check(&self) -> Kept<()> {
        let fault = *self.append.lock().unwrap();
        match fault {
            Some(fault) => Err(error(fault)),
            None => self.store.check().await,
        }
    }
}
