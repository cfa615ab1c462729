//! Recorded exchanges with real Amazon Bedrock, with a local upstream in Bedrock's place: forwarded,
//! every request arrives as it was sent and every answer comes back as it was recorded.

use crate::upstream::{REGION, SECRET, Upstream, bedrock, read, respond};
use crate::verifier::Verifier;
use base64::Engine as _;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tsuzuki::backend::Backend as _;
use tsuzuki::{RawRequest, Wired};

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
    // What the upstream says next.
    type Line = (u16, Vec<(String, String)>, Vec<u8>);
    let next: Arc<Mutex<Option<Line>>> = Arc::default();
    let said = Arc::clone(&next);
    let upstream = Upstream::start(move |_| {
        let (status, headers, body) = said
            .lock()
            .unwrap()
            .take()
            .expect("one request, one answer");
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        respond(status, &headers, body)
    })
    .await;
    let backend = Wired::new(Arc::new(bedrock(upstream.url()).await));
    let verifier = Verifier {
        region: REGION,
        service: "bedrock",
        secret: SECRET,
    };
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for recording in &recordings {
        let file = &recording.file;
        *next.lock().unwrap() = Some((
            recording.status,
            recording.headers.clone(),
            recording.body.clone(),
        ));
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
    }
    let seen = upstream.seen();
    assert_eq!(seen.len(), recordings.len());
    for (seen, recording) in seen.iter().zip(&recordings) {
        let file = &recording.file;
        assert_eq!(
            (&seen.method, &seen.path),
            (&recording.request.method, &recording.request.path),
            "{file}"
        );
        assert!(
            seen.body == recording.request.body,
            "{file}: the body arrives as another"
        );
        verifier
            .check(seen)
            .unwrap_or_else(|why| panic!("{file}: {why}"));
        for (name, value) in &recording.request.headers {
            if [
                "authorization",
                "host",
                "x-amz-date",
                "x-amz-security-token",
                "x-amz-content-sha256",
            ]
            .contains(&name.as_str())
                || name.starts_with("amz-sdk-")
            {
                continue;
            }
            assert_eq!(seen.header(name), Some(value.trim()), "{file}: {name}");
        }
    }
    println!(
        "{} recorded exchanges, by status: {statuses:?}",
        recordings.len()
    );
}
