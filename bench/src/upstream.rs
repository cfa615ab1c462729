//! A fake of Amazon Bedrock that does not think: Converse and ConverseStream, in the bytes that
//! recorded traffic has (keys in alphabetical order, padding `p`), one HTTP chunk per event.

use crate::Failure;
use crate::stamp::{self, stamp};
use crate::work::{PACE, Work};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};
use tsuzuki::wire::eventstream;

/// The text of one delta: about a token.
const TEXT: &str = "word ";

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Serves on a port of its own choice, which it prints, until it is killed.
pub(crate) async fn run() -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(connection(stream));
    }
}

async fn connection(stream: TcpStream) {
    // A caller that hangs up ends its connection, which is no error here.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service_fn(answer))
        .await;
}

async fn answer(request: Request<Incoming>) -> Result<Response<Body>, hyper::Error> {
    let body = request.into_body().collect().await?.to_bytes();
    let (kind, body) = match Work::asked(&body) {
        Some(Work::Whole(bytes)) => ("application/json", whole(bytes)),
        Some(Work::Burst(deltas)) => (STREAM, burst(deltas)),
        Some(Work::Paced(deltas)) => (STREAM, paced(deltas)),
        Some(Work::Stamped(deltas)) => (STREAM, stamped(deltas)),
        None => {
            let mut response = Response::new(Full::default().boxed_unsync());
            *response.status_mut() = StatusCode::BAD_REQUEST;
            return Ok(response);
        }
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        HeaderName::from_static("x-amzn-requestid"),
        HeaderValue::from_static("3f2c8f6e-0b1a-4c57-9d3e-2a6b7c8d9e0f"),
    );
    Ok(response)
}

const STREAM: &str = "application/vnd.amazon.eventstream";

fn whole(bytes: usize) -> Body {
    let text: String = TEXT.chars().cycle().take(bytes).collect();
    let body = format!(
        "{{\"metrics\":{{\"latencyMs\":1}},\"output\":{{\"message\":{{\"content\":[{{\"text\":\"{text}\"}}],\
         \"role\":\"assistant\"}}}},\"stopReason\":\"end_turn\",\
         \"usage\":{{\"inputTokens\":250,\"outputTokens\":500,\"totalTokens\":750}}}}"
    );
    Full::new(Bytes::from(body)).boxed_unsync()
}

fn burst(deltas: usize) -> Body {
    let delta = delta(TEXT);
    let events = stream::iter([start()])
        .chain(stream::repeat(delta).take(deltas))
        .chain(stream::iter(ending()));
    streamed(events)
}

fn paced(deltas: usize) -> Body {
    let mut clock = interval(PACE);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let spoken = stream::unfold(
        (clock, delta(TEXT), deltas),
        |(mut clock, delta, left)| async move {
            let left = left.checked_sub(1)?;
            clock.tick().await;
            Some((delta.clone(), (clock, delta, left)))
        },
    );
    let events = stream::iter([start()])
        .chain(spoken)
        .chain(stream::iter(ending()));
    streamed(events)
}

fn stamped(deltas: usize) -> Body {
    let mut clock = interval_at(Instant::now() + stamp::PACE, stamp::PACE);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let spoken = stream::unfold((clock, deltas), |(mut clock, left)| async move {
        let left = left.checked_sub(1)?;
        clock.tick().await;
        Some((delta(&stamp()), (clock, left)))
    });
    let events = stream::iter([start()])
        .chain(spoken)
        .chain(stream::iter(ending()));
    streamed(events)
}

fn streamed(events: impl Stream<Item = Bytes> + Send + 'static) -> Body {
    StreamBody::new(events.map(|event| Ok(Frame::data(event)))).boxed_unsync()
}

fn event(kind: &str, payload: &str) -> Bytes {
    eventstream::write(
        &[
            (":event-type", kind),
            (":content-type", "application/json"),
            (":message-type", "event"),
        ],
        payload.as_bytes(),
    )
}

fn start() -> Bytes {
    event("messageStart", r#"{"p":"abcdefghij","role":"assistant"}"#)
}

fn delta(text: &str) -> Bytes {
    event(
        "contentBlockDelta",
        &format!(
            r#"{{"contentBlockIndex":0,"delta":{{"text":"{text}"}},"p":"abcdefghijklmnopqrstuvwxyz"}}"#
        ),
    )
}

fn ending() -> [Bytes; 3] {
    [
        event(
            "contentBlockStop",
            r#"{"contentBlockIndex":0,"p":"abcdef"}"#,
        ),
        event(
            "messageStop",
            r#"{"p":"abcdefghijkl","stopReason":"end_turn"}"#,
        ),
        event(
            "metadata",
            r#"{"metrics":{"latencyMs":1},"p":"abc","usage":{"inputTokens":250,"outputTokens":200,"totalTokens":450}}"#,
        ),
    ]
}
