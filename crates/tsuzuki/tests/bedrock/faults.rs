//! Upstreams that break, stall and lie: the fault is told, and nothing hangs.

use crate::upstream::{CONVERSE, Upstream, bedrock, post, raw, read, respond, send, settings};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt as _;
use tsuzuki::BodyError;
use tsuzuki::backend::Transport as _;
use tsuzuki::bedrock::{Bedrock, Limits, Settings};

const PATIENCE: Duration = Duration::from_secs(20);

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut bytes = b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for piece in body.chunks(40) {
        bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

fn event(name: &str, payload: &str) -> Vec<u8> {
    let headers = [
        (":event-type", name),
        (":content-type", "application/json"),
        (":message-type", "event"),
    ];
    tsuzuki::wire::eventstream::write(&headers, payload.as_bytes()).to_vec()
}

fn small_stream() -> Vec<u8> {
    [
        event("messageStart", r#"{"p":"ab","role":"assistant"}"#),
        event(
            "contentBlockDelta",
            r#"{"contentBlockIndex":0,"delta":{"text":"続き"},"p":"abc"}"#,
        ),
        event("messageStop", r#"{"p":"a","stopReason":"end_turn"}"#),
    ]
    .concat()
}

/// The connection is cut at every byte of one response: what came is handed on, never more, and a
/// cut is never taken for an end.
#[tokio::test]
async fn cut_at_every_byte() {
    let body = small_stream();
    let whole = Arc::new(chunked(&body));
    let head = whole
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap()
        + 4;
    let at = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let (bytes, place) = (Arc::clone(&whole), Arc::clone(&at));
    let address = raw(move |mut stream| {
        let (bytes, at) = (
            Arc::clone(&bytes),
            place.load(std::sync::atomic::Ordering::SeqCst),
        );
        async move {
            _ = stream.write_all(&bytes[..at]).await;
            _ = stream.shutdown().await;
        }
    })
    .await;
    let bedrock = bedrock(format!("http://{address}")).await;
    for cut in 0..=whole.len() {
        at.store(cut, std::sync::atomic::Ordering::SeqCst);
        let answer = tokio::time::timeout(PATIENCE, send(&bedrock, post(CONVERSE, "{}")))
            .await
            .unwrap_or_else(|_| panic!("hangs when cut at {cut}"));
        if cut < head {
            assert_eq!(answer.status, 503, "cut at {cut}");
            assert_eq!(answer.header("x-tsuzuki-fault"), Some("connection"));
            assert!(
                answer.message().contains("broke before an answer began"),
                "{}",
                answer.message()
            );
        } else {
            assert_eq!(answer.status, 200);
            assert!(body.starts_with(&answer.body), "cut at {cut}");
            // Only the whole of it, to the last chunk's end, is an end.
            let broke = (cut < whole.len()).then_some(BodyError::Lost);
            assert_eq!(answer.broke, broke, "cut at {cut} of {}", whole.len());
        }
    }
}

/// A body of a told length that stops short.
#[tokio::test]
async fn a_body_that_stops_short() {
    let address = raw(|mut stream| async move {
        _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc")
            .await;
    })
    .await;
    let bedrock = bedrock(format!("http://{address}")).await;
    let answer = send(&bedrock, post(CONVERSE, "{}")).await;
    assert_eq!(
        (answer.body.as_slice(), answer.broke),
        (b"abc".as_slice(), Some(BodyError::Lost))
    );
}

fn hurried() -> Limits {
    Limits {
        connect: Duration::from_millis(500),
        whole: Duration::from_millis(400),
        stream: Duration::from_millis(100),
        silence: Duration::from_millis(200),
    }
}

async fn impatient(url: String) -> Bedrock {
    let settings = Settings {
        limits: hurried(),
        ..settings(url)
    };
    Bedrock::connect(settings).await.unwrap()
}

#[tokio::test]
async fn a_body_that_stalls() {
    let address = raw(|mut stream| async move {
        _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc")
            .await;
        tokio::time::sleep(PATIENCE).await;
    })
    .await;
    let bedrock = impatient(format!("http://{address}")).await;
    let began = Instant::now();
    let answer = send(&bedrock, post(CONVERSE, "{}")).await;
    assert_eq!(answer.broke, Some(BodyError::Stalled));
    assert_eq!(answer.body, b"abc");
    let took = began.elapsed();
    assert!(took >= hurried().silence && took < PATIENCE / 2, "{took:?}");
}

/// Slow is not silent: a byte now and then keeps an answer alive for as long as it takes.
#[tokio::test]
async fn a_body_that_drips() {
    // Ten drips take longer than silence may, and each has time to spare on a busy machine.
    const SILENCE: Duration = Duration::from_secs(2);
    let address = raw(|mut stream| async move {
        _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n")
            .await;
        for _ in 0..10 {
            tokio::time::sleep(SILENCE / 8).await;
            _ = stream.write_all(b"x").await;
        }
    })
    .await;
    let settings = Settings {
        limits: Limits {
            silence: SILENCE,
            ..Limits::default()
        },
        ..settings(format!("http://{address}"))
    };
    let bedrock = Bedrock::connect(settings).await.unwrap();
    let answer = send(&bedrock, post(CONVERSE, "{}")).await;
    assert_eq!((answer.body.len(), answer.broke), (10, None));
}

#[tokio::test]
async fn an_answer_that_never_begins() {
    let address = raw(|stream| async move {
        tokio::time::sleep(PATIENCE).await;
        drop(stream);
    })
    .await;
    let bedrock = impatient(format!("http://{address}")).await;
    for (path, limit) in [
        ("/model/x/converse", hurried().whole),
        ("/model/x/converse-stream", hurried().stream),
        ("/model/x/invoke-with-response-stream", hurried().stream),
    ] {
        let began = Instant::now();
        let answer = send(&bedrock, post(path, "{}")).await;
        assert_eq!(answer.status, 408, "{path}");
        assert_eq!(
            answer.header("x-amzn-errortype"),
            Some("ModelTimeoutException")
        );
        let took = began.elapsed();
        assert!(
            took >= limit && took < limit + Duration::from_secs(5),
            "{path}: {took:?}"
        );
    }
}

#[tokio::test]
async fn nobody_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let refused = bedrock(format!("http://{address}")).await;
    let answer = send(&refused, post(CONVERSE, "{}")).await;
    assert_eq!(answer.status, 503);
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("ServiceUnavailableException")
    );
    assert!(
        answer.message().contains("does not take the connection"),
        "{}",
        answer.message()
    );

    let unknown = bedrock("http://bedrock-runtime.invalid").await;
    let answer = send(&unknown, post(CONVERSE, "{}")).await;
    assert_eq!(answer.status, 503);
    assert!(
        answer
            .message()
            .contains("bedrock-runtime.invalid is not known"),
        "{}",
        answer.message()
    );
}

/// A server that is no HTTP server, and one whose head never ends.
#[tokio::test]
async fn hostile_heads() {
    let nonsense = raw(|mut stream| async move {
        _ = stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n\r\n").await;
    })
    .await;
    let many = raw(|mut stream| async move {
        _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        for number in 0..100_000 {
            if stream
                .write_all(format!("x-{number}: y\r\n").as_bytes())
                .await
                .is_err()
            {
                return;
            }
        }
    })
    .await;
    let long = raw(|mut stream| async move {
        _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx-long: ").await;
        for _ in 0..10_000 {
            if stream.write_all(&[b'x'; 1024]).await.is_err() {
                return;
            }
        }
    })
    .await;
    for address in [nonsense, many, long] {
        let bedrock = bedrock(format!("http://{address}")).await;
        let answer = tokio::time::timeout(PATIENCE, send(&bedrock, post(CONVERSE, "{}")))
            .await
            .unwrap();
        assert_eq!(answer.status, 503);
        assert!(
            answer.message().contains("too large or not HTTP"),
            "{}",
            answer.message()
        );
    }
}

/// A body is read as fast as it is taken, not faster: what an upstream sends ahead is bounded.
#[tokio::test]
async fn a_flood_waits_for_its_reader() {
    let sent = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let address = raw(move |mut stream| {
        let counted = Arc::clone(&counted);
        async move {
            _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while stream.write_all(&[b'x'; 64 * 1024]).await.is_ok() {
                counted.fetch_add(64 * 1024, std::sync::atomic::Ordering::Relaxed);
            }
        }
    })
    .await;
    let bedrock = bedrock(format!("http://{address}")).await;
    let response = bedrock.send(post(CONVERSE, "{}")).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let ahead = sent.load(std::sync::atomic::Ordering::Relaxed);
    assert!(
        ahead < 32 * 1024 * 1024,
        "{ahead} bytes were sent ahead of the reader"
    );
    drop(response);
}

/// Hanging up frees the connection's stream at once: the model stops being paid for.
#[tokio::test]
async fn hanging_up_reaches_the_upstream() {
    let (gone, mut told) = tokio::sync::mpsc::unbounded_channel();
    let address = raw(move |mut stream| {
        let gone = gone.clone();
        async move {
            _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            gone.send(()).unwrap();
        }
    })
    .await;
    let bedrock = bedrock(format!("http://{address}")).await;
    let response = bedrock.send(post(CONVERSE, "{}")).await;
    drop(response);
    tokio::time::timeout(PATIENCE, told.recv())
        .await
        .unwrap()
        .unwrap();
}

/// More answers at once than one HTTP/2 connection takes.
#[tokio::test]
async fn many_at_once() {
    let barrier = Arc::new(tokio::sync::Barrier::new(250));
    let upstream = Upstream::start_slow(move |_| {
        let barrier = Arc::clone(&barrier);
        Box::pin(async move {
            // Nobody is answered before all are here.
            barrier.wait().await;
            respond(200, &[], "{}")
        })
    })
    .await;
    let bedrock = bedrock(upstream.url()).await;
    let calls = (0..250).map(|_| {
        let bedrock = bedrock.clone();
        tokio::spawn(async move { read(bedrock.send(post(CONVERSE, "{}")).await).await.status })
    });
    let calls = futures_util::future::join_all(calls);
    for status in tokio::time::timeout(PATIENCE, calls).await.unwrap() {
        assert_eq!(status.unwrap(), 200);
    }
}
