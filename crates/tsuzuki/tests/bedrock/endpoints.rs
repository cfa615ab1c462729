//! Where requests go, and where they must not.

use crate::child::Task;
use crate::upstream::{CONVERSE, Upstream, respond, settings};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tsuzuki::bedrock::{Bedrock, Settings};

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
];

type Environment<'a> = &'a [(&'a str, &'a str)];

async fn endpoint(environment: Environment<'_>) -> String {
    let environment: Vec<(&str, &str)> = KEYS.iter().chain(environment).copied().collect();
    let done = Task::default().run(&environment).await;
    assert!(done.identity.is_ok(), "{done:?}");
    done.endpoint
}

/// Hosts of regions as botocore's rules and the SDKs' partition table have them.
#[tokio::test]
async fn regions_of_all_partitions() {
    let fips = ("AWS_USE_FIPS_ENDPOINT", "true");
    let dual = ("AWS_USE_DUALSTACK_ENDPOINT", "true");
    let table: [(&str, Environment, &str); 13] = [
        ("us-east-1", &[], "bedrock-runtime.us-east-1.amazonaws.com"),
        (
            "us-east-1",
            &[fips],
            "bedrock-runtime-fips.us-east-1.amazonaws.com",
        ),
        ("us-east-1", &[dual], "bedrock-runtime.us-east-1.api.aws"),
        (
            "ca-central-1",
            &[fips, dual],
            "bedrock-runtime-fips.ca-central-1.api.aws",
        ),
        (
            "us-gov-west-1",
            &[fips],
            "bedrock-runtime-fips.us-gov-west-1.amazonaws.com",
        ),
        (
            "cn-north-1",
            &[],
            "bedrock-runtime.cn-north-1.amazonaws.com.cn",
        ),
        (
            "cn-north-1",
            &[dual],
            "bedrock-runtime.cn-north-1.api.amazonwebservices.com.cn",
        ),
        (
            "eusc-de-east-1",
            &[],
            "bedrock-runtime.eusc-de-east-1.amazonaws.eu",
        ),
        (
            "us-iso-east-1",
            &[],
            "bedrock-runtime.us-iso-east-1.c2s.ic.gov",
        ),
        (
            "us-isob-east-1",
            &[],
            "bedrock-runtime.us-isob-east-1.sc2s.sgov.gov",
        ),
        (
            "us-isof-south-1",
            &[],
            "bedrock-runtime.us-isof-south-1.csp.hci.ic.gov",
        ),
        (
            "eu-isoe-west-1",
            &[],
            "bedrock-runtime.eu-isoe-west-1.cloud.adc-e.uk",
        ),
        (
            "mx-central-1",
            &[],
            "bedrock-runtime.mx-central-1.amazonaws.com",
        ),
    ];
    for (region, environment, host) in table {
        let environment: Vec<_> = environment
            .iter()
            .copied()
            .chain([("AWS_REGION", region)])
            .collect();
        assert_eq!(endpoint(&environment).await, format!("https://{host}"));
    }
}

/// The service's own variable stands above the one for all of AWS, the environment above the
/// profile, and both may be ignored.
#[tokio::test]
async fn endpoints_that_were_set() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("config");
    let profile = "[default]\nregion = eu-west-1\nendpoint_url = https://profile.example\n\
                   [profile own]\nregion = eu-west-1\nservices = mine\n\
                   [services mine]\nbedrock_runtime =\n  endpoint_url = https://service.example\n";
    std::fs::write(&file, profile).unwrap();
    let file = ("AWS_CONFIG_FILE", file.to_str().unwrap());
    let own = (
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
        "https://own.example:443/",
    );
    let all = ("AWS_ENDPOINT_URL", "https://all.example:8443/base");
    let region = ("AWS_REGION", "eu-west-1");
    let table: [(Environment, &str); 7] = [
        (&[region, own], "https://own.example"),
        (&[region, all], "https://all.example:8443/base"),
        (&[region, all, own], "https://own.example"),
        (&[file], "https://profile.example"),
        (&[file, all], "https://all.example:8443/base"),
        (&[file, ("AWS_PROFILE", "own")], "https://service.example"),
        (
            &[
                region,
                all,
                own,
                ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
            ],
            "https://bedrock-runtime.eu-west-1.amazonaws.com",
        ),
    ];
    for (environment, url) in table {
        assert_eq!(endpoint(environment).await, url, "{environment:?}");
    }
}

