//! A backend as one answer sees it: its calls are timed, traced and, where the operator wants it, marked.

use crate::spans::AnswerSpan;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::Poll;
use std::time::Instant;
use tsuzuki::engine::{Abilities, Ask, Event, Frame, Leg, Lesson, ModelId};
use tsuzuki::wire::Form;
use tsuzuki::{Backend, RawRequest, RawResponse};

/// A backend around another, for one answer.
pub(crate) struct Watched {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) watch: Arc<Watch>,
    pub(crate) span: AnswerSpan,
    pub(crate) marks: Option<Marks>,
}

/// When the backend was asked, and when it answered.
#[derive(Default)]
pub(crate) struct Watch {
    called: OnceLock<Instant>,
    first_text: OnceLock<Instant>,
    ended: Mutex<Option<Instant>>,
}

/// What stands in the `requestMetadata` of each leg.
pub(crate) struct Marks {
    pub(crate) answer: String,
    pub(crate) key: Option<String>,
}

impl Watch {
    /// When the first leg was called.
    pub(crate) fn called(&self) -> Option<Instant> {
        self.called.get().copied()
    }

    /// When its first text came.
    pub(crate) fn first_text(&self) -> Option<Instant> {
        self.first_text.get().copied()
    }

    /// When a leg last ended.
    pub(crate) fn ended(&self) -> Option<Instant> {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn see(&self, event: &Event) {
        match event {
            Event::Delta { .. } => {
                self.first_text.get_or_init(Instant::now);
            }
            Event::End(_) => {
                *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            }
            Event::Head(_)
            | Event::Start { .. }
            | Event::BlockStart { .. }
            | Event::BlockStop { .. }
            | Event::Stop(_)
            | Event::Metadata(_)
            | Event::Other => {}
        }
    }
}

impl Marks {
    /// The leg, marked; as it is where there is no room for marks.
    fn put(&self, mut leg: Leg) -> Leg {
        match Form::named(&leg.ask.carried.form) {
            Some(Form::Converse | Form::ConverseStream) => {}
            // Only Converse has a place for them.
            Some(Form::Messages | Form::MessagesStream) | None => return leg,
        }
        let number = leg.id.0.to_string();
        let mut marks = vec![
            ("tsuzuki-answer", self.answer.as_str()),
            ("tsuzuki-leg", &number),
        ];
        marks.extend(self.key.as_deref().map(|key| ("tsuzuki-key", key)));
        if let Some(body) = tsuzuki::wire::mark(&leg.ask.carried.body, &marks) {
            let mut ask = Ask::clone(&leg.ask);
            ask.carried.body = body;
            leg.ask = Arc::new(ask);
        }
        leg
    }
}

impl Backend for Watched {
    fn call(&self, leg: Leg) -> BoxStream<'static, Frame> {
        let leg = match &self.marks {
            Some(marks) => marks.put(leg),
            None => leg,
        };
        let watch = Arc::clone(&self.watch);
        watch.called.get_or_init(Instant::now);
        let span = self.span.leg(&leg);
        let silent = span.clone();
        self.backend
            .call(leg)
            .inspect(move |frame| {
                watch.see(&frame.event);
                span.see(&frame.event);
            })
            // Nobody asks for more after an end: who comes here had none.
            .chain(stream::poll_fn(move |_| {
                silent.lost();
                Poll::Ready(None)
            }))
            .boxed()
    }

    fn abilities(&self, model: &ModelId) -> Abilities {
        self.backend.abilities(model)
    }

    fn learn(&self, model: &ModelId, lesson: Lesson) {
        self.backend.learn(model, lesson);
    }

    fn forward(&self, request: RawRequest) -> BoxFuture<'static, RawResponse> {
        self.backend.forward(request)
    }
}
