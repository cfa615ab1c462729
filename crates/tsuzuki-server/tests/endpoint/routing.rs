//! Paths, methods, versions, health.

use crate::backend::{Reply, Scripted, settings, start};
use crate::client::{connect, get, post, read, send, send_h2};
use tsuzuki::engine::Mode;

#[tokio::test]
async fn both_versions_speak_on_one_port() {
    let backend = Scripted::new(|_, _| Reply::json(200, r#"{"inputTokens":3}"#));
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    for path in [
        "/model/a.b-v1%3A0/count-tokens",
        "/model/a.b-v1:0/count-tokens",
        "/model/arn:aws:bedrock:us-east-1:1:inference-profile%2Fus.a.b/count-tokens",
        "/model/arn:aws:bedrock:us-east-1:1:inference-profile/us.a.b/count-tokens",
    ] {
        let one = send(endpoint.address, post(path, "{}")).await;
        let two = send_h2(endpoint.address, post(path, "{}")).await;
        for got in [&one, &two] {
            assert_eq!(got.status, 200, "{path}");
            assert_eq!(&got.body[..], br#"{"inputTokens":3}"#);
            assert!(got.header("x-amzn-requestid").is_some());
        }
        let last = backend.request(backend.calls() - 1);
        assert_eq!(last.path, path, "forwarded as it came");
    }
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let backend = Scripted::new(|number, _| Reply::json(200, number.to_string()));
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    let mut sender = connect(endpoint.address).await;
    for number in 0..1000 {
        let mut request = get("/foundation-models?byProvider=anthropic");
        request
            .headers_mut()
            .insert("host", "localhost".parse().unwrap());
        let got = read(sender.send_request(request).await.unwrap()).await;
        assert_eq!(got.body, number.to_string());
    }
}

#[tokio::test]
async fn the_control_plane_is_forwarded_with_its_query() {
    let backend = Scripted::new(|_, _| Reply::json(200, "{}"));
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    for path in [
        "/foundation-models?byProvider=a%20b&byOutputModality=TEXT",
        "/foundation-models/a.b-v1%3A0",
        "/inference-profiles?maxResults=5",
        "/inference-profiles/us.a.b",
    ] {
        assert_eq!(send(endpoint.address, get(path)).await.status, 200);
        let last = backend.request(backend.calls() - 1);
        assert_eq!((last.method.as_str(), last.path.as_str()), ("GET", path));
    }
}

#[tokio::test]
async fn what_is_not_there_gets_an_envelope() {
    let backend = Scripted::new(|_, _| Reply::json(200, "{}"));
    let endpoint = start(&backend, settings(Mode::Extend)).await;
    for (request, status, error) in [
        (
            post("/model/x/nope", "{}"),
            404,
            "UnknownOperationException",
        ),
        (get("/"), 404, "UnknownOperationException"),
        (get("/model/x/converse"), 405, "UnknownOperationException"),
        (
            post("/foundation-models", ""),
            405,
            "UnknownOperationException",
        ),
        (
            post("/model/%FF/converse", "{}"),
            400,
            "ValidationException",
        ),
        (
            post("/model/x/invoke-with-bidirectional-stream", "{}"),
            400,
            "ValidationException",
        ),
    ] {
        let path = request.uri().clone();
        let got = send(endpoint.address, request).await;
        assert_eq!(got.status, status, "{path}");
        assert_eq!(got.error(), error, "{path}");
    }
    let got = send(endpoint.address, get("/model/x/converse")).await;
    assert_eq!(got.header("allow"), Some("POST"));
    assert_eq!(backend.calls(), 0);
}

#[tokio::test]
async fn health_is_told() {
    let backend = Scripted::new(|_, _| Reply::json(500, "{}"));
    let endpoint = start(&backend, settings(Mode::Cap)).await;
    for path in ["/livez", "/readyz", "/healthz"] {
        let got = send(endpoint.address, get(path)).await;
        assert_eq!(got.status, 200);
        assert_eq!(got.json()["status"], "ok");
    }
    let whole = send(endpoint.address, get("/healthz")).await.json();
    assert_eq!(
        (&whole["mode"], &whole["answersRunning"]),
        (&"cap".into(), &0.into())
    );
    assert_eq!(backend.calls(), 0, "health asks nobody");
}
