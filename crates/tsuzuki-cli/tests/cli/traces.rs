//! Traces of a real endpoint, as a collector gets them.

use crate::shell::{tsuzuki, while_serving};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const CANARY: &str = "canary-91e4";
const PATIENCE: Duration = Duration::from_secs(20);

/// One request to a collector: its first line and its body.
type Batch = (String, Vec<u8>);

/// A collector that says yes to everything.
fn collector() -> (String, Receiver<Batch>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    let (send, batches) = channel();
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            let send = send.clone();
            std::thread::spawn(move || {
                let mut stream = BufReader::new(stream);
                while let Some(batch) = read(&mut stream) {
                    let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                    stream.get_mut().write_all(ok).expect("answered");
                    send.send(batch).expect("somebody looks");
                }
            });
        }
    });
    (format!("http://{address}"), batches)
}

/// The next request of a connection; none at its end.
fn read(stream: &mut BufReader<TcpStream>) -> Option<Batch> {
    let mut first = String::new();
    stream.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).expect("a head");
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("a whole body");
    Some((first, body))
}

fn ask(address: &str, question: &str) -> String {
    let body = format!(
        r#"{{"messages":[{{"role":"user","content":[{{"text":"{question}"}}]}}],"inferenceConfig":{{"maxTokens":40}}}}"#
    );
    post(
        address,
        "us.anthropic.claude-haiku-4-5-20251001-v1:0/converse",
        &body,
    )
}

/// What the endpoint says to a request at `/model/…`.
fn post(address: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("somebody listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    write!(
        stream,
        "POST /model/{path} HTTP/1.1\r\n\
         host: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

/// How often a text stands in these bytes.
fn times(bytes: &[u8], text: &str) -> usize {
    bytes
        .windows(text.len())
        .filter(|window| *window == text.as_bytes())
        .count()
}

#[test]
fn an_answer_and_its_legs_are_spans_without_text() {
    let (collector, batches) = collector();
    let run = tsuzuki(["serve", "--listen", "127.0.0.1:0", "--mode", "extend"])
        .variable("OTEL_EXPORTER_OTLP_ENDPOINT", &collector)
        .variable("TSUZUKI_LOG", "error");
    let mut answer = String::new();
    let done = while_serving(&run, "TERM", |address| {
        answer = ask(address, &format!("/long 12 {CANARY}"));
    });
    assert_eq!(done.exit, Some(0), "{}", done.stderr);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (first, bytes) = batches.recv_timeout(PATIENCE).expect("a batch");
    assert_eq!(first.trim_end(), "POST /v1/traces HTTP/1.1");
    for once in [
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "aws.bedrock",
        "gen_ai.request.model",
        "gen_ai.request.max_tokens",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "gen_ai.response.finish_reasons",
        "chat us.anthropic.claude-haiku-4-5-20251001-v1:0",
        "service.name",
        "leg 1",
        "leg 2",
    ] {
        assert_eq!(times(&bytes, once), 1, "{once}");
    }
    let legs = times(&bytes, "tsuzuki.leg.by");
    assert!(legs > 1, "an answer of more than one leg");
    for each in ["tsuzuki.leg.stop", "aws.request_id"] {
        assert_eq!(times(&bytes, each), legs, "{each}");
    }
    assert_eq!(times(&bytes, CANARY), 0, "no text of the question");
    assert!(batches.try_recv().is_err(), "all in one batch");
}

#[test]
fn a_request_passed_on_unread_is_one_span() {
    let (collector, batches) = collector();
    let run = tsuzuki(["serve", "--listen", "127.0.0.1:0"])
        .variable("OTEL_EXPORTER_OTLP_ENDPOINT", &collector)
        .variable("TSUZUKI_LOG", "error");
    let mut answer = String::new();
    let done = while_serving(&run, "TERM", |address| {
        let body = format!(
            r#"{{"input":{{"converse":{{"messages":[{{"role":"user","content":[{{"text":"{CANARY}"}}]}}]}}}}}}"#
        );
        answer = post(
            address,
            "anthropic.claude-haiku-4-5-20251001-v1:0/count-tokens",
            &body,
        );
    });
    assert_eq!(done.exit, Some(0), "{}", done.stderr);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (_, bytes) = batches.recv_timeout(PATIENCE).expect("a batch");
    for once in [
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "anthropic.claude-haiku-4-5-20251001-v1:0",
        "http.request.method",
        "http.response.status_code",
        "aws.request_id",
        "tsuzuki.operation",
    ] {
        assert_eq!(times(&bytes, once), 1, "{once}");
    }
    assert_eq!(
        times(&bytes, "CountTokens"),
        2,
        "its name and its operation"
    );
    assert_eq!(times(&bytes, "error.type"), 0);
    assert_eq!(times(&bytes, CANARY), 0, "no text of the question");
    assert!(batches.try_recv().is_err(), "all in one batch");
}

#[test]
fn a_collector_that_is_none() {
    let done = tsuzuki(["serve", "--listen", "127.0.0.1:0"])
        .variable("OTEL_EXPORTER_OTLP_ENDPOINT", "not an address")
        .run();
    assert_eq!(done.exit, Some(2), "{}", done.stderr);
    assert!(
        done.stderr.contains("hint: OTEL_EXPORTER_OTLP_ENDPOINT"),
        "{}",
        done.stderr
    );
}
