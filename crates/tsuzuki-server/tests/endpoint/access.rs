//! Callers with keys: who comes in, and what nobody forwards.

use crate::answers::{CONVERSE, question};
use crate::backend::{Endpoint, Reply, Scripted, converse, settings, start, until};
use crate::client::{get, post, send};
use crate::signing::Signer;
use std::sync::Arc;
use tempfile::TempDir;
use tsuzuki::engine::Mode;
use tsuzuki_server::{
    Access, Grants, Keys, Minted, Operation, Operations, Scheme, Schemes, Settings, Spending,
};

/// An endpoint with keys, and its backend.
pub(crate) struct Gated {
    pub(crate) folder: TempDir,
    pub(crate) keys: Arc<Keys>,
    pub(crate) backend: Arc<Scripted>,
    pub(crate) endpoint: Endpoint,
}

impl Gated {
    pub(crate) async fn new(schemes: Schemes, grants: Grants) -> (Self, Minted) {
        let backend = Scripted::new(|number, _| {
            Reply::json(200, converse(&format!("answer {number}"), "end_turn"))
        });
        Self::before(backend, schemes, grants).await
    }

    /// The same before this backend.
    pub(crate) async fn before(
        backend: Arc<Scripted>,
        schemes: Schemes,
        grants: Grants,
    ) -> (Self, Minted) {
        Self::with(backend, schemes, grants, settings(Mode::Extend)).await
    }

    /// The same with these settings.
    pub(crate) async fn with(
        backend: Arc<Scripted>,
        schemes: Schemes,
        grants: Grants,
        mut gated: Settings,
    ) -> (Self, Minted) {
        let folder = TempDir::new().unwrap();
        let keys = Arc::new(Keys::open(folder.path()).unwrap());
        let scheme = match schemes {
            Schemes::Sigv4 | Schemes::Both => Scheme::Sigv4,
            Schemes::Bearer => Scheme::Bearer,
        };
        let minted = keys.add("first", scheme, grants).unwrap();
        gated.access = Access::Keys {
            schemes,
            keys: Arc::clone(&keys),
            spending: Arc::new(Spending::open(folder.path()).unwrap()),
            regions: vec!["us-east-1".to_owned()],
        };
        let endpoint = start(&backend, gated).await;
        let gated = Self {
            folder,
            keys,
            backend,
            endpoint,
        };
        (gated, minted)
    }
}

pub(crate) fn bearer(token: &str) -> http::Request<http_body_util::Full<bytes::Bytes>> {
    let mut request = post(CONVERSE, question());
    let value = format!("Bearer {token}").parse().unwrap();
    request.headers_mut().insert("authorization", value);
    request
}

#[tokio::test]
async fn a_refusal_reaches_a_client_that_is_still_sending() {
    let (gated, minted) = Gated::new(Schemes::Sigv4, Grants::default()).await;
    let mut signer = Signer::new(&minted);
    signer.id = "TSUZAAAAAAAAAAAAAAAA".to_owned();
    let large = "x".repeat(4 * 1024 * 1024);
    let got = send(gated.endpoint.address, signer.post(CONVERSE, &large, &[])).await;
    assert_eq!(got.gate_error(), "UnrecognizedClientException");
}

#[tokio::test]
async fn a_token_passes_and_another_does_not() {
    let (gated, minted) = Gated::new(Schemes::Bearer, Grants::default()).await;
    let address = gated.endpoint.address;
    for wrong in ["x", &minted.id, &format!("{}x", minted.secret)] {
        let got = send(address, bearer(wrong)).await;
        assert_eq!(got.gate_error(), "AccessDeniedException");
        assert!(got.message().contains("API Key"), "{}", got.message());
    }
    let signed = Signer::new(&minted).post(CONVERSE, &question(), &[]);
    let got = send(address, signed).await;
    assert_eq!(got.gate_error(), "MissingAuthenticationTokenException");
    assert!(got.message().contains("AWS_BEARER_TOKEN_BEDROCK"));
    assert_eq!(gated.backend.calls(), 0);
    assert_eq!(send(address, bearer(&minted.secret)).await.status, 200);
}

#[tokio::test]
async fn a_key_does_what_it_grants() {
    let grants = Grants {
        models: vec!["us.anthropic.*".to_owned()],
        operations: vec![Operation::Converse, Operation::StartAsyncInvoke],
        mode: Some(Mode::Cap),
        budget: None,
    };
    let (gated, minted) = Gated::new(Schemes::Bearer, grants).await;
    let address = gated.endpoint.address;
    let ask = |path: &str| {
        let mut request = bearer(&minted.secret);
        *request.uri_mut() = path.parse().unwrap();
        request
    };
    for (path, word) in [
        ("/model/eu.anthropic.claude/converse", "this model"),
        ("/model/us.anthropic.claude/invoke", "InvokeModel"),
        ("/model/us.anthropic.claude/count-tokens", "CountTokens"),
        // Its model would stand in the body.
        ("/async-invoke", "not open"),
    ] {
        let got = send(address, ask(path)).await;
        assert_eq!(got.status, 403, "{path}");
        assert_eq!(got.error(), "AccessDeniedException");
        assert!(got.message().contains(word), "{path}: {}", got.message());
    }
    assert_eq!(gated.backend.calls(), 0);
    let got = send(address, ask("/model/us.anthropic.claude/converse")).await;
    assert_eq!(got.status, 200);
}

