//! What all of a chat's parts share: the runs that are alive, whoever reads, and the tasks.

use super::exchange::Files;
use super::live::Live;
use super::mailbox::{Mail, Mailboxes};
use super::scribe::Scribe;
use super::{ChatError, ChatSettings, Conversation, ConversationId, Entry, MessageId, RunId, User};
use crate::store::{Fault, Store, StoreError};
use futures_util::FutureExt;
use std::collections::HashMap;
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;
use tsuzuki::Backend;
use tsuzuki::engine::{ModelId, Price};

/// How long a run that is over is still there for readers that come with a cursor.
const LINGERS: Duration = Duration::from_secs(60);

/// How many conversations can be changed at the same time, at most.
const LOCKS: usize = 64;

pub(super) struct Shared {
    pub(super) settings: ChatSettings,
    pub(super) store: Arc<dyn Store>,
    pub(super) backend: Arc<dyn Backend>,
    pub(super) scribe: Scribe,
    pub(super) files: Files,
    pub(super) mailboxes: Mailboxes,
    runs: Mutex<Runs>,
    locks: Vec<tokio::sync::Mutex<()>>,
    pub(super) tasks: TaskTracker,
    /// Cancelled when no more runs may begin.
    pub(super) closing: CancellationToken,
    /// Cancelled when readers are to go.
    pub(super) ended: CancellationToken,
    /// Cancelled when all tasks are to be dropped where they are.
    pub(super) dead: CancellationToken,
}

#[derive(Default)]
struct Runs {
    /// Those that are alive, and those that were a moment ago.
    there: HashMap<RunId, Arc<Live>>,
    /// How many of each user are alive.
    of_users: HashMap<User, usize>,
    alive: usize,
}

/// A run's place among those that may be alive at once; free again when it is dropped.
pub(super) struct Slot {
    shared: Arc<Shared>,
    user: User,
}

impl Shared {
    pub(super) fn new(
        settings: ChatSettings,
        store: Arc<dyn Store>,
        backend: Arc<dyn Backend>,
        files: Files,
    ) -> Self {
        Self {
            settings,
            store,
            backend,
            scribe: Scribe::default(),
            files,
            mailboxes: Mailboxes::default(),
            runs: Mutex::default(),
            locks: (0..LOCKS).map(|_| tokio::sync::Mutex::default()).collect(),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
            ended: CancellationToken::new(),
            dead: CancellationToken::new(),
        }
    }

