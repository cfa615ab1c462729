//! What the chat server costs, beside the endpoint that keeps nothing.
//!
//! A thousand answers at once, and a thousand readers of one; the first token; opening a long
//! conversation; and what it takes to keep a tick. Each server is a process of its own with a store
//! of its own, on the disk that this program was built on.

mod client;
mod disk;
mod print;
mod records;
pub(crate) mod server;

use crate::Failure;
use crate::load::{Line, Streams};
use crate::measure::Length;
use crate::stamp::{Delays, Heard, PACE, Sight};
use crate::subject::{Kind, Subject};
use crate::work::Work;
use client::{Asked, Client, Readers};
use futures_util::future::try_join_all;
use server::FILE;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::sleep;
use tsuzuki_server::chat::{Message, Role, State, User};
use tsuzuki_server::store::{Durability, Sqlite, SqliteSettings, Store};

/// Answers at once, and readers of one.
const MANY: usize = 1000;
/// More deltas than are heard.
const ANSWER: Work = Work::Stamped(100_000);
/// How many connections ask for answers at once.
const LINES: usize = 16;
/// Messages of a long conversation, and the bytes of one.
const MESSAGES: usize = 1000;
const MESSAGE_BYTES: usize = 2000;
/// The most messages that are told at once.
const MOST: usize = 500;

/// How much time to take.
struct Plan {
    ramp: Duration,
    settle: Duration,
    window: Duration,
    times: usize,
}

impl Length {
    const fn of_the_chat(self) -> Plan {
        match self {
            Self::Whole => Plan {
                ramp: Duration::from_millis(1500),
                settle: Duration::from_millis(1500),
                window: Duration::from_millis(6000),
                times: 100,
            },
            Self::Short => Plan {
                ramp: Duration::from_millis(1000),
                settle: Duration::from_millis(1000),
                window: Duration::from_millis(2500),
                times: 40,
            },
        }
    }
}

/// What was heard of many streams.
#[derive(Debug, Clone, Copy, Default)]
struct Stream {
    /// Deltas a second.
    deltas: f64,
    /// Seconds of processor time for a million of them.
    cpu: f64,
    /// How late they came.
    heard: Heard,
    /// Bytes that the process grew by for each of them.
    growth: f64,
    /// KiB that each stream takes, or each answer, or each reader of one, at the beginning.
    each: f64,
}

/// Measures and prints.
pub(crate) async fn all(length: Length) -> Result<(), Failure> {
    let plan = length.of_the_chat();
    let upstream = Subject::upstream().await?;
    let at = upstream.address;
    let direct = plain(Kind::Direct, at, &plan).await?;
    let extend = plain(Kind::Extend, at, &plan).await?;
    let runs = many_runs(at, &plan).await?;
    let readers = many_readers(at, &plan).await?;
    print::streams(&[
        ("direct", direct),
        ("extend", extend),
        ("chat: answers", runs),
        ("chat: readers", readers),
    ]);
    let mut firsts = Vec::new();
    for kind in [Kind::Direct, Kind::Extend] {
        firsts.push((kind.name(), first_of_endpoint(kind, at, &plan).await?));
    }
    for (name, durability) in [("chat: process", "process"), ("chat: power", "power")] {
        firsts.push((name, first_of_chat(durability, at, &plan).await?));
    }
    print::times("ms to the first token", &firsts);
    print::times("ms to open a conversation", &opening(at, &plan).await?);
    print::times("ms to keep a tick", &keeping(&plan).await?);
    upstream.stop().await
}

/// A folder on the disk of this program, which is one as a rule; that of temporary files may be memory.
fn folder() -> Result<TempDir, Failure> {
    let program = std::env::current_exe()?;
    let beside = program.parent().ok_or("this program is in no folder")?;
    Ok(TempDir::new_in(beside)?)
}

/// What a subject took in a window of time, and how late its deltas came.
async fn window(subject: &Subject, delays: &Delays, plan: &Plan) -> Stream {
    let (before, earlier, began) = (subject.taken(), delays.sight(), Instant::now());
    sleep(plan.window).await;
    let (after, later): (_, Sight) = (subject.taken(), delays.sight());
    let took = began.elapsed().as_secs_f64();
    let heard = later.since(&earlier);
    Stream {
        deltas: heard.deltas / took,
        cpu: (after.cpu - before.cpu).as_secs_f64() / heard.deltas * 1e6,
        growth: (after.resident as f64 - before.resident as f64) * 1024.0 / heard.deltas,
        heard,
        ..Stream::default()
    }
}

