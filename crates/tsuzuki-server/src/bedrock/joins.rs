//! Retries join the answer they repeat, so that the model is asked once.

use super::budget::{Budget, Retries};
use super::log::{Log, Reader};
use crate::JoinLimits;
use crate::door::Whole;
use crate::headers::{INVOCATION_ID, MODE};
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;
use tsuzuki::engine::Delivery;

/// The longest invocation id that is looked at; SDKs send a UUID.
const LONGEST_ID: usize = 128;

/// The answers that retries may join.
pub(crate) struct Joins {
    limits: JoinLimits,
    budget: Arc<Budget>,
    /// Keyed afresh in every process, so that nobody can prepare two requests that look the same.
    hashing: RandomState,
    known: Mutex<Known>,
}

/// The answers, and those of them that ended, oldest first.
#[derive(Default)]
struct Known {
    entries: HashMap<Key, Entry>,
    finished: VecDeque<(Instant, Key)>,
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
            known: Mutex::default(),
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

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the answer of this key, if it is there.
    pub(crate) fn join(&self, key: Option<&Key>) -> Option<Reader> {
        let key = key?;
        let mut known = self.known();
        self.make_room(&mut known, 0);
        known.entries.get(key).and_then(|entry| entry.log.join())
    }

    /// Joins the answer of this key, or begins it.
    pub(crate) fn enter(&self, key: Option<&Key>, delivery: Delivery) -> Entered {
        let alone = || {
            let log = Arc::new(Log::new(Retries::StayOut));
            let reader = log.reader();
            Entered::New(log, reader)
        };
        let Some(key) = key else {
            return alone();
        };
        let mut known = self.known();
        self.make_room(&mut known, 0);
        if let Some(reader) = known.entries.get(key).and_then(|entry| entry.log.join()) {
            return Entered::Joined(reader);
        }
        known.entries.remove(key);
        self.make_room(&mut known, 1);
        if known.entries.len() >= self.limits.answers {
            return alone();
        }
        let log = Arc::new(Log::new(Retries::Join {
            most_bytes: match delivery {
                Delivery::Collected => self.limits.answer_bytes,
                Delivery::Streamed => self.limits.stream_bytes,
            },
            budget: Arc::clone(&self.budget),
        }));
        let reader = log.reader();
        let entry = Entry {
            log: Arc::clone(&log),
            finished: None,
        };
        known.entries.insert(key.clone(), entry);
        Entered::New(log, reader)
    }

    /// An answer ended: it is kept for a while, or forgotten.
    pub(crate) fn settle(&self, key: Option<&Key>, log: &Arc<Log>, worth: Worth) {
        let Some(key) = key else {
            return;
        };
        let mut known = self.known();
        let Known { entries, finished } = &mut *known;
        let Some(entry) = entries
            .get_mut(key)
            .filter(|entry| Arc::ptr_eq(&entry.log, log))
        else {
            return;
        };
        match (worth, log.kept()) {
            (Worth::Keeping, Some(_)) => {
                let now = Instant::now();
                entry.finished = Some(now);
                finished.push_back((now, key.clone()));
            }
            (Worth::Keeping, None) | (Worth::Nothing, _) => {
                entries.remove(key);
            }
        }
        self.make_room(&mut known, 0);
    }

    /// Forgets what is too old, then the oldest until so many more fit, and a quarter of the bytes
    /// is free for answers that run. Only what is forgotten is looked at: this runs for every request.
    fn make_room(&self, known: &mut Known, more: usize) {
        let Known { entries, finished } = known;
        let now = Instant::now();
        while let Some((when, key)) = finished.front() {
            let old = now.duration_since(*when) >= self.limits.keep;
            let crowded = entries.len() + more > self.limits.answers
                || self.budget.used() > self.limits.bytes / 4 * 3;
            if !old && !crowded {
                return;
            }
            // Another answer may have this key by now.
            if entries
                .get(key)
                .is_some_and(|entry| entry.finished == Some(*when))
            {
                entries.remove(key);
            }
            finished.pop_front();
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
