//! Reading: any number of readers, from any place, at any pace; each gets every entry once.

use crate::gate::Gate;
use crate::reader::Reader;
use crate::stage::{PREFILL, Stage, TEXT, answer_of, echo, parts_of};
use tsuzuki_server::chat::{ChatError, Cursor, RunId, Shape, State, User};

/// A page that is loaded anew shows what was said, and goes on from there: whether nothing, something
/// or everything was written down.
#[tokio::test]
async fn a_page_may_be_loaded_anew_at_any_moment() {
    for passes in 0..12 {
        let stage = Stage::new();
        let gate = Gate::with(passes);
        let (chat, id) = stage
            .with_conversation(gate.clone(), parts_of(20, PREFILL))
            .await;
        let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
        let answer = answer_of(&posted);
        // At once: between the first piece and its tick, say.
        let thread = chat.thread(&stage.user, id, None, 10).await.unwrap();
        assert_eq!(thread.messages.len(), 2);
        assert_eq!(thread.cursors.len(), 1);
        let mut page = Reader::default();
        for message in thread.messages {
            let cursor = (message.id == answer).then_some(&thread.cursors[0]);
            page.knows(message, cursor);
        }
        assert!(TEXT.starts_with(&page.text(answer)));
        let told = chat
            .follow(&stage.user, Some(id), &page.cursors())
            .await
            .unwrap();
        page.resume(told);
        gate.open_wide();
        assert_eq!(page.over(answer).await.text(), TEXT);
        // Its own cursor was enough: nothing came as a whole but the end.
        assert_eq!(page.wholes, 1);
    }
}

/// Two tabs with different cursors, one that has none, and one that left and comes back.
#[tokio::test]
async fn readers_stand_at_different_places() {
    let stage = Stage::new();
    let gate = Gate::with(6);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(20, PREFILL))
        .await;
    let mut first = stage.follow(&chat, id).await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let answer = answer_of(&posted);
    first
        .until("a few words", |reader| reader.text(answer).len() > 8)
        .await;
    first.leave();
    gate.let_through(10);
    let mut second = stage.follow(&chat, id).await;
    second
        .until("more words", |reader| reader.text(answer).len() > 40)
        .await;
    assert!(second.text(answer).starts_with(&first.text(answer)));
    assert!(second.cursors() != first.cursors());
    let told = chat.follow(&stage.user, Some(id), &first.cursors()).await;
    first.resume(told.unwrap());
    let mut third = stage.follow(&chat, id).await;
    gate.open_wide();
    for reader in [&mut first, &mut second, &mut third] {
        assert_eq!(reader.over(answer).await.text(), TEXT);
    }
    // A cursor of a run that is over is as good: from what is remembered for a while.
    let mut late = Reader::default();
    late.knows(posted.messages[1].clone(), Some(&posted.cursor));
    let told = chat.follow(&stage.user, Some(id), &late.cursors()).await;
    late.resume(told.unwrap());
    assert_eq!(late.over(answer).await.text(), TEXT);
    stage.kill(chat).await;

    // And from the store.
    let chat = stage.open(gate).await;
    let mut later = Reader::default();
    later.knows(posted.messages[1].clone(), Some(&posted.cursor));
    let told = chat.follow(&stage.user, Some(id), &later.cursors()).await;
    later.resume(told.unwrap());
    assert_eq!(later.over(answer).await.text(), TEXT);
    assert_eq!(later.wholes, 1);
    let run = chat.follow_run(&stage.user, posted.run, None).await;
    let mut run = Reader::of(run.unwrap());
    run.knows(posted.messages[1].clone(), None);
    run.read_out().await;
    assert_eq!(run.text(answer), TEXT);
}

