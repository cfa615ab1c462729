//! Retries join the answer they repeat; clients that leave for good stop it.

use crate::answers::{CONVERSE, CONVERSE_STREAM, question};
use crate::backend::{
    Piece, Reply, Scripted, converse, settings, start, stream_end, stream_start, stream_text, until,
};
use crate::client::{connect, post, read, send, send_h2};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tsuzuki::engine::Mode;

/// A request as an SDK signs it, on some day.
fn attempt(path: &str, invocation: &str, key: &str, day: u32) -> Request<Full<Bytes>> {
    let mut request = post(path, question());
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={key}/{day}/us-east-1/bedrock/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature={day}"
    );
    for (name, value) in [
        ("amz-sdk-invocation-id", invocation),
        ("amz-sdk-request", "attempt=1; max=3"),
        ("authorization", &authorization),
        ("host", "localhost"),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

#[tokio::test]
async fn a_retry_gets_the_answer_that_is_running_or_finished() {
    let backend = Scripted::new(|number, _| {
        Reply::json(200, converse(&format!("answer {number}"), "end_turn"))
            .after(Duration::from_millis(400))
    });
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let address = endpoint.address;
    let first = tokio::spawn(send(address, attempt(CONVERSE, "one", "AKID", 1)));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let second = send(address, attempt(CONVERSE, "one", "AKID", 2)).await;
    let first = first.await.unwrap();
    let third = send(address, attempt(CONVERSE, "one", "AKID", 3)).await;
    for retry in [&second, &third] {
        assert_eq!((retry.status, &retry.body), (first.status, &first.body));
        assert_eq!(
            retry.header("x-amzn-requestid"),
            first.header("x-amzn-requestid")
        );
    }
    assert_eq!(backend.calls(), 1, "the model was asked once");
}

#[tokio::test]
async fn what_is_not_a_retry_does_not_join() {
    let backend = Scripted::new(|number, _| {
        Reply::json(200, converse(&format!("answer {number}"), "end_turn"))
    });
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let mut other_body = attempt(CONVERSE, "one", "AKID", 1);
    *other_body.body_mut() = Full::from(question().replace("hi", "ho"));
    let mut lower_mode = attempt(CONVERSE, "one", "AKID", 1);
    let cap = "cap".parse().unwrap();
    lower_mode.headers_mut().insert("x-tsuzuki-mode", cap);
    let mut nameless = attempt(CONVERSE, "one", "AKID", 1);
    nameless.headers_mut().remove("amz-sdk-invocation-id");
    let mut bodies = Vec::new();
    for request in [
        attempt(CONVERSE, "one", "AKID", 1),
        attempt(CONVERSE, "two", "AKID", 1),
        attempt(CONVERSE, "one", "OTHER", 1),
        attempt("/model/other/converse", "one", "AKID", 1),
        other_body,
        lower_mode,
        nameless.clone(),
        nameless,
    ] {
        bodies.push(send(endpoint.address, request).await.body);
    }
    bodies.sort();
    bodies.dedup();
    assert_eq!((bodies.len(), backend.calls()), (8, 8));
}

#[tokio::test]
async fn a_failed_answer_is_asked_again() {
    let backend = Scripted::new(|number, _| match number {
        0 => Reply::json(400, r#"{"message":"no"}"#),
        _ => Reply::json(200, converse("yes", "end_turn")),
    });
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let one = attempt(CONVERSE, "one", "AKID", 1);
    assert_eq!(send(endpoint.address, one.clone()).await.status, 400);
    assert_eq!(send(endpoint.address, one).await.status, 200);
}

/// Three texts, with a pause before the last.
fn paused_stream(pause: Duration) -> (Vec<u8>, Arc<Scripted>) {
    let all = [
        stream_start(),
        stream_text("one "),
        stream_text("two "),
        stream_text("three"),
        stream_end("end_turn"),
    ];
    let bytes = all.concat();
    let backend = Scripted::new(move |_, _| {
        let mut pieces: Vec<Piece> = all.iter().cloned().map(Piece::Bytes).collect();
        pieces.insert(3, Piece::Pause(pause));
        Reply::events(pieces)
    });
    (bytes, backend)
}

#[tokio::test]
async fn a_stream_is_replayed_from_its_start_and_goes_on_live() {
    let (bytes, backend) = paused_stream(Duration::from_millis(600));
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let mut sender = connect(endpoint.address).await;
    let request = attempt(CONVERSE_STREAM, "one", "AKID", 1);
    let mut response = sender.send_request(request).await.unwrap();
    response.body_mut().frame().await.unwrap().unwrap();
    drop(response);
    drop(sender);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let retry = send(endpoint.address, attempt(CONVERSE_STREAM, "one", "AKID", 2)).await;
    assert_eq!((&retry.body[..], retry.whole), (&bytes[..], true));
    assert_eq!(backend.calls(), 1);
}

#[tokio::test]
async fn a_stream_is_kept_at_its_beginning_only() {
    let backend = Scripted::new(|_, _| {
        Reply::events(vec![
            Piece::Bytes(stream_start()),
            Piece::Bytes(stream_text(&"x".repeat(6000))),
            Piece::Pause(Duration::from_secs(3600)),
        ])
    });
    // Longer than the test waits for anything: who leaves such a stream is not waited for at all.
    let mut patient = settings(Mode::Extend);
    patient.limits.gone = Duration::from_secs(3600);
    let endpoint = start(&backend, patient).await;
    let ask = async |day| {
        let mut sender = connect(endpoint.address).await;
        let request = attempt(CONVERSE_STREAM, "one", "AKID", day);
        let mut response = sender.send_request(request).await.unwrap();
        let mut came = 0;
        while came < 6000 {
            let frame = response.body_mut().frame().await.unwrap().unwrap();
            came += frame.into_data().map_or(0, |data| data.len());
        }
        (sender, response)
    };
    let first = ask(1).await;
    let second = ask(2).await;
    assert_eq!(backend.calls(), 2, "the retry did not join");
    drop((first, second));
    let let_go = Arc::clone(&backend.let_go);
    until("both legs are hung up", || {
        let_go.load(Ordering::SeqCst) == 2
    })
    .await;
}

#[tokio::test]
async fn a_client_gone_too_long_stops_the_legs() {
    for (id, grace) in [(Some("one"), 300), (None, 0)] {
        let (_, backend) = paused_stream(Duration::from_secs(3600));
        let mut brief = settings(Mode::Extend);
        brief.limits.gone = Duration::from_millis(300);
        let endpoint = start(&backend, brief).await;
        let mut sender = connect(endpoint.address).await;
        let mut request = attempt(CONVERSE_STREAM, "one", "AKID", 1);
        if id.is_none() {
            request.headers_mut().remove("amz-sdk-invocation-id");
        }
        let mut response = sender.send_request(request).await.unwrap();
        response.body_mut().frame().await.unwrap().unwrap();
        let left = tokio::time::Instant::now();
        drop(response);
        drop(sender);
        let let_go = Arc::clone(&backend.let_go);
        until("the leg is hung up", || let_go.load(Ordering::SeqCst) == 1).await;
        assert!(left.elapsed() >= Duration::from_millis(grace));
        // The answer that was stopped is nobody's to join.
        let mut sender = connect(endpoint.address).await;
        let again = attempt(CONVERSE_STREAM, "one", "AKID", 2);
        let mut response = sender.send_request(again).await.unwrap();
        response.body_mut().frame().await.unwrap().unwrap();
        assert_eq!(backend.calls(), 2);
    }
}

#[tokio::test]
async fn a_client_that_leaves_before_its_answer_began_stops_the_leg() {
    let backend = Scripted::new(|_, _| {
        Reply::json(200, converse("too late", "end_turn")).after(Duration::from_secs(3600))
    });
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let one = tokio::spawn(send(endpoint.address, post(CONVERSE, question())));
    let two = tokio::spawn(send_h2(endpoint.address, post(CONVERSE, question())));
    let off = tokio::spawn(send(
        endpoint.address,
        post("/model/a.b/count-tokens", "{}"),
    ));
    until("all legs run", || backend.calls() == 3).await;
    for client in [one, two, off] {
        client.abort();
    }
    let let_go = Arc::clone(&backend.let_go);
    until("all legs are hung up", || {
        let_go.load(Ordering::SeqCst) == 3
    })
    .await;
}

#[tokio::test]
async fn what_is_kept_is_bounded() {
    let backend = Scripted::new(|_, request| {
        let size = if request.path.contains("large") {
            5000
        } else {
            1000
        };
        Reply::json(200, converse(&"x".repeat(size), "end_turn"))
    });
    let mut narrow = settings(Mode::Extend);
    narrow.limits.joins.answer_bytes = 3000;
    narrow.limits.joins.bytes = 4000;
    narrow.limits.joins.answers = 2;
    narrow.limits.joins.keep = Duration::from_millis(1500);
    let endpoint = start(&backend, narrow).await;
    let ask = async |path: &str, id: &str| {
        let got = send(endpoint.address, attempt(path, id, "AKID", 1)).await;
        assert_eq!((got.status.as_u16(), got.whole), (200, true));
        backend.calls()
    };
    // Too large to keep.
    assert_eq!(ask("/model/large/converse", "a").await, 1);
    assert_eq!(ask("/model/large/converse", "a").await, 2);
    // The oldest goes first.
    assert_eq!(ask(CONVERSE, "b").await, 3);
    assert_eq!(ask(CONVERSE, "c").await, 4);
    assert_eq!(ask(CONVERSE, "b").await, 4);
    assert_eq!(ask(CONVERSE, "d").await, 5);
    assert_eq!(ask(CONVERSE, "b").await, 6);
    // What is old is forgotten.
    assert_eq!(ask(CONVERSE, "b").await, 6);
    tokio::time::sleep(Duration::from_millis(1600)).await;
    assert_eq!(ask(CONVERSE, "b").await, 7);
}

#[tokio::test]
async fn a_slow_reader_holds_the_backend_back() {
    let texts = 2000;
    let backend = Scripted::new(move |_, _| {
        let mut pieces = vec![Piece::Bytes(stream_start())];
        pieces.extend((0..texts).map(|_| Piece::Bytes(stream_text(&"x".repeat(10_000)))));
        pieces.push(Piece::Bytes(stream_end("end_turn")));
        Reply::events(pieces)
    });
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let mut sender = connect(endpoint.address).await;
    let mut request = post(CONVERSE_STREAM, question());
    request
        .headers_mut()
        .insert("host", "localhost".parse().unwrap());
    let response = sender.send_request(request).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(
        backend.let_go.load(Ordering::SeqCst),
        0,
        "not read to its end"
    );
    let got = read(response).await;
    assert!(got.whole && got.body.len() > texts * 10_000);
    assert_eq!(backend.let_go.load(Ordering::SeqCst), 1);
}
