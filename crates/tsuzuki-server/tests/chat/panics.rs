//! A defect of ours, a backend's or a store's that panics: one run is cut short and says so, nothing
//! hangs, and everybody else goes on.

use crate::broken::Broken;
use crate::gate::{Gate, simulator};
use crate::reader::LONG;
use crate::stage::{PREFILL, Stage, TEXT, answer_of, echo, parts_of};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tsuzuki::engine::{Abilities, Frame, Leg, Lesson, ModelId};
use tsuzuki::{Backend, RawRequest, RawResponse};
use tsuzuki_server::chat::{Spent, Standing, State};

/// A backend that panics after a few words, while it is told to.
struct Panics {
    behind: Arc<dyn Backend>,
    panics: Arc<AtomicBool>,
}

impl Backend for Panics {
    fn call(&self, leg: Leg) -> BoxStream<'static, Frame> {
        let panics = Arc::clone(&self.panics);
        let mut words = 0;
        self.behind
            .call(leg)
            .inspect(move |frame| {
                words += usize::from(frame.text().is_some());
                if words > 3 {
                    assert!(!panics.load(Ordering::SeqCst), "as the test wants");
                }
            })
            .boxed()
    }

    fn abilities(&self, model: &ModelId) -> Abilities {
        self.behind.abilities(model)
    }

    fn learn(&self, model: &ModelId, lesson: Lesson) {
        self.behind.learn(model, lesson);
    }

    fn forward(&self, request: RawRequest) -> BoxFuture<'static, RawResponse> {
        self.behind.forward(request)
    }
}

#[tokio::test]
async fn a_run_that_panics_is_closed() {
    let stage = Stage::new();
    let panics = Arc::new(AtomicBool::new(true));
    let backend = Arc::new(Panics {
        behind: simulator(""),
        panics: Arc::clone(&panics),
    });
    let (chat, id) = stage
        .with_conversation(backend, parts_of(60, PREFILL))
        .await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let stopped = tokio::time::timeout(LONG, chat.stop(&stage.user, posted.run)).await;
    assert!(!stopped.expect("stopping ends").unwrap().alive);
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let cut = stage.finished(&chat, &posted).await;
    assert_eq!(cut.state, State::Incomplete);
    assert!(TEXT.starts_with(&cut.text()) && !cut.text().is_empty());
    let making = cut.making.unwrap();
    let problem = making.problem.unwrap();
    assert_eq!(
        (problem.code.as_str(), problem.can_continue),
        ("internal", true)
    );
    assert_eq!(making.parts[0].ended.as_ref().unwrap().why, "lost");
    assert_eq!((making.spent.answers, making.spent.parts), (1, 1));
    assert_eq!(chat.alive(), 0);
    let thread = chat.thread(&stage.user, id, None, 2).await.unwrap();
    assert_eq!(thread.conversation.standing, Standing::NeedsYou);
    panics.store(false, Ordering::SeqCst);
    let on = chat.go_on(&stage.user, cut.id, None).await.unwrap();
    assert_eq!(stage.finished(&chat, &on).await.text(), TEXT);
    let removed = tokio::time::timeout(LONG, chat.remove(&stage.user, id)).await;
    removed.expect("removing ends").unwrap();
    let down = tokio::time::timeout(LONG, chat.shut_down(Duration::from_secs(600))).await;
    down.expect("shutting down ends");
}

/// Numbers that came in from outside may be as large as they fit.
#[tokio::test]
async fn numbers_at_their_very_end() {
    let stage = Stage::new();
    let gate = Gate::open();
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(20, PREFILL))
        .await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let mut message = stage.finished(&chat, &posted).await;
    message.state = State::Stopped;
    message.blocks[0].text = TEXT[..40].to_owned();
    let making = message.making.as_mut().unwrap();
    making.parts.truncate(1);
    making.seams.clear();
    making.parts[0].number = u32::MAX;
    making.ms = u64::MAX;
    making.spent = Spent {
        input: u64::MAX,
        parts: u64::MAX,
        ..Spent::default()
    };
    chat.store()
        .put_messages(&stage.user, &[message])
        .await
        .unwrap();
    let on = chat.go_on(&stage.user, answer_of(&posted), None).await;
    let whole = stage.finished(&chat, &on.unwrap()).await;
    assert_eq!(
        (whole.state, whole.text()),
        (State::Complete, TEXT.to_owned())
    );
    assert_eq!(whole.making.unwrap().ms, u64::MAX);
}

/// What was spent is as large as it can be, and an answer ends: the store goes on for everybody.
#[tokio::test]
async fn sums_at_their_very_end() {
    let stage = Stage::new();
    let chat = stage.open(Gate::open()).await;
    let id = stage.conversation(&chat, parts_of(20, PREFILL)).await;
    let rich = tsuzuki_server::chat::Conversation {
        spent: Spent {
            input: u64::MAX,
            answers: u64::MAX,
            ..Spent::default()
        },
        ..crate::stage::conversation(parts_of(20, PREFILL))
    };
    chat.create(&stage.user, rich.clone()).await.unwrap();
    for conversation in [rich.id, id] {
        let posted = stage.say(&chat, conversation, None, &echo(TEXT)).await;
        assert_eq!(stage.finished(&chat, &posted).await.text(), TEXT);
        let run = chat.store().run(&stage.user, posted.run).await.unwrap();
        assert!(!run.unwrap().alive);
    }
    let thread = chat.thread(&stage.user, rich.id, None, 1).await.unwrap();
    assert_eq!(thread.conversation.spent.input, u64::MAX);
}

/// A store that panics is one that fails: the run it could not keep stops, or is closed later.
#[tokio::test]
async fn a_store_that_panics() {
    for method in ["append", "close"] {
        let stage = Stage::new();
        let store = Broken::over(stage.store().await);
        let chat = stage.open_over(store.clone(), Gate::open()).await.unwrap();
        let id = stage.conversation(&chat, parts_of(20, PREFILL)).await;
        *store.panics.lock().unwrap() = Some(method);
        for _ in 0..2 {
            let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
            let told = tokio::time::timeout(LONG, stage.finished(&chat, &posted)).await;
            let told = told.expect("an end");
            assert_eq!(
                (told.state, told.text()),
                (State::Complete, TEXT.to_owned())
            );
            let closed = async {
                loop {
                    let run = chat.store().run(&stage.user, posted.run).await.unwrap();
                    if !run.unwrap().alive {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            tokio::time::timeout(LONG, closed)
                .await
                .expect("it is closed");
        }
        assert_eq!(chat.alive(), 0);
    }
}
