//! What the SQLite store costs, as Markdown: ticks of a thousand runs, opening a long conversation,
//! search. It writes to a folder of its own beneath the system's folder for temporary files, or
//! beneath the one named as its argument: a disk, not memory, if the figures are to mean something.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an example prints, and ends when it cannot go on"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tsuzuki_server::chat::{
    Block, Conversation, ConversationId, Holds, Message, MessageId, Moment, Role, RunId, Shape,
    Spent, Standing, State, Titled, User,
};
use tsuzuki_server::store::{
    Append, Begin, Close, Durability, Epoch, Run, Search, Sqlite, SqliteSettings, Store,
};

const RUNS: usize = 1_000;
const TICK: Duration = Duration::from_millis(30);
const SECONDS: u64 = 15;

#[tokio::main]
async fn main() {
    let beneath = std::env::args_os().nth(1);
    let folder = match &beneath {
        Some(beneath) => TempDir::new_in(beneath).unwrap(),
        None => TempDir::new().unwrap(),
    };
    println!("{RUNS} runs, a delta each every 30 ms, {SECONDS} s:\n");
    println!("| | p50 | p99 | worst | late ticks | begin all | close all | worst tick then |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for durability in [Durability::Power, Durability::Process] {
        ticks(folder.path(), durability).await;
    }
    println!("\n| | median of 20 |\n|---|---:|");
    long_conversation(folder.path()).await;
    search(folder.path()).await;
}

async fn open(folder: &Path, name: &str, durability: Durability) -> Arc<Sqlite> {
    let settings = SqliteSettings {
        file: folder.join(name).join("chat.db"),
        durability,
        most_bytes: None,
    };
    Arc::new(Sqlite::open(settings).await.unwrap())
}

async fn ticks(folder: &Path, durability: Durability) {
    let store = open(folder, &format!("{durability:?}"), durability).await;
    let user = User("me".to_owned());
    let begins: Vec<Begin> = (0..RUNS).map(|_| begin()).collect();
    let started = Instant::now();
    let beginnings = begins.iter().map(|begin| store.begin(&user, begin));
    let _kept = all(beginnings).await;
    let began = started.elapsed();

    let runs: Vec<RunId> = begins.iter().map(|begin| begin.run.id).collect();
    let mut next = 0;
    let mut took = Vec::new();
    let mut late = 0;
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(SECONDS) {
        let due = started + TICK * u32::try_from(next).unwrap();
        tokio::time::sleep_until(due.into()).await;
        took.push(tick(&store, &runs, next).await);
        late += usize::from(due.elapsed() > TICK);
        next += 1;
    }
    took.sort_unstable();

    let (asked, asking) = tokio::sync::oneshot::channel();
    let closing = tokio::spawn({
        let (store, user) = (Arc::clone(&store), user.clone());
        async move {
            let closes: Vec<Close> = begins[..RUNS - 1]
                .iter()
                .map(|begin| close(&user, begin))
                .collect();
            let started = Instant::now();
            let _told = asked.send(());
            let _kept = all(closes.iter().map(|close| store.close(close))).await;
            started.elapsed()
        }
    });
    asking.await.unwrap();
    let mut worst = Duration::ZERO;
    let last = &runs[RUNS - 1..];
    while !closing.is_finished() {
        worst = worst.max(tick(&store, last, next).await);
        next += 1;
    }
    let closed = closing.await.unwrap();
    println!(
        "| {durability:?} | {} | {} | {} | {late} of {} | {} | {} | {} |",
        ms(took[took.len() / 2]),
        ms(took[took.len() * 99 / 100]),
        ms(took[took.len() - 1]),
        took.len(),
        ms(began),
        ms(closed),
        ms(worst),
    );
}

async fn all<T>(work: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    use futures_util::stream::{FuturesUnordered, StreamExt};
    work.collect::<FuturesUnordered<_>>().collect().await
}

async fn tick(store: &Sqlite, runs: &[RunId], number: u64) -> Duration {
    let text = r#"[{"kind":"text","block":0,"text":" some words"}]"#;
    let tick = runs.iter().map(|run| Append {
        run: *run,
        from: number,
        count: 1,
        entries: text.into(),
    });
    let tick = tick.collect();
    let started = Instant::now();
    let left_out = store.append(tick).await.unwrap();
    assert!(left_out.is_empty());
    started.elapsed()
}

