//! What happens, as it happens: server-sent events (WHATWG HTML, section 9.2).
//!
//! Entries come rendered from the chat, once for all readers; what is made here for each reader is
//! the line before them and the cursors it now holds. Nothing is made before the reader took what
//! came before, so a slow one holds one event at most.

use super::gate::Pass;
use super::problem::Problem;
use super::readers::Reading;
use super::router::Web;
use super::sent::{Asks, Id, Wanted};
use crate::chat::{ConversationId, Cursor, RunId, Told};
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use tokio::time::{Instant, sleep_until};
use utoipa::IntoParams;

/// The media type of the streams.
pub(super) const MEDIA_TYPE: &str = "text/event-stream";

/// After how many milliseconds a reader that lost its stream comes back.
const RETRY: &str = "retry: 1000\n\n";

/// The most cursors that a reader may come with.
const MOST_CURSORS: usize = 100;

/// What a tab follows.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Follow {
    /// The conversation to follow; lists alone, where none is named.
    conversation: Option<ConversationId>,
    /// Cursors (`run:epoch.seq`) joined by commas: what the reader has. `Last-Event-ID` stands
    /// above it.
    after: Option<String>,
}

/// From where to follow a run.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(super) struct After {
    /// What the reader has: `epoch.seq`, or `run:epoch.seq`. `Last-Event-ID` stands above it.
    after: Option<String>,
}

/// Everything one tab needs: what happens to the user's conversations, and what the runs of one of
/// them say.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "Events",
    params(Follow, super::openapi::LastEventHeader),
    responses(
        (status = 200, description = "Events: hello, conversation, removed, message, entries.",
         content_type = MEDIA_TYPE, body = String),
        super::openapi::Refusals,
    ),
)]
pub(super) async fn events(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Wanted(Follow {
        conversation,
        after,
    }): Wanted<Follow>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let after = last_event(&headers)?.or(after).unwrap_or_default();
    let cursors = cursors(&after)?;
    let reading = web.readers().enter(&user)?;
    let told = web.chat().follow(&user, conversation, &cursors).await?;
    let pass = web.gate().pass(&headers);
    Ok(respond(web, told, &cursors, (pass, reading)))
}

/// What one run says, to its end.
#[utoipa::path(
    get, path = "/api/v1/runs/{id}/events", tag = "Events",
    params(
        ("id" = RunId, Path, description = "The run."),
        After,
        super::openapi::LastEventHeader,
    ),
    responses(
        (status = 200, description = "Events: hello, entries, and the message as it stands at the \
         end; it comes first where the reader's cursor leads nowhere.",
         content_type = MEDIA_TYPE, body = String),
        super::openapi::Refusals,
    ),
)]
pub(super) async fn run_events(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(run): Id<RunId>,
    Wanted(After { after }): Wanted<After>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let after = match last_event(&headers)?.or(after).unwrap_or_default() {
        after if after.is_empty() => None,
        after if after.contains(':') => Some(after),
        after => Some(format!("{run}:{after}")),
    };
    let cursor = match after {
        Some(after) => Some(cursor(&after)?),
        None => None,
    };
    if cursor.is_some_and(|cursor| cursor.run != run) {
        return Err(Problem::invalid("after", "the cursor is another run's"));
    }
    let reading = web.readers().enter(&user)?;
    let told = web.chat().follow_run(&user, run, cursor).await?;
    let pass = web.gate().pass(&headers);
    Ok(respond(web, told, cursor.as_slice(), (pass, reading)))
}

fn last_event(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(id) = headers.get("last-event-id") else {
        return Ok(None);
    };
    id.to_str()
        .map(|id| Some(id.to_owned()))
        .map_err(|_not_text| no_cursor("Last-Event-ID"))
}

fn no_cursor(field: &str) -> Problem {
    Problem::invalid(field, "a cursor is written run:epoch.seq; leave it out")
}

fn cursor(text: &str) -> Result<Cursor, Problem> {
    text.parse().map_err(|_| no_cursor("after"))
}

fn cursors(text: &str) -> Result<Vec<Cursor>, Problem> {
    let cursors = text
        .split(',')
        .filter(|text| !text.is_empty())
        .take(MOST_CURSORS + 1)
        .map(cursor)
        .collect::<Result<Vec<_>, _>>()?;
    if cursors.len() > MOST_CURSORS {
        return Err(Problem::invalid("after", "come with at most 100 cursors"));
    }
    Ok(cursors)
}

