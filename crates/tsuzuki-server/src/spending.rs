//! What each key spent today (UTC), and what it may still spend.
//!
//! An answer that begins sets aside the most it may cost, so that answers that run at the same time
//! do not spend the same money; when it is over, what it really cost is written down and the rest
//! is given back. No answer may take more than a quarter of a day's budget.

mod file;

use crate::error::Fault;
use crate::keys::{Budget, Key};
use file::Page;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tsuzuki::engine::{Policy, Price, Usage};

/// The share of a day's budget that one answer may take.
const SHARES: u64 = 4;

/// What a key spent on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    /// US dollars, where prices are known.
    pub usd: f64,
    /// Tokens of every kind.
    pub tokens: u64,
    /// Whether some of it is an estimate, because the backend's own count never came.
    #[serde(default)]
    pub estimated: bool,
}

/// Why what was spent cannot be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpendingError {
    /// The file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not what we wrote.
    #[error("{path} cannot be read, so nobody knows what the keys spent today; repair it, or remove it to begin the day anew", path = .0.display())]
    Malformed(PathBuf),
    /// Another endpoint writes there.
    #[error("another endpoint keeps its books in {path}; give this one a data folder of its own", path = .0.display())]
    Taken(PathBuf),
}

/// What every key spent today.
#[derive(Debug)]
pub struct Spending {
    path: PathBuf,
    state: Mutex<State>,
    /// Held as long as we write there.
    _lock: File,
}

#[derive(Debug)]
struct State {
    page: Page,
    held: HashMap<String, Held>,
    /// Whether the page changed since it was written.
    changed: bool,
}

/// What running answers of a key have set aside.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    usd: f64,
    tokens: u64,
}

/// What one running answer has set aside; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    spending: Arc<Spending>,
    key: String,
    held: Held,
}

impl Spending {
    /// Opens the books of a data folder, for this process alone.
    ///
    /// # Errors
    /// They cannot be read or written, or another endpoint has them open.
    pub fn open(folder: &Path) -> Result<Self, SpendingError> {
        let (path, lock) = file::lock(folder)?;
        let page = file::read(&path)?.of(&today());
        Ok(Self {
            path,
            state: Mutex::new(State {
                page,
                held: HashMap::new(),
                changed: false,
            }),
            _lock: lock,
        })
    }

    /// What a key of a data folder spent today, as far as it was written down.
    ///
    /// # Errors
    /// The books cannot be read.
    pub fn look(folder: &Path, key: &str) -> Result<Spent, SpendingError> {
        let page = file::read(&file::path(folder))?.of(&today());
        Ok(page.keys.get(key).copied().unwrap_or_default())
    }

    /// Sets aside the most that an answer may cost, and lowers its policy to that.
    pub(crate) fn hold(
        self: &Arc<Self>,
        key: &Key,
        price: Option<Price>,
        policy: &mut Policy,
    ) -> Result<Share, Fault> {
        let mut state = self.state();
        let mut held = Held::default();
        if let Some(Budget { usd, tokens }) = key.grants.budget {
            let spent = state.page.keys.get(&key.id).copied().unwrap_or_default();
            let others = state.held.get(&key.id).copied().unwrap_or_default();
            if let Some(budget) = usd {
                if price.is_none() {
                    return Err(unpriced(key));
                }
                let left = budget - spent.usd;
                let free = left - others.usd;
                refuse_unless(key, left > 0.0, free > 0.0)?;
                held.usd = policy.max_cost.min(budget / SHARES as f64).min(free);
                policy.max_cost = held.usd;
            }
            if let Some(budget) = tokens {
                let left = budget.saturating_sub(spent.tokens);
                let free = left.saturating_sub(others.tokens);
                refuse_unless(key, left > 0, free > 0)?;
                held.tokens = policy
                    .max_output_tokens
                    .min(budget.div_ceil(SHARES))
                    .min(free);
                policy.max_output_tokens = held.tokens;
            }
        }
        let sum = state.held.entry(key.id.clone()).or_default();
        sum.usd += held.usd;
        sum.tokens += held.tokens;
        drop(state);
        Ok(Share {
            spending: Arc::clone(self),
            key: key.id.clone(),
            held,
        })
    }

    /// Writes down what changed.
    pub(crate) fn save(&self) {
        let page = {
            let mut state = self.state();
            if !std::mem::take(&mut state.changed) {
                return;
            }
            state.page.clone()
        };
        if let Err(error) = file::write(&self.path, &page) {
            tracing::error!(%error, "what keys spent is not written down; a restart would forget it");
            self.lock_state().changed = true;
        }
    }

    /// The state, turned to today's page.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock_state();
        let today = today();
        if state.page.day != today {
            state.page = Page::new(today);
            state.changed = true;
        }
        state
    }

    fn lock_state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Writes down what the answer spent.
    pub(crate) fn spend(&self, spent: Spent) {
        let mut state = self.spending.state();
        let sum = state.page.keys.entry(self.key.clone()).or_default();
        sum.usd += spent.usd;
        sum.tokens += spent.tokens;
        sum.estimated |= spent.estimated;
        state.changed = true;
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut state = self.spending.lock_state();
        if let Some(sum) = state.held.get_mut(&self.key) {
            sum.usd = (sum.usd - self.held.usd).max(0.0);
            sum.tokens = sum.tokens.saturating_sub(self.held.tokens);
        }
    }
}

/// All tokens of an answer.
pub(crate) fn tokens(usage: &Usage) -> u64 {
    [
        usage.input,
        usage.output,
        usage.cache_read,
        usage.cache_write,
    ]
    .into_iter()
    .flatten()
    .fold(0, u64::saturating_add)
}

fn today() -> String {
    Timestamp::now().strftime("%Y-%m-%d").to_string()
}

/// Bedrock's own quotas a day say 429 as well. Nothing is forwarded.
fn refuse_unless(key: &Key, left: bool, free: bool) -> Result<(), Fault> {
    match (left, free) {
        (false, _) => Err(Fault::over_budget(format!(
            "the budget of the key {} for today is spent; a new day begins at 00:00 UTC",
            key.name
        ))),
        (true, false) => Err(Fault::over_budget(format!(
            "running answers of the key {} have set aside what is left of its budget for today, \
             please wait before trying again",
            key.name
        ))),
        (true, true) => Ok(()),
    }
}

fn unpriced(key: &Key) -> Fault {
    Fault::forbidden(format!(
        "the key {} has a budget in dollars, and what this model costs is not known; \
         its operator can give it a budget in tokens",
        key.name
    ))
}

#[cfg(test)]
mod tests;
