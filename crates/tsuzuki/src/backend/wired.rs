//! A transport with the codec around it.

use super::{Backend, Transport};
use crate::{BodyError, RawRequest, RawResponse};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tsuzuki_wire::engine::{
    Abilities, Cut, Delivery, End, Event, Frame, Head, Leg, Lesson, ModelId, Prefill, Rejection,
};
use tsuzuki_wire::{Decoder, Form};

/// What stays as it is when a model id becomes one path segment (RFC 3986, unreserved).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The header field in which Bedrock tells the id of a request.
const REQUEST_ID: &str = "x-amzn-requestid";

/// A transport with the codec around it: legs become requests, responses become frames.
pub struct Wired {
    transport: Arc<dyn Transport>,
    lessons: Mutex<HashMap<ModelId, Vec<Lesson>>>,
}

impl Wired {
    /// Over this transport.
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self {
            transport,
            lessons: Mutex::new(HashMap::new()),
        }
    }
}

impl Backend for Wired {
    fn call(&self, leg: Leg) -> BoxStream<'static, Frame> {
        let transport = Arc::clone(&self.transport);
        async_stream::stream! {
            let Some((form, request)) = request(&leg) else {
                yield Frame::end(End::Rejected(Rejection::Invalid));
                return;
            };
            let RawResponse { status, headers, mut body } = transport.send(request).await;
            let headers: Vec<(String, String)> =
                headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
            let request_id = headers.iter().find(|(name, _)| name == REQUEST_ID).map(|(_, value)| value.clone());
            let head = Head { status, headers, request_id };
            let mut decoder = Decoder::new(form, &head);
            yield Frame::made(Event::Head(head));
            let mut frames = Vec::new();
            loop {
                let broken = match body.next().await {
                    Some(Ok(bytes)) => {
                        decoder.push(bytes, &mut frames);
                        None
                    }
                    None => {
                        decoder.finish(&mut frames);
                        Some(None)
                    }
                    Some(Err(error)) => {
                        // A stream may have told its end before it broke; half a body tells nothing.
                        if form.delivery() == Delivery::Streamed {
                            decoder.finish(&mut frames);
                        }
                        Some(Some(error))
                    }
                };
                for frame in frames.drain(..) {
                    let ended = matches!(frame.event, Event::End(_));
                    yield frame;
                    if ended {
                        return;
                    }
                }
                match broken {
                    None => {}
                    Some(Some(BodyError::Stalled)) => {
                        yield Frame::end(End::Cut(Cut::Stalled));
                        return;
                    }
                    // Whoever drives the leg says what silence means.
                    Some(None | Some(BodyError::Lost)) => return,
                }
            }
        }
        .boxed()
    }

    fn abilities(&self, model: &ModelId) -> Abilities {
        let mut abilities = self.transport.abilities(model);
        let lessons = self.lessons.lock().unwrap_or_else(PoisonError::into_inner);
        for lesson in lessons.get(model).into_iter().flatten() {
            match lesson {
                Lesson::PrefillRefused => abilities.prefill = Prefill::Refused,
                Lesson::LimitIs(limit) => abilities.max_output = Some(*limit),
            }
        }
        abilities
    }

    fn learn(&self, model: &ModelId, lesson: Lesson) {
        let mut lessons = self.lessons.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lessons.entry(model.clone()).or_default();
        if !known.contains(&lesson) {
            known.push(lesson);
        }
    }

    fn forward(&self, request: RawRequest) -> BoxFuture<'static, RawResponse> {
        self.transport.send(request)
    }
}

/// The request of a leg, and the form of its response.
fn request(leg: &Leg) -> Option<(Form, RawRequest)> {
    let carried = &leg.ask.carried;
    let form = Form::named(&carried.form)?;
    let model = utf8_percent_encode(&leg.model.0, SEGMENT);
    let request = RawRequest {
        method: "POST".to_owned(),
        path: format!("/model/{model}/{}", form.name()),
        headers: carried.headers.clone(),
        body: tsuzuki_wire::leg_body(leg).ok()?,
    };
    Some((form, request))
}
