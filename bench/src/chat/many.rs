//! A thousand streams at once, a thousand answers, a thousand readers of one.

use super::client::{Asked, Client, Readers};
use super::{MANY, Plan, chat};
use crate::Failure;
use crate::load::{Line, Streams};
use crate::stamp::{Delays, Heard, Sight};
use crate::subject::{Kind, Subject};
use crate::work::Work;
use futures_util::future::try_join_all;
use std::net::SocketAddr;
use std::time::Instant;
use tokio::time::sleep;

/// More deltas than are heard.
const ANSWER: Work = Work::Stamped(100_000);
/// How many connections ask for answers at once.
const LINES: usize = 16;

/// What was heard of many streams.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stream {
    /// Deltas a second.
    pub(super) deltas: f64,
    /// Seconds of processor time for a million of them.
    pub(super) cpu: f64,
    /// How late they came.
    pub(super) heard: Heard,
    /// Bytes that the process grew by for each of them.
    pub(super) growth: f64,
    /// KiB that each stream takes, or each answer, or each reader of one, at the beginning.
    pub(super) each: f64,
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
pub(super) async fn plain(
    kind: Kind,
    upstream: SocketAddr,
    plan: &Plan,
) -> Result<Stream, Failure> {
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

/// Answers at once, each in a conversation of somebody else, with a reader each.
pub(super) async fn many_runs(upstream: SocketAddr, plan: &Plan) -> Result<Stream, Failure> {
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
pub(super) async fn many_readers(upstream: SocketAddr, plan: &Plan) -> Result<Stream, Failure> {
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