/// Through a proxy one sees where requests really go: models to the runtime's host, lists to the
/// control plane's. `NO_PROXY` and hosts of this machine pass it by.
#[tokio::test]
async fn proxies_and_planes() {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = listener.local_addr().unwrap();
    let heard = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut taken = Vec::new();
            while !taken.ends_with(b"\r\n\r\n") {
                if tokio::io::AsyncReadExt::read_buf(&mut stream, &mut taken)
                    .await
                    .unwrap()
                    == 0
                {
                    break;
                }
            }
            heard
                .lock()
                .unwrap()
                .push(String::from_utf8(taken).unwrap());
            stream
                .write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                .await
                .unwrap();
        }
    });
    let url = format!("http://user:pass@{proxy}");
    let task = Task {
        region: Some("eu-west-3".to_owned()),
        paths: vec![
            CONVERSE.to_owned(),
            "/foundation-models?byProvider=Anthropic".to_owned(),
            "/inference-profiles/us.x".to_owned(),
            "/foundation-models-of-mine".to_owned(),
        ],
        ..Task::default()
    };
    let proxied = [KEYS[0], KEYS[1], ("HTTPS_PROXY", url.as_str())];
    let done = task.run(&proxied).await;
    let lines: Vec<String> = asked
        .lock()
        .unwrap()
        .iter()
        .map(|head| head.lines().next().unwrap().to_owned())
        .collect();
    let runtime = "CONNECT bedrock-runtime.eu-west-3.amazonaws.com:443 HTTP/1.1";
    let control = "CONNECT bedrock.eu-west-3.amazonaws.com:443 HTTP/1.1";
    assert_eq!(lines, [runtime, control, control, runtime]);
    assert!(asked.lock().unwrap()[0].contains("Proxy-Authorization: Basic dXNlcjpwYXNz"));
    for (status, body) in &done.answers {
        assert_eq!(*status, 503);
        assert!(body.contains("HTTPS_PROXY"), "{body}");
        assert!(
            !body.contains("pass"),
            "the proxy's password is a secret: {body}"
        );
    }

    // Whoever is named in NO_PROXY, and this machine, are reached without it.
    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let endpoint = upstream.url();
    let near = [
        proxied.as_slice(),
        &[
            ("HTTP_PROXY", url.as_str()),
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ],
    ]
    .concat();
    let one = Task {
        region: Some("eu-west-3".to_owned()),
        ..Task::one()
    };
    assert_eq!(one.run(&near).await.answers[0].0, 200);
    let far = [
        proxied.as_slice(),
        &[
            ("NO_PROXY", ".invalid"),
            ("AWS_ENDPOINT_URL", "https://x.invalid"),
        ],
    ]
    .concat();
    let done = one.run(&far).await;
    assert!(
        done.answers[0].1.contains("x.invalid is not known"),
        "{done:?}"
    );
    assert_eq!(asked.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn endpoints_that_cannot_be_used() {
    let table = [
        ("ftp://example.com", "https://"),
        ("example.com", "https://"),
        ("https://example.com/?a=b", "no query"),
        ("https://user:secret@example.com", "no user name"),
        ("https://exa mple.com", "not a URL"),
        ("", "not a URL"),
    ];
    for (url, says) in table {
        let error = Bedrock::connect(settings(url))
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains(says), "{url}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn regions_that_cannot_be_used() {
    for region in [
        "us east",
        "US-EAST-1",
        "evil.example/",
        "",
        "a".repeat(40).as_str(),
    ] {
        let done = Task {
            region: Some(region.to_owned()),
            ..Task::default()
        }
        .run(&KEYS)
        .await;
        let error = done.identity.unwrap_err();
        assert!(error.contains("is not an AWS region"), "{region}: {error}");
    }
    let done = Task::default().run(&KEYS).await;
    assert!(done.identity.unwrap_err().contains("AWS_REGION"));
}

/// Our own listener is no upstream, by whatever name of this machine it is called.
#[tokio::test]
async fn never_our_own_listener() {
    let table = [
        ("http://127.0.0.1:7373", "127.0.0.1:7373", true),
        ("http://localhost:7373/x", "127.0.0.1:7373", true),
        ("http://[::1]:7373", "127.0.0.1:7373", true),
        ("http://localhost:7373", "0.0.0.0:7373", true),
        ("http://10.0.0.7:7373", "10.0.0.7:7373", true),
        ("http://localhost", "127.0.0.1:80", true),
        ("https://localhost", "127.0.0.1:443", true),
        ("http://127.0.0.1:7374", "127.0.0.1:7373", false),
        ("http://10.0.0.8:7373", "10.0.0.7:7373", false),
        ("https://example.com:7373", "127.0.0.1:7373", false),
    ];
    for (url, listen, refused) in table {
        let made = Bedrock::connect(Settings {
            listen: Some(listen.parse().unwrap()),
            ..settings(url)
        })
        .await;
        match made {
            Ok(_) => assert!(!refused, "{url} on {listen}"),
            Err(error) => {
                assert!(refused, "{url} on {listen}: {error}");
                assert!(error.to_string().contains("own address"), "{error}");
            }
        }
    }
}

/// An API key goes out over TLS, or to this very machine, and nowhere else.
#[tokio::test]
async fn a_key_is_not_sent_in_the_clear() {
    let key = ("AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key-CANARY");
    let region = ("AWS_REGION", "us-east-1");
    let clear = ("AWS_ENDPOINT_URL", "http://10.0.0.7:8080");
    let error = Task::one()
        .run(&[key, region, clear])
        .await
        .identity
        .unwrap_err();
    assert!(error.contains("https"), "{error}");
    assert!(!error.contains("CANARY"), "{error}");

    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let near = upstream.url();
    let done = Task::one()
        .run(&[key, region, ("AWS_ENDPOINT_URL", &near)])
        .await;
    assert_eq!(done.answers[0].0, 200);
    let identity = done.identity.unwrap();
    assert!(
        identity.contains("API key") && !identity.contains("CANARY"),
        "{identity}"
    );
    let seen = &upstream.seen()[0];
    assert_eq!(
        seen.header("authorization"),
        Some("Bearer bedrock-api-key-CANARY")
    );
    assert_eq!(seen.header("x-amz-date"), None, "nothing is signed");

    let broken = ("AWS_BEARER_TOKEN_BEDROCK", "two\nlines");
    let error = Task::one()
        .run(&[broken, region])
        .await
        .identity
        .unwrap_err();
    assert!(error.contains("AWS_BEARER_TOKEN_BEDROCK"), "{error}");
}
