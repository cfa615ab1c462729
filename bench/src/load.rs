//! Asks and counts: closed loops over loopback, bounded in number and time.

use crate::Failure;
use crate::stamp::Delays;
use crate::work::Work;
use bytes::Bytes;
use futures_util::future::try_join_all;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tsuzuki::wire::eventstream::{Message, Reader};

/// Events of an answer that are no deltas: a start, a block's stop, a stop, metadata.
const OTHERS: usize = 4;

/// Sends requests over one connection.
pub(crate) type Sender = SendRequest<Full<Bytes>>;

/// Opens a connection.
pub(crate) async fn connect(address: SocketAddr) -> Result<Sender, Failure> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        // How it ends is told to whoever waits for an answer.
        let _ = connection.await;
    });
    Ok(sender)
}

/// One connection to a subject.
pub(crate) struct Line {
    sender: Sender,
    address: SocketAddr,
}

/// How an exchange went.
pub(crate) struct Exchange {
    /// Until the first byte of the body.
    pub(crate) first: Duration,
    /// Until the last.
    pub(crate) whole: Duration,
}

impl Line {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, Failure> {
        Ok(Self {
            sender: connect(address).await?,
            address,
        })
    }

    /// Asks once. An answer that is not what was asked for is a failure.
    pub(crate) async fn ask(
        &mut self,
        work: Work,
        mut heard: impl FnMut(&[Message]),
    ) -> Result<Exchange, Failure> {
        let began = Instant::now();
        self.sender.ready().await?;
        let response = self
            .sender
            .send_request(request(work, self.address)?)
            .await?;
        if response.status() != StatusCode::OK {
            return Err(format!("status {} in the place of an answer", response.status()).into());
        }
        let mut body = response.into_body();
        let mut first = None;
        let mut reader = Reader::new();
        let (mut bytes, mut events) = (0, 0);
        let mut messages = Vec::new();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else {
                continue;
            };
            first.get_or_insert_with(|| began.elapsed());
            bytes += data.len();
            match work {
                Work::Whole(_) => {}
                Work::Burst(_) | Work::Paced(_) | Work::Stamped(_) => {
                    reader.read(data, &mut messages)?;
                    events += messages.len();
                    heard(&messages);
                    messages.clear();
                }
            }
        }
        let complete = match work {
            Work::Whole(text) => bytes > text,
            Work::Burst(deltas) | Work::Paced(deltas) | Work::Stamped(deltas) => {
                events == deltas + OTHERS
            }
        };
        if !complete {
            return Err("an answer was not whole".into());
        }
        let whole = began.elapsed();
        Ok(Exchange {
            first: first.unwrap_or(whole),
            whole,
        })
    }
}

/// A request as an SDK sends it: signed, with an id of the call.
fn request(work: Work, address: SocketAddr) -> Result<Request<Full<Bytes>>, Failure> {
    const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=BENCH/20261123/us-east-1/bedrock/aws4_request, \
        SignedHeaders=content-type;host;x-amz-date, \
        Signature=0000000000000000000000000000000000000000000000000000000000000000";
    Ok(Request::builder()
        .method(Method::POST)
        .uri(work.path())
        .header("host", address.to_string())
        .header("content-type", "application/json")
        .header(
            "user-agent",
            "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux lang/python#3.13",
        )
        .header("x-amz-date", "20261123T000000Z")
        .header("authorization", SIGNATURE)
        .header("amz-sdk-invocation-id", uuid::Uuid::new_v4().to_string())
        .header("amz-sdk-request", "attempt=1")
        .body(Full::new(work.body()))?)
}

/// Asks over so many lines for so long; how many answers came whole.
pub(crate) async fn closed(
    address: SocketAddr,
    work: Work,
    lines: usize,
    length: Duration,
) -> Result<u64, Failure> {
    let until = Instant::now() + length;
    let loops = (0..lines).map(|_| {
        tokio::spawn(async move {
            let mut line = Line::open(address).await?;
            let mut answers = 0;
            while Instant::now() < until {
                line.ask(work, |_| {}).await?;
                answers += 1;
            }
            Ok::<u64, Failure>(answers)
        })
    });
    let answers = try_join_all(loops)
        .await?
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    Ok(answers.into_iter().sum())
}

/// Asks one at a time.
pub(crate) async fn alone(
    address: SocketAddr,
    work: Work,
    times: usize,
) -> Result<Vec<Exchange>, Failure> {
    let mut line = Line::open(address).await?;
    let mut exchanges = Vec::with_capacity(times);
    for _ in 0..times {
        exchanges.push(line.ask(work, |_| {}).await?);
    }
    Ok(exchanges)
}

/// Many streams that run until this is dropped.
pub(crate) struct Streams {
    heard: Arc<AtomicU64>,
    pub(crate) delays: Arc<Delays>,
    running: JoinSet<Result<Exchange, Failure>>,
}

impl Streams {
    /// Opens so many, evenly over `ramp`.
    pub(crate) async fn open(
        address: SocketAddr,
        work: Work,
        count: usize,
        ramp: Duration,
    ) -> Self {
        let heard = Arc::new(AtomicU64::new(0));
        let delays = Arc::new(Delays::default());
        let mut running = JoinSet::new();
        let began = Instant::now();
        for number in 0..count {
            let due = began + ramp.mul_f64(number as f64 / count as f64);
            tokio::time::sleep_until(due.into()).await;
            let (heard, delays) = (Arc::clone(&heard), Arc::clone(&delays));
            running.spawn(async move {
                let mut line = Line::open(address).await?;
                line.ask(work, |events| {
                    heard.fetch_add(events.len() as u64, Ordering::Relaxed);
                    if matches!(work, Work::Stamped(_)) {
                        events.iter().for_each(|event| {
                            delays.hear(&event.payload());
                        });
                    }
                })
                .await
            });
        }
        Self {
            heard,
            delays,
            running,
        }
    }

    /// How many deltas were heard so far.
    pub(crate) fn heard(&self) -> u64 {
        self.heard.load(Ordering::Relaxed)
    }

    /// Why a stream ended although it should still run, if one did.
    pub(crate) fn ended(&mut self) -> Option<String> {
        match self.running.try_join_next()? {
            Ok(Ok(_)) => Some("a stream ended early".to_owned()),
            Ok(Err(failure)) => Some(failure.to_string()),
            Err(failure) => Some(failure.to_string()),
        }
    }
}
