//! Whether memory levels off when clients leave in the middle of their answers, round after round.

use crate::Failure;
use crate::load::Streams;
use crate::subject::{Kind, Subject};
use crate::work::Work;
use std::time::Duration;

const ROUNDS: usize = 20;
/// Clients of a round. They come over [`RAMP`] and all leave [`STAY`] after the last of them came, so
/// that some leave before an answer is too long for a retry to join, and some behind that.
const CLIENTS: usize = 500;
const RAMP: Duration = Duration::from_millis(1000);
const STAY: Duration = Duration::from_millis(500);
/// Until hang-ups were noticed.
const SETTLE: Duration = Duration::from_millis(500);
/// Longer than an answer waits for a client that may come back.
const GONE: Duration = Duration::from_secs(20);
/// More than anybody stays for.
const ANSWER: Work = Work::Paced(100_000);

/// Prints the memory of the endpoint in both modes, after each round and after a rest.
pub(crate) async fn all() -> Result<(), Failure> {
    let upstream = Subject::upstream().await?;
    println!("MiB after each round of {CLIENTS} clients that left, and after a rest");
    for kind in [Kind::Off, Kind::Extend] {
        let subject = Subject::start(kind, upstream.address).await?;
        let resident = || format!("{:.1}", subject.taken().resident as f64 / 1024.0);
        print!("{:<8}{} |", kind.name(), resident());
        for _ in 0..ROUNDS {
            let mut streams = Streams::open(subject.address, ANSWER, CLIENTS, RAMP).await;
            tokio::time::sleep(STAY).await;
            if let Some(why) = streams.ended() {
                return Err(format!("{}: {why}", kind.name()).into());
            }
            drop(streams);
            tokio::time::sleep(SETTLE).await;
            print!(" {}", resident());
        }
        tokio::time::sleep(GONE).await;
        println!(" | {}", resident());
        subject.stop().await?;
    }
    upstream.stop().await
}
