//! Who may use the chat.

use crate::client::{Events, Got, bare, get, having, post, with};
use crate::server::{Server, chat};
use http::Method;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tsuzuki::engine::Mode;
use tsuzuki_server::{
    Access, ChatDoor, Grants, Keys, Password, ProxyHeader, Rate, Scheme, Schemes, ServeError,
    Settings, SignIn, Spending,
};

const PASSWORD: &str = "canary-correct-horse";

/// Argon2 at its smallest: it is the server that is tested, not the hash.
fn password(of: &str) -> SignIn {
    // A hash of the usual cost takes a second in a debug build, so it is made once.
    static HASH: std::sync::LazyLock<Password> =
        std::sync::LazyLock::new(|| Password::hash(PASSWORD).unwrap());
    if of == PASSWORD {
        SignIn::Password(HASH.clone())
    } else {
        SignIn::Password(Password::hash(of).unwrap())
    }
}

async fn with_password() -> Server {
    Server::with(|settings| {
        settings.chat.as_mut().unwrap().sign_in = password(PASSWORD);
        settings.limits.chat.sign_ins = Rate {
            burst: 4,
            every: Duration::from_secs(600),
        };
    })
    .await
}

fn sign_in(typed: &str) -> crate::client::Sending {
    post("/api/v1/session", &json!({ "password": typed }))
}

/// What a browser sends back of a cookie that was set.
fn cookie(got: &Got) -> String {
    let set = got.header("set-cookie").unwrap();
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn on_this_machine_nobody_signs_in() {
    let server = Server::start().await;
    let about = server.send(get("/api/v1/about")).await.json(200);
    assert_eq!(about["sign_in"], "open");
    assert_eq!(about["signed_in"], true);
    assert_eq!(about["user"], "local");
    assert_eq!(about["backend"]["kind"], "simulator");
    assert_eq!(about["policy"]["mode"], "extend");
    assert_eq!(about["policy"]["max_parts"], 64);
    assert_eq!(about["limits"]["message_chars"], 10_000);
    assert_eq!(server.send(get("/api/v1/conversations")).await.status, 200);
    assert_eq!(server.send(sign_in("x")).await.problem().1, "conflict");
    let left = server.send(bare(Method::DELETE, "/api/v1/session")).await;
    assert_eq!(left.status, 204);
}

#[tokio::test]
async fn with_a_password_only_the_page_and_what_signs_in_are_open() {
    let server = with_password().await;
    let about = server.send(get("/api/v1/about")).await.json(200);
    assert_eq!(about["sign_in"], "password");
    assert_eq!(about["signed_in"], false);
    for secret in ["backend", "user", "default_model", "limits", "policy"] {
        assert!(about.get(secret).is_none(), "{secret}");
    }
    assert_eq!(server.send(get("/")).await.status, 200);
    for path in [
        "/api/v1/conversations",
        "/api/v1/events",
        "/api/v1/models",
        "/api/v1/export",
        "/api/v1/openapi.json",
        "/api/v1/docs",
        "/api/v1/nothing",
    ] {
        let got = server.send(get(path)).await;
        assert_eq!(got.problem(), (401, "unauthorized".to_owned()), "{path}");
    }
    let refused = server.send(post("/api/v1/conversations", &json!({}))).await;
    assert_eq!(refused.status, 401);
}

#[tokio::test]
async fn a_session_begins_moves_on_and_ends() {
    let server = with_password().await;
    let long = server.send(sign_in(&"x".repeat(1025))).await;
    assert_eq!(long.problem(), (400, "invalid".to_owned()));
    let wrong = server.send(sign_in("wrong")).await;
    assert_eq!(wrong.problem(), (401, "unauthorized".to_owned()));
    assert!(wrong.header("set-cookie").is_none());

    let entered = server.send(sign_in(PASSWORD)).await;
    assert_eq!(entered.status, 204);
    let set = entered.header("set-cookie").unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
        assert!(set.contains(attribute), "{set}");
    }
    assert!(!set.contains("Secure"), "plain HTTP could not send it back");
    let first = cookie(&entered);
    let list = |cookie: &str| having(get("/api/v1/conversations"), "cookie", cookie);
    assert_eq!(server.send(list(&first)).await.status, 200);
    let mixed = format!("theme=dark; {first}; other=1");
    assert_eq!(server.send(list(&mixed)).await.status, 200);
    assert_eq!(server.send(list("tsuzuki=guess")).await.status, 401);

    // Signing in again gives another session, and ends the one before.
    let again = server
        .send(having(sign_in(PASSWORD), "cookie", &first))
        .await;
    let second = cookie(&again);
    assert_ne!(first, second);
    assert_eq!(server.send(list(&first)).await.status, 401);
    assert_eq!(server.send(list(&second)).await.status, 200);

    let left = bare(Method::DELETE, "/api/v1/session");
    let left = server.send(having(left, "cookie", &second)).await;
    assert_eq!(left.status, 204);
    assert!(left.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(server.send(list(&second)).await.status, 401);
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let server = Server::with(|settings| {
        settings.chat.as_mut().unwrap().sign_in = password(PASSWORD);
        settings.limits.silence = Duration::from_millis(50);
    })
    .await;
    let cookie = cookie(&server.send(sign_in(PASSWORD)).await);
    let follow = having(get("/api/v1/events"), "cookie", &cookie);
    let mut events = Events::open(server.address, follow).await;
    for _ in 0..3 {
        events.any().await.unwrap();
    }
    let left = having(bare(Method::DELETE, "/api/v1/session"), "cookie", &cookie);
    server.send(left).await;
    while events.any().await.is_some() {}
}

#[tokio::test]
async fn wrong_passwords_are_counted_and_right_ones_are_not() {
    let server = with_password().await;
    for _ in 0..5 {
        assert_eq!(server.send(sign_in(PASSWORD)).await.status, 204);
    }
    for _ in 0..4 {
        assert_eq!(server.send(sign_in("wrong")).await.status, 401);
    }
    let refused = server.send(sign_in(PASSWORD)).await;
    assert_eq!(refused.problem(), (429, "rate_limited".to_owned()));
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=600).contains(&wait));
}

