//! A backend that tells a story: scripted legs, for tests and for `play`.

use super::Backend;
use crate::{RawRequest, RawResponse};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use tsuzuki_wire::engine::story::Story;
use tsuzuki_wire::engine::{Abilities, Frame, Leg, Lesson, ModelId};

/// Brings the legs of a story, in order, whatever they are asked; behind the last, silence.
pub struct StoryBackend {
    abilities: Abilities,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    coming: VecDeque<Vec<Frame>>,
    called: Vec<Leg>,
    learnt: Vec<Lesson>,
}

impl StoryBackend {
    /// A backend that tells this story.
    #[must_use]
    pub fn new(story: &Story) -> Self {
        let state = State {
            coming: story.legs.iter().cloned().collect(),
            ..State::default()
        };
        Self {
            abilities: story.abilities.clone(),
            state: Mutex::new(state),
        }
    }

    /// The legs it was called with so far.
    #[must_use]
    pub fn called(&self) -> Vec<Leg> {
        self.with(|state| state.called.clone())
    }

    /// What errors taught it so far.
    #[must_use]
    pub fn learnt(&self) -> Vec<Lesson> {
        self.with(|state| state.learnt.clone())
    }

    fn with<T>(&self, read: impl FnOnce(&mut State) -> T) -> T {
        read(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Backend for StoryBackend {
    fn call(&self, leg: Leg) -> BoxStream<'static, Frame> {
        let frames = self.with(|state| {
            state.called.push(leg);
            state.coming.pop_front().unwrap_or_default()
        });
        stream::iter(frames).boxed()
    }

    fn abilities(&self, _model: &ModelId) -> Abilities {
        self.abilities.clone()
    }

    fn learn(&self, _model: &ModelId, lesson: Lesson) {
        self.with(|state| state.learnt.push(lesson));
    }

    fn forward(&self, _request: RawRequest) -> BoxFuture<'static, RawResponse> {
        let body = Bytes::from_static(b"{\"message\":\"A story has nothing to forward to.\"}");
        let response = RawResponse {
            status: 501,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: stream::iter([Ok(body)]).boxed(),
        };
        std::future::ready(response).boxed()
    }
}
