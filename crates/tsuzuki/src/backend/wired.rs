//! A transport with the codec around it.

use super::gathered::Gathered;
use super::{Backend, Lessons, Transport};
use crate::{BodyError, RawRequest, RawResponse};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::sync::Arc;
use tsuzuki_wire::engine::{
    Abilities, Cut, Delivery, End, Event, Frame, Head, Leg, Lesson, ModelId, Rejection,
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
    lessons: Lessons,
}

impl Wired {
    /// Over this transport.
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        let lessons = transport.lessons();
        Self { transport, lessons }
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
            let RawResponse { status, headers, body } = transport.call(&leg.model, leg.region.as_ref(), request).await;
            let mut body = Gathered::new(body);
            let headers: Vec<(String, String)> =
                headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
            let request_id = headers.iter().find(|(name, _)| name == REQUEST_ID).map(|(_, value)| value.clone());
            let region = leg.region.clone().or_else(|| transport.home());
            let head = Head { status, headers, request_id, region };
            let mut decoder = Decoder::new(form, &head);
            yield Frame::made(Event::Head(head));
            loop {
                // Not kept while nothing comes: room for four frames is as much as the rest of this.
                let mut frames = Vec::new();
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
                for frame in frames {
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
        let abilities = self.transport.abilities(model);
        self.lessons.correct(model, abilities)
    }

    fn learn(&self, model: &ModelId, lesson: Lesson) {
        self.lessons.learn(model, lesson);
    }

    fn forward(&self, request: RawRequest) -> BoxFuture<'static, RawResponse> {
        self.transport
            .send(request)
            .map(|response| RawResponse {
                body: Gathered::new(response.body).boxed(),
                ..response
            })
            .boxed()
    }
}

/// The request of a leg, and the form of its response.
fn request(leg: &Leg) -> Option<(Form, RawRequest)> {
    let carried = &leg.ask.carried;
    let form = Form::named(&carried.form)?;
    let model = segment(&leg.model);
    let request = RawRequest {
        method: "POST".to_owned(),
        path: format!("/model/{model}/{}", form.name()),
        headers: carried.headers.clone(),
        body: tsuzuki_wire::leg_body(leg).ok()?,
    };
    Some((form, request))
}

/// A model's id as a segment of a path.
pub(crate) fn segment(model: &ModelId) -> String {
    utf8_percent_encode(&model.0, SEGMENT).to_string()
}