/// Behind one address: whoever signed in before is not locked out by the guesses of others, and their
/// own guesses are counted.
#[tokio::test]
async fn a_known_browser_has_its_own_count() {
    let server = with_password().await;
    let entered = server.send(sign_in(PASSWORD)).await;
    let set = entered.headers("set-cookie");
    let known = set
        .iter()
        .find(|cookie| cookie.starts_with("tsuzuki-browser="));
    let known = known.unwrap().split(';').next().unwrap().to_owned();
    for _ in 0..4 {
        assert_eq!(server.send(sign_in("guess")).await.status, 401);
    }
    let forged = having(sign_in(PASSWORD), "cookie", "tsuzuki-browser=forged");
    assert_eq!(server.send(forged).await.status, 429);
    // What it holds lets nobody in by itself.
    let list = having(get("/api/v1/conversations"), "cookie", &known);
    assert_eq!(server.send(list).await.status, 401);
    let value = known.split_once('=').unwrap().1;
    let as_session = format!("tsuzuki={value}");
    let list = having(get("/api/v1/conversations"), "cookie", &as_session);
    assert_eq!(server.send(list).await.status, 401);

    let again = having(sign_in(PASSWORD), "cookie", &known);
    let again = server.send(again).await;
    assert_eq!(again.status, 204);
    assert_eq!(again.headers("set-cookie").len(), 1, "it is known already");
    for _ in 0..4 {
        let wrong = having(sign_in("wrong"), "cookie", &known);
        assert_eq!(server.send(wrong).await.status, 401);
    }
    let refused = having(sign_in(PASSWORD), "cookie", &known);
    assert_eq!(server.send(refused).await.status, 429);
}

#[tokio::test]
async fn behind_encryption_the_cookie_stays_there() {
    let server = with_password().await;
    let host = "chat.example";
    let with_name = Server::with(|settings| {
        settings.chat.as_mut().unwrap().sign_in = password(PASSWORD);
        settings.hosts = vec![host.to_owned()];
    })
    .await;
    drop(server);
    let request = having(sign_in(PASSWORD), "host", host);
    let entered = with_name
        .send(having(request, "origin", "https://chat.example"))
        .await;
    assert_eq!(entered.status, 204);
    let set = entered.header("set-cookie").unwrap();
    assert!(
        set.starts_with("__Host-tsuzuki=") && set.contains("; Secure"),
        "{set}"
    );
    let list = having(get("/api/v1/conversations"), "cookie", &cookie(&entered));
    assert_eq!(with_name.send(list).await.status, 200);
}

#[tokio::test]
async fn another_password_ends_every_session() {
    let folder = TempDir::new().unwrap();
    let door = chat(&folder).await;
    let over = |sign_in: SignIn| {
        let door = ChatDoor {
            sign_in,
            ..door.clone()
        };
        Server::with(|settings| settings.chat = Some(door))
    };
    let first = over(password(PASSWORD)).await;
    let cookie = cookie(&first.send(sign_in(PASSWORD)).await);
    let list = || having(get("/api/v1/conversations"), "cookie", &cookie);
    assert_eq!(first.send(list()).await.status, 200);
    let second = over(password("another")).await;
    assert_eq!(second.send(list()).await.status, 401);
    let third = over(password(PASSWORD)).await;
    assert_eq!(third.send(list()).await.status, 200);
}

