//! One answer as it comes, over as many connections as it takes.

use super::api::Api;
use super::http::{ApiError, Events};
use http::StatusCode;
use serde::Deserialize;
use std::time::Duration;
use tsuzuki_server::chat::{Cursor, Entry, Message, MessageId, RunId, State};

/// How long to rest before another try to reach the server: at first, and at most.
const FIRST_REST: Duration = Duration::from_millis(100);
const LONGEST_REST: Duration = Duration::from_secs(2);

/// What is heard of an answer.
pub(super) enum Heard {
    /// It went on.
    Entry(Box<Entry>),
    /// It stands like this, as a whole.
    Message(Box<Message>),
    /// The connection is lost; the next call tries again.
    Lost,
    /// The connection is there again.
    Back,
}

#[derive(Deserialize)]
struct Entries {
    from: u64,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Whole {
    message: Message,
    cursor: Option<String>,
}

/// A reader of one run.
pub(super) struct Follow<'a> {
    api: &'a Api,
    run: RunId,
    message: MessageId,
    /// Where we stand, as the server said it.
    cursor: Option<String>,
    /// How many entries were read.
    read: u64,
    stream: Option<Events>,
    waiting: std::collections::VecDeque<Entry>,
    line: Line,
}

/// How the connection is.
enum Line {
    /// As it should be.
    Up,
    /// Lost; the next try comes after this rest.
    Down(Duration),
}

impl<'a> Follow<'a> {
    /// Reads a run from a cursor on; without one, from its beginning.
    pub(super) fn new(
        api: &'a Api,
        run: RunId,
        message: MessageId,
        cursor: Option<String>,
    ) -> Self {
        let at = cursor
            .as_deref()
            .and_then(|text| text.parse::<Cursor>().ok());
        Self {
            api,
            run,
            message,
            read: at.map_or(0, |cursor| cursor.seq),
            cursor,
            stream: None,
            waiting: std::collections::VecDeque::new(),
            line: Line::Up,
        }
    }

    /// The run.
    pub(super) const fn run(&self) -> RunId {
        self.run
    }

    /// What is heard next. After [`Entry::Over`], or a message that no longer runs, nothing more is.
    ///
    /// May be dropped at any time; nothing is lost.
    pub(super) async fn next(&mut self) -> Result<Heard, ApiError> {
        loop {
            if let Some(entry) = self.waiting.pop_front() {
                return Ok(Heard::Entry(Box::new(entry)));
            }
            if self.stream.is_none() {
                if let Line::Down(rest) = self.line {
                    tokio::time::sleep(rest).await;
                }
                match self.api.events(self.run, self.cursor.as_deref()).await {
                    Ok(stream) => self.stream = Some(stream),
                    Err(ApiError::Unreachable(_)) => match self.lose() {
                        Some(lost) => return Ok(lost),
                        None => continue,
                    },
                    Err(ApiError::Problem { status, .. }) if status == StatusCode::NOT_FOUND => {
                        // Its log is gone, so it is over.
                        let message = self.api.message(self.message).await?;
                        return Ok(Heard::Message(Box::new(message)));
                    }
                    Err(ApiError::Problem { status, .. }) if status.is_server_error() => {
                        match self.lose() {
                            Some(lost) => return Ok(lost),
                            None => continue,
                        }
                    }
                    Err(error @ (ApiError::Problem { .. } | ApiError::Unread(_))) => {
                        return Err(error);
                    }
                }
            }
            let Some(stream) = &mut self.stream else {
                continue;
            };
            match stream.next().await {
                Ok(Some(event)) => {
                    if let Some(heard) = self.take(&event.name, event.id, &event.data)? {
                        return Ok(heard);
                    }
                    if matches!(self.line, Line::Down(_)) {
                        self.line = Line::Up;
                        return Ok(Heard::Back);
                    }
                }
                Ok(None) => {
                    self.stream = None;
                    // A server that shuts down ends its streams in good order.
                    match self.api.message(self.message).await {
                        Ok(message) if message.state != State::Running => {
                            return Ok(Heard::Message(Box::new(message)));
                        }
                        Ok(_) | Err(_) => {
                            if let Some(lost) = self.lose() {
                                return Ok(lost);
                            }
                        }
                    }
                }
                Err(_broken) => {
                    self.stream = None;
                    if let Some(lost) = self.lose() {
                        return Ok(lost);
                    }
                }
            }
        }
    }

    /// Takes an event; a message comes back at once, entries wait.
    fn take(
        &mut self,
        name: &str,
        id: Option<String>,
        data: &str,
    ) -> Result<Option<Heard>, ApiError> {
        let unread = |error: serde_json::Error| {
            ApiError::Unread(format!(
                "an event is not what this one reads: {}",
                crate::print::one_line(&error.to_string())
            ))
        };
        let heard = match name {
            "entries" => {
                let Entries { from, entries } = serde_json::from_str(data).map_err(unread)?;
                for (seq, entry) in (from..).zip(entries) {
                    // After a reconnection something may come a second time.
                    if seq >= self.read {
                        self.read = seq + 1;
                        self.waiting.push_back(entry);
                    }
                }
                None
            }
            "message" => {
                let Whole { message, cursor } = serde_json::from_str(data).map_err(unread)?;
                let at = cursor.and_then(|text| text.parse::<Cursor>().ok());
                self.read = at.map_or(self.read, |cursor| cursor.seq);
                Some(Heard::Message(Box::new(message)))
            }
            _ => None,
        };
        self.cursor = id.or_else(|| self.cursor.take());
        Ok(heard)
    }

    /// The connection is lost, or still is. Told once.
    fn lose(&mut self) -> Option<Heard> {
        self.stream = None;
        match self.line {
            Line::Up => {
                self.line = Line::Down(FIRST_REST);
                Some(Heard::Lost)
            }
            Line::Down(rest) => {
                self.line = Line::Down((rest * 2).min(LONGEST_REST));
                None
            }
        }
    }
}
