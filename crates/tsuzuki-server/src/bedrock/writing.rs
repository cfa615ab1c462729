//! The frames of one answer on their way into its log: what is written when, with which head.

use super::hush;
use super::log::{Log, Opening};
use crate::error::Fault;
use crate::headers::{self, Length};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::time::Duration;
use tokio::time::Instant;
use tsuzuki::engine::{Delivery, Event, Frame, Head, Outcome, Report};
use tsuzuki::wire::{Encoder, Form};

const JSON: &str = "application/json";

/// What was written, and what is still to be.
pub(super) struct Writing<'a> {
    form: Form,
    log: &'a Log,
    encoder: Option<Encoder>,
    /// How the answer began, once its first leg succeeded or all that remains is its error.
    head: Option<Head>,
    /// Whether anything of the message came.
    begun: bool,
    /// The error of a response that is one.
    error: Option<Bytes>,
    /// Bytes to be written together.
    ready: BytesMut,
    /// One frame's bytes that need no copy, as long as they are alone.
    alone: Option<Bytes>,
    /// When the caller last got something, or could have.
    heard: Instant,
    /// Whether the engine rests between two legs, so that nothing can come.
    resting: bool,
}

impl<'a> Writing<'a> {
    pub(super) fn new(form: Form, log: &'a Log) -> Self {
        Self {
            form,
            log,
            encoder: Some(Encoder::new(form)),
            head: None,
            begun: false,
            error: None,
            ready: BytesMut::new(),
            alone: None,
            heard: Instant::now(),
            resting: false,
        }
    }

    pub(super) fn frame(&mut self, frame: Frame) {
        self.resting = false;
        match frame {
            Frame {
                event: Event::Head(head),
                ..
            } => {
                self.head = Some(head);
                self.heard = Instant::now();
            }
            Frame {
                event: Event::End(_),
                source,
                ..
            } if self.is_error() => self.error = source,
            frame @ Frame {
                event:
                    Event::End(_)
                    | Event::Start { .. }
                    | Event::BlockStart { .. }
                    | Event::Delta { .. }
                    | Event::BlockStop { .. }
                    | Event::Stop(_)
                    | Event::Metadata(_)
                    | Event::Other,
                ..
            } => {
                self.begun = true;
                if let Some(bytes) = self
                    .encoder
                    .as_mut()
                    .and_then(|encoder| encoder.push(frame))
                {
                    self.write(bytes);
                }
            }
        }
    }

    /// The engine rests: nothing comes before its next frame.
    pub(super) const fn rest(&mut self) {
        self.resting = true;
    }

    /// Whether an end that came now would be all there is to tell.
    fn is_error(&self) -> bool {
        let nothing_yet = match self.form.delivery() {
            Delivery::Collected => !self.begun,
            // A stream has room for its own exceptions.
            Delivery::Streamed => false,
        };
        nothing_yet || !self.succeeded()
    }

    /// Whether the backend took the request.
    fn succeeded(&self) -> bool {
        self.head
            .as_ref()
            .is_some_and(|head| (200..300).contains(&head.status))
    }

    fn write(&mut self, bytes: Bytes) {
        if bytes.is_empty() {
            return;
        }
        if let Some(first) = self.alone.take() {
            self.ready.extend_from_slice(&first);
        } else if self.ready.is_empty() {
            self.alone = Some(bytes);
            return;
        }
        self.ready.extend_from_slice(&bytes);
    }

    /// Hands over what is ready; the first bytes open the response.
    pub(super) fn flush(&mut self) {
        let bytes = match self.alone.take() {
            Some(alone) => alone,
            None => self.ready.split().freeze(),
        };
        if bytes.is_empty() {
            return;
        }
        self.open_if_shut();
        self.log.append(bytes);
        self.heard = Instant::now();
    }

    fn open_if_shut(&mut self) {
        if !self.log.is_open() {
            self.log.open(Opening {
                status: self.status(),
                headers: self.headers(self.content_type()),
            });
            // Said, and not needed again.
            if let Some(head) = &mut self.head {
                head.headers = Vec::new();
            }
        }
    }

