//! The death of the server at any moment: the next one goes on, the answer is what it would have been,
//! and a reader that comes back with its old cursor gets every character once.

use crate::broken::Broken;
use crate::gate::Gate;
use crate::reader::Reader;
use crate::stage::{ANCHOR, PREFILL, Stage, TEXT, answer_of, echo, parts_of};
use proptest::prelude::*;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tsuzuki_server::chat::{Ended, Entry, Holds, Message, Part, SeamKind, Standing, State};
use tsuzuki_server::store::{Append, Store};

/// Kills a server after so many pieces, again and again, and reads what comes of it.
async fn killed(model: &str, max_tokens: u32, kills: &[(usize, u64)]) -> (Message, Reader) {
    let stage = Stage::new();
    let gate = Gate::with(0);
    let mut chat = stage.open(gate.clone()).await;
    let id = stage.conversation(&chat, parts_of(max_tokens, model)).await;
    let mut reader = stage.follow(&chat, id).await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let answer = answer_of(&posted);
    for message in posted.messages {
        reader.messages.entry(message.id).or_insert(message);
    }
    for (passes, wait) in kills {
        gate.let_through(*passes);
        // Somewhere on the way: nothing here depends on where.
        let some = reader.until("never", |_| false);
        let _left_off = tokio::time::timeout(Duration::from_millis(*wait), some).await;
        gate.shut();
        reader.leave();
        stage.kill(chat).await;
        chat = stage.open(gate.clone()).await;
        let told = chat.follow(&stage.user, Some(id), &reader.cursors()).await;
        reader.resume(told.unwrap());
    }
    gate.open_wide();
    let whole = if kills.is_empty() || reader.state(answer) == Some(State::Running) {
        reader.over(answer).await
    } else {
        reader.messages[&answer].clone()
    };
    let kept = chat.message(&stage.user, answer).await.unwrap();
    assert_eq!(kept.text(), whole.text());
    (kept, reader)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn killed_at_any_moment(
        prefill: bool,
        max_tokens in 5u32..60,
        kills in prop::collection::vec((0usize..25, 0u64..30), 1..5),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let model = if prefill { PREFILL } else { ANCHOR };
        let (answer, reader) = runtime.block_on(killed(model, max_tokens, &kills));
        prop_assert_eq!(answer.text(), TEXT);
        prop_assert_eq!(answer.state, State::Complete);
        prop_assert_eq!(reader.text(answer.id), TEXT);
        let making = answer.making.unwrap();
        prop_assert!(making.parts.iter().all(|part| part.number > 0));
        let numbers: Vec<u32> = making.parts.iter().map(|part| part.number).collect();
        prop_assert!(numbers.is_sorted_by(|one, other| one < other), "{:?}", numbers);
        prop_assert_eq!(making.spent.answers, 1);
        prop_assert_eq!(usize::try_from(making.spent.parts).unwrap(), making.parts.len());
    }
}

/// E15: the client has less than was written down. It gets the rest, and then what follows.
#[tokio::test]
async fn the_client_has_less_than_was_written_down() {
    for model in [PREFILL, ANCHOR] {
        let stage = Stage::new();
        let gate = Gate::with(3);
        let (chat, id) = stage
            .with_conversation(gate.clone(), parts_of(20, model))
            .await;
        let mut behind = stage.follow(&chat, id).await;
        let mut ahead = stage.follow(&chat, id).await;
        let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
        let answer = answer_of(&posted);
        behind
            .until("a word", |reader| !reader.text(answer).is_empty())
            .await;
        behind.leave();
        let seen = behind.text(answer);
        gate.let_through(6);
        ahead
            .until("more", |reader| reader.text(answer).len() > seen.len())
            .await;
        ahead.leave();
        stage.kill(chat).await;
        gate.shut();

        let chat = stage.open(gate.clone()).await;
        for reader in [&mut behind, &mut ahead] {
            let told = chat.follow(&stage.user, Some(id), &reader.cursors()).await;
            reader.resume(told.unwrap());
        }
        gate.open_wide();
        for reader in [&mut behind, &mut ahead] {
            let whole = reader.over(answer).await;
            assert_eq!(whole.text(), TEXT);
            // Its cursor was good: the message did not come anew, but at the end.
            assert!(reader.entries.contains(&Entry::Resumed));
            let making = whole.making.unwrap();
            assert_eq!(
                making
                    .seams
                    .iter()
                    .filter(|seam| seam.kind == SeamKind::Restart)
                    .count(),
                1
            );
            assert!(making.parts.iter().all(|part| part.ended.is_some()));
        }
        let thread = chat.thread(&stage.user, id, None, 10).await.unwrap();
        assert_eq!(thread.conversation.standing, Standing::Unread);
        assert_eq!(thread.conversation.spent.answers, 1);
    }
}

