//! Streams of events: what they say, how they go on, how they end.

use crate::client::{Event, Events, PATIENCE, get, having, post, with};
use crate::server::{Server, chat, fresh, text_of};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tsuzuki::simulator::Scenario;

fn slow() -> Scenario {
    Scenario::parse("[stream]\nttft = \"100ms\"\ntps = 100\n").unwrap()
}

/// The text that entries add.
fn said(event: &Event) -> String {
    let entries = event.data["entries"].as_array().unwrap();
    let texts = entries.iter().filter(|entry| entry["kind"] == "text");
    texts.map(|entry| entry["text"].as_str().unwrap()).collect()
}

fn is_over(event: &Event) -> bool {
    let entries = event.data["entries"].as_array().unwrap();
    entries.iter().any(|entry| entry["kind"] == "over")
}

#[tokio::test]
async fn a_tab_is_told_everything_in_order() {
    let server = Server::over(slow(), |_| {}).await;
    let id = server.conversation().await;
    let path = format!("/api/v1/events?conversation={id}");
    let mut events = Events::open(server.address, get(&path)).await;
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-cache, no-transform"),
        ("x-accel-buffering", "no"),
    ] {
        assert_eq!(events.headers[name], value);
    }
    let retry = events.any().await.unwrap();
    assert_eq!((retry.name.as_str(), retry.data), ("retry", json!(1000)));
    let hello = events.any().await.unwrap();
    assert_eq!(hello.name, "hello");
    assert_eq!(hello.data["version"], env!("CARGO_PKG_VERSION"));
    let about = server.send(get("/api/v1/about")).await.json(200);
    assert_eq!(hello.data["build"], about["build"]);

    let posted = server.posted(&id, "/long 6").await;
    let run = posted["run"].as_str().unwrap();
    let answer = &posted["messages"][1]["id"];
    let mut next = 0;
    let mut text = String::new();
    loop {
        let event = events.until("entries").await;
        assert_eq!(&event.data["run"], run);
        assert_eq!(&event.data["message"], answer);
        assert_eq!(event.data["conversation"], id);
        assert_eq!(event.data["from"], next);
        next += event.data["entries"].as_array().unwrap().len();
        assert_eq!(event.id, Some(format!("{run}:0.{next}")));
        text += &said(&event);
        if is_over(&event) {
            break;
        }
    }
    let last = events.until("message").await;
    assert_eq!(last.data["cursor"], Value::Null);
    assert_eq!(last.data["message"]["state"], "complete");
    assert_eq!(text_of(&last.data["message"]), text);
    assert_eq!(
        last.id.as_deref(),
        Some(""),
        "there is nothing to come back for"
    );
}

#[tokio::test]
async fn a_reader_that_comes_back_misses_nothing() {
    let server = Server::over(slow(), |_| {}).await;
    let id = server.conversation().await;
    let path = format!("/api/v1/events?conversation={id}");
    let mut events = Events::open(server.address, get(&path)).await;
    let posted = server.posted(&id, "/long 8").await;
    let answer = posted["messages"][1]["id"].as_str().unwrap();
    let mut text = String::new();
    let mut over = false;
    let mut returns = 0;
    while !over {
        let event = events.until("entries").await;
        text += &said(&event);
        over = is_over(&event);
        if !over && !said(&event).is_empty() && returns < 5 {
            returns += 1;
            drop(events);
            let last = event.id.unwrap();
            // By the field or the parameter; the field stands above a parameter that is stale.
            let request = if returns % 2 == 0 {
                get(&format!("{path}&after={last}"))
            } else {
                let stale = posted["cursor"].as_str().unwrap();
                having(
                    get(&format!("{path}&after={stale}")),
                    "last-event-id",
                    &last,
                )
            };
            events = Events::open(server.address, request).await;
        }
    }
    assert_eq!(returns, 5);
    assert_eq!(text, text_of(&server.over_now(answer).await));
}