async fn long_conversation(folder: &Path) {
    let store = open(folder, "long", Durability::Process).await;
    let user = User("me".to_owned());
    let one = conversation();
    store.put_conversation(&user, &one).await.unwrap();
    let mut messages: Vec<Message> = Vec::new();
    for number in 0..1_000 {
        let parent = messages.last().map(|last| last.id);
        messages.push(message(&one, parent, &prose(number)));
    }
    store.put_messages(&user, &messages).await.unwrap();
    let leaf = messages[999].id;
    for limit in [50, 1_000] {
        let took = median(async || {
            let path = store.path(&user, leaf, limit).await.unwrap();
            assert_eq!(path.len(), limit);
        });
        println!(
            "| the last {limit} messages of a path of 1,000 | {} |",
            took.await
        );
    }
    let mut began = begin();
    let answer = began.messages.last_mut().unwrap();
    answer.blocks = vec![block(&prose(7).repeat(70))];
    let characters = answer.text().chars().count();
    let mut took = Vec::new();
    for _ in 0..20 {
        let mut fresh = begin();
        fresh.messages.last_mut().unwrap().blocks = began.messages[1].blocks.clone();
        store.begin(&user, &fresh).await.unwrap();
        let close = close(&user, &fresh);
        let started = Instant::now();
        store.close(&close).await.unwrap();
        took.push(started.elapsed());
    }
    took.sort_unstable();
    println!(
        "| ending an answer of {characters} characters | {} |",
        ms(took[10])
    );
}

async fn search(folder: &Path) {
    let store = open(folder, "search", Durability::Process).await;
    let user = User("me".to_owned());
    for _ in 0..100 {
        let one = conversation();
        store.put_conversation(&user, &one).await.unwrap();
        let messages: Vec<_> = (0..50)
            .map(|_| message(&one, None, &prose(varying(&one))))
            .collect();
        store.put_messages(&user, &messages).await.unwrap();
    }
    for words in [
        "大学",
        "京都大学",
        "学",
        "continues",
        "ticket 77",
        "\"never cut off\"",
    ] {
        let found = Search {
            words: words.to_owned(),
            limit: 20,
        };
        let hits = store.search(&user, &found).await.unwrap().len();
        let took = median(async || {
            let again = store.search(&user, &found).await.unwrap();
            assert_eq!(again.len(), hits);
        });
        println!(
            "| search in 5,000 messages: {words} ({hits} told) | {} |",
            took.await
        );
    }
}

/// A number that differs from conversation to conversation.
fn varying(one: &Conversation) -> usize {
    usize::from(one.id.0.as_bytes()[15]) * 31 % 997
}

async fn median(work: impl AsyncFn()) -> String {
    let mut took = Vec::new();
    for _ in 0..20 {
        let started = Instant::now();
        work().await;
        took.push(started.elapsed());
    }
    took.sort_unstable();
    ms(took[10])
}

fn ms(took: Duration) -> String {
    format!("{:.2} ms", took.as_secs_f64() * 1e3)
}

/// About 1,500 characters.
fn prose(number: usize) -> String {
    let japanese = "京都大学の図書館で、続きを読む。";
    let english = "An answer that continues is never cut off, whatever the limit of one part is. ";
    format!(
        "ticket {number} {}{}",
        japanese.repeat(number % 40),
        english.repeat(15)
    )
}

fn block(text: &str) -> Block {
    Block {
        number: 0,
        kind: Holds::Text,
        text: text.to_owned(),
    }
}

fn conversation() -> Conversation {
    Conversation {
        id: ConversationId::new(),
        title: "A title".to_owned(),
        titled: Titled::Model,
        pinned: false,
        folder: None,
        created_at: Moment::now(),
        updated_at: Moment::now(),
        read_at: Moment::now(),
        shape: Shape::default(),
        head: None,
        standing: Standing::Quiet,
        spent: Spent::default(),
        from: None,
    }
}

fn message(one: &Conversation, parent: Option<MessageId>, text: &str) -> Message {
    Message {
        id: MessageId::new(),
        conversation: one.id,
        parent,
        role: Role::User,
        created_at: Moment::now(),
        blocks: vec![block(text)],
        attachments: Vec::new(),
        state: State::Complete,
        making: None,
        siblings: Vec::new(),
    }
}

fn begin() -> Begin {
    let conversation = conversation();
    let question = message(&conversation, None, "A question");
    let mut answer = message(&conversation, Some(question.id), &prose(3));
    (answer.role, answer.state) = (Role::Assistant, State::Running);
    let run = Run {
        id: RunId::new(),
        conversation: conversation.id,
        message: answer.id,
        key: None,
        alive: true,
        began_at: Moment::now(),
        over_at: None,
        shape: Shape::default(),
        epochs: vec![Epoch { number: 0, from: 0 }],
    };
    Begin {
        conversation,
        messages: vec![question, answer],
        run,
    }
}

fn close(user: &User, begin: &Begin) -> Close {
    let mut message = begin.messages[1].clone();
    message.state = State::Complete;
    Close {
        user: user.clone(),
        run: begin.run.id,
        at: Moment::now(),
        message,
        standing: Standing::Unread,
        spent: Spent::default(),
    }
}
