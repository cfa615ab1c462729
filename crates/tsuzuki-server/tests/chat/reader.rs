//! A reader that folds what it is told, and insists on every entry once and in order.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use std::collections::HashMap;
use std::time::Duration;
use tsuzuki_server::chat::{
    Conversation, ConversationId, Cursor, Entry, Message, MessageId, RunId, State, Told,
};

/// Longer than anything here takes; a test that waits so long has failed.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// What one reader knows.
#[derive(Default)]
pub(crate) struct Reader {
    told: Option<BoxStream<'static, Told>>,
    pub(crate) messages: HashMap<MessageId, Message>,
    pub(crate) conversations: HashMap<ConversationId, Conversation>,
    pub(crate) removed: Vec<ConversationId>,
    cursors: HashMap<RunId, Cursor>,
    /// How often a message came as a whole.
    pub(crate) wholes: usize,
    /// The entries, as they came.
    pub(crate) entries: Vec<Entry>,
}

impl Reader {
    pub(crate) fn of(told: BoxStream<'static, Told>) -> Self {
        Self {
            told: Some(told),
            ..Self::default()
        }
    }

    /// Reads on in another stream.
    pub(crate) fn resume(&mut self, told: BoxStream<'static, Told>) {
        self.told = Some(told);
    }

    /// Leaves, and knows what it knew.
    pub(crate) fn leave(&mut self) {
        self.told = None;
    }

    pub(crate) fn cursors(&self) -> Vec<Cursor> {
        self.cursors.values().copied().collect()
    }

    pub(crate) fn knows(&mut self, message: Message, cursor: Option<&String>) {
        if let Some(cursor) = cursor {
            let cursor: Cursor = cursor.parse().unwrap();
            self.cursors.insert(cursor.run, cursor);
        }
        self.messages.insert(message.id, message);
    }

    pub(crate) fn text(&self, message: MessageId) -> String {
        self.messages
            .get(&message)
            .map(Message::text)
            .unwrap_or_default()
    }

    pub(crate) fn state(&self, message: MessageId) -> Option<State> {
        self.messages.get(&message).map(|message| message.state)
    }

    /// Reads until something holds.
    pub(crate) async fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let read = async {
            while !holds(self) {
                let told = self
                    .told
                    .as_mut()
                    .expect("a reader that left reads nothing");
                match told.next().await {
                    Some(told) => self.take(told),
                    None => panic!("the stream ended before {what}"),
                }
            }
        };
        tokio::time::timeout(LONG, read)
            .await
            .unwrap_or_else(|_| panic!("never: {what}"));
    }

    /// Reads until the message is over, in its final form.
    pub(crate) async fn over(&mut self, message: MessageId) -> Message {
        self.until("the end", |reader| {
            reader.messages.get(&message).is_some_and(|message| {
                message.state != State::Running
                    && reader.cursors.keys().all(|run| {
                        message.making.as_ref().and_then(|making| making.run) != Some(*run)
                    })
            })
        })
        .await;
        self.messages[&message].clone()
    }

    /// Reads until this run of the message is over: an earlier one may have left it in a final form.
    pub(crate) async fn run_over(&mut self, message: MessageId, run: RunId) -> Message {
        self.until("the end of the run", |reader| {
            reader.messages.get(&message).is_some_and(|message| {
                message.state != State::Running
                    && message.making.as_ref().and_then(|making| making.run) == Some(run)
                    && !reader.cursors.contains_key(&run)
            })
        })
        .await;
        self.messages[&message].clone()
    }

    /// Reads to the end of the stream.
    pub(crate) async fn read_out(&mut self) {
        let read = async {
            while let Some(told) = self.told.as_mut().unwrap().next().await {
                self.take(told);
            }
        };
        tokio::time::timeout(LONG, read).await.expect("an end");
    }

    fn take(&mut self, told: Told) {
        match told {
            Told::Conversation(conversation) => {
                self.conversations
                    .insert(conversation.id, Conversation::clone(&conversation));
            }
            Told::Removed(id) => self.removed.push(id),
            Told::Message(message, cursor) => {
                self.wholes += 1;
                match cursor {
                    Some(cursor) => {
                        self.cursors.insert(cursor.run, cursor);
                    }
                    None => {
                        if let Some(run) = message.making.as_ref().and_then(|making| making.run) {
                            self.cursors.remove(&run);
                        }
                    }
                }
                // What was read so far is what the whole begins with.
                let before = self.text(message.id);
                assert!(
                    message.text().starts_with(&before),
                    "a reader lost what it had read"
                );
                self.messages.insert(message.id, Message::clone(&message));
            }
            Told::Entries {
                message,
                from,
                entries,
                cursor,
                ..
            } => {
                let entries: Vec<Entry> = serde_json::from_slice(&entries).unwrap();
                let at = self
                    .cursors
                    .entry(cursor.run)
                    .or_insert(Cursor { seq: 0, ..cursor });
                assert_eq!(at.seq, from, "an entry was lost or doubled");
                let count = u64::try_from(entries.len()).unwrap();
                assert_eq!(
                    cursor.seq,
                    from + count,
                    "the cursor is where the entries end"
                );
                *at = cursor;
                if let Some(message) = self.messages.get_mut(&message) {
                    for entry in &entries {
                        message.fold(entry);
                    }
                }
                self.entries.extend(entries);
            }
        }
    }
}
