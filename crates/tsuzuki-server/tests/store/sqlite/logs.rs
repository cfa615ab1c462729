//! Logs are what was appended: in order, nothing twice, whatever happens in between.

use super::Folder;
use crate::sample::{append, begin, close, conversation, texts, user};
use crate::story::Place;
use proptest::prelude::*;
use std::sync::Arc;
use tsuzuki_server::chat::RunId;
use tsuzuki_server::store::{Append, Begin, Begun, Store};

const SLOTS: usize = 5;

/// What happens to a store.
#[derive(Debug, Clone)]
enum Step {
    /// A run begins in a slot, if there is none.
    Begin(usize),
    /// A tick: for each slot, how many entries of which size.
    Tick([(usize, usize); SLOTS]),
    /// The run in a slot ends.
    Close(usize),
    /// The conversation of the run in a slot is deleted.
    Delete(usize),
    /// The store is closed and opened again.
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let size = prop_oneof![20 => 0..200_usize, 1 => 100_000..900_000_usize];
    let ticks = prop::array::uniform5((0..3_usize, size));
    prop_oneof![
        2 => (0..SLOTS).prop_map(Step::Begin),
        8 => ticks.prop_map(Step::Tick),
        1 => (0..SLOTS).prop_map(Step::Close),
        1 => (0..SLOTS).prop_map(Step::Delete),
        1 => Just(Step::Reopen),
    ]
}

/// A run as it ought to be.
struct Expected {
    begin: Begin,
    texts: Vec<String>,
    alive: bool,
}

async fn play(steps: Vec<Step>) {
    let folder = Folder::new();
    let me = user("me");
    let mut store = folder.open().await;
    let mut slots: [Option<usize>; SLOTS] = [None; SLOTS];
    let mut runs: Vec<Expected> = Vec::new();
    let mut deleted: Vec<RunId> = Vec::new();
    for (number, step) in steps.into_iter().enumerate() {
        match step {
            Step::Begin(slot) if slots[slot].is_none() => {
                let begin = begin(&conversation("Logs"), "A question", None);
                assert_eq!(store.begin(&me, &begin).await.unwrap(), Begun::New);
                slots[slot] = Some(runs.len());
                runs.push(Expected {
                    begin,
                    texts: Vec::new(),
                    alive: true,
                });
            }
            Step::Begin(_) => {}
            Step::Tick(entries) => {
                let mut tick: Vec<Append> = Vec::new();
                for (slot, (count, size)) in slots.iter().zip(entries) {
                    if let (Some(run), 1..) = (slot, count) {
                        let run = &mut runs[*run];
                        let new: Vec<String> = (0..count)
                            .map(|one| format!("{number}.{one} {}", "x".repeat(size)))
                            .collect();
                        let new_texts: Vec<&str> = new.iter().map(String::as_str).collect();
                        tick.push(append(run.begin.run.id, run.texts.len() as u64, &new_texts));
                        run.texts.extend(new);
                    }
                }
                assert!(store.append(tick).await.unwrap().is_empty());
            }
            Step::Close(slot) => {
                if let Some(run) = slots[slot].take() {
                    store
                        .close(&close(&me, &runs[run].begin, "over"))
                        .await
                        .unwrap();
                    runs[run].alive = false;
                }
            }
            Step::Delete(slot) => {
                if let Some(run) = slots[slot].take() {
                    let id = runs[run].begin.conversation.id;
                    assert!(store.delete_conversation(&me, id).await.unwrap());
                    deleted.push(runs[run].begin.run.id);
                    runs[run].texts.clear();
                    runs[run].alive = false;
                }
            }
            Step::Reopen => {
                drop(store);
                store = folder.open().await;
                compare(&store, &runs, &deleted).await;
            }
        }
    }
    compare(&store, &runs, &deleted).await;
    let journal: i64 = super::look(
        &folder,
        "SELECT coalesce(sum(length(packed)), 0) FROM journal",
    );
    assert!(journal < 32 << 20, "the journal has {journal} bytes");
}

