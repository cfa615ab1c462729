//! Signatures: those that pass, those that do not, and those that came before.

use crate::access::Gated;
use crate::answers::{CONVERSE, question};
use crate::client::{send, send_h2};
use crate::signing::Signer;
use std::time::Duration;
use tsuzuki_server::{Grants, Schemes};

#[tokio::test]
async fn a_signature_of_aws_own_signer_passes_on_every_spelling_of_a_path() {
    let (gated, minted) = Gated::new(Schemes::Sigv4, Grants::default()).await;
    let address = gated.endpoint.address;
    let paths = [
        "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse",
        "/model/a.b-v1:0/converse",
        "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.a.b/converse",
        "/model/arn:aws:bedrock:us-east-1:1:inference-profile%2Fus.a.b/converse",
        "/model/a~b_c-d.e%20f/converse",
        "/model/a.b/converse?z=1&a=%2F%20x&empty",
    ];
    for path in paths {
        let signer = Signer::new(&minted);
        for fields in [
            &[][..],
            &[
                ("content-type", "application/json"),
                ("x-amz-content-sha256", &sha256(&question())),
                ("x-amz-thing", "  two   spaces "),
                ("amz-sdk-invocation-id", path),
                ("amz-sdk-request", "attempt=1; max=3"),
            ],
        ] {
            let got = send(address, signer.post(path, &question(), fields)).await;
            assert_eq!(got.status, 200, "{path}: {:?}", got.body);
        }
    }
    assert_eq!(gated.backend.calls(), paths.len() * 2);
}

fn sha256(text: &str) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    hash.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[tokio::test]
async fn over_http2_the_authority_is_the_signed_host() {
    let (gated, minted) = Gated::new(Schemes::Both, Grants::default()).await;
    let address = gated.endpoint.address;
    // As hyper's client sends it: the host in the address of the request alone.
    let bare = |host: &str, fields| {
        let signer = Signer {
            host: host.to_owned(),
            ..Signer::new(&minted)
        };
        let mut request = signer.post(CONVERSE, &question(), fields);
        request.headers_mut().remove("host");
        request
    };
    let got = send_h2(address, bare("localhost", &[])).await;
    assert_eq!(
        got.gate_error(),
        "InvalidSignatureException",
        "another host"
    );
    assert_eq!(gated.backend.calls(), 0);
    let right = bare(&address.to_string(), &[("x-amz-n", "1")]);
    assert_eq!(send_h2(address, right).await.status, 200);
}

