//! What errors taught is remembered across restarts.

use crate::upstream::settings;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tsuzuki::Wired;
use tsuzuki::backend::{Backend as _, Lessons};
use tsuzuki::bedrock::{Bedrock, Settings};
use tsuzuki::engine::{Lesson, ModelId, Prefill};

const SONNET: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";

async fn backend(folder: &Path) -> Wired {
    let bedrock = Bedrock::connect(Settings {
        data: Some(folder.to_owned()),
        ..settings("http://127.0.0.1:9")
    })
    .await
    .unwrap();
    Wired::new(Arc::new(bedrock))
}

/// Waits until the file is there and settled; it is written beside the answer, not before it.
pub(crate) async fn kept(folder: &Path) {
    let mut last = Vec::new();
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(25)).await;
        let now = std::fs::read(folder.join("lessons.json")).unwrap_or_default();
        if !now.is_empty() && now == last {
            return;
        }
        last = now;
    }
    panic!("nothing was kept");
}

#[tokio::test]
async fn across_restarts() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let model = ModelId(SONNET.to_owned());
    let first = backend(&data).await;
    assert_eq!(first.abilities(&model).prefill, Prefill::Accepted);
    first.learn(&model, Lesson::PrefillRefused);
    first.learn(&model, Lesson::LimitIs(1000));
    first.learn(&model, Lesson::LimitIs(2000));
    assert_eq!(first.abilities(&model).max_output, Some(2000));
    kept(&data).await;

    let second = backend(&data).await;
    let abilities = second.abilities(&model);
    assert_eq!(
        (abilities.prefill, abilities.max_output),
        (Prefill::Refused, Some(2000))
    );
    let other = second.abilities(&ModelId("amazon.nova-lite-v1:0".to_owned()));
    assert_eq!(other.prefill, Prefill::Accepted);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(data.join("lessons.json"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let names: Vec<_> = std::fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["lessons.json"], "nothing else is left behind");
}

/// A lesson does not hold for ever: limits rise.
#[tokio::test]
async fn old_lessons_fade() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("lessons.json");
    let model = ModelId(SONNET.to_owned());
    let now = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap()
        .as_secs();
    for (days, holds) in [(29, true), (31, false)] {
        let at = now - days * 24 * 3600;
        let text =
            format!("{{\"models\":{{\"{SONNET}\":{{\"limit\":{{\"is\":77,\"at\":{at}}}}}}}}}");
        std::fs::write(&file, text).unwrap();
        let limit = backend(folder.path()).await.abilities(&model).max_output;
        assert_eq!(limit == Some(77), holds, "{days} days");
    }
}

/// A file that cannot be read costs nothing but what it held.
#[tokio::test]
async fn a_broken_file() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("lessons.json"), "{\"models\": 7").unwrap();
    let model = ModelId(SONNET.to_owned());
    let backend = backend(folder.path()).await;
    assert_eq!(backend.abilities(&model).prefill, Prefill::Accepted);
    backend.learn(&model, Lesson::PrefillRefused);
    for _ in 0..200 {
        let text = std::fs::read_to_string(folder.path().join("lessons.json")).unwrap();
        if text.contains("prefill_refused") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the broken file was not replaced");
}

/// A folder that cannot be written is no reason to fail: lessons hold until the end.
#[test]
fn nowhere_to_write() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a file");
    std::fs::write(&file, "").unwrap();
    let lessons = Lessons::kept_in(&file);
    let model = ModelId(SONNET.to_owned());
    lessons.learn(&model, Lesson::LimitIs(5));
    let abilities = lessons.correct(&model, tsuzuki::engine::Abilities::unknown());
    assert_eq!(abilities.max_output, Some(5));
}
