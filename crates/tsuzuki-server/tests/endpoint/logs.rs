//! No user text and no credential in any log line.

use crate::answers::{CONVERSE, CONVERSE_STREAM};
use crate::backend::{
    Piece, Reply, Scripted, converse, settings, start, stream_end, stream_start, stream_text,
};
use crate::client::{post, send, send_h2};
use std::io::Write;
use std::sync::{Arc, Mutex};
use tsuzuki::engine::{Millis, Mode};

const CANARY: &str = "canary-7f3a";

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
    // Of all tests in this process; only this one has a canary.
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let backend = Scripted::new(|number, request| {
        let text = format!("{CANARY} {number}");
        if request.path.contains("refused") {
            return Reply::json(400, format!(r#"{{"message":"{CANARY}"}}"#));
        }
        if request.path.contains("throttled") {
            return Reply::json(429, format!(r#"{{"message":"{CANARY}"}}"#));
        }
        if request.path.ends_with("-stream") {
            let pieces = [stream_start(), stream_text(&text), stream_end("max_tokens")];
            return Reply::events(pieces.into_iter().map(Piece::Bytes).collect());
        }
        Reply::json(200, converse(&text, "max_tokens"))
    });
    let mut brief = settings(Mode::Extend);
    brief.policy.max_legs = 3;
    brief.policy.backoff = Millis(1);
    brief.policy.no_progress = Millis(20);
    let endpoint = start(&backend, brief).await;
    let question = format!(
        r#"{{"messages":[{{"role":"user","content":[{{"text":"{CANARY}"}}]}}],"inferenceConfig":{{"maxTokens":10}}}}"#
    );
    let malformed = format!("{{\"messages\": {CANARY}");
    let wrong = format!(r#"{{"messages":"{CANARY}","{CANARY}":1}}"#);
    for path in [
        CONVERSE,
        CONVERSE_STREAM,
        "/model/a.b/invoke",
        "/model/a.b/invoke-with-response-stream",
        "/model/a.b/count-tokens",
        "/model/refused/converse",
        "/model/throttled/converse-stream",
        "/model/x/nope",
    ] {
        for body in [&question, &malformed, &wrong] {
            let mut request = post(path, body.clone());
            for (name, value) in [
                ("authorization", format!("Bearer {CANARY}")),
                ("amz-sdk-invocation-id", format!("{CANARY}{path}")),
                ("x-amz-security-token", CANARY.to_owned()),
            ] {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
            send(endpoint.address, request.clone()).await;
            request
                .headers_mut()
                .insert("x-tsuzuki-mode", "off".parse().unwrap());
            send_h2(endpoint.address, request).await;
        }
    }
    let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    for line in ["answered", "forwarded", "refused", "legs="] {
        assert!(log.contains(line), "the log is kept: {line}");
    }
    // h2's own trace level prints header fields; nobody's default, and not ours to change.
    let ours: Vec<&str> = log
        .lines()
        .filter(|line| line.contains(CANARY) && !line.contains(" h2::"))
        .collect();
    assert!(ours.is_empty(), "{ours:#?}");
}
