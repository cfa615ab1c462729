//! Retries join the answer they repeat, so that the model is asked once.

use super::budget::{Budget, Retries};
use super::log::{Log, Reader};
use crate::JoinLimits;
use crate::door::Whole;
use crate::headers::{INVOCATION_ID, MODE};
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

/// The longest invocation id that is looked at; SDKs send a UUID.
const LONGEST_ID: usize = 128;

/// The answers that retries may join.
pub(crate) struct Joins {
    limits: JoinLimits,
    budget: Arc<Budget>,
    /// Keyed afresh in every process, so that nobody can prepare two requests that look the same.
    hashing: RandomState,
    entries: Mutex<HashMap<Key, Entry>>,
}

/// What makes two requests one: the SDK's id of the call, who calls, and what is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    invocation: String,
    caller: u64,
    request: u64,
}

struct Entry {
    log: Arc<Log>,
    /// When it ended; `None` while it runs.
    finished: Option<Instant>,
}

/// How a request came in.
pub(crate) enum Entered {
    /// As a retry of an answer that is there.
    Joined(Reader),
    /// As the first.
    New(Arc<Log>, Reader),
}

/// Whether a finished answer is worth joining.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worth {
    /// A retry gets what the first attempt would have got.
    Keeping,
    /// A retry means to ask again: it failed, or nobody was there to read it.
    Nothing,
}

impl Joins {
    pub(crate) fn new(limits: JoinLimits) -> Self {
        Self {
            budget: Arc::new(Budget::new(limits.bytes)),
            limits,
            hashing: RandomState::new(),
            entries: Mutex::new(HashMap::new()),
        }
    }

    /// What makes this request and its retries one; `None` when it does not say.
    pub(crate) fn key(&self, request: &Whole) -> Option<Key> {
        let invocation = request.header(INVOCATION_ID)?;
        if invocation.is_empty() || invocation.len() > LONGEST_ID {
            return None;
        }
        let mode = request.header(MODE).unwrap_or_default();
        Some(Key {
            invocation: invocation.to_owned(),
            caller: self.hash(&[identity(request.header("authorization")).as_bytes()]),
            request: self.hash(&[request.target().as_bytes(), mode.as_bytes(), &request.body]),
        })
    }

    fn hash(&self, parts: &[&[u8]]) -> u64 {
        let mut hasher = self.hashing.build_hasher();
        for part in parts {
            hasher.write_usize(part.len());
            hasher.write(part);
        }
        hasher.finish()
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the answer of this key, if it is there.
    pub(crate) fn join(&self, key: Option<&Key>) -> Option<Reader> {
        let mut entries = self.entries();
        self.make_room(&mut entries, 0);
        entries.get(key?).and_then(|entry| entry.log.join())
    }

    /// Joins the answer of this key, or begins it.
    pub(crate) fn enter(&self, key: Option<&Key>) -> Entered {
        let alone = || {
            let log = Arc::new(Log::new(Retries::StayOut));
            let reader = log.reader();
            Entered::New(log, reader)
        };
        let Some(key) = key else {
            return alone();
        };
        let mut entries = self.entries();
        self.make_room(&mut entries, 0);
        if let Some(reader) = entries.get(key).and_then(|entry| entry.log.join()) {
            return Entered::Joined(reader);
        }
        entries.remove(key);
        self.make_room(&mut entries, 1);
        if entries.len() >= self.limits.answers {
            return alone();
        }
        let log = Arc::new(Log::new(Retries::Join {
            most_bytes: self.limits.answer_bytes,
            budget: Arc::clone(&self.budget),
        }));
        let reader = log.reader();
        let entry = Entry {
            log: Arc::clone(&log),
            finished: None,
        };
        entries.insert(key.clone(), entry);
        Entered::New(log, reader)
    }

    /// An answer ended: it is kept for a while, or forgotten.
    pub(crate) fn settle(&self, key: Option<&Key>, log: &Arc<Log>, worth: Worth) {
        let Some(key) = key else {
            return;
        };
        let mut entries = self.entries();
        let Some(entry) = entries
            .get_mut(key)
            .filter(|entry| Arc::ptr_eq(&entry.log, log))
        else {
            return;
        };
        match (worth, log.kept()) {
            (Worth::Keeping, Some(_)) => entry.finished = Some(Instant::now()),
            (Worth::Keeping, None) | (Worth::Nothing, _) => {
                entries.remove(key);
            }
        }
        self.make_room(&mut entries, 0);
    }

    /// Forgets what is too old, then the oldest until so many more fit, and a quarter of the bytes
    /// is free for answers that run.
    fn make_room(&self, entries: &mut HashMap<Key, Entry>, more: usize) {
        let now = Instant::now();
        entries.retain(|_, entry| {
            entry
                .finished
                .is_none_or(|when| now.duration_since(when) < self.limits.keep)
        });
        while entries.len() + more > self.limits.answers
            || self.budget.used() > self.limits.bytes / 4 * 3
        {
            let oldest = entries
                .iter()
                .filter_map(|(key, entry)| Some((entry.finished?, key)))
                .min_by_key(|(when, _)| *when)
                .map(|(_, key)| key.clone());
            match oldest {
                Some(key) => entries.remove(&key),
                None => return,
            };
        }
    }
}

/// Who calls, in so far as it stays the same from one attempt to the next: of a signature the
/// credential without its date, of anything else all of it.
fn identity(authorization: Option<&str>) -> String {
    let Some(authorization) = authorization else {
        return String::new();
    };
    let credential = authorization
        .strip_prefix("AWS4-HMAC-SHA256")
        .and_then(|fields| {
            fields
                .split([',', ' '])
                .find_map(|field| field.strip_prefix("Credential="))
        });
    match credential {
        // key / date / region / service / aws4_request
        Some(credential) => {
            let mut parts: Vec<&str> = credential.split('/').collect();
            if parts.len() > 1 {
                parts.remove(1);
            }
            parts.join("/")
        }
        None => authorization.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::identity;

    #[test]
    fn an_identity_outlives_the_signature() {
        let signed = |key: &str, date: &str, signature: &str| {
            identity(Some(&format!(
                "AWS4-HMAC-SHA256 Credential={key}/{date}/us-east-1/bedrock/aws4_request, \
                 SignedHeaders=host;x-amz-date, Signature={signature}"
            )))
        };
        assert_eq!(signed("A", "20261123", "1"), signed("A", "20261124", "2"));
        assert_ne!(signed("A", "20261123", "1"), signed("B", "20261123", "1"));
        assert_ne!(identity(Some("Bearer a")), identity(Some("Bearer b")));
        assert_ne!(identity(None), identity(Some("Bearer a")));
    }
}