    /// Runs a task until it is done or everything is to be dropped.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let dead = self.dead.clone();
        // Boxed, because whatever it is wrapped in would have room for it twice.
        let task = Box::pin(task);
        self.tasks.spawn(async move {
            dead.run_until_cancelled_owned(task).await;
        });
    }

    /// Does something to its end, even if whoever asked for it leaves before: nothing that was begun
    /// in the store is left half done.
    pub(super) async fn to_its_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ChatError>> + Send + 'static,
    ) -> Result<T, ChatError> {
        let work = self.dead.clone().run_until_cancelled_owned(work);
        match self.tasks.spawn(work.in_current_span()).await {
            Ok(Some(came)) => came,
            Ok(None) => Err(ChatError::ShuttingDown),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_cancelled) => Err(ChatError::ShuttingDown),
            },
        }
    }

    /// The right to read a conversation and keep it changed.
    pub(super) async fn lock(&self, id: ConversationId) -> tokio::sync::MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let which = usize::try_from(hasher.finish() % (LOCKS as u64)).unwrap_or(0);
        self.locks[which].lock().await
    }

    fn runs(&self) -> MutexGuard<'_, Runs> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more run of a user.
    pub(super) fn slot(self: &Arc<Self>, user: &User) -> Result<Slot, ChatError> {
        if self.closing.is_cancelled() {
            return Err(ChatError::ShuttingDown);
        }
        let mut runs = self.runs();
        let of_user = runs.of_users.get(user).copied().unwrap_or(0);
        if of_user >= self.settings.runs_of_a_user {
            return Err(ChatError::Busy(format!(
                "{of_user} of your answers are being written; wait for one of them, or stop it"
            )));
        }
        if runs.alive >= self.settings.runs {
            return Err(ChatError::Busy(
                "as many answers are being written as this server allows; try again in a moment"
                    .to_owned(),
            ));
        }
        Ok(self.taken(&mut runs, user))
    }

    /// A place for a run that was there before the limits were asked.
    pub(super) fn any_slot(self: &Arc<Self>, user: &User) -> Slot {
        self.taken(&mut self.runs(), user)
    }

    fn taken(self: &Arc<Self>, runs: &mut Runs, user: &User) -> Slot {
        runs.alive += 1;
        *runs.of_users.entry(user.clone()).or_default() += 1;
        Slot {
            shared: Arc::clone(self),
            user: user.clone(),
        }
    }

    /// How many runs are alive.
    pub(super) fn alive(&self) -> usize {
        self.runs().alive
    }

    /// A run is there to be read.
    pub(super) fn enter(&self, live: &Arc<Live>) {
        self.runs().there.insert(live.run, Arc::clone(live));
    }

    /// A run is over: it is there a while longer.
    pub(super) fn leave(self: &Arc<Self>, run: RunId) {
        let shared = Arc::clone(self);
        self.spawn(async move {
            tokio::time::sleep(LINGERS).await;
            shared.forget(run);
        });
    }

    /// A run is there no more.
    pub(super) fn forget(&self, run: RunId) {
        self.runs().there.remove(&run);
    }

    /// A run of a user, alive or over a moment ago.
    pub(super) fn live(&self, user: &User, run: RunId) -> Option<Arc<Live>> {
        let runs = self.runs();
        let live = runs.there.get(&run).filter(|live| live.user == *user)?;
        Some(Arc::clone(live))
    }

    /// The runs in a conversation, alive or over a moment ago, in the order they began.
    pub(super) fn lives_in(&self, user: &User, conversation: ConversationId) -> Vec<Arc<Live>> {
        let mut lives: Vec<Arc<Live>> = self
            .runs()
            .there
            .values()
            .filter(|live| live.conversation == conversation && live.user == *user)
            .cloned()
            .collect();
        lives.sort_by_key(|live| live.run);
        lives
    }

    /// The last run that wrote a message, alive or over a moment ago.
    pub(super) fn writing(&self, user: &User, message: MessageId) -> Option<Arc<Live>> {
        self.runs()
            .there
            .values()
            .filter(|live| live.message == message && live.user == *user)
            .max_by_key(|live| live.run)
            .cloned()
    }

    /// One more entry of a run.
    pub(super) fn say(&self, live: &Arc<Live>, entry: Entry) {
        if live.add(entry) {
            self.scribe.queue(live);
        }
    }

    /// A user's conversation.
    pub(super) async fn conversation(
        &self,
        user: &User,
        id: ConversationId,
    ) -> Result<Conversation, ChatError> {
        self.store
            .conversation(user, id)
            .await?
            .ok_or(ChatError::Missing("conversation"))
    }

    /// Tells readers of a conversation as it stands in the store. Under its lock, so that nobody tells
    /// of a newer one in between.
    pub(super) async fn tell_conversation(&self, user: &User, id: ConversationId) {
        if let Ok(Some(conversation)) = self.store.conversation(user, id).await {
            self.tell(user, &Mail::Conversation(Arc::new(conversation)));
        }
    }

    pub(super) fn tell(&self, user: &User, mail: &Mail) {
        self.mailboxes.tell(user, mail);
    }

    /// What a model's tokens cost.
    pub(super) fn price(&self, model: &str) -> Option<Price> {
        self.backend.abilities(&ModelId(model.to_owned())).price
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut runs = self.shared.runs();
        runs.alive = runs.alive.saturating_sub(1);
        if let Some(count) = runs.of_users.get_mut(&self.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                runs.of_users.remove(&self.user);
            }
        }
    }
}

/// What a store answers; one that panics is one that fails.
pub(super) async fn answered<T>(
    asked: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    AssertUnwindSafe(asked)
        .catch_unwind()
        .await
        .unwrap_or_else(|_panic| {
            Err(StoreError {
                fault: Fault::Failed,
                told: "the store has a defect, which the log names; please report it".to_owned(),
            })
        })
}

/// What the store would not keep because of what is there is the caller's to hear of.
pub(super) fn kept(error: StoreError) -> ChatError {
    match error.fault {
        Fault::Conflict => ChatError::Conflict(error.told),
        Fault::Full
        | Fault::Locked
        | Fault::ReadOnly
        | Fault::Damaged
        | Fault::Newer
        | Fault::Failed => ChatError::Store(error),
    }
}
