//! Stopping: at once, after this part, with the conversation, with the server.

use crate::gate::{Gate, simulator};
use crate::reader::Reader;
use crate::stage::{ANCHOR, PREFILL, Stage, TEXT, answer_of, echo, parts_of};
use std::time::Duration;
use tsuzuki_server::chat::{ChatError, Entry, Moment, SeamKind, Shape, Standing, State};

/// Before the first word there is nothing to keep, and the call is hung up.
#[tokio::test]
async fn stopped_before_the_first_word() {
    let stage = Stage::new();
    let gate = Gate::with(0);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(20, PREFILL))
        .await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let run = chat.stop(&stage.user, posted.run).await.unwrap();
    assert!(!run.alive);
    let answer = chat.message(&stage.user, answer_of(&posted)).await.unwrap();
    assert_eq!(
        (answer.state, answer.text()),
        (State::Stopped, String::new())
    );
    assert_eq!(answer.making.unwrap().problem, None);
    assert_eq!((gate.running(), chat.alive()), (0, 0));
    // Once more is no more.
    let again = chat.stop(&stage.user, posted.run).await.unwrap();
    assert_eq!(again, run);
    let thread = chat.thread(&stage.user, id, None, 10).await.unwrap();
    assert_eq!(thread.conversation.standing, Standing::Quiet);
    assert!(thread.cursors.is_empty());
}

/// During a continuation: what was joined stays, no further call is made, and it can be gone on with.
#[tokio::test]
async fn stopped_while_it_is_continued_and_gone_on_with() {
    for model in [PREFILL, ANCHOR] {
        let stage = Stage::new();
        let gate = Gate::with(1_000_000);
        let (chat, id) = stage
            .with_conversation(gate.clone(), parts_of(20, model))
            .await;
        gate.shut();
        let mut reader = stage.follow(&chat, id).await;
        let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
        let answer = answer_of(&posted);
        for _ in 0..1000 {
            if gate.calls() > 1 {
                break;
            }
            gate.let_through(1);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let calls = gate.calls();
        assert_eq!(calls, 2, "the answer is being continued");
        chat.stop(&stage.user, posted.run).await.unwrap();
        let stopped = reader.over(answer).await;
        assert_eq!(stopped.state, State::Stopped);
        assert!(!stopped.text().is_empty() && TEXT.starts_with(&stopped.text()));
        assert_eq!((gate.calls(), gate.running()), (calls, 0));

        gate.open_wide();
        let on = chat.go_on(&stage.user, answer, None).await.unwrap();
        assert_eq!(answer_of(&on), answer);
        let whole = reader.run_over(answer, on.run).await;
        assert_eq!(
            (whole.state, whole.text()),
            (State::Complete, TEXT.to_owned())
        );
        let making = whole.making.unwrap();
        let asked: Vec<_> = making
            .seams
            .iter()
            .filter(|seam| seam.kind == SeamKind::Asked)
            .collect();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].at, stopped.text().chars().count());
        assert_eq!(making.spent.answers, 1);
        let numbers: Vec<u32> = making.parts.iter().map(|part| part.number).collect();
        assert!(
            numbers.is_sorted_by(|one, other| one < other),
            "{numbers:?}"
        );
        assert!(stopped.making.unwrap().parts.len() < numbers.len());
        let conversation = chat.thread(&stage.user, id, None, 1).await.unwrap();
        assert_eq!(conversation.conversation.spent.answers, 1);
        let over = chat.go_on(&stage.user, answer, None).await;
        assert!(matches!(over, Err(ChatError::Conflict(_))));
    }
}

/// While it waits for a backend that asked for less.
#[tokio::test]
async fn stopped_while_it_waits() {
    let stage = Stage::new();
    let mut scenario = "[[rule]]\nuser = \"wait\"\nreply = \"Never said.\"\n".to_owned();
    scenario.push_str("[[rule.fault]]\ndo = \"http\"\ntype = \"ThrottlingException\"\n");
    let gate = Gate::before(simulator(&scenario), 1_000_000);
    let mut stage = stage;
    stage.settings.policy.backoff = tsuzuki::engine::Millis::from_seconds(1000);
    stage.settings.policy.backoff_ceiling = tsuzuki::engine::Millis::from_seconds(1000);
    let (chat, id) = stage
        .with_conversation(gate.clone(), Shape::default())
        .await;
    let posted = stage.say(&chat, id, None, "wait").await;
    let told = chat.follow_run(&stage.user, posted.run, None).await;
    let mut reader = Reader::of(told.unwrap());
    reader
        .until("the wait", |reader| {
            reader
                .entries
                .iter()
                .any(|entry| matches!(entry, Entry::Waiting { why, at_most, .. } if why == "throttled" && *at_most > 1000))
        })
        .await;
    // Who comes now is told as well, however they ask: until when, why, and which attempt follows.
    let now = Moment::now().0;
    let thread = chat.thread(&stage.user, id, None, 10).await.unwrap();
    let mut late = stage.follow(&chat, id).await;
    late.until("the answer", |late| {
        late.state(answer_of(&posted)).is_some()
    })
    .await;
    for message in [
        thread.messages.last().unwrap(),
        &chat.message(&stage.user, answer_of(&posted)).await.unwrap(),
        &late.messages[&answer_of(&posted)],
    ] {
        let waiting = message.making.as_ref().unwrap().waiting.clone().unwrap();
        assert_eq!((waiting.why.as_str(), waiting.attempt), ("throttled", 2));
        let left = waiting.until.0 - now;
        assert!((0..=1_000_000).contains(&left), "{left}");
    }
    chat.stop(&stage.user, posted.run).await.unwrap();
    let answer = reader.over(answer_of(&posted)).await;
    assert_eq!(answer.state, State::Stopped);
    assert_eq!(answer.making.unwrap().waiting, None);
    assert_eq!(gate.calls(), 1);
}

