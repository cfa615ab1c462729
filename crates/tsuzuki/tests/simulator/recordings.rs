//! What real Bedrock was asked, asked again here: what it served is served, and what both refuse is
//! refused in the same words. (What only Bedrock refuses, such as a video for a model that sees
//! none, the simulator serves; so it does with ids that some regions serve on demand.)
//!
//! The recordings are no part of the repository; without them the test says so and passes.

use crate::bench::{saying, send};
use bytes::Bytes;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tsuzuki::RawRequest;

fn folder() -> Option<PathBuf> {
    let shared = std::env::var("TSUZUKI_SHARED").map_or_else(
        |_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    Some(shared.join("recordings")).filter(|folder| folder.is_dir())
}

/// Requests that the simulator does not play: embeddings and other models that do not chat, the
/// text completions of Claude 2, models of the operator's own, and refusals of accounts.
fn is_foreign(path: &str, error: &str) -> bool {
    let models = [
        "embed",
        "rerank",
        "titan-",
        "cohere.",
        "ai21.",
        "claude-v2",
        "claude-instant",
        "application-inference-profile",
        // An id that somebody's proxy rewrote.
        "v2-0/",
    ];
    let errors = [
        "security token",
        "Signature expired",
        "end of its life",
        "throttled",
    ];
    models.iter().any(|part| path.contains(part)) || errors.iter().any(|part| error.contains(part))
}

#[tokio::test]
async fn as_recorded() {
    let Some(folder) = folder() else {
        println!("skipped: no recordings beside the repository");
        return;
    };
    let simulator = saying("yes");
    let (mut served, mut refused) = (0, 0);
    for line in std::fs::read_to_string(folder.join("index.jsonl"))
        .unwrap()
        .lines()
    {
        let entry: Value = serde_json::from_str(line).unwrap();
        let file = entry["file"].as_str().unwrap();
        let recording: Value =
            serde_json::from_str(&std::fs::read_to_string(folder.join(file)).unwrap()).unwrap();
        let (request, status) = (
            &recording["request"],
            recording["response"]["status"].as_u64().unwrap(),
        );
        let (path, error) = (
            request["path"].as_str().unwrap(),
            entry["error_message"].as_str().unwrap_or_default(),
        );
        if is_foreign(path, error)
            || !request["body"].is_object()
            || entry["operation"] == "ApplyGuardrail"
        {
            continue;
        }
        let sent = RawRequest {
            method: "POST".to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Bytes::from(request["body"].to_string()),
        };
        let answer = send(&simulator, sent).await;
        match (status, answer.status) {
            (200, 200) => served += 1,
            (200, _) => panic!(
                "{file}: served by Bedrock, refused here: {}",
                answer.message()
            ),
            (_, 200) => {}
            // The words of schema errors are not copied.
            (_, _) if error.contains("#: subject must not be valid against schema") => {}
            (_, _) => {
                assert_eq!(
                    (u64::from(answer.status), answer.message().as_str()),
                    (status, error),
                    "{file}"
                );
                refused += 1;
            }
        }
    }
    println!("{served} served, {refused} refused in the same words");
    assert!(served > 500 && refused > 40);
}
