//! Too much, too slow, too broken.

use crate::backend::{Endpoint, Piece, Reply, Scripted, settings, start, until};
use crate::client::{PATIENCE, connect, connect_h2, get, post, raw, read, send, send_h2};
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tsuzuki::engine::Mode;
use tsuzuki_server::Settings;

fn impatient() -> Settings {
    let mut settings = settings(Mode::Extend);
    settings.limits.body_bytes = 100_000;
    settings.limits.body_pause = Duration::from_millis(200);
    settings.limits.body_whole = Duration::from_millis(600);
    settings.limits.head_whole = Duration::from_millis(300);
    settings.limits.idle = Duration::from_millis(600);
    settings.limits.write_pause = Duration::from_millis(300);
    settings
}

async fn endpoint() -> (Endpoint, Arc<Scripted>) {
    let backend = Scripted::new(|_, request| Reply::json(200, request.body.len().to_string()));
    (start(&backend, impatient()).await, backend)
}

#[tokio::test]
async fn a_body_up_to_the_limit_passes_and_a_larger_one_does_not() {
    let (endpoint, backend) = endpoint().await;
    let path = "/model/x/count-tokens";
    let fits = send(endpoint.address, post(path, vec![b'x'; 100_000])).await;
    assert_eq!(
        (fits.status.as_u16(), &fits.body[..]),
        (200, &b"100000"[..])
    );
    for size in [100_001, 180_000] {
        for got in [
            send(endpoint.address, post(path, vec![b'x'; size])).await,
            send_h2(endpoint.address, post(path, vec![b'x'; size])).await,
        ] {
            assert_eq!(got.status, 400);
            assert_eq!(got.error(), "ValidationException");
        }
    }
    assert_eq!(backend.calls(), 1);
}

#[tokio::test]
async fn a_promise_of_too_much_is_refused_before_it_is_kept() {
    let (endpoint, _) = endpoint().await;
    let mut stream = TcpStream::connect(endpoint.address).await.unwrap();
    stream
        .write_all(
            b"POST /model/x/count-tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
        )
        .await
        .unwrap();
    let mut answer = [0; 12];
    tokio::time::timeout(PATIENCE, stream.read_exact(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&answer, b"HTTP/1.1 400");
}

#[tokio::test]
async fn too_much_in_chunks_is_refused() {
    let (endpoint, backend) = endpoint().await;
    let mut bytes = b"POST /model/x/count-tokens HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..12 {
        bytes.extend_from_slice(b"2710\r\n");
        bytes.extend_from_slice(&[b'x'; 10_000]);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    let (answer, _) = raw(endpoint.address, &bytes).await;
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("ValidationException"),
        "{answer}"
    );
    assert_eq!(backend.calls(), 0);
}

#[tokio::test]
async fn slow_clients_are_let_go() {
    let (endpoint, backend) = endpoint().await;
    let address = endpoint.address;
    for (what, bytes) in [
        ("nothing at all", &b""[..]),
        ("half a head", b"POST /model/x/count-tokens HTTP/1.1\r\nHost: loc"),
        ("half an HTTP/2 preface", b"PRI * HTTP/2.0\r\n"),
        (
            "half a body",
            b"POST /model/x/count-tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\nxx",
        ),
    ] {
        let (_, took) = raw(address, bytes).await;
        assert!(took < Duration::from_secs(10), "{what}: {took:?}");
    }
    // Bytes that come, but never in time: the whole body has a limit, too.
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head =
        b"POST /model/x/count-tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let (mut incoming, mut outgoing) = stream.into_split();
    let trickle = tokio::spawn(async move {
        for _ in 0..40 {
            if outgoing.write_all(b"x").await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let mut answer = [0; 12];
    let reading = tokio::time::timeout(PATIENCE, incoming.read_exact(&mut answer));
    reading.await.unwrap().unwrap();
    assert_eq!(&answer, b"HTTP/1.1 400");
    trickle.abort();
    assert_eq!(backend.calls(), 0);
}

#[tokio::test]
async fn idle_connections_of_both_versions_are_closed() {
    let (endpoint, _) = endpoint().await;
    let mut one = connect(endpoint.address).await;
    let mut two = connect_h2(endpoint.address).await;
    let mut request = get("/livez");
    request
        .headers_mut()
        .insert("host", "localhost".parse().unwrap());
    read(one.send_request(request).await.unwrap()).await;
    let request = get(&format!("http://{}/livez", endpoint.address));
    read(two.send_request(request).await.unwrap()).await;
    until("both are closed", || one.is_closed() && two.is_closed()).await;
}

#[tokio::test]
async fn a_flood_of_header_fields_is_refused() {
    let (endpoint, _) = endpoint().await;
    let mut head = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".to_vec();
    let mut many = head.clone();
    for number in 0..200 {
        many.extend_from_slice(format!("x-{number}: y\r\n").as_bytes());
    }
    many.extend_from_slice(b"\r\n");
    head.extend_from_slice(b"x-long: ");
    head.extend_from_slice(&[b'y'; 100_000]);
    head.extend_from_slice(b"\r\n\r\n");
    for bytes in [many, head] {
        let (answer, _) = raw(endpoint.address, &bytes).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    let mut request = get("/livez");
    for number in 0..150 {
        let name: http::HeaderName = format!("x-{number}").parse().unwrap();
        request.headers_mut().insert(name, "y".parse().unwrap());
    }
    let got = send_h2(endpoint.address, request).await;
    assert_eq!(
        (got.status.as_u16(), got.error().as_str()),
        (400, "ValidationException")
    );
}

#[tokio::test]
async fn broken_framing_harms_nobody_else() {
    let (endpoint, backend) = endpoint().await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET /livez HTTP/9.9\r\n\r\n",
        b"POST /model/x/count-tokens HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"POST /model/x/count-tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnot a frame at all, and then some",
    ] {
        raw(endpoint.address, bytes).await;
    }
    assert_eq!(backend.calls(), 0);
    assert_eq!(send(endpoint.address, get("/livez")).await.status, 200);
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_their_turn() {
    let backend = Scripted::new(|_, _| Reply::json(200, "{}"));
    let mut narrow = impatient();
    narrow.limits.connections = 1;
    let endpoint = start(&backend, narrow).await;
    let _held = TcpStream::connect(endpoint.address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    // The first says nothing, so it is let go, and the second has its turn.
    assert_eq!(send(endpoint.address, get("/livez")).await.status, 200);
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_let_go() {
    let backend = Scripted::new(|_, _| Reply {
        status: 200,
        headers: Vec::new(),
        after: Duration::ZERO,
        pieces: (0..4000)
            .map(|_| Piece::Bytes(Bytes::from(vec![b'x'; 65_536])))
            .collect(),
    });
    let endpoint = start(&backend, impatient()).await;
    let mut stream = TcpStream::connect(endpoint.address).await.unwrap();
    stream
        .write_all(b"GET /foundation-models HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let let_go = Arc::clone(&backend.let_go);
    until("the backend is hung up on", || {
        let_go.load(std::sync::atomic::Ordering::SeqCst) == 1
    })
    .await;
}