/// KiB that each of many took since so much was resident.
fn each(subject: &Subject, before: u64) -> f64 {
    subject.taken().resident.saturating_sub(before) as f64 / MANY as f64
}

/// The same deltas without a chat.
async fn plain(kind: Kind, upstream: SocketAddr, plan: &Plan) -> Result<Stream, Failure> {
    let subject = Subject::start(kind, upstream).await?;
    Line::open(subject.address)
        .await?
        .ask(Work::Stamped(1), |_| {})
        .await?;
    let idle = subject.taken().resident;
    let mut streams = Streams::open(subject.address, ANSWER, MANY, plan.ramp).await;
    sleep(plan.settle).await;
    let each = each(&subject, idle);
    let mut stream = window(&subject, &streams.delays, plan).await;
    stream.each = each;
    if let Some(why) = streams.ended() {
        return Err(format!("{}: {why}", kind.name()).into());
    }
    drop(streams);
    subject.stop().await?;
    Ok(stream)
}

/// A chat server that has answered once, in a folder of its own.
async fn chat(durability: &str, upstream: SocketAddr) -> Result<(Subject, TempDir), Failure> {
    let folder = folder()?;
    let subject = Subject::chat(durability, folder.path(), upstream).await?;
    first_token(subject.address).await?;
    Ok((subject, folder))
}

/// Answers at once, each in a conversation of somebody else, with a reader each.
async fn many_runs(upstream: SocketAddr, plan: &Plan) -> Result<Stream, Failure> {
    let (subject, _folder) = chat("power", upstream).await?;
    let idle = subject.taken().resident;
    let lines = (0..LINES).map(|line| async move {
        let mut asked = Vec::new();
        for number in (line..MANY).step_by(LINES) {
            let user = format!("user {number}");
            let mut client = Client::open(subject.address, &user).await?;
            let conversation = client.begin().await?;
            asked.push(client.ask(conversation, ANSWER).await?);
        }
        Ok::<_, Failure>(asked)
    });
    let answers: Vec<Asked> = try_join_all(lines).await?.into_iter().flatten().collect();
    sleep(plan.settle).await;
    let each = each(&subject, idle);
    let mut readers = Readers::open(subject.address, &answers, plan.ramp).await?;
    sleep(plan.settle).await;
    let mut stream = window(&subject, &readers.delays, plan).await;
    stream.each = each;
    if let Some(why) = readers.ended() {
        return Err(why.into());
    }
    drop(readers);
    subject.stop().await?;
    Ok(stream)
}

/// Readers of one answer.
async fn many_readers(upstream: SocketAddr, plan: &Plan) -> Result<Stream, Failure> {
    let (subject, _folder) = chat("power", upstream).await?;
    let mut client = Client::open(subject.address, "one user").await?;
    let conversation = client.begin().await?;
    let asked = client.ask(conversation, ANSWER).await?;
    sleep(plan.settle).await;
    let alone = subject.taken().resident;
    let mut readers = Readers::open(subject.address, &vec![asked; MANY], plan.ramp).await?;
    sleep(plan.settle).await;
    let each = each(&subject, alone);
    let mut stream = window(&subject, &readers.delays, plan).await;
    stream.each = each;
    if let Some(why) = readers.ended() {
        return Err(why.into());
    }
    drop(readers);
    subject.stop().await?;
    Ok(stream)
}

/// How long the first token of a stream takes, from the request; of which the model takes [`PACE`].
async fn first_of_endpoint(
    kind: Kind,
    upstream: SocketAddr,
    plan: &Plan,
) -> Result<Vec<Duration>, Failure> {
    let subject = Subject::start(kind, upstream).await?;
    let mut line = Line::open(subject.address).await?;
    let mut firsts = Vec::new();
    for _ in 0..plan.times {
        let (delays, began, mut first) = (Delays::default(), Instant::now(), None);
        line.ask(Work::Stamped(1), |events| {
            for event in events {
                if delays.hear(&event.payload()) > 0 {
                    first.get_or_insert_with(|| began.elapsed());
                }
            }
        })
        .await?;
        firsts.push(thought(first.ok_or("an answer without a token")?));
    }
    subject.stop().await?;
    Ok(firsts)
}

