//! How long a reader waits for the first token.

use super::client::Client;
use super::{Plan, chat};
use crate::Failure;
use crate::load::Line;
use crate::stamp::{Delays, PACE};
use crate::subject::{Kind, Subject};
use crate::work::Work;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long the first token of a stream takes, from the request; of which the model takes [`PACE`].
pub(super) async fn first_of_endpoint(
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
pub(super) async fn first_of_chat(
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

pub(super) async fn first_token(address: SocketAddr) -> Result<Duration, Failure> {
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
