//! Recorded exchanges with real Amazon Bedrock, with a local upstream in Bedrock's place: forwarded,
//! every request arrives as it was sent and every answer comes back as it was recorded.

use crate::upstream::{REGION, SECRET, Seen, Upstream, bedrock, read, refuse, respond};
use crate::verifier::Verifier;
use base64::Engine as _;
use futures_util::StreamExt as _;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tsuzuki::engine::{Answer, Ask, Millis, Mode, ModelId, Outcome, Policy};
use tsuzuki::wire::{Form, read_ask};
use tsuzuki::{Backend, Brake, RawRequest, Step, Wired, drive};

/// Fields about the recorded connection, and about the bytes as they were packed for it.
const OF_THE_CONNECTION: [&str; 5] = [
    "connection",
    "content-length",
    "content-encoding",
    "keep-alive",
    "transfer-encoding",
];

struct Recording {
    file: String,
    /// Why the recorded answer stopped.
    stop: Option<String>,
    request: RawRequest,
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn folder() -> PathBuf {
    match std::env::var_os("TSUZUKI_SHARED") {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
    }
    .join("recordings")
}

fn text_fields(value: &Value) -> Vec<(String, String)> {
    let fields = value.as_object().into_iter().flatten();
    fields
        .map(|(name, value)| match value {
            Value::String(text) => (name.to_lowercase(), text.clone()),
            other => (name.to_lowercase(), other.to_string()),
        })
        .collect()
}

fn recordings() -> Vec<Recording> {
    let folder = folder();
    let Ok(index) = std::fs::read_to_string(folder.join("index.jsonl")) else {
        println!(
            "SKIPPED: no recordings at {} (set TSUZUKI_SHARED)",
            folder.display()
        );
        return Vec::new();
    };
    let read = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        let file = row["file"].as_str().unwrap().to_owned();
        let stop = row["stop_reason"].as_str().map(str::to_owned);
        let text = std::fs::read_to_string(folder.join(&file)).unwrap();
        let mut whole: Value = serde_json::from_str(&text).unwrap();
        let request = whole["request"].take();
        let response = whole["response"].take();
        let sent = match &request["body"] {
            Value::Null => Vec::new(),
            body => serde_json::to_vec(body).unwrap(),
        };
        let body = match response["body_base64"].as_str() {
            Some(packed) => base64::engine::general_purpose::STANDARD
                .decode(packed)
                .unwrap(),
            None => serde_json::to_vec(&response["body"]).unwrap(),
        };
        let kept = |(name, _): &(String, String)| !OF_THE_CONNECTION.contains(&name.as_str());
        Recording {
            file,
            stop,
            request: RawRequest {
                method: request["method"].as_str().unwrap_or("POST").to_owned(),
                path: request["path"]
                    .as_str()
                    .unwrap_or("/model/unknown/converse")
                    .to_owned(),
                headers: text_fields(&request["headers"])
                    .into_iter()
                    .filter(kept)
                    .collect(),
                body: sent.into(),
            },
            status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
            headers: text_fields(&response["headers"])
                .into_iter()
                .filter(kept)
                .collect(),
            body,
        }
    };
    index
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(read)
        .collect()
}

#[tokio::test]
async fn every_exchange_passes_untouched() {
    let recordings = recordings();
    if recordings.is_empty() {
        return;
    }
    assert!(recordings.len() > 1000, "the recordings are all there");
    // What the upstream says now.
    type Line = (u16, Vec<(String, String)>, Vec<u8>);
    let now: Arc<Mutex<Line>> = Arc::default();
    let said = Arc::clone(&now);
    let upstream = Upstream::start(move |_| {
        let (status, headers, body) = said.lock().unwrap().clone();
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        respond(status, &headers, body)
    })
    .await;
    let verifier = Verifier {
        region: REGION,
        service: "bedrock",
        secret: SECRET,
    };
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    let mut before = 0;
    let connected = Wired::new(Arc::new(bedrock(upstream.url()).await));
    for recording in &recordings {
        let file = &recording.file;
        *now.lock().unwrap() = (
            recording.status,
            recording.headers.clone(),
            recording.body.clone(),
        );
        // A recorded refusal of a clock is of a clock of that day: it gets a backend of its own.
        let clock = recording
            .headers
            .iter()
            .any(|(_, value)| value.starts_with("InvalidSignatureException"));
        let own = match clock {
            true => Some(Wired::new(Arc::new(bedrock(upstream.url()).await))),
            false => None,
        };
        let backend = own.as_ref().unwrap_or(&connected);
        let answer = read(backend.forward(recording.request.clone()).await).await;
        assert_eq!(answer.status, recording.status, "{file}");
        assert_eq!(answer.broke, None, "{file}");
        assert!(answer.body == recording.body, "{file}: the body is another");
        for (name, value) in &recording.headers {
            let came: Vec<&str> = answer
                .headers
                .iter()
                .filter(|(other, _)| other == name)
                .map(|(_, value)| value.as_str())
                .collect();
            assert_eq!(came, [value.trim()], "{file}: {name}");
        }
        *statuses.entry(answer.status).or_default() += 1;

        let seen = upstream.seen().split_off(before);
        before += seen.len();
        assert!(seen.len() == 1 || (clock && seen.len() == 2), "{file}");
        for seen in &seen {
            arrived(seen, recording);
            verifier
                .check(seen)
                .unwrap_or_else(|why| panic!("{file}: {why}"));
        }
    }
    println!(
        "{} recorded exchanges, by status: {statuses:?}",
        recordings.len()
    );
}