async fn compare(store: &Arc<dyn Store>, runs: &[Expected], deleted: &[RunId]) {
    let alive = store.alive().await.unwrap();
    let expected = runs.iter().filter(|run| run.alive);
    assert_eq!(alive.len(), expected.clone().count());
    for (alive, expected) in alive.iter().zip(expected) {
        assert_eq!(alive.run, expected.begin.run);
        assert!(texts(&alive.log) == expected.texts);
    }
    for run in runs {
        let log = store.log(run.begin.run.id).await.unwrap();
        assert!(texts(&log) == run.texts, "run {}", run.begin.run.id);
    }
    for run in deleted {
        assert!(store.log(*run).await.unwrap().is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn logs_are_what_was_appended(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(play(steps));
    }
}

#[tokio::test]
async fn a_run_that_waits_does_not_hold_the_journal() {
    let folder = Folder::new();
    let me = user("me");
    let store = folder.open().await;
    let waiting = begin(&conversation("Waits"), "A question", None);
    let busy = begin(&conversation("Busy"), "A question", None);
    for begin in [&waiting, &busy] {
        assert_eq!(store.begin(&me, begin).await.unwrap(), Begun::New);
    }
    store
        .append(vec![append(waiting.run.id, 0, &["first"])])
        .await
        .unwrap();
    let text = "x".repeat(100_000);
    for number in 0..400 {
        store
            .append(vec![append(busy.run.id, number, &[&text])])
            .await
            .unwrap();
    }
    let journal: i64 = super::look(&folder, "SELECT sum(length(packed)) FROM journal");
    assert!(
        journal < 20 << 20,
        "the journal has {journal} bytes of 40 million"
    );
    store
        .append(vec![append(waiting.run.id, 1, &["last"])])
        .await
        .unwrap();
    drop(store);
    let store = folder.open().await;
    assert_eq!(
        texts(&store.log(waiting.run.id).await.unwrap()),
        ["first", "last"]
    );
    assert_eq!(texts(&store.log(busy.run.id).await.unwrap()).len(), 400);
    for begin in [&waiting, &busy] {
        store.close(&close(&me, begin, "over")).await.unwrap();
    }
    drop(store);
    let store = folder.open().await;
    store.check().await.unwrap();
    drop(store);
    let rows: i64 = super::look(&folder, "SELECT count(*) FROM journal");
    assert!(rows < 200, "what is over goes: {rows} rows are left");
}

#[tokio::test]
async fn what_stands_in_the_journal_and_in_a_log_is_told_once() {
    let folder = Folder::new();
    let me = user("me");
    let store = folder.open().await;
    let one = begin(&conversation("One"), "A question", None);
    assert_eq!(store.begin(&me, &one).await.unwrap(), Begun::New);
    let run = one.run.id;
    store
        .append(vec![append(run, 0, &["a", "b"])])
        .await
        .unwrap();
    store.append(vec![append(run, 2, &["c"])]).await.unwrap();
    drop(store);
    // As after a fold whose rows were not removed yet.
    let db = rusqlite::Connection::open(folder.file()).unwrap();
    let folded = db.execute(
        "INSERT INTO log (run, start, until, packed)
         SELECT (SELECT id FROM run), 0, 2, packed FROM journal WHERE number = 1",
        [],
    );
    assert_eq!(folded.unwrap(), 1);
    drop(db);

    let store = folder.open().await;
    assert_eq!(texts(&store.log(run).await.unwrap()), ["a", "b", "c"]);
    assert_eq!(texts(&store.alive().await.unwrap()[0].log), ["a", "b", "c"]);
    let left_out = store.append(vec![append(run, 3, &["d"])]).await.unwrap();
    assert!(left_out.is_empty());
    store.close(&close(&me, &one, "abcd")).await.unwrap();
    assert_eq!(texts(&store.log(run).await.unwrap()), ["a", "b", "c", "d"]);
}