#[tokio::test]
async fn what_is_not_signed_right_gets_aws_words_and_goes_nowhere() {
    let (gated, minted) = Gated::new(Schemes::Sigv4, Grants::default()).await;
    let address = gated.endpoint.address;
    let right = Signer::new(&minted);
    let body = question();
    let with = |change: &dyn Fn(&mut Signer)| {
        let mut signer = right.clone();
        change(&mut signer);
        signer.post(CONVERSE, &body, &[])
    };
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let changed = |change: &dyn Fn(&mut http::Request<http_body_util::Full<bytes::Bytes>>)| {
        let mut request = right.post(CONVERSE, &body, &[("content-type", "application/json")]);
        change(&mut request);
        request
    };
    let authorization = |value: &'static str| {
        changed(&|request| {
            request
                .headers_mut()
                .insert("authorization", value.parse().unwrap());
        })
    };
    let invalid = "InvalidSignatureException";
    let incomplete = "IncompleteSignatureException";
    for (what, request, error, word) in [
        (
            "an unknown key",
            with(&|signer| signer.id = "TSUZAAAAAAAAAAAAAAAA".to_owned()),
            "UnrecognizedClientException",
            "security token",
        ),
        (
            "a wrong secret",
            with(&|signer| signer.secret.push('x')),
            invalid,
            "does not match",
        ),
        (
            "another region",
            with(&|signer| signer.region = "eu-west-1"),
            invalid,
            "valid region",
        ),
        (
            "another service",
            with(&|signer| signer.service = "s3"),
            invalid,
            "'bedrock'",
        ),
        (
            "a clock behind",
            with(&|signer| signer.time -= minutes(6)),
            invalid,
            "Signature expired",
        ),
        (
            "a clock ahead",
            with(&|signer| signer.time += minutes(6)),
            invalid,
            "not yet current",
        ),
        (
            "another body",
            changed(&|request| *request.body_mut() = question().replace("hi", "ho").into()),
            invalid,
            "does not match",
        ),
        (
            "another path",
            changed(&|request| *request.uri_mut() = "/model/other/converse".parse().unwrap()),
            invalid,
            "does not match",
        ),
        (
            "another spelling of the path",
            changed(&|request| {
                let path = CONVERSE.replace("/model/", "/model/./");
                *request.uri_mut() = path.parse().unwrap();
            }),
            invalid,
            "does not match",
        ),
        (
            "another query",
            changed(&|request| {
                *request.uri_mut() = format!("{CONVERSE}?a=b").parse().unwrap();
            }),
            invalid,
            "does not match",
        ),
        (
            "another value of a signed field",
            changed(&|request| {
                let text = "text/plain".parse().unwrap();
                request.headers_mut().insert("content-type", text);
            }),
            invalid,
            "does not match",
        ),
        (
            "a field of Amazon's that nobody signed",
            changed(&|request| {
                let value = "x".parse().unwrap();
                request.headers_mut().insert("x-amz-security-token", value);
            }),
            invalid,
            "'x-amz-security-token' must be",
        ),
        (
            "no date",
            changed(&|request| {
                request.headers_mut().remove("x-amz-date");
            }),
            incomplete,
            "X-Amz-Date",
        ),
        (
            "no authorization",
            changed(&|request| {
                request.headers_mut().remove("authorization");
            }),
            "MissingAuthenticationTokenException",
            "SigV4",
        ),
        (
            "a scheme that is not open",
            authorization("Bearer x"),
            "MissingAuthenticationTokenException",
            "SigV4",
        ),
        (
            "nothing after the scheme",
            authorization("AWS4-HMAC-SHA256 x"),
            incomplete,
            "'Credential'",
        ),
        (
            "a credential of too few parts",
            authorization("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0"),
            incomplete,
            "5 slash-delimited",
        ),
        (
            "a field that is signed twice",
            authorization(
                "AWS4-HMAC-SHA256 Credential=a/b/c/bedrock/aws4_request, SignedHeaders=host;host;x-amz-date, \
                 Signature=0000000000000000000000000000000000000000000000000000000000000000",
            ),
            incomplete,
            "each field once",
        ),
        (
            "a signature that is none",
            authorization(
                "AWS4-HMAC-SHA256 Credential=a/b/c/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=0",
            ),
            invalid,
            "does not match",
        ),
    ] {
        let got = send(address, request).await;
        assert_eq!(got.status, 403, "{what}: {:?}", got.body);
        assert_eq!(got.gate_error(), error, "{what}: {}", got.message());
        assert!(got.message().contains(word), "{what}: {}", got.message());
    }
    let hash = right.post(
        CONVERSE,
        &body,
        &[("x-amz-content-sha256", &sha256("other"))],
    );
    assert!(
        send(address, hash)
            .await
            .message()
            .contains("x-amz-content-sha256")
    );
    assert_eq!(gated.backend.calls(), 0, "nothing was forwarded");
    assert_eq!(
        send(address, with(&|_| {})).await.status,
        200,
        "but this is"
    );
}

#[tokio::test]
async fn a_signature_is_good_for_one_call_and_its_retries() {
    let (gated, minted) = Gated::new(Schemes::Sigv4, Grants::default()).await;
    let address = gated.endpoint.address;
    let nameless = Signer::new(&minted).post(CONVERSE, &question(), &[]);
    assert_eq!(send(address, nameless.clone()).await.status, 200);
    let again = send(address, nameless).await;
    assert_eq!(again.gate_error(), "InvalidSignatureException");
    assert!(again.message().contains("sign every request anew"));
    assert_eq!(gated.backend.calls(), 1, "a replay is not forwarded");

    let call = [
        ("amz-sdk-invocation-id", "one"),
        ("amz-sdk-request", "attempt=1; max=3"),
    ];
    let named = Signer::new(&minted).post(CONVERSE, &question(), &call);
    let first = send(address, named.clone()).await;
    let same = send(address, named).await;
    assert_eq!((first.status, &first.body), (same.status, &same.body));
    assert_eq!(gated.backend.calls(), 2, "the same bytes join their answer");

    let retry = [
        ("amz-sdk-invocation-id", "one"),
        ("amz-sdk-request", "attempt=2; max=3"),
    ];
    let retry = Signer::new(&minted).post(CONVERSE, &question(), &retry);
    assert_eq!(send(address, retry).await.body, first.body);
    assert_eq!(gated.backend.calls(), 2, "so does the next attempt");

    // Mode off has no answer to join.
    let off = [("x-tsuzuki-mode", "off"), ("amz-sdk-invocation-id", "two")];
    let off = Signer::new(&minted).post(CONVERSE, &question(), &off);
    assert_eq!(send(address, off.clone()).await.status, 200);
    assert_eq!(
        send(address, off).await.gate_error(),
        "InvalidSignatureException"
    );
    assert_eq!(gated.backend.calls(), 3);
}
