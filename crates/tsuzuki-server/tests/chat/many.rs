//! A thousand readers of one run, and a thousand runs at once.

use crate::gate::Gate;
use crate::reader::{LONG, Reader};
use crate::stage::{PREFILL, Stage, TEXT, answer_of, echo, parts_of};
use futures_util::future::join_all;
use tsuzuki_server::chat::{Standing, State};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_readers_of_one_run() {
    let stage = Stage::new();
    let gate = Gate::with(0);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(20, PREFILL))
        .await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let answer = answer_of(&posted);
    let mut readers = Vec::new();
    for _ in 0..1000 {
        let mut reader = stage.follow(&chat, id).await;
        readers.push(tokio::spawn(
            async move { reader.over(answer).await.text() },
        ));
    }
    gate.open_wide();
    for read in join_all(readers).await {
        assert_eq!(read.unwrap(), TEXT);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_runs_at_once() {
    let stage = Stage::new();
    let gate = Gate::with(0);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(40, PREFILL))
        .await;
    let mut runs = Vec::new();
    for number in 0..1000 {
        let text = format!("{number}: {TEXT}");
        let posted = stage.say(&chat, id, None, &echo(&text)).await;
        runs.push((posted, text));
    }
    assert_eq!(chat.alive(), 1000);
    gate.open_wide();
    let read = runs.iter().map(|(posted, _)| async {
        let told = chat.follow_run(&stage.user, posted.run, None).await;
        let mut reader = Reader::of(told.unwrap());
        reader.read_out().await;
        reader.messages[&answer_of(posted)].clone()
    });
    let all = tokio::time::timeout(LONG, join_all(read)).await.unwrap();
    for (answer, (_, text)) in all.iter().zip(&runs) {
        assert_eq!((answer.state, &answer.text()), (State::Complete, text));
    }
    assert_eq!(chat.alive(), 0);
    let thread = chat.thread(&stage.user, id, None, 2).await.unwrap();
    assert_eq!(thread.conversation.spent.answers, 1000);
}

/// Answers of one conversation that end together: it runs no more once the last of them is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_end_together() {
    let stage = Stage::new();
    let gate = Gate::with(0);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(40, PREFILL))
        .await;
    let mut runs = Vec::new();
    for _ in 0..15 {
        runs.push(stage.say(&chat, id, None, &echo("Done.")).await);
    }
    let mut list = Reader::of(chat.follow(&stage.user, None, &[]).await.unwrap());
    gate.open_wide();
    for posted in &runs {
        stage.finished(&chat, posted).await;
    }
    // Readers hear of it, and the store has it.
    list.until("nothing runs", |list| {
        list.conversations
            .get(&id)
            .is_some_and(|conversation| conversation.standing == Standing::Unread)
    })
    .await;
    let kept = chat.store().conversation(&stage.user, id).await.unwrap();
    let kept = kept.unwrap();
    assert_eq!((kept.standing, kept.spent.answers), (Standing::Unread, 15));
}
