//! SQLite: one file in the data folder, one writer, a few readers.
//!
//! The writer (`sqlite/writer.rs`) puts whatever waits into one transaction and answers once it is
//! committed; readers see one moment each. A lock on a file beside it keeps a second process from
//! taking over runs that are alive here. Nothing here blocks the caller's thread but the drop, which
//! waits until everything asked is written.

mod account;
mod attachment;
mod backup;
mod check;
mod checkpoints;
mod column;
mod conversation;
mod exchange;
mod fault;
mod journal;
mod message;
mod packed;
mod readers;
mod retire;
mod run;
mod schema;
mod search;
mod spending;
mod writer;

pub use backup::Integrity;

use super::{
    Alive, Append, Begin, Begun, Close, Day, Defaults, Epoch, Exchange, Hit, Page, Run, Search,
    Store, StoreError,
};
use crate::chat::{
    Attachment, AttachmentId, Conversation, ConversationId, Message, MessageId, Moment, RunId,
    Spent, User,
};
use async_trait::async_trait;
use bytes::Bytes;
use checkpoints::Checkpoints;
use fault::Trouble;
use readers::Readers;
use rusqlite::Connection;
use std::fs::File;
use std::path::PathBuf;
use tokio::sync::Mutex;
use writer::{Desk, Turn, Writer};

/// What a kept thing survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The loss of power (`synchronous=FULL`): every tick waits for the disk.
    #[default]
    Power,
    /// The death of the process (`synchronous=NORMAL`): what the system holds is taken for kept.
    Process,
}

/// How a SQLite store is opened.
#[derive(Debug, Clone)]
pub struct SqliteSettings {
    /// The file.
    pub file: PathBuf,
    /// What a kept thing survives.
    pub durability: Durability,
    /// The most bytes the file may have; none is as many as its disk holds.
    pub most_bytes: Option<u64>,
}

/// A store in one SQLite file.
pub struct Sqlite {
    file: PathBuf,
    /// One check at a time: they write the same row.
    checking: Mutex<()>,
    // In this order they are dropped: the checkpoints end with the writer.
    readers: Readers,
    writer: Writer,
    _checkpoints: Checkpoints,
    _held: File,
}

impl Sqlite {
    /// Opens the file, makes it where it is missing, brings its schema up to date and checks it.
    ///
    /// # Errors
    /// It is damaged, made by a newer version, not ours to write, or held by another process.
    pub async fn open(settings: SqliteSettings) -> Result<Self, StoreError> {
        let file = settings.file.clone();
        Self::start(settings)
            .await
            .map_err(|trouble| trouble.about(&file))
    }