/// Following another conversation before the first word, and coming back.
#[tokio::test]
async fn a_reader_goes_away_before_the_first_word() {
    let stage = Stage::new();
    let gate = Gate::with(0);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(20, PREFILL))
        .await;
    let mut here = stage.follow(&chat, id).await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let answer = answer_of(&posted);
    here.until("the answer", |reader| reader.state(answer).is_some())
        .await;
    let cursors = here.cursors();
    here.leave();

    let other = stage.conversation(&chat, parts_of(20, PREFILL)).await;
    let mut there = stage.follow(&chat, other).await;
    gate.open_wide();
    // What is followed elsewhere hears of the other only that it changed.
    there
        .until("the end of the other", |reader| {
            reader
                .conversations
                .get(&id)
                .is_some_and(|conversation| conversation.spent.answers == 1)
        })
        .await;
    assert!(there.messages.is_empty() && there.entries.is_empty());
    drop(there);

    here.resume(chat.follow(&stage.user, Some(id), &cursors).await.unwrap());
    assert_eq!(here.over(answer).await.text(), TEXT);
}

/// A reader that takes its time loses nothing, and is told in fewer pieces.
#[tokio::test]
async fn a_slow_reader_loses_nothing() {
    let stage = Stage::new();
    let gate = Gate::with(0);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(20, PREFILL))
        .await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let answer = answer_of(&posted);
    // Both from where the run began.
    let reads = async || {
        let mut reader = Reader::default();
        reader.knows(posted.messages[1].clone(), Some(&posted.cursor));
        let told = chat.follow(&stage.user, Some(id), &reader.cursors()).await;
        reader.resume(told.unwrap());
        reader
    };
    let (mut quick, mut slow) = (reads().await, reads().await);
    // One piece a tick, all of which the slow reader leaves lying.
    for _ in 0..400 {
        if quick
            .state(answer)
            .is_some_and(|state| state != State::Running)
        {
            break;
        }
        let before = quick.entries.len();
        gate.let_through(1);
        quick
            .until("one more", |reader| reader.entries.len() > before)
            .await;
    }
    assert_eq!(quick.over(answer).await.text(), TEXT);
    assert_eq!(slow.over(answer).await.text(), TEXT);
    assert_eq!(quick.entries, slow.entries);
}

/// A cursor that this log cannot go on from gets the message anew; one of another user is nothing.
#[tokio::test]
async fn a_cursor_from_elsewhere_gets_the_message_anew() {
    let stage = Stage::new();
    let gate = Gate::with(8);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(20, PREFILL))
        .await;
    let mut here = stage.follow(&chat, id).await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let answer = answer_of(&posted);
    here.until("a few words", |reader| reader.text(answer).len() > 8)
        .await;
    let cursor = here.cursors()[0];
    for wrong in [
        Cursor {
            seq: cursor.seq + 100,
            ..cursor
        },
        Cursor {
            epoch: cursor.epoch + 1,
            ..cursor
        },
        Cursor {
            run: RunId::new(),
            ..cursor
        },
    ] {
        let mut reader = Reader::of(chat.follow(&stage.user, Some(id), &[wrong]).await.unwrap());
        reader
            .until("the message", |reader| reader.text(answer).len() > 8)
            .await;
        assert!(reader.wholes > 0);
    }
    let other = User("other".to_owned());
    let theirs = chat.follow(&other, Some(id), &[cursor]).await;
    assert!(matches!(theirs.err(), Some(ChatError::Missing(_))));
    let theirs = chat.follow_run(&other, posted.run, None).await;
    assert!(matches!(theirs.err(), Some(ChatError::Missing(_))));
    let theirs = chat.stop(&other, posted.run).await;
    assert!(matches!(theirs, Err(ChatError::Missing(_))));
    assert_eq!(chat.alive(), 1);
}

/// A reader of the list alone hears of every conversation, and of none of another user.
#[tokio::test]
async fn the_list_is_told_of_conversations_alone() {
    let stage = Stage::new();
    let (chat, id) = stage
        .with_conversation(Gate::open(), Shape::default())
        .await;
    let mut list = Reader::of(chat.follow(&stage.user, None, &[]).await.unwrap());
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    list.until("the answer's cost", |reader| {
        reader
            .conversations
            .get(&id)
            .is_some_and(|conversation| conversation.spent.answers == 1)
    })
    .await;
    assert!(list.messages.is_empty());
    chat.remove(&stage.user, id).await.unwrap();
    list.until("the removal", |reader| reader.removed == [id])
        .await;
    let gone = chat.message(&stage.user, answer_of(&posted)).await;
    assert!(matches!(gone, Err(ChatError::Missing(_))));
}
