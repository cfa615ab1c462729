//! A store that fails in the middle: nothing a reader saw is lost, and everybody is told.

use crate::broken::Broken;
use crate::gate::Gate;
use crate::reader::Reader;
use crate::stage::{PREFILL, Stage, TEXT, answer_of, echo, parts_of, post};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::Semaphore;
use tsuzuki_server::chat::{Chat, ChatError, ConversationId, Standing, State};
use tsuzuki_server::store::Fault;

async fn over_broken(stage: &Stage, gate: Arc<Gate>) -> (Arc<Broken>, Chat, ConversationId) {
    let store = Broken::over(stage.store().await);
    let chat = stage.open_over(store.clone(), gate).await.unwrap();
    let id = stage.conversation(&chat, parts_of(20, PREFILL)).await;
    (store, chat, id)
}

#[tokio::test]
async fn a_store_that_fails_in_the_middle() {
    for fault in [Fault::Full, Fault::ReadOnly, Fault::Failed] {
        let stage = Stage::new();
        let gate = Gate::with(6);
        let (store, chat, id) = over_broken(&stage, gate.clone()).await;
        let mut reader = stage.follow(&chat, id).await;
        let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
        let answer = answer_of(&posted);
        reader
            .until("a few words", |reader| reader.text(answer).len() > 8)
            .await;
        *store.append.lock().unwrap() = Some(fault);
        gate.let_through(5);
        let cut = reader.over(answer).await;
        assert_eq!(cut.state, State::Incomplete);
        let making = cut.making.clone().unwrap();
        let problem = making.problem.unwrap();
        assert_eq!(
            (problem.code.as_str(), problem.can_continue),
            ("store", true)
        );
        assert!(TEXT.starts_with(&cut.text()));
        // What was published is what the store has.
        let kept = chat.store().message(&stage.user, answer).await.unwrap();
        assert_eq!(kept.unwrap().text(), cut.text());
        assert_eq!((gate.running(), chat.alive()), (0, 0));
        assert!(matches!(chat.check().await, Err(ChatError::Store(error)) if error.fault == fault));
        // Later there is room again, and the answer goes on.
        *store.append.lock().unwrap() = None;
        chat.check().await.unwrap();
        gate.open_wide();
        let on = chat.go_on(&stage.user, answer, None).await.unwrap();
        let whole = reader.run_over(answer, on.run).await;
        assert_eq!(
            (whole.state, whole.text()),
            (State::Complete, TEXT.to_owned())
        );
    }
}

