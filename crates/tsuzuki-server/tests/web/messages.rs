//! Messages and runs: posted, answered, stopped, gone on with, answered again.

use crate::client::{PATIENCE, get, having, post};
use crate::server::{HAIKU, Server, fresh, text_of};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tsuzuki::simulator::Scenario;

#[tokio::test]
async fn a_message_is_answered_past_its_limit() {
    let server = Server::start().await;
    let id = server.conversation().await;
    let (message, answer) = (fresh(), fresh());
    let body = json!({
        "id": message, "answer": answer, "text": "/long 30", "shape": { "max_tokens": 50 },
    });
    let path = format!("/api/v1/conversations/{id}/messages");
    let posted = server.send(post(&path, &body)).await.json(202);
    assert_eq!(posted["messages"][0]["id"], message);
    assert_eq!(posted["messages"][1]["id"], answer);
    let run = posted["run"].as_str().unwrap();
    assert!(
        posted["cursor"]
            .as_str()
            .unwrap()
            .starts_with(&format!("{run}:"))
    );
    let whole = server.over_now(&answer).await;
    assert_eq!(whole["state"], "complete");
    assert_eq!(whole["making"]["model"], HAIKU);
    let parts = whole["making"]["parts"].as_array().unwrap();
    assert!(parts.len() > 1);
    assert_eq!(
        whole["making"]["seams"].as_array().unwrap().len(),
        parts.len() - 1
    );

    let run = server
        .send(get(&format!("/api/v1/runs/{run}")))
        .await
        .json(200);
    assert_eq!(
        (&run["alive"], &run["message"]),
        (&json!(false), &json!(answer))
    );
    let exchanges = format!("/api/v1/messages/{answer}/exchanges");
    let exchanges = server.send(get(&exchanges)).await.json(200);
    let exchanges = exchanges["exchanges"].as_array().unwrap();
    assert_eq!(exchanges.len(), parts.len());
    assert_eq!(exchanges[0]["part"], 1);
    assert_eq!(exchanges[0]["status"], 200);
    assert!(
        exchanges[0]["request"]["messages"].is_array(),
        "{}",
        exchanges[0]
    );
    assert!(
        exchanges[0]["response"]
            .as_array()
            .unwrap()
            .iter()
            .all(Value::is_object)
    );
}

#[tokio::test]
async fn asking_twice_with_one_key_does_it_once() {
    let server = Server::start().await;
    let id = server.conversation().await;
    let path = format!("/api/v1/conversations/{id}/messages");
    let ask = || {
        having(
            post(&path, &json!({ "text": "/echo once" })),
            "idempotency-key",
            "k-1",
        )
    };
    let first = server.send(ask()).await.json(202);
    let second = server.send(ask()).await.json(200);
    assert_eq!(first["run"], second["run"]);
    let answer = first["messages"][1]["id"].as_str().unwrap();
    let answer = server.over_now(answer).await;
    assert_eq!(answer["siblings"].as_array().unwrap().len(), 1);
    let third = server.send(ask()).await.json(200);
    assert_eq!(first["run"], third["run"]);
}

#[tokio::test]
async fn a_key_tells_what_it_began_whatever_came_after() {
    let server = Server::over(slow(), |settings| {
        settings.chat.as_mut().unwrap().settings.runs_of_a_user = 1;
    })
    .await;
    let id = server.conversation().await;
    let path = format!("/api/v1/conversations/{id}/messages");
    let said = json!({ "text": "/long 30" });
    let ask = |path: &str, body: &Value| having(post(path, body), "idempotency-key", "k");
    let first = server.send(ask(&path, &said)).await.json(202);
    // There is room for no other, and none is wanted.
    let again = server.send(ask(&path, &said)).await.json(200);
    assert_eq!(again["run"], first["run"]);
    let stop = format!("/api/v1/runs/{}/stop", first["run"].as_str().unwrap());
    server.send(post(&stop, &json!({}))).await.json(200);
    let answer = first["messages"][1]["id"].as_str().unwrap();
    let on = format!("/api/v1/messages/{answer}/continue");
    let continued = having(post(&on, &json!({})), "idempotency-key", "on");
    let continued = server.send(continued).await.json(202);
    assert_ne!(continued["run"], first["run"]);
    let again = server.send(ask(&path, &said)).await.json(200);
    assert_eq!(again["run"], first["run"]);
    server.over_now(answer).await;

    // Whatever else it is used for is refused, and nothing begins.
    let other = server.conversation().await;
    let other = format!("/api/v1/conversations/{other}/messages");
    let question = first["messages"][0]["id"].as_str().unwrap();
    for (path, body) in [
        (&other, said.clone()),
        (&path, json!({ "text": "/long 31" })),
        (&path, json!({ "text": "/long 30", "parent": answer })),
        (&format!("/api/v1/messages/{question}/answers"), json!({})),
        (&on, json!({})),
    ] {
        let got = server.send(ask(path, &body)).await;
        assert_eq!(got.problem(), (409, "conflict".to_owned()), "{path}");
        assert!(got.text().contains("key"), "{}", got.text());
    }
    let thread = server
        .send(get(&format!("/api/v1/conversations/{id}")))
        .await
        .json(200);
    assert_eq!(thread["messages"].as_array().unwrap().len(), 2);
}

