//! Addresses that other machines reach.

use crate::backend::{Reply, Scripted, settings};
use crate::client::{get, send};
use std::net::SocketAddr;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tsuzuki::Wired;
use tsuzuki::engine::Mode;
use tsuzuki_server::{Access, Keys, ModeIs, Schemes, ServeError, Settings, Spending, serve};

/// A try to serve on every address of this machine: refused, or up and where.
async fn try_to_serve(settings: Settings) -> Result<(SocketAddr, CancellationToken), ServeError> {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let backend = Arc::new(Wired::new(Scripted::new(|_, _| Reply::json(200, "{}"))));
    let shutdown = CancellationToken::new();
    let mut serving = tokio::spawn(serve(listener, settings, backend, shutdown.clone()));
    let soon = std::time::Duration::from_millis(200);
    match tokio::time::timeout(soon, &mut serving).await {
        Ok(refused) => Err(refused.unwrap().expect_err("it ended by itself")),
        Err(_serves) => Ok((SocketAddr::from(([127, 0, 0, 1], port)), shutdown)),
    }
}

#[tokio::test]
async fn a_network_needs_keys_and_a_stated_mode() {
    let open = try_to_serve(settings(Mode::Off)).await.unwrap_err();
    assert!(matches!(open, ServeError::NoKeys(_)));
    assert!(open.to_string().contains("--auth"), "{open}");

    let folder = TempDir::new().unwrap();
    let mut gated = settings(Mode::Extend);
    gated.access = Access::Keys {
        schemes: Schemes::Both,
        keys: Arc::new(Keys::open(folder.path()).unwrap()),
        spending: Arc::new(Spending::open(folder.path()).unwrap()),
        regions: Vec::new(),
    };
    gated.mode_is = ModeIs::Default;
    let silent = try_to_serve(gated.clone()).await.unwrap_err();
    let told = silent.to_string();
    assert!(matches!(silent, ServeError::NoMode { .. }));
    for word in [
        "--mode extend",
        "--mode cap",
        "--mode off",
        "128000",
        "64 calls",
        "$2",
    ] {
        assert!(told.contains(word), "{word}: {told}");
    }

    gated.mode_is = ModeIs::Stated;
    let (address, shutdown) = try_to_serve(gated).await.unwrap();
    for (host, status) in [
        ("10.1.2.3:7373", 200),
        ("[fd00::1]:7373", 200),
        ("localhost", 200),
        ("evil.example", 403),
        ("10.1.2.3.evil.example", 403),
    ] {
        let mut request = get("/livez");
        request.headers_mut().insert("host", host.parse().unwrap());
        assert_eq!(send(address, request).await.status, status, "{host}");
    }
    let got = send(address, get("/foundation-models")).await;
    assert_eq!(got.gate_error(), "MissingAuthenticationTokenException");
    shutdown.cancel();
}
