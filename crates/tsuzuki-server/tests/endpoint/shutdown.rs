//! Ending in good order.

use crate::answers::{CONVERSE_STREAM, question};
use crate::backend::{Piece, Reply, Scripted, settings, start, stream_start, stream_text, until};
use crate::client::{connect, get, post, read, send};
use bytes::Bytes;
use std::time::Duration;
use tokio::net::TcpStream;
use tsuzuki::engine::Mode;

#[tokio::test]
async fn running_responses_finish_and_new_ones_find_no_one() {
    let backend = Scripted::new(|_, _| Reply {
        status: 200,
        headers: Vec::new(),
        after: Duration::ZERO,
        pieces: vec![
            Piece::Bytes(Bytes::from_static(b"begun ")),
            Piece::Pause(Duration::from_millis(500)),
            Piece::Bytes(Bytes::from_static(b"and done")),
        ],
    });
    let mut endpoint = start(&backend, settings(Mode::Extend)).await;
    let address = endpoint.address;
    let idle = connect(address).await;
    let running = tokio::spawn(send(address, get("/foundation-models")));
    tokio::time::sleep(Duration::from_millis(200)).await;
    endpoint.shutdown.cancel();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(
        TcpStream::connect(address).await.is_err(),
        "it stopped listening"
    );
    assert!(idle.is_closed(), "a resting connection is not waited for");
    let got = running.await.unwrap();
    assert_eq!((&got.body[..], got.whole), (&b"begun and done"[..], true));
    let ended = tokio::time::timeout(Duration::from_secs(5), &mut endpoint.task).await;
    assert!(ended.unwrap().unwrap().is_ok());
}

#[tokio::test]
async fn responses_that_never_end_are_ended() {
    let backend = Scripted::new(|_, _| Reply {
        status: 200,
        headers: Vec::new(),
        after: Duration::ZERO,
        pieces: vec![Piece::Bytes(Bytes::from_static(b"begun")), Piece::Hang],
    });
    let mut brief = settings(Mode::Extend);
    brief.limits.drain = Duration::from_millis(200);
    let mut endpoint = start(&backend, brief).await;
    let mut sender = connect(endpoint.address).await;
    let mut request = get("/foundation-models");
    request
        .headers_mut()
        .insert("host", "localhost".parse().unwrap());
    let response = sender.send_request(request).await.unwrap();
    endpoint.shutdown.cancel();
    let ended = tokio::time::timeout(Duration::from_secs(10), &mut endpoint.task).await;
    assert!(ended.unwrap().unwrap().is_ok());
    let got = read(response).await;
    assert!(
        !got.whole,
        "a response that was broken off does not look whole"
    );
}

#[tokio::test]
async fn an_answer_that_is_ended_says_so() {
    let backend = Scripted::new(|_, _| {
        let pieces = vec![
            Piece::Bytes(stream_start()),
            Piece::Bytes(stream_text("begun")),
            Piece::Hang,
        ];
        Reply::events(pieces)
    });
    let mut brief = settings(Mode::Extend);
    brief.limits.drain = Duration::from_millis(200);
    let mut endpoint = start(&backend, brief).await;
    let running = tokio::spawn(send(endpoint.address, post(CONVERSE_STREAM, question())));
    until("the answer runs", || backend.calls() == 1).await;
    endpoint.shutdown.cancel();
    let ended = tokio::time::timeout(Duration::from_secs(10), &mut endpoint.task).await;
    assert!(ended.unwrap().unwrap().is_ok());
    let got = running.await.unwrap();
    let text = String::from_utf8_lossy(&got.body).into_owned();
    assert!(got.whole && text.contains("begun"), "{text}");
    assert!(text.contains(r#""outcome":"cancelled""#), "{text}");
    assert!(!text.contains("end_turn"));
}
