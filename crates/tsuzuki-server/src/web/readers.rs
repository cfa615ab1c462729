//! Who follows: how many streams of events are open, and how many each user may have.

use super::problem::Problem;
use crate::chat::User;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// After how many seconds whoever has too many streams may try again.
const AGAIN: u64 = 10;

/// How many readers each user has now.
pub(super) struct Readers {
    most: usize,
    of_users: Mutex<HashMap<User, usize>>,
}

/// One of them, until it is dropped.
pub(super) struct Reading {
    readers: Arc<Readers>,
    user: User,
}

impl Readers {
    /// Nobody yet; each user may have so many.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            of_users: Mutex::default(),
        }
    }

    fn of_users(&self) -> MutexGuard<'_, HashMap<User, usize>> {
        self.of_users.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.of_users().values().sum()
    }

    /// One more of a user.
    pub(super) fn enter(self: &Arc<Self>, user: &User) -> Result<Reading, Problem> {
        let mut of_users = self.of_users();
        let count = of_users.entry(user.clone()).or_default();
        if *count >= self.most {
            return Err(Problem::rate_limited(AGAIN, "open streams of events"));
        }
        *count += 1;
        Ok(Reading {
            readers: Arc::clone(self),
            user: user.clone(),
        })
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let mut of_users = self.readers.of_users();
        if let Some(count) = of_users.get_mut(&self.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                of_users.remove(&self.user);
            }
        }
    }
}
