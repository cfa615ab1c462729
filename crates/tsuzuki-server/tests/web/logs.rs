//! No user text, no password and no token in any log line.

use crate::client::{Events, get, having, post, with};
use crate::server::{Server, text_of};
use http::Method;
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tsuzuki_server::{Password, SignIn};

const CANARY: &str = "canary-9b1e";

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_canary_never_sings_in_the_log() {
    let kept = Kept::default();
    let writer = kept.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // Of all tests in this process; only this one has this canary.
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let password = Password::hash(CANARY).unwrap();
    let server = Server::with_chat(|chat| chat.sign_in = SignIn::Password(password)).await;
    let wrong = json!({ "password": format!("{CANARY}-wrong") });
    assert_eq!(
        server.send(post("/api/v1/session", &wrong)).await.status,
        401
    );
    let right = json!({ "password": CANARY });
    let entered = server.send(post("/api/v1/session", &right)).await;
    assert_eq!(entered.status, 204);
    let cookie = entered
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let signed = |request| having(request, "cookie", &cookie);

    let new = json!({ "title": CANARY, "folder": CANARY, "shape": { "system": CANARY } });
    let made = server
        .send(signed(post("/api/v1/conversations", &new)))
        .await
        .json(201);
    let id = made["id"].as_str().unwrap();
    let follow = signed(get(&format!("/api/v1/events?conversation={id}")));
    let mut events = Events::open(server.address, follow).await;
    let path = format!("/api/v1/conversations/{id}/messages");
    let ask = json!({ "text": format!("/echo {CANARY}") });
    let ask = signed(post(&path, &ask));
    server
        .send(having(ask, "idempotency-key", CANARY))
        .await
        .json(202);
    let answer = loop {
        let event = events.until("message").await;
        if event.data["message"]["state"] == "complete"
            && event.data["message"]["role"] == "assistant"
        {
            break event.data["message"].clone();
        }
    };
    assert!(
        text_of(&answer).contains(CANARY),
        "the canary must be there to be caught"
    );
    let wrong = json!({ "text": CANARY, (CANARY): CANARY, "shape": CANARY });
    for request in [
        post(&path, &wrong),
        with(
            Method::PATCH,
            &format!("/api/v1/conversations/{id}"),
            &json!({ "title": 1, "x": CANARY }),
        ),
        get(&format!("/api/v1/search?q={CANARY}")),
        get(&format!("/api/v1/conversations?limit={CANARY}")),
        get(&format!("/api/v1/messages/{CANARY}")),
        get(&format!("/c/{CANARY}")),
        get(&format!("/assets/{CANARY}")),
        post(
            &format!("/api/v1/attachments?name={CANARY}"),
            &json!(CANARY),
        ),
        get(&format!("/api/v1/conversations/{id}/export")),
        having(get("/api/v1/events"), "last-event-id", CANARY),
    ] {
        server.send(signed(request)).await;
    }
    server.shutdown.cancel();

    let log = String::from_utf8_lossy(&kept.0.lock().unwrap()).into_owned();
    assert!(log.contains("refused"), "the log is read");
    let token = cookie.split_once('=').unwrap().1;
    for secret in [CANARY, token] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{line:?}");
    }
}