/// Before its first word, and before its call: the next server asks the question itself.
#[tokio::test]
async fn killed_before_the_first_word() {
    for passes in [0, 1] {
        let stage = Stage::new();
        let gate = Gate::with(passes);
        let (chat, id) = stage
            .with_conversation(gate.clone(), parts_of(20, PREFILL))
            .await;
        let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
        stage.kill(chat).await;
        gate.open_wide();
        let chat = stage.open(gate.clone()).await;
        let answer = stage.finished(&chat, &posted).await;
        assert_eq!(
            (answer.state, answer.text()),
            (State::Complete, TEXT.to_owned())
        );
        let making = answer.making.unwrap();
        assert!(
            making
                .seams
                .iter()
                .all(|seam| seam.kind == SeamKind::Length)
        );
        assert_eq!(making.run, Some(posted.run));
    }
}

/// A run that is too old is not gone on with by itself, but can be by its user.
#[tokio::test]
async fn an_old_run_is_interrupted() {
    let mut stage = Stage::new();
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
    stage.settings.take_over = Duration::ZERO;
    tokio::time::sleep(Duration::from_millis(5)).await;
    let calls = gate.calls();
    let chat = stage.open(gate.clone()).await;
    let told = chat.follow(&stage.user, Some(id), &reader.cursors()).await;
    reader.resume(told.unwrap());
    let cut = reader.over(answer).await;
    assert_eq!(cut.state, State::Incomplete);
    let problem = cut.making.clone().unwrap().problem.unwrap();
    assert_eq!(
        (problem.code.as_str(), problem.can_continue),
        ("interrupted", true)
    );
    assert_eq!(gate.calls(), calls, "nobody asked to go on");
    let thread = chat.thread(&stage.user, id, None, 10).await.unwrap();
    assert_eq!(thread.conversation.standing, Standing::NeedsYou);
    gate.open_wide();
    let on = chat.go_on(&stage.user, answer, None).await.unwrap();
    let whole = reader.run_over(answer, on.run).await;
    assert_eq!(
        (whole.state, whole.text()),
        (State::Complete, TEXT.to_owned())
    );
}

