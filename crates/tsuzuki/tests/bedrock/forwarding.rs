//! What nobody reads passes untouched, both ways.

use crate::upstream::{
    CONVERSE, REGION, SECRET, Upstream, bedrock, post, read, refuse, respond, send,
};
use crate::verifier::Verifier;
use std::sync::Arc;
use tsuzuki::backend::{Backend as _, Transport as _};
use tsuzuki::bedrock::Bedrock;
use tsuzuki::engine::{ModelId, Prefill};
use tsuzuki::{RawRequest, Wired};

fn with(headers: &[(&str, &str)]) -> RawRequest {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    RawRequest {
        headers: headers.iter().map(owned).collect(),
        ..post(CONVERSE, "{}")
    }
}

#[tokio::test]
async fn fields_of_the_message_travel_and_fields_of_the_connection_do_not() {
    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let bedrock = bedrock(upstream.url()).await;
    let request = with(&[
        ("content-type", "application/octet-stream"),
        ("accept", "*/*"),
        ("accept-encoding", "identity"),
        ("user-agent", "Boto3/1.44.5"),
        ("x-amzn-bedrock-trace", "ENABLED"),
        ("x-amzn-bedrock-guardrailidentifier", "abc"),
        ("x-amz-custom", "one"),
        ("x-amz-custom", "two"),
        ("x-amzn-trace-id", "Root=1-abc"),
        ("connection", "keep-alive, X-Private"),
        ("x-private", "secret of the connection"),
        ("keep-alive", "timeout=5"),
        ("te", "trailers"),
        ("proxy-authorization", "Basic abc"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "h2c"),
        ("expect", "100-continue"),
        ("amz-sdk-invocation-id", "1"),
        ("amz-sdk-request", "attempt=1; max=3"),
        ("x-tsuzuki-mode", "extend"),
    ]);
    assert_eq!(send(&bedrock, request).await.status, 200);
    let seen = &upstream.seen()[0];
    let mut names: Vec<&str> = seen.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "accept-encoding",
            "authorization",
            "content-length",
            "content-type",
            "host",
            "user-agent",
            "x-amz-custom",
            "x-amz-custom",
            "x-amz-date",
            "x-amzn-bedrock-guardrailidentifier",
            "x-amzn-bedrock-trace",
            "x-amzn-trace-id",
            "x-tsuzuki-hop",
        ]
    );
    assert_eq!(seen.header("user-agent"), Some("Boto3/1.44.5"));
    assert_eq!(
        seen.header("content-type"),
        Some("application/octet-stream")
    );
    let verifier = Verifier {
        region: REGION,
        service: "bedrock",
        secret: SECRET,
    };
    verifier.check(seen).unwrap();
}

/// A caller that sends no content type (boto3's InvokeModel) is not given one.
#[tokio::test]
async fn nothing_is_added_but_our_name() {
    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let bedrock = bedrock(upstream.url()).await;
    send(&bedrock, with(&[])).await;
    let seen = &upstream.seen()[0];
    assert_eq!(seen.header("content-type"), None);
    assert!(seen.header("user-agent").unwrap().starts_with("tsuzuki/"));
    assert_eq!(seen.header("x-tsuzuki-hop"), Some("1"));
}

/// Errors to the caller's own request pass verbatim: status, fields, bytes.
#[tokio::test]
async fn errors_pass_as_they_came() {
    let body = "{\"exceptionMetadata\":{\"qosTier\":\"10\"},\"message\":\"Too many connections, please wait before trying again.\"}";
    for status in [400, 403, 404, 408, 424, 429, 500, 503] {
        let upstream = Upstream::start(move |_| {
            let fields = [
                (
                    "x-amzn-errortype",
                    "SomeException:http://internal.amazon.com/coral/com.amazon.bedrock/",
                ),
                ("x-amzn-requestid", "0f1e"),
                ("retry-after", "7"),
                ("connection", "close"),
            ];
            respond(status, &fields, body)
        })
        .await;
        let backend = Wired::new(Arc::new(bedrock(upstream.url()).await));
        let answer = read(backend.forward(post(CONVERSE, "{}")).await).await;
        assert_eq!((answer.status, answer.broke), (status, None));
        assert_eq!(answer.body, body.as_bytes());
        assert_eq!(answer.header("x-amzn-requestid"), Some("0f1e"));
        assert_eq!(answer.header("retry-after"), Some("7"));
        assert_eq!(answer.header("connection"), None);
        assert_eq!(answer.header("x-tsuzuki-fault"), None, "it is not ours");
        assert_eq!(upstream.seen().len(), 1, "{status} is sent once");
    }
}

#[tokio::test]
async fn a_request_that_went_round_is_refused() {
    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let bedrock = bedrock(upstream.url()).await;
    let answer = send(&bedrock, with(&[("X-Tsuzuki-Hop", "1")])).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header("x-tsuzuki-fault"), Some("circle"));
    assert!(answer.message().contains("AWS_ENDPOINT_URL"));
    assert!(upstream.seen().is_empty());
}

/// An endpoint that leads back through another door is caught on the second pass.
#[tokio::test]
async fn a_circle_ends_at_once() {
    let later: Arc<std::sync::OnceLock<Bedrock>> = Arc::default();
    let inner = Arc::clone(&later);
    let door = Upstream::start_slow(move |seen| {
        let inner = Arc::clone(&inner);
        Box::pin(async move {
            let request = RawRequest {
                method: seen.method,
                path: seen.path,
                headers: seen.headers,
                body: seen.body,
            };
            let again = inner.get().unwrap().send(request).await;
            crate::upstream::passed_on(again)
        })
    })
    .await;
    let bedrock = bedrock(door.url()).await;
    later.set(bedrock.clone()).unwrap();
    let answer = send(&bedrock, post(CONVERSE, "{}")).await;
    assert_eq!(answer.header("x-tsuzuki-fault"), Some("circle"));
    assert_eq!(door.seen().len(), 1);
}

#[tokio::test]
async fn a_prefix_of_the_endpoint_is_kept() {
    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let bedrock = bedrock(format!("{}/bedrock/", upstream.url())).await;
    send(&bedrock, post(CONVERSE, "{}")).await;
    let seen = &upstream.seen()[0];
    assert_eq!(seen.path, format!("/bedrock{CONVERSE}"));
    let verifier = Verifier {
        region: REGION,
        service: "bedrock",
        secret: SECRET,
    };
    verifier.check(seen).unwrap();
}

/// Idle connections are used again; nobody waits for a handshake twice.
#[tokio::test]
async fn connections_are_used_again() {
    let upstream = Upstream::start(|_| refuse(404, "ResourceNotFoundException", "no")).await;
    let bedrock = bedrock(upstream.url()).await;
    for _ in 0..10 {
        send(&bedrock, post(CONVERSE, "{}")).await;
    }
    let connections: Vec<usize> = upstream.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [0; 10]);
}

#[tokio::test]
async fn abilities_come_from_the_table() {
    let bedrock = bedrock("http://127.0.0.1:9").await;
    let model = ModelId("us.anthropic.claude-sonnet-4-5-20250929-v1:0".to_owned());
    assert_eq!(bedrock.abilities(&model).prefill, Prefill::Accepted);
}