/// A request arrived as it was sent, but for what names and authorises the sender.
fn arrived(seen: &Seen, recording: &Recording) {
    const OURS: [&str; 5] = [
        "authorization",
        "host",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-content-sha256",
    ];
    let (file, sent) = (&recording.file, &recording.request);
    assert_eq!(
        (&seen.method, &seen.path),
        (&sent.method, &sent.path),
        "{file}"
    );
    assert!(
        seen.body == sent.body,
        "{file}: the body arrives as another"
    );
    for (name, value) in &sent.headers {
        if !OURS.contains(&name.as_str()) && !name.starts_with("amz-sdk-") {
            assert_eq!(seen.header(name), Some(value.trim()), "{file}: {name}");
        }
    }
}

/// Recorded answers that were cut at their output limit, to requests as recorded: the first request
/// goes out byte for byte, and the second asks for the rest, with the caller's own part unchanged.
#[tokio::test]
async fn answers_cut_at_their_limit_are_asked_on() {
    let (mut first, mut second, mut whole_calls) = (0, 0, 0);
    for recording in recordings() {
        if recording.stop.as_deref() != Some("max_tokens") {
            continue;
        }
        let Some(ask) = ask_of(&recording.request) else {
            continue;
        };
        let file = &recording.file;
        let body = recording.body.clone();
        let once = Mutex::new(Some((
            recording.status,
            recording.headers.clone(),
            recording.body.clone(),
        )));
        let upstream = Upstream::start(move |_| match once.lock().unwrap().take() {
            Some((status, headers, body)) => {
                let headers: Vec<(&str, &str)> = headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect();
                respond(status, &headers, body)
            }
            None => refuse(400, "ValidationException", "The test needs no more."),
        })
        .await;
        let backend: Arc<dyn Backend> =
            Arc::new(Wired::new(Arc::new(bedrock(upstream.url()).await)));
        let answer = Answer::new(
            ask.clone(),
            backend.abilities(&ask.model),
            Policy {
                backoff: Millis(1),
                ..Policy::new(Mode::Extend)
            },
        );
        let mut steps = Box::pin(drive(answer, backend, None, Brake::default()));
        let mut text = String::new();
        let mut complete = false;
        while let Some(step) = steps.next().await {
            match step {
                Step::Frame(frame) => text.push_str(frame.text().unwrap_or_default()),
                Step::Progress(_) | Step::Waiting { .. } => {}
                Step::Over { outcome, .. } => {
                    // A complete tool call ends an answer, whatever cut it behind that.
                    let calls = ["toolUse", "tool_use"]
                        .iter()
                        .any(|name| holds(&body, name));
                    complete = outcome == Outcome::Complete;
                    assert!(calls || !complete, "{file}: it was cut");
                }
            }
        }
        let seen = upstream.seen();
        assert_eq!(
            seen[0].body, recording.request.body,
            "{file}: the first leg is the caller's own"
        );
        first += 1;
        // Not asked on is only what stands behind a whole tool call: the caller can act on that call,
        // and the one that was cut behind it is not shown. (One recorded answer calls two tools.)
        let Some(next) = seen.get(1) else {
            assert!(complete, "{file}: it is not asked on");
            whole_calls += 1;
            continue;
        };
        second += 1;
        let sent: Value = serde_json::from_slice(&seen[0].body).unwrap();
        let mut asked: Value = serde_json::from_slice(&next.body).unwrap();
        assert_eq!(
            next.path.rsplit('/').next(),
            seen[0].path.rsplit('/').next(),
            "{file}"
        );
        let messages = asked["messages"].take();
        let messages = messages.as_array().unwrap();
        let own = sent["messages"].as_array().unwrap();
        assert_eq!(
            &messages[..own.len()],
            own,
            "{file}: the caller's messages are another"
        );
        if let [partial, ..] = &messages[own.len()..] {
            assert_eq!(partial["role"], "assistant", "{file}");
            let blocks = partial["content"].as_array().unwrap();
            assert_eq!(blocks.len(), 1, "{file}: the text so far is one block");
            assert_eq!(blocks[0]["text"].as_str(), Some(text.trim_end()), "{file}");
        } else {
            assert_eq!(text.trim(), "", "{file}: nothing to go on from");
        }
        // Nothing else differs but the limit.
        let mut sent = sent;
        for body in [&mut asked, &mut sent] {
            body["messages"] = Value::Null;
            body["max_tokens"] = Value::Null;
            body["inferenceConfig"]["maxTokens"] = Value::Null;
        }
        assert_eq!(asked, sent, "{file}");
    }
    println!(
        "{first} answers cut at their limit, {second} asked on, {whole_calls} with a whole tool call"
    );
    assert_eq!(first, second + whole_calls);
    assert!(first == 0 || second >= 20, "{second} of {first}");
    assert!(whole_calls <= 1, "{whole_calls} of {first}");
}

/// The ask in a recorded request, if it is one that we read.
fn ask_of(request: &RawRequest) -> Option<Ask> {
    let (model, operation) = request.path.strip_prefix("/model/")?.rsplit_once('/')?;
    let form = Form::named(operation)?;
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    let native = matches!(form, Form::Messages | Form::MessagesStream);
    if native && body.get("anthropic_version").is_none() {
        return None;
    }
    let model = percent_encoding::percent_decode_str(model)
        .decode_utf8()
        .unwrap();
    let (ask, _) = read_ask(
        form,
        ModelId(model.into_owned()),
        request.headers.clone(),
        request.body.clone(),
    )
    .unwrap();
    Some(ask)
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes
        .windows(word.len())
        .any(|window| window == word.as_bytes())
}
