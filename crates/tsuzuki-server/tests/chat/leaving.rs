//! Whoever asked leaves before it is told: what was begun is done to its end all the same.

use crate::broken::Broken;
use crate::gate::Gate;
use crate::reader::LONG;
use crate::stage::{PREFILL, Stage, TEXT, echo, parts_of, post};
use futures_util::FutureExt;
use std::sync::atomic::Ordering;
use tokio::sync::Semaphore;
use tsuzuki_server::chat::{ChatError, State};

/// The run was kept, and its client went before it heard of it.
#[tokio::test]
async fn a_client_that_leaves_while_its_run_begins() {
    let stage = Stage::new();
    let gate = Gate::open();
    let store = Broken::over(stage.store().await);
    let chat = stage.open_over(store.clone(), gate.clone()).await.unwrap();
    let id = stage.conversation(&chat, parts_of(20, PREFILL)).await;
    store.told_begun.forget_permits(Semaphore::MAX_PERMITS);
    let asked = post(None, &echo(TEXT));
    let answer = asked.answer;
    let key = || Some("the key".to_owned());
    let posting = chat.post(&stage.user, id, asked.clone(), key());
    tokio::select! {
        biased;
        _ = posting => panic!("nobody was told yet"),
        () = store.begun.notified() => {}
    }
    store
        .told_begun
        .add_permits(Semaphore::MAX_PERMITS - store.told_begun.available_permits());
    let again = chat.post(&stage.user, id, asked, key()).await.unwrap();
    let whole = tokio::time::timeout(LONG, stage.finished(&chat, &again)).await;
    let whole = whole.expect("somebody drives the run");
    assert_eq!(
        (whole.id, whole.state, whole.text()),
        (answer, State::Complete, TEXT.to_owned())
    );
    assert_eq!(chat.alive(), 0);
}

/// A conversation is removed though its user does not wait for it.
#[tokio::test]
async fn a_client_that_leaves_while_a_conversation_is_removed() {
    let stage = Stage::new();
    let gate = Gate::with(0);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(20, PREFILL))
        .await;
    stage.say(&chat, id, None, &echo(TEXT)).await;
    assert!(chat.remove(&stage.user, id).now_or_never().is_none());
    let removed = async {
        while chat
            .store()
            .conversation(&stage.user, id)
            .await
            .unwrap()
            .is_some()
        {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(LONG, removed).await.unwrap();
}

/// A run that the store holds for alive and that nobody drives is closed by stopping it.
#[tokio::test]
async fn a_run_that_nobody_drives_is_stopped() {
    let stage = Stage::new();
    let store = Broken::over(stage.store().await);
    let chat = stage.open_over(store.clone(), Gate::open()).await.unwrap();
    let id = stage.conversation(&chat, parts_of(20, PREFILL)).await;
    *store.panics.lock().unwrap() = Some("begin");
    let asked = post(None, &echo(TEXT));
    let answer = asked.answer;
    let posting = std::panic::AssertUnwindSafe(chat.post(&stage.user, id, asked, None));
    assert!(posting.catch_unwind().await.is_err());
    let message = chat.message(&stage.user, answer).await.unwrap();
    let run = message.making.unwrap().run.unwrap();
    assert_eq!(message.state, State::Running);
    let stopped = chat.stop(&stage.user, run).await.unwrap();
    assert!(!stopped.alive);
    let message = chat.message(&stage.user, answer).await.unwrap();
    assert_eq!(message.state, State::Stopped);
    let on = chat.go_on(&stage.user, answer, None).await.unwrap();
    assert_eq!(stage.finished(&chat, &on).await.text(), TEXT);
    assert_eq!(store.appends.load(Ordering::SeqCst) > 0, chat.alive() == 0);
    let unknown = chat.stop(&stage.user, tsuzuki_server::chat::RunId::new());
    assert!(matches!(unknown.await, Err(ChatError::Missing("run"))));
}
