//! What is told of what happened: numbers, the audit log, marks on requests. Never text.

use crate::access::{Gated, bearer};
use crate::answers::{CONVERSE, CONVERSE_STREAM, question};
use crate::backend::{
    Piece, Reply, Scripted, converse, settings, start, stream_end, stream_start, stream_text, until,
};
use crate::client::{get, post, send};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;
use tsuzuki::engine::{Millis, Mode};
use tsuzuki_server::{Audit, Grants, Operation, RequestMetadata, Schemes};

const CANARY: &str = "canary-2c81";

async fn numbers(address: std::net::SocketAddr) -> String {
    let got = send(address, get("/metrics")).await;
    assert_eq!(got.status, 200);
    assert!(
        got.header("content-type")
            .unwrap()
            .starts_with("text/plain; version=0.0.4")
    );
    String::from_utf8(got.body.to_vec()).unwrap()
}

/// Every line is a comment or `name{labels} number`.
fn check_format(page: &str) {
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let (name, number) = line.rsplit_once(' ').unwrap();
        assert!(name.starts_with("tsuzuki_"), "{line}");
        assert_eq!(name.contains('{'), name.ends_with('}'), "{line}");
        number.parse::<f64>().unwrap();
    }
}

#[tokio::test]
async fn what_happened_can_be_counted() {
    let backend = Scripted::new(|number, request| {
        if request.path.ends_with("-stream") {
            let pieces = [stream_start(), stream_text("hello"), stream_end("end_turn")];
            return Reply::events(pieces.into_iter().map(Piece::Bytes).collect());
        }
        match number {
            0 => Reply::json(429, r#"{"message":"slow"}"#),
            1 => Reply::json(200, converse("one, two and", "max_tokens")),
            _ => Reply::json(200, converse(" three", "end_turn")),
        }
    });
    let mut quick = settings(Mode::Extend);
    quick.policy.backoff = Millis(1);
    let endpoint = start(&backend, quick).await;
    let address = endpoint.address;
    assert_eq!(send(address, post(CONVERSE, question())).await.status, 200);
    assert_eq!(
        send(address, post(CONVERSE_STREAM, question()))
            .await
            .status,
        200
    );
    assert_eq!(
        send(address, post("/model/a.b/count-tokens", "{}"))
            .await
            .status,
        200
    );
    assert_eq!(
        send(address, post("/model/a.b/nope", "{}")).await.status,
        404
    );
    let page = numbers(address).await;
    check_format(&page);
    for line in [
        r#"tsuzuki_answers_total{operation="Converse",outcome="complete",key=""} 1"#,
        r#"tsuzuki_answers_total{operation="ConverseStream",outcome="complete",key=""} 1"#,
        r#"tsuzuki_faults_total{class="throttled"} 1"#,
        r#"tsuzuki_legs_total{by="first",end="length"} 1"#,
        r#"tsuzuki_legs_total{by="prefill",end="finished"} 1"#,
        r#"tsuzuki_seams_total{proof="placed"} 1"#,
        r#"tsuzuki_tokens_total{kind="output",key=""} 9"#,
        r#"tsuzuki_forwarded_total{operation="CountTokens",status="200"} 1"#,
        r#"tsuzuki_refused_total{error="UnknownOperationException"} 1"#,
        "tsuzuki_first_text_seconds_count 2",
        "tsuzuki_added_seconds_count 2",
        r#"tsuzuki_added_seconds_bucket{le="1"} 2"#,
        "tsuzuki_answers_running 0",
    ] {
        assert!(page.lines().any(|other| other == line), "{line}\n{page}");
    }
}

#[tokio::test]
async fn on_a_network_a_key_must_be_for_the_numbers() {
    let grants = Grants {
        operations: vec![Operation::Metrics],
        ..Grants::default()
    };
    let (gated, minted) = Gated::new(Schemes::Bearer, grants).await;
    let mut request = bearer(&minted.secret);
    *request.method_mut() = http::Method::GET;
    *request.uri_mut() = "/metrics".parse().unwrap();
    let got = send(gated.endpoint.address, request.clone()).await;
    assert_eq!(got.status, 200);
    *request.uri_mut() = "/healthz".parse().unwrap();
    assert_eq!(send(gated.endpoint.address, request).await.status, 200);
    let got = send(gated.endpoint.address, bearer(&minted.secret)).await;
    assert_eq!(got.error(), "AccessDeniedException", "and for nothing else");
}

fn lines(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(!text.contains(CANARY), "no text in the audit log");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn every_request_has_a_line_without_its_text() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("audit.jsonl");
    let mut audited = settings(Mode::Extend);
    audited.audit = Some(Audit::open(&file).unwrap());
    let backend = Scripted::new(|number, _| match number {
        0 => Reply::json(
            200,
            converse(&format!("{CANARY} one, two and"), "max_tokens"),
        ),
        _ => Reply::json(200, converse(&format!(" three {CANARY}"), "end_turn")),
    });
    let (gated, minted) = Gated::with(backend, Schemes::Bearer, Grants::default(), audited).await;
    let address = gated.endpoint.address;
    let canary = question().replace("hi", CANARY);
    let mut asked = bearer(&minted.secret);
    *asked.body_mut() = canary.clone().into();
    assert_eq!(send(address, asked.clone()).await.status, 200);
    *asked.uri_mut() = "/model/a.b/count-tokens".parse().unwrap();
    assert_eq!(send(address, asked.clone()).await.status, 200);
    assert_eq!(send(address, bearer(CANARY)).await.status, 403);
    *asked.uri_mut() = "/foundation-models".parse().unwrap();
    assert_eq!(send(address, asked).await.status, 405);
    until("four lines", || lines(&file).len() == 4).await;
    let lines = lines(&file);
    let events: Vec<&str> = lines
        .iter()
        .map(|line| line["event"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["answered", "forwarded", "refused", "refused"]);
    let answered = &lines[0];
    assert_eq!(answered["key"]["name"], "first");
    assert_eq!(answered["key"]["id"], minted.id.as_str());
    assert_eq!(answered["operation"], "Converse");
    assert_eq!(answered["report"]["outcome"], "complete");
    assert_eq!(answered["report"]["legs"].as_array().unwrap().len(), 2);
    assert!(answered["time"].as_str().unwrap().ends_with('Z'));
    assert_eq!(lines[1]["operation"], "CountTokens");
    assert_eq!(lines[2]["error"], "AccessDeniedException");
    assert!(lines[2]["key"].is_null(), "who it was is not proved");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[tokio::test]
async fn legs_are_marked_where_the_operator_wants_it() {
    let backend = Scripted::new(|number, _| match number {
        0 => Reply::json(200, converse("one, two and", "max_tokens")),
        _ => Reply::json(200, converse(" three", "end_turn")),
    });
    let mut marked = settings(Mode::Extend);
    marked.request_metadata = RequestMetadata::Marked;
    let (gated, minted) = Gated::with(backend, Schemes::Bearer, Grants::default(), marked).await;
    let mut request = bearer(&minted.secret);
    let own = question().replacen('{', r#"{"requestMetadata":{"team":"x"},"#, 1);
    *request.body_mut() = own.into();
    assert_eq!(send(gated.endpoint.address, request).await.status, 200);
    let metadata = |number| {
        let body: Value = serde_json::from_slice(&gated.backend.request(number).body).unwrap();
        body["requestMetadata"].clone()
    };
    let (first, second) = (metadata(0), metadata(1));
    for (metadata, leg) in [(&first, "1"), (&second, "2")] {
        assert_eq!(metadata["team"], "x");
        assert_eq!(metadata["tsuzuki-leg"], leg);
        assert_eq!(metadata["tsuzuki-key"], "first");
    }
    assert_eq!(first["tsuzuki-answer"], second["tsuzuki-answer"]);
    assert!(first["tsuzuki-answer"].as_str().unwrap().len() == 36);
}
