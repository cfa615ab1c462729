//! Recorded traffic of real Amazon Bedrock. It lies beside the project, not in it; where it is
//! absent these tests say so and check nothing.

use crate::sample::{decode, decoded, encoded, head, text};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::path::PathBuf;
use tsuzuki_wire::engine::{Delivery, Delta, End, Event, Frame, ModelId};
use tsuzuki_wire::{Form, read_ask, recognise};

#[derive(Deserialize)]
struct Recording {
    operation: String,
    stop_reason: Option<String>,
    request: Request,
    response: Response,
}

#[derive(Deserialize)]
struct Request {
    body: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
    headers: std::collections::BTreeMap<String, String>,
    body: Option<Box<RawValue>>,
    body_base64: Option<String>,
}

impl Response {
    fn bytes(&self) -> Bytes {
        use base64::Engine as _;
        match (&self.body_base64, &self.body) {
            (Some(bytes), _) => base64::engine::general_purpose::STANDARD
                .decode(bytes)
                .unwrap()
                .into(),
            (None, Some(json)) => json.get().to_owned().into(),
            (None, None) => Bytes::new(),
        }
    }
}

fn shared(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TSUZUKI_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let folder = root.join(folder);
    if !folder.is_dir() {
        println!(
            "SKIPPED: no recordings at {} (set TSUZUKI_SHARED)",
            folder.display()
        );
        return None;
    }
    Some(folder)
}

/// Every recording whose body we read, with its form.
fn recordings() -> Vec<(String, Form, Recording)> {
    let Some(folder) = shared("recordings") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for line in std::fs::read_to_string(folder.join("index.jsonl"))
        .unwrap()
        .lines()
    {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = entry["file"].as_str().unwrap().to_owned();
        let recording: Recording =
            serde_json::from_slice(&std::fs::read(folder.join(&name)).unwrap()).unwrap();
        let body = recording
            .request
            .body
            .as_ref()
            .map_or("", |body| body.get())
            .as_bytes();
        let form = match recording.operation.as_str() {
            "Converse" => Some(Form::Converse),
            "ConverseStream" => Some(Form::ConverseStream),
            "InvokeModel" => recognise(body, Delivery::Collected),
            "InvokeModelWithResponseStream" => recognise(body, Delivery::Streamed),
            _ => None,
        };
        found.extend(form.map(|form| (name, form, recording)));
    }
    assert!(found.len() > 600, "the recordings are all there");
    found
}

fn frames(form: Form, response: &Response) -> Vec<Frame> {
    let headers: Vec<_> = response
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    decode(form, &head(response.status, &headers), [response.bytes()])
}

/// A body nobody records from Bedrock itself: some projects write such by hand.
fn is_an_answer(form: Form, body: &Bytes) -> bool {
    form != Form::Messages
        || serde_json::from_slice::<serde_json::Value>(body)
            .unwrap()
            .get("content")
            .is_some()
}

#[test]
fn every_recorded_answer_comes_out_as_it_went_in() {
    let mut seen = 0;
    for (name, form, recording) in recordings() {
        let body = recording.response.bytes();
        if recording.response.status != 200 || !is_an_answer(form, &body) {
            continue;
        }
        let frames = frames(form, &recording.response);
        let end = frames.iter().find_map(|frame| {
            if let Event::End(end) = &frame.event {
                Some(end)
            } else {
                None
            }
        });
        if let Some(reason) = &recording.stop_reason {
            let stop = frames.iter().find_map(|frame| {
                if let Event::Stop(stop) = &frame.event {
                    Some(stop)
                } else {
                    None
                }
            });
            assert_eq!(end, stop.map(|stop| &stop.end), "{name}");
            assert!(
                !matches!(end, None | Some(End::Unknown(_))),
                "{name}: {reason}"
            );
        }
        assert!(
            end.is_none_or(|end| !end.is_fault() || name.contains("Stream")),
            "{name}: {end:?}"
        );
        assert_eq!(encoded(form, frames), body, "{name}");
        seen += 1;
    }
    println!("{seen} recorded answers");
}

#[test]
fn every_recorded_stream_is_read_the_same_however_it_is_split() {
    for (name, form, recording) in recordings() {
        if recording.response.body_base64.is_none() || recording.response.status != 200 {
            continue;
        }
        let body = recording.response.bytes();
        let whole = decoded(form, &body);
        assert!(
            whole.iter().all(|frame| !matches!(
                frame.event,
                Event::End(End::Cut(tsuzuki_wire::engine::Cut::Damaged))
            )),
            "{name}"
        );
        for size in [1, 7, 64, 1000] {
            let split = decode(
                form,
                &head(200, &[]),
                body.chunks(size).map(Bytes::copy_from_slice),
            );
            assert_eq!(whole, split, "{name} in pieces of {size}");
        }
    }
}