    fn status(&self) -> StatusCode {
        self.head
            .as_ref()
            .and_then(|head| StatusCode::from_u16(head.status).ok())
            .unwrap_or(StatusCode::OK)
    }

    const fn content_type(&self) -> &'static str {
        match self.form.delivery() {
            Delivery::Streamed => "application/vnd.amazon.eventstream",
            Delivery::Collected => JSON,
        }
    }

    /// The backend's header fields, and what every response has.
    fn headers(&self, content_type: &'static str) -> HeaderMap {
        let fields = self.head.as_ref().map_or(&[][..], |head| &head.headers);
        let mut headers = headers::incoming(fields, Length::Ours);
        headers
            .entry(header::CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(content_type));
        // All who join get the same id.
        if !headers.contains_key(headers::REQUEST_ID)
            && let Ok(id) = HeaderValue::try_from(uuid::Uuid::new_v4().to_string())
        {
            headers.insert(headers::REQUEST_ID, id);
        }
        headers
    }

    /// Waits until the caller should hear something harmless.
    ///
    /// A caller whose request succeeded hears so in time: of a collected answer by a space, of a
    /// stream by its head. Afterwards a stream is spoken into only while nothing else can come,
    /// since otherwise the backend's own bytes are all it holds.
    pub(super) async fn silent(&self, silence: Duration) {
        let speaks = match self.form.delivery() {
            Delivery::Collected => self.succeeded(),
            Delivery::Streamed if self.log.is_open() => self.resting,
            Delivery::Streamed => self.succeeded(),
        };
        if speaks {
            tokio::time::sleep_until(self.heard + silence).await;
        } else {
            std::future::pending().await
        }
    }

    pub(super) fn break_silence(&mut self) {
        if self.form.delivery() == Delivery::Streamed && !self.log.is_open() {
            self.open_if_shut();
            self.heard = Instant::now();
            return;
        }
        self.write(hush::breaker(self.form));
        self.flush();
    }

    /// Writes the end, and says with which status the answer went.
    pub(super) fn over(&mut self, outcome: &Outcome, report: &Report) -> StatusCode {
        let last = self
            .encoder
            .take()
            .and_then(|encoder| encoder.finish(report));
        let error = self.error.take();
        let empty = self.alone.is_none() && self.ready.is_empty() && last.is_none();
        let status = if self.log.is_open() || !empty && self.succeeded() {
            self.end(last, outcome, report)
        } else {
            self.fail(error, outcome, report)
        };
        self.log.finish();
        status
    }

    /// The end of a response that went well, or began so.
    fn end(&mut self, last: Option<Bytes>, outcome: &Outcome, report: &Report) -> StatusCode {
        match (self.form.delivery(), last) {
            (Delivery::Collected, Some(body)) if !self.log.is_open() => {
                let mut headers = self.headers(self.content_type());
                headers::sum(&mut headers, report);
                headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
                self.log.open(Opening {
                    status: self.status(),
                    headers,
                });
                self.log.append(body);
            }
            (Delivery::Collected | Delivery::Streamed, Some(last)) => {
                self.write(last);
                self.flush();
            }
            // The caller was told 200 long ago; an error body is all that is left to say.
            (Delivery::Collected, None) => {
                self.write(Fault::of(outcome, report).body());
                self.flush();
            }
            (Delivery::Streamed, None) => self.flush(),
        }
        self.status()
    }

    /// The response of an answer that brought nothing: the backend's own error as it came, or what
    /// the table says.
    fn fail(&self, error: Option<Bytes>, outcome: &Outcome, report: &Report) -> StatusCode {
        let fault = Fault::of(outcome, report);
        let refused = self.head.is_some() && !self.succeeded();
        let (status, headers, body) = match error {
            Some(body) if refused => (self.status(), self.headers(JSON), body),
            Some(_) | None => {
                let (parts, _) = fault.response().into_parts();
                (parts.status, parts.headers, fault.body())
            }
        };
        let mut headers = headers;
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        // Before anybody hears of it: a retry of what failed means to ask again.
        self.log.keep_retries_out();
        self.log.open(Opening { status, headers });
        self.log.append(body);
        status
    }
}
