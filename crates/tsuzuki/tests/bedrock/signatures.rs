//! Every request arrives with a signature that holds, whatever its path, fields and body are.

use crate::upstream::{KEY, REGION, SECRET, Upstream, bedrock, post, respond, send, settings};
use crate::verifier::Verifier;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use bytes::Bytes;
use tsuzuki::RawRequest;
use tsuzuki::bedrock::Bedrock;

const VERIFIER: Verifier<'static> = Verifier {
    region: REGION,
    service: "bedrock",
    secret: SECRET,
};

#[tokio::test]
async fn odd_paths() {
    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let bedrock = bedrock(upstream.url()).await;
    let paths = [
        "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse",
        "/model/anthropic.claude-3-haiku-20240307-v1:0/converse",
        "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fmi1dadi0g15f/converse-stream",
        "/model/arn:aws:bedrock:us-east-1:123456789012:inference-profile%2Fus.anthropic.claude-opus-4-8/invoke",
        "/model/a%20b%2fc/invoke",
        "/model/%E7%B6%9A%E3%81%8D/converse",
        "/model/a~b_c-d.e/invoke-with-response-stream",
        "/model/a*b(c)!'d;e@f,g&h=i+j$/count-tokens",
        "/async-invoke?maxResults=5&statusEquals=Completed&sortBy=SubmissionTime",
        "/async-invoke?nextToken=a%2Bb%2F%3D&maxResults=",
        "/foundation-models?byProvider=Anthropic",
        "/inference-profiles?type=SYSTEM_DEFINED&maxResults=1000",
        "/guardrail/abc/version/1/apply",
        "/model/x/../y/./converse",
    ];
    for path in paths {
        assert_eq!(send(&bedrock, post(path, "{}")).await.status, 200, "{path}");
    }
    let seen = upstream.seen();
    assert_eq!(seen.len(), paths.len());
    for (seen, path) in seen.iter().zip(paths) {
        assert_eq!(seen.path, path, "the path arrives as it was");
        assert_eq!(seen.signed_by(), KEY);
        VERIFIER.check(seen).unwrap();
    }
}

#[tokio::test]
async fn odd_bodies() {
    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let bedrock = bedrock(upstream.url()).await;
    let bodies: [Bytes; 6] = [
        Bytes::new(),
        Bytes::from_static(b" \r\n\t{}\n"),
        Bytes::from_static(b"{\"a\":0.70000000000000001,\"b\":12345678901234567890123,\"a\":2.50}"),
        Bytes::from("{\"text\":\"続き 👩‍👩‍👧 \u{feff}\"}"),
        Bytes::from_static(b"\xff\xfe\x00not text"),
        Bytes::from(vec![b'x'; 3 * 1024 * 1024]),
    ];
    for body in &bodies {
        let mut request = post(crate::upstream::CONVERSE, body.clone());
        request.headers.push((
            "x-amzn-bedrock-trace".to_owned(),
            "  ENABLED   FULL ".to_owned(),
        ));
        assert_eq!(send(&bedrock, request).await.status, 200);
    }
    for (seen, body) in upstream.seen().iter().zip(&bodies) {
        assert_eq!(&seen.body, body, "the body arrives as it was");
        VERIFIER.check(seen).unwrap();
    }
}

#[tokio::test]
async fn a_session_token_is_sent_and_signed() {
    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let token = "FwoGZXIvYXdzE==/+".to_owned();
    let credentials = Credentials::new("ASIASESSION", SECRET, Some(token.clone()), None, "test");
    let bedrock = Bedrock::connect(tsuzuki::bedrock::Settings {
        credentials: Some(SharedCredentialsProvider::new(credentials)),
        ..settings(upstream.url())
    })
    .await
    .unwrap();
    send(&bedrock, post(crate::upstream::CONVERSE, "{}")).await;
    let seen = &upstream.seen()[0];
    assert_eq!(seen.header("x-amz-security-token"), Some(token.as_str()));
    VERIFIER.check(seen).unwrap();
}

/// The caller's own credentials and signature were for us, and end here.
#[tokio::test]
async fn the_callers_own_credentials_end_here() {
    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let bedrock = bedrock(upstream.url()).await;
    let mut request = post(crate::upstream::CONVERSE, "{}");
    let foreign = [
        (
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=FOREIGN/x, SignedHeaders=host, Signature=00",
        ),
        ("X-Amz-Date", "19700101T000000Z"),
        ("X-Amz-Security-Token", "foreign"),
        ("X-Amz-Content-Sha256", "foreign"),
        ("Host", "foreign.example"),
        ("Content-Length", "999"),
        ("Cookie", "session=foreign"),
    ];
    for (name, value) in foreign {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
    assert_eq!(send(&bedrock, request).await.status, 200);
    let seen = &upstream.seen()[0];
    let arrived = format!("{seen:?}");
    assert!(!arrived.to_lowercase().contains("foreign"), "{arrived}");
    assert_eq!(seen.host, upstream.address.to_string());
    VERIFIER.check(seen).unwrap();
}

/// A request that no signature can cover is refused with a reason, and nothing is sent.
#[tokio::test]
async fn what_cannot_be_sent() {
    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let bedrock = bedrock(upstream.url()).await;
    let odd = [
        RawRequest {
            method: "PO ST".to_owned(),
            ..post("/model/x/converse", "{}")
        },
        post("model/x/converse", "{}"),
        post("/model/x y/converse", "{}"),
        RawRequest {
            headers: vec![("x-amzn-bedrock-trace".to_owned(), "a\r\nb: c".to_owned())],
            ..post("/model/x/converse", "{}")
        },
        RawRequest {
            headers: vec![("na me".to_owned(), "value".to_owned())],
            ..post("/model/x/converse", "{}")
        },
    ];
    for request in odd {
        let answer = send(&bedrock, request).await;
        assert_eq!(answer.status, 400);
        assert_eq!(
            answer.header("x-amzn-errortype"),
            Some("ValidationException")
        );
        assert!(
            answer.message().contains("cannot be sent"),
            "{}",
            answer.message()
        );
    }
    assert!(upstream.seen().is_empty());
}