#[test]
fn altering_the_text_of_a_recorded_stream_alters_nothing_else() {
    for (name, form, recording) in recordings() {
        if form.delivery() != Delivery::Streamed || recording.response.status != 200 {
            continue;
        }
        let before = frames(form, &recording.response);
        let mut altered = before.clone();
        for frame in &mut altered {
            if let Event::Delta {
                delta: Delta::Text { text, .. },
                ..
            } = &mut frame.event
            {
                *text = format!("<{text}>\"\\\n");
                frame.altered = true;
            }
        }
        let after = decoded(form, &encoded(form, altered));
        assert_eq!(before.len(), after.len(), "{name}");
        for (was, is) in before.iter().zip(&after) {
            match was.text() {
                Some(text) => assert_eq!(
                    is.text(),
                    Some(format!("<{text}>\"\\\n").as_str()),
                    "{name}"
                ),
                None => assert_eq!(was, is, "{name}"),
            }
        }
    }
}

#[test]
fn altering_the_text_of_a_recorded_body_alters_nothing_else() {
    for (name, form, recording) in recordings() {
        let body = recording.response.bytes();
        if form.delivery() != Delivery::Collected
            || recording.response.status != 200
            || !is_an_answer(form, &body)
        {
            continue;
        }
        let mut frames = frames(form, &recording.response);
        let was = text(&frames);
        let Some(last) = frames.iter_mut().rfind(|frame| frame.text().is_some()) else {
            continue;
        };
        if let Event::Delta {
            delta: Delta::Text { text, .. },
            ..
        } = &mut last.event
        {
            text.push_str("続き");
        }
        last.altered = true;
        let after = encoded(form, frames);
        assert_eq!(text(&decoded(form, &after)), was + "続き", "{name}");
        // What was added is all that is new, give or take the spelling of the one string it is in.
        let parsed: serde_json::Value = serde_json::from_slice(&after).unwrap();
        let without = serde_json::to_string(&parsed)
            .unwrap()
            .replacen("続き", "", 1);
        let original: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(without, original.to_string(), "{name}");
    }
}

#[test]
fn every_recorded_request_is_read_and_carried_whole() {
    let mut seen = 0;
    for (name, form, recording) in recordings() {
        let Some(body) = &recording.request.body else {
            continue;
        };
        if !body.get().starts_with('{') {
            continue; // not JSON, which the recorder kept as a text
        }
        let body = Bytes::from(body.get().to_owned());
        let read = read_ask(form, ModelId("m".into()), Vec::new(), body.clone());
        if recording.response.status == 200 {
            let (ask, _) = read.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(ask.carried.body, body, "{name}");
            seen += 1;
        }
    }
    println!("{seen} recorded requests");
}

#[test]
fn every_recorded_error_is_rejected_or_passes_and_comes_out_as_it_went_in() {
    for (name, form, recording) in recordings() {
        if recording.response.status == 200 {
            continue;
        }
        let frames = frames(form, &recording.response);
        let [
            Frame {
                event: Event::End(end),
                ..
            },
        ] = &frames[..]
        else {
            panic!("{name}: one end")
        };
        match recording.response.status {
            503 => assert!(end.is_fault(), "{name}"),
            _ => assert!(matches!(end, End::Rejected(_)), "{name}: {end:?}"),
        }
        assert_eq!(encoded(form, frames), recording.response.bytes(), "{name}");
    }
}

#[test]
fn the_recorded_frames_decode() {
    let Some(folder) = shared("data/wire") else {
        return;
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "bin") {
            continue;
        }
        let body = Bytes::from(std::fs::read(&path).unwrap());
        let frames = decoded(Form::ConverseStream, &body);
        let lines = std::fs::read_to_string(path.with_extension("jsonl")).unwrap();
        let told = frames.iter().filter(|frame| frame.source.is_some()).count();
        assert_eq!(told, lines.lines().count(), "{}", path.display());
        assert_eq!(
            encoded(Form::ConverseStream, frames),
            body,
            "{}",
            path.display()
        );
        seen += 1;
    }
    assert!(seen >= 18);
}