    async fn start(settings: SqliteSettings) -> Result<Self, Trouble> {
        let file = settings.file.clone();
        let held = schema::hold(&file)?;
        let (commits, heard) = checkpoints::commits();
        let open = move || Desk::new(schema::open_to_write(&settings)?, commits);
        let writer = Writer::start(open).await?;
        let readers = Readers::start(&file, schema::open_to_read)?;
        let checkpoints = Checkpoints::start(schema::open_to_checkpoint(&file)?, heard)?;
        Ok(Self {
            file,
            checking: Mutex::new(()),
            readers,
            writer,
            _checkpoints: checkpoints,
            _held: held,
        })
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Desk) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, StoreError> {
        let came = self.writer.ask(Turn::Next, work).await;
        came.map_err(|trouble| trouble.about(&self.file))
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, StoreError> {
        let came = self.readers.ask(work).await;
        came.map_err(|trouble| trouble.about(&self.file))
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn conversations(
        &self,
        user: &User,
        page: Page,
    ) -> Result<Vec<Conversation>, StoreError> {
        let user = user.clone();
        self.read(move |db| conversation::list(db, &user, page))
            .await
    }

    async fn conversation(
        &self,
        user: &User,
        id: ConversationId,
    ) -> Result<Option<Conversation>, StoreError> {
        let user = user.clone();
        self.read(move |db| conversation::one(db, &user, id)).await
    }

    async fn put_conversation(
        &self,
        user: &User,
        conversation: &Conversation,
    ) -> Result<(), StoreError> {
        let (user, conversation) = (user.clone(), conversation.clone());
        self.write(move |desk| {
            conversation::put(&desk.db, &user, &conversation)?;
            Ok(())
        })
        .await
    }

    async fn delete_conversation(
        &self,
        user: &User,
        id: ConversationId,
    ) -> Result<bool, StoreError> {
        let user = user.clone();
        self.write(move |desk| conversation::delete(desk, &user, id))
            .await
    }

    async fn message(&self, user: &User, id: MessageId) -> Result<Option<Message>, StoreError> {
        let user = user.clone();
        self.read(move |db| message::one(db, &user, id)).await
    }

    async fn path(
        &self,
        user: &User,
        leaf: MessageId,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        let user = user.clone();
        self.read(move |db| message::path(db, &user, leaf, limit))
            .await
    }

    async fn leaf(&self, user: &User, through: MessageId) -> Result<Option<MessageId>, StoreError> {
        let user = user.clone();
        self.read(move |db| message::leaf(db, &user, through)).await
    }

    async fn messages(
        &self,
        user: &User,
        conversation: ConversationId,
    ) -> Result<Vec<Message>, StoreError> {
        let user = user.clone();
        self.read(move |db| message::all(db, &user, conversation))
            .await
    }

    async fn put_messages(&self, user: &User, messages: &[Message]) -> Result<(), StoreError> {
        let (user, messages) = (user.clone(), messages.to_vec());
        self.write(move |desk| message::put_all(&desk.db, &user, &messages))
            .await
    }

    async fn begin(&self, user: &User, begin: &Begin) -> Result<Begun, StoreError> {
        let (user, begin) = (user.clone(), begin.clone());
        self.write(move |desk| run::begin(desk, &user, &begin))
            .await
    }

    async fn append(&self, tick: Vec<Append>) -> Result<Vec<RunId>, StoreError> {
        let append = move |desk: &mut Desk| desk.journal.append(&desk.db, &tick);
        let came = self.writer.ask(Turn::First, append).await;
        came.map_err(|trouble| trouble.about(&self.file))
    }

    async fn close(&self, close: &Close) -> Result<(), StoreError> {
        let close = close.clone();
        self.write(move |desk| run::close(desk, &close)).await
    }

    async fn run(&self, user: &User, id: RunId) -> Result<Option<Run>, StoreError> {
        let user = user.clone();
        self.read(move |db| run::one(db, &user, id)).await
    }

    async fn run_of_key(&self, user: &User, key: &str) -> Result<Option<Run>, StoreError> {
        let (user, key) = (user.clone(), key.to_owned());
        self.read(move |db| run::of_key(db, &user, &key)).await
    }

    async fn log(&self, run: RunId) -> Result<Vec<Append>, StoreError> {
        self.read(move |db| journal::log(db, run)).await
    }

    async fn alive(&self) -> Result<Vec<Alive>, StoreError> {
        self.read(run::alive).await
    }

    async fn take_over(&self, run: RunId, epoch: Epoch) -> Result<(), StoreError> {
        self.write(move |desk| run::take_over(&desk.db, run, epoch))
            .await
    }

    async fn put_exchange(
        &self,
        message: MessageId,
        exchange: &Exchange,
    ) -> Result<(), StoreError> {
        let exchange = exchange.clone();
        self.write(move |desk| exchange::put(&desk.db, message, &exchange))
            .await
    }

    async fn exchanges(
        &self,
        user: &User,
        message: MessageId,
    ) -> Result<Vec<Exchange>, StoreError> {
        let user = user.clone();
        self.read(move |db| exchange::of_message(db, &user, message))
            .await
    }

    async fn put_attachment(
        &self,
        user: &User,
        attachment: &Attachment,
        bytes: Bytes,
    ) -> Result<(), StoreError> {
        let (user, attachment) = (user.clone(), attachment.clone());
        self.write(move |desk| attachment::put(&desk.db, &user, &attachment, &bytes))
            .await
    }

    async fn attachment(
        &self,
        user: &User,
        id: AttachmentId,
    ) -> Result<Option<(Attachment, Bytes)>, StoreError> {
        let user = user.clone();
        self.read(move |db| attachment::one(db, &user, id)).await
    }

    async fn delete_attachment(&self, user: &User, id: AttachmentId) -> Result<bool, StoreError> {
        let user = user.clone();
        self.write(move |desk| {
            let removed = attachment::delete(&desk.db, &user, id)?;
            desk.erased |= removed;
            Ok(removed)
        })
        .await
    }

    async fn search(&self, user: &User, search: &Search) -> Result<Vec<Hit>, StoreError> {
        let (user, search) = (user.clone(), search.clone());
        self.read(move |db| search::find(db, &user, &search)).await
    }

    async fn spend(
        &self,
        user: &User,
        conversation: ConversationId,
        at: Moment,
        spent: Spent,
    ) -> Result<(), StoreError> {
        let user = user.clone();
        self.write(move |desk| {
            conversation::spend(&desk.db, &user, conversation, &spent)?;
            spending::add(&desk.db, &user, at, &spent)
        })
        .await
    }

    async fn spent(&self, user: &User, since: Moment) -> Result<Vec<Day>, StoreError> {
        let user = user.clone();
        self.read(move |db| spending::since(db, &user, since)).await
    }

    async fn defaults(&self, user: &User) -> Result<Defaults, StoreError> {
        let user = user.clone();
        self.read(move |db| account::defaults(db, &user)).await
    }

    async fn put_defaults(&self, user: &User, defaults: &Defaults) -> Result<(), StoreError> {
        let (user, defaults) = (user.clone(), defaults.clone());
        self.write(move |desk| account::put_defaults(&desk.db, &user, &defaults))
            .await
    }

    async fn put_session(
        &self,
        token: &[u8],
        user: &User,
        until: Moment,
    ) -> Result<(), StoreError> {
        let (token, user) = (token.to_vec(), user.clone());
        self.write(move |desk| account::put_session(&desk.db, &token, &user, until))
            .await
    }

    async fn session(&self, token: &[u8]) -> Result<Option<User>, StoreError> {
        let token = token.to_vec();
        self.read(move |db| account::session(db, &token)).await
    }

    async fn end_session(&self, token: &[u8]) -> Result<(), StoreError> {
        let token = token.to_vec();
        self.write(move |desk| account::end_session(&desk.db, &token))
            .await
    }

    async fn retire(&self, before: Moment) -> Result<(), StoreError> {
        while self.write(move |desk| retire::some(desk, before)).await? {}
        Ok(())
    }

    async fn check(&self) -> Result<(), StoreError> {
        let _alone = self.checking.lock().await;
        let written = self.write(|desk| check::write(&desk.db)).await?;
        let read = self.read(check::read).await;
        self.write(|desk| check::remove(&desk.db)).await?;
        if read? != Some(written) {
            let lost = Trouble::Damaged("what was just written is not there");
            return Err(lost.about(&self.file));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
