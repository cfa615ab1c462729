//! Runs a story through the driver.

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_util::sync::CancellationToken;
use tsuzuki::backend::StoryBackend;
use tsuzuki::engine::story::Story;
use tsuzuki::engine::{
    Abilities, Answer, Delta, Event, Frame, Head, Leg, Lesson, ModelId, Outcome, Report, Usage, Why,
};
use tsuzuki::{Backend, Brake, Journal, RawRequest, RawResponse, Step, drive};

/// What came out of the driver.
pub(crate) struct Told {
    pub(crate) frames: Vec<Frame>,
    pub(crate) waits: Vec<Why>,
    pub(crate) progress: Vec<Report>,
    pub(crate) outcome: Outcome,
    pub(crate) report: Report,
}

impl Told {
    pub(crate) fn text(&self) -> String {
        self.frames.iter().filter_map(Frame::text).collect()
    }
}

pub(crate) fn story(text: &str) -> Story {
    Story::parse(text).unwrap()
}

pub(crate) async fn run(story: &Story) -> Told {
    run_with(
        story,
        Arc::new(StoryBackend::new(story)),
        None,
        CancellationToken::new(),
    )
    .await
}

pub(crate) async fn run_with(
    story: &Story,
    backend: Arc<dyn Backend>,
    journal: Option<Arc<dyn Journal>>,
    brake: impl Into<Brake>,
) -> Told {
    let answer = Answer::new(
        story.ask.clone(),
        story.abilities.clone(),
        story.policy.clone(),
    );
    let brake = brake.into();
    let mut steps = drive(answer, backend, journal, brake.clone()).boxed();
    let (mut frames, mut waits, mut progress) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(step) = steps.next().await {
        match step {
            Step::Frame(frame) => frames.push(frame),
            Step::Waiting { why, .. } => waits.push(why),
            Step::Progress(report) => {
                if report.legs.last().map(|leg| leg.id) == story.finish && !report.legs.is_empty() {
                    brake.finish();
                }
                progress.push(*report);
            }
            Step::Over { outcome, report } => {
                assert!(steps.next().await.is_none(), "nothing follows the end");
                return Told {
                    frames,
                    waits,
                    progress,
                    outcome,
                    report: *report,
                };
            }
        }
    }
    panic!("the steps stopped without an end");
}

/// A backend that says one thing and then nothing, for ever.
#[derive(Default)]
pub(crate) struct Silent {
    text: Option<&'static str>,
    hung_up: Arc<AtomicBool>,
}

impl Silent {
    pub(crate) fn after(text: &'static str) -> Self {
        Self {
            text: Some(text),
            ..Self::default()
        }
    }

    /// Whether the call was dropped.
    pub(crate) fn hung_up(&self) -> bool {
        self.hung_up.load(Ordering::SeqCst)
    }
}

/// Tells when it is dropped.
struct Line(Arc<AtomicBool>);

impl Drop for Line {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Backend for Silent {
    fn call(&self, _leg: Leg) -> BoxStream<'static, Frame> {
        let mut frames = Vec::new();
        if let Some(text) = self.text {
            let head = Head {
                status: 200,
                headers: Vec::new(),
                request_id: None,
                region: None,
            };
            let delta = Delta::Text {
                text: text.to_owned(),
                half: false,
            };
            frames.push(Frame::made(Event::Head(head)));
            frames.push(Frame::made(Event::Start {
                usage: Usage::UNKNOWN,
            }));
            frames.push(Frame::made(Event::Delta { block: 0, delta }));
        }
        let line = Line(Arc::clone(&self.hung_up));
        stream::iter(frames)
            .chain(stream::pending().map(move |frame: Frame| {
                let _still = &line;
                frame
            }))
            .boxed()
    }

    fn abilities(&self, _model: &ModelId) -> Abilities {
        Abilities::unknown()
    }

    fn learn(&self, _model: &ModelId, _lesson: Lesson) {}

    fn forward(&self, _request: RawRequest) -> BoxFuture<'static, RawResponse> {
        unreachable!("nothing is forwarded")
    }
}