#[tokio::test]
async fn a_reader_without_a_cursor_gets_the_message_as_it_is() {
    let server = Server::over(slow(), |_| {}).await;
    let id = server.conversation().await;
    let path = format!("/api/v1/events?conversation={id}");
    let mut first = Events::open(server.address, get(&path)).await;
    let posted = server.posted(&id, "/long 6").await;
    let answer = posted["messages"][1]["id"].as_str().unwrap();
    while said(&first.until("entries").await).is_empty() {}
    let mut late = Events::open(server.address, get(&path)).await;
    let snapshot = loop {
        let event = late.until("message").await;
        if event.data["message"]["id"] == answer {
            break event;
        }
    };
    let mut text = text_of(&snapshot.data["message"]);
    assert!(!text.is_empty());
    assert_eq!(snapshot.id.as_deref(), snapshot.data["cursor"].as_str());
    loop {
        let event = late.until("entries").await;
        text += &said(&event);
        if is_over(&event) {
            break;
        }
    }
    assert_eq!(text, text_of(&server.over_now(answer).await));
}

#[tokio::test]
async fn one_run_is_followed_to_its_end() {
    let server = Server::over(slow(), |_| {}).await;
    let id = server.conversation().await;
    let posted = server.posted(&id, "/long 8").await;
    let run = posted["run"].as_str().unwrap();
    let answer = posted["messages"][1]["id"].as_str().unwrap();
    // While it runs, from the middle, and once it is over.
    let path = format!("/api/v1/runs/{run}/events");
    let mut whole = String::new();
    let mut events = Events::open(server.address, get(&format!("{path}?after=0.0"))).await;
    let mut middle = None;
    assert_eq!(events.next().await.unwrap().name, "hello");
    let mut last = None;
    while let Some(event) = events.next().await {
        assert!(last.is_none(), "{event:?} follows the end");
        if event.name == "message" {
            last = Some(event.data["message"].clone());
            continue;
        }
        whole += &said(&event);
        if middle.is_none() && !whole.is_empty() {
            middle = Some((event.id.unwrap(), whole.clone()));
        }
    }
    assert_eq!(text_of(&last.unwrap()), whole);
    assert_eq!(whole, text_of(&server.over_now(answer).await));
    let (cursor, before) = middle.unwrap();
    for request in [
        get(&format!("{path}?after={cursor}")),
        having(get(&path), "last-event-id", &cursor),
    ] {
        let mut events = Events::open(server.address, request).await;
        let mut text = before.clone();
        while let Some(event) = events.next().await {
            if event.name == "entries" {
                text += &said(&event);
            }
        }
        assert_eq!(text, whole);
    }
}

#[tokio::test]
async fn lists_hear_of_other_conversations() {
    let server = Server::start().await;
    let mut events = Events::open(server.address, get("/api/v1/events")).await;
    let id = server.conversation().await;
    let new = events.until("conversation").await;
    assert_eq!((&new.data["id"], new.id), (&json!(id), None));
    let path = format!("/api/v1/conversations/{id}");
    let change = with(Method::PATCH, &path, &json!({ "title": "t" }));
    server.send(change).await.json(200);
    assert_eq!(events.until("conversation").await.data["title"], "t");
    server
        .send(crate::client::bare(Method::DELETE, &path))
        .await;
    assert_eq!(
        events.until("removed").await.data,
        json!({ "conversation": id })
    );
}

#[tokio::test]
async fn a_quiet_stream_gives_signs_of_life() {
    let server = Server::with(|settings| {
        settings.limits.silence = Duration::from_millis(50);
    })
    .await;
    let mut events = Events::open(server.address, get("/api/v1/events")).await;
    assert_eq!(events.next().await.unwrap().name, "hello");
    for _ in 0..3 {
        assert_eq!(events.any().await.unwrap().name, "comment");
    }
}