/// What passes by itself is waited for.
#[tokio::test]
async fn a_store_that_is_locked_for_a_moment() {
    let stage = Stage::new();
    let gate = Gate::with(6);
    let (store, chat, id) = over_broken(&stage, gate.clone()).await;
    let mut reader = stage.follow(&chat, id).await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let answer = answer_of(&posted);
    reader
        .until("a few words", |reader| reader.text(answer).len() > 8)
        .await;
    *store.append.lock().unwrap() = Some(Fault::Locked);
    gate.open_wide();
    let before = store.appends.load(Ordering::SeqCst);
    for _ in 0..2000 {
        if store.appends.load(Ordering::SeqCst) > before {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    *store.append.lock().unwrap() = None;
    assert_eq!(reader.over(answer).await.text(), TEXT);
}

/// A message that cannot be kept is not asked about.
#[tokio::test]
async fn a_store_that_keeps_no_message() {
    let stage = Stage::new();
    let gate = Gate::open();
    let (store, chat, id) = over_broken(&stage, gate.clone()).await;
    store.begin.store(true, Ordering::SeqCst);
    let refused = chat.post(&stage.user, id, post(None, "Yes?"), None).await;
    assert!(matches!(refused, Err(ChatError::Store(_))));
    assert_eq!((gate.calls(), chat.alive()), (0, 0));
}

/// The end was said, and its closing failed: it is closed as soon as the store can, by this server or
/// by the next.
#[tokio::test]
async fn a_run_that_cannot_be_closed() {
    for killed in [false, true] {
        let stage = Stage::new();
        let gate = Gate::open();
        let (store, chat, id) = over_broken(&stage, gate.clone()).await;
        store.close.store(true, Ordering::SeqCst);
        let mut reader = stage.follow(&chat, id).await;
        let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
        let answer = answer_of(&posted);
        let whole = reader.over(answer).await;
        assert_eq!(
            (whole.state, whole.text()),
            (State::Complete, TEXT.to_owned())
        );
        let shown = chat.message(&stage.user, answer).await.unwrap();
        assert_eq!(shown.state, State::Complete);
        let kept = chat.store().message(&stage.user, answer).await.unwrap();
        assert_eq!(kept.unwrap().state, State::Running);
        let calls = gate.calls();
        store.close.store(false, Ordering::SeqCst);
        let chat = if killed {
            drop(store);
            stage.kill(chat).await;
            stage.open(gate.clone()).await
        } else {
            chat
        };
        for _ in 0..1000 {
            let run = chat.store().run(&stage.user, posted.run).await.unwrap();
            if !run.unwrap().alive {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let thread = chat.thread(&stage.user, id, None, 2).await.unwrap();
        let (made, making) = (
            thread.messages[1].making.clone().unwrap(),
            whole.making.unwrap(),
        );
        assert_eq!(thread.messages[1].blocks, whole.blocks);
        assert_eq!(thread.messages[1].state, whole.state);
        assert_eq!((&made.parts, &made.seams), (&making.parts, &making.seams));
        assert_eq!(thread.conversation.standing, Standing::Unread);
        assert_eq!(thread.conversation.spent, made.spent);
        assert_eq!(gate.calls(), calls, "nobody had to be asked again");
    }
}

/// A run waits for a slow store: what it holds in memory is bounded, and nothing is lost.
#[tokio::test]
async fn a_slow_store_holds_the_run_back() {
    let mut stage = Stage::new();
    stage.settings.message_chars = 2_000_000;
    let (store, chat, id) = over_broken(&stage, Gate::open()).await;
    store.passes.forget_permits(Semaphore::MAX_PERMITS);
    let text = ["All work and no rest."; 8_000].join(" ");
    let long = tsuzuki_server::chat::Post {
        shape: parts_of(60_000, PREFILL),
        ..post(None, &echo(&text))
    };
    let posted = chat.post(&stage.user, id, long, None).await.unwrap();
    for _ in 0..50 {
        store.passes.add_permits(1);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    store.passes.add_permits(100_000);
    let answer = stage.finished(&chat, &posted).await;
    assert!(
        answer.text() == text,
        "{} of {}",
        answer.text().len(),
        text.len()
    );
    let most = store.most.load(Ordering::SeqCst);
    assert!(most < 100_000, "{most} bytes waited for one write");
}

/// Power was lost, and with it what a reader had seen: it gets the message anew, whose text the model
/// writes again, and nothing of what it saw stays in between.
#[tokio::test]
async fn a_reader_is_ahead_of_what_was_kept() {
    let stage = Stage::new();
    let gate = Gate::with(4);
    let (store, chat, id) = over_broken(&stage, gate.clone()).await;
    let mut reader = stage.follow(&chat, id).await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let answer = answer_of(&posted);
    reader
        .until("a word", |reader| !reader.text(answer).is_empty())
        .await;
    store.lies.store(true, Ordering::SeqCst);
    gate.let_through(6);
    let kept = reader.text(answer);
    reader
        .until("what is not kept", |reader| {
            reader.text(answer).len() > kept.len() + 10
        })
        .await;
    gate.shut();
    let ahead = reader.cursors();
    let seen = reader.text(answer);
    drop(reader);
    drop(store);
    stage.kill(chat).await;

    let chat = stage.open(gate.clone()).await;
    let told = chat.follow(&stage.user, Some(id), &ahead).await.unwrap();
    let mut reader = Reader::of(told);
    reader
        .until("the message", |reader| !reader.text(answer).is_empty())
        .await;
    assert!(reader.text(answer).len() < seen.len());
    let now = reader.cursors();
    assert_eq!((now.len(), now[0].epoch), (1, ahead[0].epoch + 1));
    gate.open_wide();
    assert_eq!(reader.over(answer).await.text(), TEXT);
}
