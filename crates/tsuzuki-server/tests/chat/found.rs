//! What the next server finds in the store: a run that is old, and one that cannot be read.

use crate::gate::Gate;
use crate::stage::{PREFILL, Stage, TEXT, answer_of, echo, parts_of};
use std::time::Duration;
use tsuzuki_server::chat::{Standing, State};

/// What counts is when a run last said something, not when it began.
#[tokio::test]
async fn a_long_run_is_gone_on_with() {
    let told_late = "UPDATE run SET began_at = began_at - 3600000";
    let silent = "UPDATE journal SET at = at - 3600000";
    for (changes, state) in [
        (vec![told_late], State::Complete),
        (vec![told_late, silent], State::Incomplete),
    ] {
        let stage = Stage::new();
        let gate = Gate::with(5);
        let (chat, id) = stage
            .with_conversation(gate.clone(), parts_of(20, PREFILL))
            .await;
        let mut reader = stage.follow(&chat, id).await;
        let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
        let answer = answer_of(&posted);
        reader
            .until("a word", |reader| !reader.text(answer).is_empty())
            .await;
        reader.leave();
        stage.kill(chat).await;
        drop(stage.store().await);
        let db = rusqlite::Connection::open(stage.file()).unwrap();
        for change in changes {
            assert!(db.execute(change, []).unwrap() > 0);
        }
        drop(db);
        gate.open_wide();
        let chat = stage.open(gate).await;
        assert_eq!(stage.finished(&chat, &posted).await.state, state);
    }
}

/// A run of which not all can be read ends where its log stands, and can be gone on with.
#[tokio::test]
async fn a_run_that_cannot_be_read_is_closed() {
    let stage = Stage::new();
    let gate = Gate::with(5);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(20, PREFILL))
        .await;
    let mut reader = stage.follow(&chat, id).await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let answer = answer_of(&posted);
    reader
        .until("a word", |reader| !reader.text(answer).is_empty())
        .await;
    let seen = reader.text(answer);
    stage.kill(chat).await;
    drop(stage.store().await);
    let db = rusqlite::Connection::open(stage.file()).unwrap();
    db.execute("UPDATE run SET shape = 'none'", []).unwrap();
    drop(db);
    gate.open_wide();
    let chat = stage.open(gate).await;
    for _ in 0..3000 {
        if chat.alive() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let cut = chat.message(&stage.user, answer).await.unwrap();
    assert_eq!(cut.state, State::Incomplete);
    assert!(cut.text().starts_with(&seen));
    let problem = cut.making.unwrap().problem.unwrap();
    assert_eq!(problem.code, "interrupted");
    let thread = chat.thread(&stage.user, id, None, 10).await.unwrap();
    assert_eq!(thread.conversation.standing, Standing::NeedsYou);
    let on = chat.go_on(&stage.user, answer, None).await.unwrap();
    let whole = stage.finished(&chat, &on).await;
    assert_eq!(
        (whole.state, whole.text().as_str()),
        (State::Complete, TEXT)
    );
}