#[tokio::test]
async fn the_mode_of_a_key_is_a_ceiling() {
    let grants = Grants {
        mode: Some(Mode::Off),
        ..Grants::default()
    };
    let cut = Scripted::new(|_, _| Reply::json(200, converse("cut", "max_tokens")));
    let (gated, minted) = Gated::before(cut, Schemes::Bearer, grants).await;
    for (number, mode) in [None, Some("extend"), Some("cap")].into_iter().enumerate() {
        let mut request = bearer(&minted.secret);
        if let Some(mode) = mode {
            let mode = mode.parse().unwrap();
            request.headers_mut().insert("x-tsuzuki-mode", mode);
        }
        assert_eq!(send(gated.endpoint.address, request).await.status, 200);
        assert_eq!(gated.backend.calls(), number + 1, "one leg, in mode off");
    }
}

#[tokio::test]
async fn keys_come_and_go_while_it_serves() {
    let (gated, minted) = Gated::new(Schemes::Both, Grants::default()).await;
    let address = gated.endpoint.address;
    // As another program would: its own view of the same folder.
    let elsewhere = Keys::open(gated.folder.path()).unwrap();
    let second = elsewhere
        .add("second", Scheme::Bearer, Grants::default())
        .unwrap();
    elsewhere.revoke("first").unwrap();
    let keys = Arc::clone(&gated.keys);
    until("the keys are read again", || {
        keys.list()[0].name == "second"
    })
    .await;
    let signed = Signer::new(&minted).post(CONVERSE, &question(), &[]);
    assert_eq!(
        send(address, signed).await.gate_error(),
        "UnrecognizedClientException"
    );
    assert_eq!(send(address, bearer(&second.secret)).await.status, 200);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_changes_nothing_and_one_that_is_gone_has_no_keys() {
    let (gated, minted) = Gated::new(Schemes::Bearer, Grants::default()).await;
    let address = gated.endpoint.address;
    let file = gated.folder.path().join("keys.toml");
    let good = std::fs::read(&file).unwrap();
    std::fs::write(&file, "[[key]]\nname = ").unwrap();
    // Whoever is unknown makes it look again.
    assert_eq!(send(address, bearer("x")).await.status, 403);
    assert_eq!(send(address, bearer(&minted.secret)).await.status, 200);
    std::fs::write(&file, good).unwrap();
    assert_eq!(send(address, bearer("x")).await.status, 403);
    assert_eq!(send(address, bearer(&minted.secret)).await.status, 200);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(send(address, bearer("x")).await.status, 403);
    let got = send(address, bearer(&minted.secret)).await;
    assert_eq!(got.gate_error(), "AccessDeniedException");
}

#[tokio::test]
async fn without_a_key_there_is_only_yes_and_no() {
    let (gated, minted) = Gated::new(Schemes::Both, Grants::default()).await;
    let address = gated.endpoint.address;
    for path in ["/livez", "/readyz"] {
        assert_eq!(send(address, get(path)).await.status, 200, "{path}");
    }
    for path in [
        "/healthz",
        "/metrics",
        "/foundation-models",
        "/async-invoke",
    ] {
        let got = send(address, get(path)).await;
        assert_eq!(
            got.gate_error(),
            "MissingAuthenticationTokenException",
            "{path}"
        );
        let signed = Signer::new(&minted).sign("GET", path, "", &[]);
        let got = send(address, signed).await;
        assert_eq!(
            got.error(),
            "AccessDeniedException",
            "{path}: a key alone is not enough"
        );
    }
    assert_eq!(gated.backend.calls(), 0);
}

#[tokio::test]
async fn what_is_listed_is_open() {
    let folder = TempDir::new().unwrap();
    let keys = Arc::new(Keys::open(folder.path()).unwrap());
    let minted = keys
        .add("reader", Scheme::Sigv4, Grants::default())
        .unwrap();
    let backend = Scripted::new(|_, _| Reply::json(200, "{}"));
    let mut wide = settings(Mode::Cap);
    wide.operations = Some(Operations::of_a_network().and([Operation::ListFoundationModels]));
    wide.access = Access::Keys {
        schemes: Schemes::Sigv4,
        keys,
        spending: Arc::new(Spending::open(folder.path()).unwrap()),
        regions: Vec::new(),
    };
    let endpoint = start(&backend, wide).await;
    let signer = Signer {
        region: "eu-west-1",
        ..Signer::new(&minted)
    };
    for _ in 0..2 {
        // The same signature twice in a second: reading costs nothing.
        let list = signer.sign("GET", "/foundation-models?byProvider=anthropic", "", &[]);
        assert_eq!(send(endpoint.address, list).await.status, 200);
    }
    let one = signer.sign("GET", "/foundation-models/a.b", "", &[]);
    assert_eq!(
        send(endpoint.address, one).await.error(),
        "AccessDeniedException"
    );
    assert_eq!(backend.calls(), 2);
}
