//! What is measured, in which order.

use crate::Failure;
use crate::load::{Exchange, Streams, alone, closed};
use crate::subject::{Kind, Subject, nginx};
use crate::table;
use crate::work::Work;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// About two thousand characters: an answer of some 500 tokens.
const WHOLE: Work = Work::Whole(2000);
/// A stream as fast as it comes.
const DELTAS: usize = 200;
/// More than are heard before the streams are hung up.
const SLOW: Work = Work::Paced(1000);
/// Callers at once, in closed loops.
const LINES: usize = 32;
/// Slow streams at once.
const STREAMS: usize = 1000;

/// Rounds of [`requests`].
const ROUNDS: usize = 7;

/// How much time to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// For figures to quote.
    Whole,
    /// For a look at a change.
    Short,
}

/// The lengths of one run.
struct Plan {
    rounds: usize,
    window: Duration,
    alone: usize,
    ramp: Duration,
    settle: Duration,
}

impl Length {
    const fn plan(self) -> Plan {
        match self {
            Self::Whole => Plan {
                rounds: 3,
                window: Duration::from_millis(2000),
                alone: 500,
                ramp: Duration::from_millis(1500),
                settle: Duration::from_millis(1000),
            },
            Self::Short => Plan {
                rounds: 1,
                window: Duration::from_millis(1500),
                alone: 300,
                ramp: Duration::from_millis(1000),
                settle: Duration::from_millis(500),
            },
        }
    }
}

/// The figures of one subject in one round.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    /// Whole answers a second, [`LINES`] callers at once.
    pub(crate) requests: f64,
    /// Microseconds of processor time for each.
    pub(crate) request_cpu: f64,
    /// Microseconds of one whole answer, one caller; the median.
    pub(crate) latency: f64,
    /// Microseconds to the first byte of a stream, one caller; the median.
    pub(crate) first: f64,
    /// Deltas a second as fast as they come, [`LINES`] callers at once.
    pub(crate) burst: f64,
    /// Seconds of processor time for a million of them.
    pub(crate) burst_cpu: f64,
    /// Deltas a second of [`STREAMS`] slow streams.
    pub(crate) slow: f64,
    /// Seconds of processor time for a million of them.
    pub(crate) slow_cpu: f64,
    /// MiB after one request.
    pub(crate) idle: f64,
    /// KiB more for each slow stream.
    pub(crate) stream: f64,
}

/// Measures all subjects and prints the table.
pub(crate) async fn all(length: Length) -> Result<(), Failure> {
    let plan = length.plan();
    let mut kinds = vec![Kind::Direct, Kind::Nginx, Kind::Off, Kind::Extend];
    if nginx().is_none() {
        println!("nginx is not installed: skipped, and ratios to it with it");
        kinds.retain(|kind| *kind != Kind::Nginx);
    }
    let upstream = Subject::upstream().await?;
    let mut rows: Vec<(Kind, Vec<Figures>)> =
        kinds.iter().map(|kind| (*kind, Vec::new())).collect();
    for _ in 0..plan.rounds {
        for (kind, rounds) in &mut rows {
            rounds.push(round(*kind, upstream.address, &plan).await?);
        }
    }
    table::print(&rows);
    upstream.stop().await
}

/// One subject, in a process for requests and a fresh one for slow streams.
async fn round(kind: Kind, upstream: SocketAddr, plan: &Plan) -> Result<Figures, Failure> {
    let mut figures = Figures::default();
    let subject = Subject::start(kind, upstream).await?;
    alone(subject.address, WHOLE, plan.alone / 4).await?;

    let exchanges = alone(subject.address, WHOLE, plan.alone).await?;
    figures.latency = median(exchanges.iter().map(|exchange| exchange.whole));
    let exchanges: Vec<Exchange> =
        alone(subject.address, Work::Burst(DELTAS), plan.alone / 2).await?;
    figures.first = median(exchanges.iter().map(|exchange| exchange.first));

    let (answers, cpu, took) = window(&subject, WHOLE, plan).await?;
    figures.requests = answers / took;
    figures.request_cpu = cpu / answers * 1e6;

    let (answers, cpu, took) = window(&subject, Work::Burst(DELTAS), plan).await?;
    let deltas = answers * DELTAS as f64;
    figures.burst = deltas / took;
    figures.burst_cpu = cpu / deltas * 1e6;
    subject.stop().await?;

    let subject = Subject::start(kind, upstream).await?;
    alone(subject.address, WHOLE, 1).await?;
    let idle = subject.taken();
    let mut streams = Streams::open(subject.address, SLOW, STREAMS, plan.ramp).await;
    tokio::time::sleep(plan.settle).await;
    let (before, heard, began) = (subject.taken(), streams.heard(), Instant::now());
    tokio::time::sleep(plan.window).await;
    let (after, deltas) = (subject.taken(), (streams.heard() - heard) as f64);
    if let Some(why) = streams.ended() {
        return Err(format!("{}: {why}", kind.name()).into());
    }
    figures.slow = deltas / began.elapsed().as_secs_f64();
    figures.slow_cpu = (after.cpu - before.cpu).as_secs_f64() / deltas * 1e6;
    figures.idle = idle.resident as f64 / 1024.0;
    figures.stream = after.resident.saturating_sub(idle.resident) as f64 / STREAMS as f64;
    drop(streams);
    subject.stop().await?;
    Ok(figures)
}

/// Prints the processor time of a request alone, round after round, mode by mode: for small changes.
pub(crate) async fn requests() -> Result<(), Failure> {
    let plan = Length::Whole.plan();
    let upstream = Subject::upstream().await?;
    println!("processor time of a request, \u{b5}s, and requests a second");
    let kinds = [Kind::Off, Kind::Extend];
    let mut rounds = kinds.map(|kind| (kind, Vec::new()));
    for _ in 0..ROUNDS {
        for (kind, figures) in &mut rounds {
            let subject = Subject::start(*kind, upstream.address).await?;
            alone(subject.address, WHOLE, plan.alone / 4).await?;
            let (answers, cpu, took) = window(&subject, WHOLE, &plan).await?;
            print!(
                "{} {:.1} ({:.0})  ",
                kind.name(),
                cpu / answers * 1e6,
                answers / took
            );
            figures.push(cpu / answers * 1e6);
            subject.stop().await?;
        }
        println!();
    }
    for (kind, figures) in rounds {
        println!("{:<8}{:.1}", kind.name(), table::median(figures));
    }
    upstream.stop().await
}

/// Answers, seconds of processor time and seconds of one window.
async fn window(subject: &Subject, work: Work, plan: &Plan) -> Result<(f64, f64, f64), Failure> {
    let (before, began) = (subject.taken(), Instant::now());
    let answers = closed(subject.address, work, LINES, plan.window).await?;
    let took = began.elapsed().as_secs_f64();
    let cpu = (subject.taken().cpu - before.cpu).as_secs_f64();
    Ok((answers as f64, cpu, took))
}

/// The median, in microseconds.
fn median(times: impl Iterator<Item = Duration>) -> f64 {
    table::median(times.map(|time| time.as_secs_f64() * 1e6).collect())
}