fn respond(
    web: Arc<Web>,
    told: BoxStream<'static, Told>,
    cursors: &[Cursor],
    reader: (Pass, Reading),
) -> Response {
    let body = Body::from_stream(stream(web, told, cursors.to_vec(), reader));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, MEDIA_TYPE),
        // Proxies that gather or compress would hold deltas back.
        (header::CACHE_CONTROL, "no-cache, no-transform"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// The events, and a comment whenever there were none for a while. Ends with what is told, with the
/// session it was asked for in, or when the server sends its readers away.
fn stream(
    web: Arc<Web>,
    mut told: BoxStream<'static, Told>,
    cursors: Vec<Cursor>,
    (pass, reading): (Pass, Reading),
) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    async_stream::stream! {
        let _counted = reading;
        let mut reader = Reader::new(&cursors);
        yield Ok(reader.hello(&web.build()));
        let silence = web.silence();
        let mut leaving = pin!(web.leaving().cancelled());
        let mut quiet_until = Instant::now() + silence;
        let mut trusted_until = quiet_until;
        loop {
            let piece = tokio::select! {
                biased;
                () = &mut leaving => break,
                told = told.next() => match told {
                    Some(told) => reader.render(&told),
                    None => break,
                },
                () = sleep_until(quiet_until) => Bytes::from_static(b": still here\n\n"),
            };
            quiet_until = Instant::now() + silence;
            if trusted_until <= Instant::now() {
                if !web.gate().holds(&pass).await {
                    break;
                }
                trusted_until = quiet_until;
            }
            yield Ok(piece);
        }
    }
}

/// What one reader holds.
struct Reader {
    cursors: BTreeMap<RunId, Cursor>,
}

#[derive(Serialize)]
struct Hello<'a> {
    version: &'static str,
    build: &'a str,
}

#[derive(Serialize)]
struct Removed {
    conversation: ConversationId,
}

#[derive(Serialize)]
struct Whole<'a> {
    message: &'a crate::chat::Message,
    cursor: Option<String>,
}

impl Reader {
    fn new(cursors: &[Cursor]) -> Self {
        Self {
            cursors: cursors.iter().map(|cursor| (cursor.run, *cursor)).collect(),
        }
    }

    fn hello(&self, build: &str) -> Bytes {
        let hello = Hello {
            version: env!("CARGO_PKG_VERSION"),
            build,
        };
        let event = event("hello", &hello, None);
        [RETRY.as_bytes(), &event].concat().into()
    }

    fn render(&mut self, told: &Told) -> Bytes {
        match told {
            Told::Conversation(conversation) => event("conversation", conversation.as_ref(), None),
            Told::Removed(conversation) => {
                let removed = Removed {
                    conversation: *conversation,
                };
                event("removed", &removed, None)
            }
            Told::Message(message, cursor) => {
                let run = message.making.as_ref().and_then(|making| making.run);
                let held = match (cursor, run) {
                    (Some(cursor), _) => {
                        self.cursors.insert(cursor.run, *cursor);
                        true
                    }
                    // Its run is over, and nobody needs to come back to it.
                    (None, Some(run)) => self.cursors.remove(&run).is_some(),
                    (None, None) => false,
                };
                let whole = Whole {
                    message,
                    cursor: cursor.map(|cursor| cursor.to_string()),
                };
                event("message", &whole, held.then(|| self.id()).as_deref())
            }
            Told::Entries {
                conversation,
                message,
                from,
                entries,
                cursor,
            } => {
                self.cursors.insert(cursor.run, *cursor);
                let id = self.id();
                let run = cursor.run;
                let head = format!(
                    "event: entries\nid: {id}\ndata: {{\"conversation\":\"{conversation}\",\
                     \"message\":\"{message}\",\"run\":\"{run}\",\"from\":{from},\"entries\":"
                );
                let mut event = BytesMut::with_capacity(head.len() + entries.len() + 3);
                event.put_slice(head.as_bytes());
                event.put_slice(entries);
                event.put_slice(b"}\n\n");
                event.freeze()
            }
        }
    }

    /// All cursors the reader holds. An empty id makes it forget the one it had.
    fn id(&self) -> String {
        let cursors: Vec<String> = self.cursors.values().map(Cursor::to_string).collect();
        cursors.join(",")
    }
}

/// One event. JSON has no line breaks of its own.
fn event(name: &str, data: &impl Serialize, id: Option<&str>) -> Bytes {
    let mut event = format!("event: {name}\n").into_bytes();
    if let Some(id) = id {
        event.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
    event.extend_from_slice(b"data: ");
    // Our own types have text for keys, which is all that could fail.
    let _written = serde_json::to_writer(&mut event, data);
    event.extend_from_slice(b"\n\n");
    event.into()
}