#[tokio::test]
async fn streams_end_with_the_server() {
    let mut server = Server::start().await;
    let id = server.conversation().await;
    let path = format!("/api/v1/events?conversation={id}");
    let mut events = Events::open(server.address, get(&path)).await;
    assert_eq!(events.next().await.unwrap().name, "hello");
    server.shutdown.cancel();
    while events.next().await.is_some() {}
    let ended = tokio::time::timeout(PATIENCE, &mut server.task).await;
    ended.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_short_answer_is_read_to_its_end_while_the_server_goes() {
    let mut server = Server::over(slow(), |settings| {
        settings.chat.as_mut().unwrap().grace = PATIENCE;
    })
    .await;
    let id = server.conversation().await;
    let path = format!("/api/v1/events?conversation={id}");
    let mut events = Events::open(server.address, get(&path)).await;
    server.posted(&id, "/long 3").await;
    let mut text = said(&events.until("entries").await);
    server.shutdown.cancel();
    loop {
        let event = events.until("entries").await;
        text += &said(&event);
        if is_over(&event) {
            break;
        }
    }
    assert!(text.contains("[0003/0003]"), "{text}");
    while events.next().await.is_some() {}
    let ended = tokio::time::timeout(PATIENCE, &mut server.task).await;
    ended.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_long_answer_is_read_on_from_the_next_server() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut door = chat(&folder).await;
    door.grace = Duration::from_millis(50);
    let over = |scenario| {
        let door = door.clone();
        Server::over(scenario, |settings| settings.chat = Some(door))
    };
    let first = over(slow()).await;
    let id = first.conversation().await;
    let path = format!("/api/v1/events?conversation={id}");
    let mut events = Events::open(first.address, get(&path)).await;
    let posted = first.posted(&id, "/long 6").await;
    let answer = posted["messages"][1]["id"].as_str().unwrap();
    let mut text = String::new();
    let mut last = None;
    while text.is_empty() {
        let event = events.until("entries").await;
        text += &said(&event);
        last = event.id;
    }
    first.shutdown.cancel();
    while let Some(event) = events.next().await {
        if event.name == "entries" {
            text += &said(&event);
            last = event.id;
        }
    }
    let second = over(Scenario::default()).await;
    let request = having(get(&path), "last-event-id", &last.unwrap());
    let mut events = Events::open(second.address, request).await;
    loop {
        let event = events.until("entries").await;
        text += &said(&event);
        if is_over(&event) {
            break;
        }
    }
    let whole = second.over_now(answer).await;
    assert_eq!(text, text_of(&whole));
    assert!(text.contains("[0006/0006]"), "{text}");
    let kinds = whole["making"]["seams"].as_array().unwrap().iter();
    assert!(
        kinds
            .map(|seam| &seam["kind"])
            .any(|kind| kind == "restart"),
        "{whole}"
    );
}

#[tokio::test]
async fn readers_are_counted_and_let_go() {
    let server = Server::start().await;
    let mut events = Events::open(server.address, get("/api/v1/events")).await;
    events.next().await.unwrap();
    let metrics = || async { server.send(get("/metrics")).await.text().to_owned() };
    assert!(metrics().await.contains("\ntsuzuki_chat_readers 1\n"));
    drop(events);
    // A client that left is noticed at once, or when something is said to it.
    let gone = async {
        while !metrics().await.contains("\ntsuzuki_chat_readers 0\n") {
            server.conversation().await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.unwrap();
}

#[tokio::test]
async fn what_is_no_cursor_is_said_so() {
    let server = Server::start().await;
    let run = fresh();
    let many = vec![format!("{run}:0.0"); 101].join(",");
    for path in [
        "/api/v1/events?after=x".to_owned(),
        format!("/api/v1/events?after={many}"),
        "/api/v1/events?conversation=x".to_owned(),
        format!("/api/v1/runs/{run}/events?after=x"),
        format!("/api/v1/runs/{run}/events?after={}:0.0", fresh()),
    ] {
        let got = server.send(get(&path)).await;
        assert_eq!(got.problem(), (400, "invalid".to_owned()), "{path}");
    }
    for path in [
        format!("/api/v1/events?conversation={}", fresh()),
        format!("/api/v1/runs/{run}/events"),
    ] {
        let got = server.send(get(&path)).await;
        assert_eq!(got.problem(), (404, "missing".to_owned()), "{path}");
    }
    let stop = server
        .send(post(&format!("/api/v1/runs/{run}/stop"), &json!({})))
        .await;
    assert_eq!(stop.problem(), (404, "missing".to_owned()));
}

/// Every user has room for many streams, and who has too many is told when to come back.
#[tokio::test]
async fn streams_of_one_user_are_counted() {
    let server = Server::with(|settings| settings.limits.chat.readers = 2).await;
    let one = Events::open(server.address, get("/api/v1/events")).await;
    let two = Events::open(server.address, get("/api/v1/events")).await;
    let refused = server.send(get("/api/v1/events")).await;
    assert_eq!(refused.problem(), (429, "rate_limited".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("10"));
    drop(one);
    // The server notices when it next has something to say.
    let mut tries = 0;
    let three = loop {
        match Events::try_open(server.address, get("/api/v1/events")).await {
            Some(events) => break events,
            None => tries += 1,
        }
        assert!(tries < 600, "a stream that was left is still counted");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    drop((two, three));
}
