//! How runs are stopped by their users, and conversations removed.

use super::cut_short::cut_short;
use super::mailbox::Mail;
use super::run;
use super::takeover::Found;
use super::{Chat, ChatError, ConversationId, RunId, User};
use crate::store::{Alive, Run};
use bytes::Bytes;

impl Chat {
    /// See [`Chat::remove`].
    pub(super) async fn remove_it(&self, user: &User, id: ConversationId) -> Result<(), ChatError> {
        let shared = &self.shared;
        shared.conversation(user, id).await?;
        let _lock = loop {
            let lives = shared.lives_in(user, id);
            for live in &lives {
                live.brake.cancel();
            }
            for live in &lives {
                live.closed().await;
            }
            let lock = shared.lock(id).await;
            // A run may have begun while the others ended.
            let lives = shared.lives_in(user, id);
            if lives.iter().all(|live| live.last().is_some()) {
                break lock;
            }
        };
        if !shared.store.delete_conversation(user, id).await? {
            return Err(ChatError::Missing("conversation"));
        }
        for live in shared.lives_in(user, id) {
            shared.forget(live.run);
        }
        shared.tell(user, &Mail::Removed(id));
        Ok(())
    }

    /// See [`Chat::stop`].
    pub(super) async fn stop_it(&self, user: &User, run: RunId) -> Result<Run, ChatError> {
        if self.shared.live(user, run).is_none() {
            self.close_stray(user, run).await?;
        }
        if let Some(live) = self.shared.live(user, run) {
            live.brake.cancel();
            live.closed().await;
        }
        self.run(user, run).await
    }

    /// Closes a run that the store holds for alive and that nobody drives, should there be one.
    async fn close_stray(&self, user: &User, run: RunId) -> Result<(), ChatError> {
        let shared = &self.shared;
        let known = self.run(user, run).await?;
        // A run that begins is there once it lets go of this.
        let lock = shared.lock(known.conversation).await;
        let known = self.run(user, run).await?;
        if !known.alive || shared.live(user, run).is_some() {
            return Ok(());
        }
        let begun = shared.store.message(user, known.message).await?;
        let alive = Alive {
            user: user.clone(),
            message: begun.ok_or(ChatError::Missing("message"))?,
            log: shared.store.log(run).await?,
            heard_at: known.began_at,
            damaged: None,
            run: known,
        };
        let mut found = Found::new(alive);
        let (live, before) = (found.live(), found.before());
        shared.enter(&live);
        drop(lock);
        let slot = shared.any_slot(user);
        tracing::warn!(%run, "nobody drove this run; it is closed");
        match found.over.take() {
            Some(end) => run::close(shared, &live, end, before.spent, slot).await,
            None => cut_short(shared, &live, before, None, &Bytes::new(), slot).await,
        }
        Ok(())
    }
}