/// How long the first token of an answer takes, from the post of its question to a reader who waits.
async fn first_of_chat(
    durability: &str,
    upstream: SocketAddr,
    plan: &Plan,
) -> Result<Vec<Duration>, Failure> {
    let (subject, _folder) = chat(durability, upstream).await?;
    let mut firsts = Vec::new();
    for _ in 0..plan.times {
        firsts.push(thought(first_token(subject.address).await?));
    }
    subject.stop().await?;
    Ok(firsts)
}

async fn first_token(address: SocketAddr) -> Result<Duration, Failure> {
    let delays = Delays::default();
    let mut client = Client::open(address, "one user").await?;
    let conversation = client.begin().await?;
    let reader = Client::open(address, "one user").await?;
    let mut events = reader.follow(conversation, None).await?;
    let began = Instant::now();
    client.ask(conversation, Work::Stamped(1)).await?;
    loop {
        match events.hear(&delays).await? {
            Some(0) => {}
            Some(_) => return Ok(began.elapsed()),
            None => return Err("the events ended".into()),
        }
    }
}

/// Without the time that the model takes.
fn thought(first: Duration) -> Duration {
    first.saturating_sub(PACE)
}

/// How long it takes to read conversations.
async fn opening(upstream: SocketAddr, plan: &Plan) -> Result<Vec<print::Row>, Failure> {
    let folder = folder()?;
    let user = User("one user".to_owned());
    let store = Sqlite::open(settings(folder.path().join(FILE), Durability::Power)).await?;
    let mut conversations = Vec::new();
    for count in [50, MESSAGES] {
        let mut conversation = records::conversation();
        let mut messages: Vec<Message> = Vec::new();
        for number in 0..count {
            let role = if number % 2 == 0 {
                Role::User
            } else {
                Role::Assistant
            };
            messages.push(records::message(
                conversation.id,
                messages.last().map(|last| last.id),
                (role, State::Complete),
                MESSAGE_BYTES,
            ));
        }
        store.put_conversation(&user, &conversation).await?;
        store.put_messages(&user, &messages).await?;
        conversation.head = messages.last().map(|last| last.id);
        store.put_conversation(&user, &conversation).await?;
        conversations.push(conversation.id);
    }
    drop(store);
    let subject = Subject::chat("power", folder.path(), upstream).await?;
    let mut client = Client::open(subject.address, &user.0).await?;
    let mut rows = Vec::new();
    for (name, which, limit) in [
        ("50, all", 0, 50),
        ("1000, last 50", 1, 50),
        ("1000, last 500", 1, MOST),
    ] {
        let path = format!(
            "/api/v1/conversations/{}?limit={limit}",
            conversations[which]
        );
        let mut took = Vec::new();
        for _ in 0..plan.times {
            let began = Instant::now();
            let body = client.get(&path).await?;
            took.push(began.elapsed());
            if body.len() < limit * MESSAGE_BYTES {
                return Err("a conversation was not whole".into());
            }
        }
        rows.push((name, took));
    }
    subject.stop().await?;
    Ok(rows)
}

/// How long it takes to keep ticks, and what the disk alone takes.
async fn keeping(plan: &Plan) -> Result<Vec<print::Row>, Failure> {
    let ticks = plan.times as u64;
    let disk = folder()?;
    let mut rows = vec![("fsync of 4 KiB", disk::syncs(disk.path(), ticks)?)];
    for (name, durability, runs) in [
        ("power, 1 run", Durability::Power, 1),
        ("power, 1000", Durability::Power, MANY),
        ("process, 1 run", Durability::Process, 1),
        ("process, 1000", Durability::Process, MANY),
    ] {
        let folder = folder()?;
        let settings = settings(folder.path().join(FILE), durability);
        rows.push((name, disk::appends(settings, runs, ticks).await?));
    }
    Ok(rows)
}

fn settings(file: PathBuf, durability: Durability) -> SqliteSettings {
    SqliteSettings {
        file,
        durability,
        most_bytes: None,
    }
}