fn proxy(from: &str) -> SignIn {
    SignIn::Proxy(ProxyHeader {
        name: http::HeaderName::from_static("x-forwarded-user"),
        from: vec![from.parse().unwrap()],
    })
}

#[tokio::test]
async fn a_trusted_proxy_names_the_user() {
    let server = Server::with_chat(|chat| chat.sign_in = proxy("127.0.0.0/8")).await;
    let as_user = |request, name: &str| having(request, "x-forwarded-user", name);
    assert_eq!(server.send(get("/api/v1/conversations")).await.status, 401);
    let about = as_user(get("/api/v1/about"), "hana@example.com");
    let about = server.send(about).await.json(200);
    assert_eq!(
        (&about["sign_in"], &about["user"]),
        (&json!("proxy"), &json!("hana@example.com"))
    );

    let made = as_user(
        post("/api/v1/conversations", &json!({ "title": "hers" })),
        "hana",
    );
    let made = server.send(made).await.json(201);
    let path = format!("/api/v1/conversations/{}", made["id"].as_str().unwrap());
    assert_eq!(server.send(as_user(get(&path), "hana")).await.status, 200);
    let others = server.send(as_user(get(&path), "taro")).await;
    assert_eq!(others.problem(), (404, "missing".to_owned()));
    let gone = as_user(bare(Method::DELETE, &path), "taro");
    assert_eq!(server.send(gone).await.status, 404);
    let list = as_user(get("/api/v1/conversations"), "taro");
    assert_eq!(
        server.send(list).await.json(200)["conversations"],
        json!([])
    );

    let mut twice = as_user(get("/api/v1/conversations"), "hana");
    twice
        .headers_mut()
        .append("x-forwarded-user", "taro".parse().unwrap());
    assert_eq!(
        server.send(twice).await.problem(),
        (403, "forbidden".to_owned())
    );
    let long = as_user(get("/api/v1/conversations"), &"x".repeat(257));
    assert_eq!(server.send(long).await.status, 403);
}

#[tokio::test]
async fn nobody_else_names_a_user() {
    let server = Server::with_chat(|chat| chat.sign_in = proxy("10.0.0.0/8")).await;
    for path in ["/api/v1/conversations", "/api/v1/about"] {
        let forged = having(get(path), "x-forwarded-user", "hana");
        assert_eq!(
            server.send(forged).await.problem(),
            (403, "forbidden".to_owned())
        );
    }
}

#[tokio::test]
async fn keys_and_sessions_open_one_door_each() {
    let folder = TempDir::new().unwrap();
    let keys = Arc::new(Keys::open(folder.path()).unwrap());
    let minted = keys.add("k", Scheme::Bearer, Grants::default()).unwrap();
    let server = Server::with(|settings| {
        settings.access = Access::Keys {
            schemes: Schemes::Both,
            keys,
            spending: Arc::new(Spending::open(folder.path()).unwrap()),
            regions: vec!["us-east-1".to_owned()],
        };
        settings.chat.as_mut().unwrap().sign_in = password(PASSWORD);
    })
    .await;
    let bearer = format!("Bearer {}", minted.secret);
    let with_key = having(get("/api/v1/conversations"), "authorization", &bearer);
    assert_eq!(server.send(with_key).await.status, 401);
    let cookie = cookie(&server.send(sign_in(PASSWORD)).await);
    let with_session = with(Method::POST, "/model/x/converse", &json!({}));
    let with_session = server.send(having(with_session, "cookie", &cookie)).await;
    assert_eq!(with_session.status, 403);
    assert!(with_session.header("x-amzn-errortype").is_some());
}

#[tokio::test]
async fn other_machines_find_no_open_chat_unless_it_is_said_to_be() {
    let folder = TempDir::new().unwrap();
    let door = chat(&folder).await;
    let mut settings = Settings::new(Mode::Extend);
    settings.access = Access::Keys {
        schemes: Schemes::Both,
        keys: Arc::new(Keys::open(folder.path()).unwrap()),
        spending: Arc::new(Spending::open(folder.path()).unwrap()),
        regions: Vec::new(),
    };
    let network = "0.0.0.0:7373".parse().unwrap();
    let here = "127.0.0.1:7373".parse().unwrap();
    for (sign_in, fit) in [
        (SignIn::ThisMachine, false),
        (SignIn::Anybody, true),
        (password(PASSWORD), true),
        (proxy("10.0.0.0/8"), true),
    ] {
        let sign_in_told = format!("{sign_in:?}");
        settings.chat = Some(ChatDoor {
            sign_in,
            ..door.clone()
        });
        assert!(settings.check(here).is_ok());
        match settings.check(network) {
            Ok(()) => assert!(fit, "{sign_in_told}"),
            Err(error) => {
                assert!(!fit && matches!(error, ServeError::NoSignIn(_)), "{error}");
                assert!(error.to_string().contains("password"), "{error}");
            }
        }
    }
}