/// Many at once, of several conversations, and each goes on in its own.
#[tokio::test]
async fn all_that_were_alive_are_taken_over() {
    let stage = Stage::new();
    let gate = Gate::with(60);
    let chat = stage.open(gate.clone()).await;
    let mut all = Vec::new();
    for number in 0..20 {
        let id = stage.conversation(&chat, parts_of(20, PREFILL)).await;
        let text = format!("{number}: {TEXT}");
        all.push((stage.say(&chat, id, None, &echo(&text)).await, text));
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    stage.kill(chat).await;
    gate.open_wide();
    let chat = stage.open(gate).await;
    for (posted, text) in all {
        assert_eq!(stage.finished(&chat, &posted).await.text(), text);
    }
    assert_eq!(chat.alive(), 0);
}

/// A server that stops between the end of a part and the end of the run, in the middle of reasoning,
/// or in the middle of a character: `shown` is what its log holds.
async fn taken_over(model: &str, whole: &str, shown: &[Entry]) -> Message {
    let stage = Stage::new();
    let gate = Gate::with(0);
    let chat = stage.open(gate.clone()).await;
    let id = stage.conversation(&chat, parts_of(20, model)).await;
    let posted = stage.say(&chat, id, None, &echo(whole)).await;
    stage.kill(chat).await;
    // What the server would have written down before it died.
    let store = stage.store().await;
    let log = store.log(posted.run).await.unwrap();
    let from = log
        .last()
        .map_or(0, |append| append.from + u64::from(append.count));
    let append = Append {
        run: posted.run,
        from,
        count: u32::try_from(shown.len()).unwrap(),
        entries: serde_json::to_vec(shown).unwrap().into(),
    };
    assert!(store.append(vec![append]).await.unwrap().is_empty());
    drop(store);
    gate.open_wide();
    let chat = stage.open(gate).await;
    stage.finished(&chat, &posted).await
}

fn text(text: &str) -> Entry {
    Entry::Text {
        block: 0,
        text: text.to_owned(),
    }
}

fn part(number: u32, ended: Option<(&str, &str)>) -> Entry {
    Entry::Part {
        part: Part {
            number,
            model: PREFILL.to_owned(),
            region: None,
            by: "first".to_owned(),
            request_id: None,
            max_tokens: None,
            ended: ended.map(|(kind, why)| Ended {
                kind: kind.to_owned(),
                why: why.to_owned(),
            }),
            input: Some(10),
            output: Some(20),
            cache_read: None,
            cache_write: None,
            ms: 1,
        },
    }
}

#[tokio::test]
async fn killed_after_the_last_part_ended() {
    for model in [PREFILL, ANCHOR] {
        let shown = [text(TEXT), part(1, Some(("finished", "end_turn")))];
        let answer = taken_over(model, TEXT, &shown).await;
        assert_eq!(answer.text(), TEXT);
        assert_eq!(answer.state, State::Complete, "{:?}", answer.making);
    }
}

#[tokio::test]
async fn killed_in_the_middle_of_a_character() {
    let (family, accent) = (TEXT.find("👩‍👩‍👧").unwrap(), TEXT.find("e\u{301}").unwrap());
    for model in [PREFILL, ANCHOR] {
        for cut in [
            family + "👩".len(),
            family + "👩\u{200d}".len(),
            accent + "e".len(),
            TEXT.find("🇵").unwrap(),
            TEXT.find("  spaces").unwrap() + 1,
        ] {
            let answer = taken_over(model, TEXT, &[part(1, None), text(&TEXT[..cut])]).await;
            assert_eq!(answer.text(), TEXT, "{model}, cut at {cut}");
            assert_eq!(answer.state, State::Complete);
            let making = answer.making.unwrap();
            assert_eq!(making.seams[0].kind, SeamKind::Restart);
            assert_eq!(making.parts[0].ended.as_ref().unwrap().why, "lost");
        }
    }
}

#[tokio::test]
async fn killed_while_it_reasoned() {
    let thought = Entry::Reasoning {
        block: 0,
        text: "Let me think. Firs".to_owned(),
    };
    let answer = taken_over(PREFILL, TEXT, &[part(1, None), thought]).await;
    assert_eq!(
        (answer.text().as_str(), answer.state),
        (TEXT, State::Complete)
    );
    assert_eq!(answer.blocks[0].kind, Holds::Reasoning);
    assert_eq!(answer.blocks[0].text, "Let me think. Firs");
    let numbers: Vec<u32> = answer.blocks.iter().map(|block| block.number).collect();
    assert!(numbers.is_sorted_by(|one, other| one < other));
}

/// What earlier servers spent counts towards the run's limits.
#[tokio::test]
async fn limits_outlive_a_server() {
    let mut stage = Stage::new();
    stage.settings.policy.max_legs = 4;
    let gate = Gate::with(0);
    let mut chat = stage.open(gate.clone()).await;
    let id = stage.conversation(&chat, parts_of(50, PREFILL)).await;
    let text = ["many words"; 2000].join(", ");
    let posted = stage.say(&chat, id, None, &echo(&text)).await;
    let mut seen = 0;
    for _ in 0..3 {
        gate.let_through(8);
        let mut reader = stage.follow(&chat, id).await;
        reader
            .until("some more", |reader| {
                reader.text(answer_of(&posted)).len() > seen
            })
            .await;
        seen = reader.text(answer_of(&posted)).len();
        drop(reader);
        gate.shut();
        stage.kill(chat).await;
        chat = stage.open(gate.clone()).await;
    }
    gate.open_wide();
    let answer = stage.finished(&chat, &posted).await;
    assert!(text.starts_with(&answer.text()));
    let making = answer.making.unwrap();
    assert_eq!(making.problem.unwrap().code, "part_budget");
    assert_eq!(making.parts.len(), 4);
}

/// Servers that die again and again: no more parts are asked for than one server may, and what the
/// lost ones took is charged.
#[tokio::test]
async fn limits_outlive_many_servers() {
    let mut stage = Stage::new();
    stage.settings.policy.max_legs = 2;
    let gate = Gate::with(0);
    let mut chat = stage.open(gate.clone()).await;
    let id = stage.conversation(&chat, parts_of(200, PREFILL)).await;
    let text = ["many words"; 2000].join(", ");
    let posted = stage.say(&chat, id, None, &echo(&text)).await;
    for round in 0..6 {
        gate.let_through(8);
        // Somewhere on the way; the first is killed after its first word.
        if round == 0 {
            let mut reader = stage.follow(&chat, id).await;
            reader
                .until("a word", |reader| {
                    !reader.text(answer_of(&posted)).is_empty()
                })
                .await;
        } else {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        gate.shut();
        stage.kill(chat).await;
        chat = stage.open(gate.clone()).await;
    }
    gate.open_wide();
    let answer = stage.finished(&chat, &posted).await;
    assert_eq!(answer.state, State::Incomplete);
    assert!(text.starts_with(&answer.text()) && !answer.text().is_empty());
    let making = answer.making.unwrap();
    assert_eq!(making.problem.unwrap().code, "part_budget");
    assert_eq!(making.parts.len(), 2);
    assert_eq!((making.spent.parts, making.spent.estimated), (2, true));
    for part in &making.parts {
        assert!(part.input.unwrap() > 1000, "the question was long");
        assert!(part.output.is_some());
    }
    assert!(making.spent.cost > 0.0);
}

/// What cannot be taken over is over, and its user may go on with it; the others are taken over.
#[tokio::test]
async fn a_run_that_cannot_be_taken_over() {
    for damaged in [false, true] {
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
        drop(reader);
        stage.kill(chat).await;
        let store = Broken::over(stage.store().await);
        if damaged {
            let log = store.log(posted.run).await.unwrap();
            let last = log.last().unwrap();
            let append = Append {
                from: last.from + u64::from(last.count),
                count: 1,
                entries: b"[{\"no\":\"entry\"}]".as_slice().into(),
                ..last.clone()
            };
            store.append(vec![append]).await.unwrap();
        } else {
            store.take_over.store(true, Ordering::SeqCst);
        }
        gate.open_wide();
        let calls = gate.calls();
        let chat = stage.open_over(store, gate.clone()).await.unwrap();
        let cut = stage.finished(&chat, &posted).await;
        assert_eq!((cut.state, gate.calls()), (State::Incomplete, calls));
        assert!(TEXT.starts_with(&cut.text()) && !cut.text().is_empty());
        let problem = cut.making.unwrap().problem.unwrap();
        assert_eq!(
            (problem.code.as_str(), problem.can_continue),
            ("interrupted", true)
        );
        let run = chat.store().run(&stage.user, posted.run).await.unwrap();
        assert!(!run.unwrap().alive);
        let on = chat.go_on(&stage.user, answer, None).await.unwrap();
        assert_eq!(stage.finished(&chat, &on).await.text(), TEXT);
    }
}