/// The part that runs is the last one.
#[tokio::test]
async fn finished_after_this_part() {
    let stage = Stage::new();
    let gate = Gate::with(4);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(20, PREFILL))
        .await;
    let mut reader = stage.follow(&chat, id).await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let answer = answer_of(&posted);
    reader
        .until("a word", |reader| !reader.text(answer).is_empty())
        .await;
    let run = chat.finish(&stage.user, posted.run).await.unwrap();
    assert!(run.alive, "the part goes on");
    tokio::task::yield_now().await;
    gate.open_wide();
    let answer = reader.over(answer).await;
    assert_eq!(answer.state, State::Stopped);
    let making = answer.making.clone().unwrap();
    assert_eq!((making.parts.len(), gate.calls()), (1, 1));
    assert_eq!(making.parts[0].ended.as_ref().unwrap().why, "length");
    assert!(TEXT.starts_with(&answer.text()) && answer.text().len() > 20);
}

/// A conversation goes with its runs.
#[tokio::test]
async fn removed_while_it_is_answered() {
    let stage = Stage::new();
    let gate = Gate::with(5);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(20, PREFILL))
        .await;
    let mut reader = stage.follow(&chat, id).await;
    let one = stage.say(&chat, id, None, &echo(TEXT)).await;
    let other = stage.say(&chat, id, None, &echo(TEXT)).await;
    assert_eq!(chat.alive(), 2);
    chat.remove(&stage.user, id).await.unwrap();
    assert_eq!((chat.alive(), gate.running()), (0, 0));
    reader
        .until("the removal", |reader| reader.removed == [id])
        .await;
    for posted in [one, other] {
        let gone = chat.follow_run(&stage.user, posted.run, None).await;
        assert!(matches!(gone.err(), Some(ChatError::Missing(_))));
    }
    let gone = chat.remove(&stage.user, id).await;
    assert!(matches!(gone, Err(ChatError::Missing(_))));
}

/// A server that is shut down begins nothing, lets short answers end and leaves long ones to the next.
#[tokio::test]
async fn shut_down_with_answers_on_their_way() {
    let stage = Stage::new();
    let gate = Gate::with(4);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(20, PREFILL))
        .await;
    let mut reader = stage.follow(&chat, id).await;
    let long = stage.say(&chat, id, None, &echo(TEXT)).await;
    let answer = answer_of(&long);
    reader
        .until("a word", |reader| !reader.text(answer).is_empty())
        .await;
    chat.shut_down(Duration::from_millis(50)).await;
    let refused = chat
        .post(&stage.user, id, crate::stage::post(None, "more?"), None)
        .await;
    assert!(matches!(refused, Err(ChatError::ShuttingDown)));
    reader.read_out().await;
    reader.leave();
    let seen = reader.text(answer);
    assert_eq!(reader.state(answer), Some(State::Running));
    stage.kill(chat).await;

    let chat = stage.open(gate.clone()).await;
    assert_eq!(chat.alive(), 1);
    let told = chat.follow(&stage.user, Some(id), &reader.cursors()).await;
    reader.resume(told.unwrap());
    gate.open_wide();
    let whole = reader.over(answer).await;
    assert_eq!(
        (whole.state, whole.text()),
        (State::Complete, TEXT.to_owned())
    );
    assert!(whole.text().starts_with(&seen));

    // Nothing alive: at once.
    chat.shut_down(Duration::from_secs(3600)).await;
}

/// An answer that ends within the grace is closed.
#[tokio::test]
async fn shut_down_waits_for_what_is_short() {
    let stage = Stage::new();
    let gate = Gate::with(2);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(2000, PREFILL))
        .await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let down = chat.shut_down(crate::reader::LONG);
    let (_, ()) = tokio::join!(async { gate.open_wide() }, down);
    let answer = chat.store().message(&stage.user, answer_of(&posted)).await;
    assert_eq!(answer.unwrap().unwrap().text(), TEXT);
}
