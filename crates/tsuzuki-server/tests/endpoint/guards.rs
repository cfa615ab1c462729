//! Who may come in.

use crate::backend::{Reply, Scripted, settings, start};
use crate::client::{get, post, raw, send, send_h2};
use tsuzuki::engine::Mode;

const DOORS: [&str; 3] = ["/livez", "/foundation-models", "/no/such/place"];

#[tokio::test]
async fn names_of_this_endpoint_pass_and_others_do_not() {
    let backend = Scripted::new(|_, _| Reply::json(200, "{}"));
    let mut wide = settings(Mode::Extend);
    wide.hosts = vec!["Bedrock.internal".to_owned()];
    let endpoint = start(&backend, wide).await;
    for host in [
        "localhost",
        "LOCALHOST:1",
        "127.0.0.1:7373",
        "[::1]:80",
        "bedrock.internal:8080",
    ] {
        let mut request = get("/livez");
        request.headers_mut().insert("host", host.parse().unwrap());
        assert_eq!(send(endpoint.address, request).await.status, 200, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "localhost@evil.example",
        "127.0.0.2",
        "0.0.0.0",
        "",
    ] {
        for path in DOORS {
            let mut request = get(path);
            request.headers_mut().insert("host", host.parse().unwrap());
            let got = send(endpoint.address, request).await;
            assert_eq!(got.status, 403, "{host} {path}");
            assert_eq!(got.error(), "AccessDeniedException");
        }
    }
    assert_eq!(backend.calls(), 0);
}

/// Nothing here could take a body out of its packing, and a backend would be told that it is JSON.
#[tokio::test]
async fn bodies_in_a_content_encoding_are_refused() {
    let backend = Scripted::new(|_, _| Reply::json(200, "{}"));
    let endpoint = start(&backend, settings(Mode::Off)).await;
    let sent = async |encodings: &[&'static str]| {
        let mut request = post("/model/x/converse", "{}");
        for encoding in encodings {
            let fields = request.headers_mut();
            fields.append("content-encoding", encoding.parse().unwrap());
        }
        send(endpoint.address, request).await
    };
    for encodings in [
        &["gzip"] as &[_],
        &["br"],
        &["identity, gzip"],
        &["identity", "gzip"],
    ] {
        let got = sent(encodings).await;
        assert_eq!(got.error(), "ValidationException", "{encodings:?}");
        assert!(got.message().contains("content-encoding"));
    }
    assert_eq!(backend.calls(), 0);
    assert_eq!(sent(&["identity"]).await.status, 200);
    assert_eq!(sent(&[]).await.status, 200);
}

#[tokio::test]
async fn two_names_or_none_are_refused() {
    let backend = Scripted::new(|_, _| Reply::json(200, "{}"));
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    for head in [
        "GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        "GET http://evil.example/livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET /livez HTTP/1.0\r\n\r\n",
    ] {
        let (answer, _) = raw(endpoint.address, head.as_bytes()).await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(matches!(status, "400" | "403"), "{head:?}: {answer}");
    }
}

#[tokio::test]
async fn pages_of_others_are_refused() {
    let backend = Scripted::new(|_, _| Reply::json(200, "{}"));
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let own = format!("http://{}", endpoint.address);
    for (name, value, status) in [
        ("origin", "https://evil.example", 403),
        ("origin", "http://localhost:5173", 403),
        ("origin", "null", 403),
        ("origin", own.as_str(), 200),
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("sec-fetch-site", "same-origin", 200),
        ("sec-fetch-site", "none", 200),
    ] {
        let mut request = post("/model/x/count-tokens", "{}");
        request.headers_mut().insert(name, value.parse().unwrap());
        assert_eq!(
            send(endpoint.address, request.clone()).await.status,
            status,
            "{name}: {value}"
        );
        assert_eq!(
            send_h2(endpoint.address, request).await.status,
            status,
            "{name}: {value}, HTTP/2"
        );
    }
    assert_eq!(backend.calls(), 6);
}

#[tokio::test]
async fn the_endpoint_does_not_call_itself() {
    let backend = Scripted::new(|_, _| Reply::json(200, "{}"));
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let mut request = post("/model/x/count-tokens", "{}");
    request
        .headers_mut()
        .insert(tsuzuki_server::HOP_HEADER, "1".parse().unwrap());
    let got = send(endpoint.address, request).await;
    assert_eq!(got.status, 400);
    assert_eq!(got.error(), "ValidationException");
    let message = got.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("AWS_ENDPOINT_URL"), "{message}");
    assert_eq!(backend.calls(), 0);
}
