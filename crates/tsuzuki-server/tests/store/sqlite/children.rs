//! This test binary as a process of its own, for what cannot happen in this one: to be killed, and to
//! have a disk that is full or read-only.

use std::path::Path;
use std::process::{Command, Stdio};

/// What tells the child its part.
const PART: &str = "TSUZUKI_STORE_TEST_PART";
/// Where it plays.
const FOLDER: &str = "TSUZUKI_STORE_TEST_FOLDER";

/// This binary, about to play a part in a folder. `before` are the words before it: a program that
/// runs it.
pub(crate) fn child(before: &[&str], part: &str, folder: &Path) -> Command {
    let this = std::env::current_exe().unwrap();
    let mut words = before.iter();
    let mut command = match words.next() {
        Some(program) => {
            let mut command = Command::new(program);
            command.args(words).arg(this);
            command
        }
        None => Command::new(this),
    };
    command
        .args([
            "--exact",
            "sqlite::children::plays_its_part",
            "--ignored",
            "--nocapture",
        ])
        .env(PART, part)
        .env(FOLDER, folder)
        .stdin(Stdio::null());
    command
}

#[tokio::test]
#[ignore = "it is what the tests that need another process start"]
async fn plays_its_part() {
    let (Ok(part), Some(folder)) = (std::env::var(PART), std::env::var_os(FOLDER)) else {
        return;
    };
    let folder = Path::new(&folder);
    match part.as_str() {
        "append" => super::killed::append_until_killed(folder).await,
        "fill" => super::full::fill_the_disk(folder).await,
        "read-only" => super::full::open_on_a_read_only_disk(folder).await,
        other => panic!("there is no part {other}"),
    }
}