/// Answers slowly enough to be interrupted.
fn slow() -> Scenario {
    Scenario::parse("[stream]\nttft = \"20ms\"\ntps = 300\n").unwrap()
}

#[tokio::test]
async fn a_run_is_stopped_and_gone_on_with() {
    let server = Server::over(slow(), |_| {}).await;
    let id = server.conversation().await;
    let posted = server.posted(&id, "/long 20").await;
    let run = posted["run"].as_str().unwrap();
    let answer = posted["messages"][1]["id"].as_str().unwrap();
    for _ in 0..200 {
        let path = format!("/api/v1/messages/{answer}");
        if !text_of(&server.send(get(&path)).await.json(200)).is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let stop = format!("/api/v1/runs/{run}/stop");
    for _ in 0..2 {
        let stopped = server.send(post(&stop, &json!({}))).await.json(200);
        assert_eq!(stopped["id"], run);
    }
    let stopped = server.over_now(answer).await;
    assert_eq!(stopped["state"], "stopped");
    let said = text_of(&stopped);
    assert!(!said.is_empty());

    let go_on = format!("/api/v1/messages/{answer}/continue");
    let on = server.send(post(&go_on, &json!({}))).await.json(202);
    assert_eq!(on["messages"][0]["id"], answer);
    let finish = format!("/api/v1/runs/{}/finish", on["run"].as_str().unwrap());
    server.send(post(&finish, &json!({}))).await.json(200);
    let whole = server.over_now(answer).await;
    assert!(text_of(&whole).starts_with(&said));
    assert!(text_of(&whole).len() > said.len());
}

#[tokio::test]
async fn an_answer_has_others_beside_it() {
    let server = Server::start().await;
    let id = server.conversation().await;
    let body = json!({ "text": "/long 30", "shape": { "max_tokens": 60 } });
    let path = format!("/api/v1/conversations/{id}/messages");
    let posted = server.send(post(&path, &body)).await.json(202);
    let question = posted["messages"][0]["id"].as_str().unwrap();
    let first = server
        .over_now(posted["messages"][1]["id"].as_str().unwrap())
        .await;
    let first_id = first["id"].as_str().unwrap();

    let again = format!("/api/v1/messages/{question}/answers");
    let again = server.send(post(&again, &json!({}))).await.json(202);
    server
        .over_now(again["messages"][0]["id"].as_str().unwrap())
        .await;

    let cut = format!("/api/v1/messages/{first_id}/cut");
    let cut = server
        .send(post(&cut, &json!({ "seam": 1 })))
        .await
        .json(201);
    let at = usize::try_from(first["making"]["seams"][0]["at"].as_u64().unwrap()).unwrap();
    let expected: String = text_of(&first).chars().take(at).collect();
    assert_eq!(text_of(&cut), expected);

    let retry = format!("/api/v1/messages/{first_id}/retry");
    let answer = fresh();
    let body = json!({ "seam": 1, "answer": answer });
    server.send(post(&retry, &body)).await.json(202);
    let retried = server.over_now(&answer).await;
    assert!(text_of(&retried).starts_with(&expected));
    assert_eq!(retried["siblings"].as_array().unwrap().len(), 4);

    let zero = server.send(post(&retry, &json!({ "seam": 0 }))).await;
    assert_eq!(zero.problem(), (400, "invalid".to_owned()));
    let much = server.send(post(&retry, &json!({ "seam": 99 }))).await;
    assert_eq!(much.problem().0 / 100, 4);
}

/// Clients that post and leave at once, at whatever moment: no run of theirs is left undriven.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_leave_while_they_post() {
    let server = Server::start().await;
    let id = server.conversation().await;
    let body = json!({ "text": "/echo Here." }).to_string();
    for number in 0..40 {
        let mut socket = TcpStream::connect(server.address).await.unwrap();
        let request = format!(
            "POST /api/v1/conversations/{id}/messages HTTP/1.1\r\nhost: {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            server.address,
            body.len()
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_micros(150 * number)).await;
    }
    let path = format!("/api/v1/conversations/{id}/export?format=json");
    let whole = async {
        loop {
            let export = server.send(get(&path)).await.json(200);
            let messages = export["conversations"][0]["messages"].as_array().unwrap();
            let whole = |message: &Value| message["state"] == "complete";
            if !messages.is_empty() && messages.iter().all(whole) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, whole)
        .await
        .expect("every answer comes to its end");
}
