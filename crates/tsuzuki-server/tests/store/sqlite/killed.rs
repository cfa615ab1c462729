//! What was acknowledged is there after the process was killed, at whatever moment.

use super::children::child;
use crate::sample::{append, begin, close, conversation, texts, user};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tsuzuki_server::chat::RunId;
use tsuzuki_server::store::{Begun, Close, Durability, Sqlite, SqliteSettings, Store};

fn settings(folder: &Path) -> SqliteSettings {
    SqliteSettings {
        file: folder.join("chat.db"),
        // A killed process leaves what it gave to the system.
        durability: Durability::Process,
        most_bytes: None,
    }
}

/// Says what was acknowledged, at once.
fn say(line: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "\nsaid {line}").unwrap();
    out.flush().unwrap();
}

/// Begins runs, appends to all of them, ends one now and then, and says what was acknowledged.
pub(crate) async fn append_until_killed(folder: &Path) {
    let me = user("me");
    let store = Sqlite::open(settings(folder)).await.unwrap();
    // (what it began with, how many entries it has)
    let mut runs = Vec::new();
    for alive in store.alive().await.unwrap() {
        let mut begin = begin(&conversation(""), "", None);
        begin.messages = vec![alive.message];
        begin.run = alive.run;
        runs.push((begin, texts(&alive.log).len() as u64));
    }
    for tick in 0..100_000 {
        if runs.len() < 4 {
            let begin = begin(&conversation("Killed"), "A question", None);
            assert_eq!(store.begin(&me, &begin).await.unwrap(), Begun::New);
            say(&format!("begun {}", begin.run.id));
            runs.push((begin, 0));
        }
        let appends = runs.iter().map(|(begin, next)| {
            append(
                begin.run.id,
                *next,
                &[&next.to_string(), &"x".repeat(tick % 300)],
            )
        });
        assert!(store.append(appends.collect()).await.unwrap().is_empty());
        for (begin, next) in &mut runs {
            *next += 2;
            say(&format!("appended {} {next}", begin.run.id));
        }
        if tick % 9 == 8 {
            let (begin, next) = runs.remove(tick % 4);
            let close: Close = close(&me, &begin, &format!("{next} entries"));
            store.close(&close).await.unwrap();
            say(&format!("closed {}", begin.run.id));
        }
    }
    panic!("nobody killed it");
}

/// What the child said of a run.
#[derive(Default)]
struct Said {
    entries: u64,
    closed: bool,
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut said: HashMap<RunId, Said> = HashMap::new();
    let me = user("me");
    for (round, lines) in [1, 2, 40, 7, 150, 90, 13, 300, 60, 25]
        .into_iter()
        .enumerate()
    {
        let mut child = child(&[], "append", folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut heard = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut hear = |line: String| {
            let words: Vec<&str> = line.split(' ').collect();
            let ["said", what, run, rest @ ..] = words.as_slice() else {
                return 0;
            };
            let said = said.entry(run.parse().unwrap()).or_default();
            match *what {
                "begun" => {}
                "appended" => said.entries = rest[0].parse().unwrap(),
                "closed" => said.closed = true,
                other => panic!("it said {other}"),
            }
            1
        };
        let mut count = 0;
        while count < lines {
            count += hear(heard.next().expect("it ended by itself").unwrap());
        }
        std::thread::sleep(Duration::from_micros(round as u64 * 700));
        child.kill().unwrap();
        child.wait().unwrap();
        // What it said before it died counts too; a line may be cut short by the kill.
        let rest: Vec<String> = heard.map_while(Result::ok).collect();
        for line in rest.into_iter().filter(|line| whole(line)) {
            hear(line);
        }

        let store = Sqlite::open(settings(folder.path())).await.unwrap();
        for (run, said) in &said {
            let log = texts(&store.log(*run).await.unwrap());
            assert!(
                log.len() as u64 >= said.entries,
                "an acknowledged entry is lost"
            );
            for (number, text) in log.iter().enumerate().step_by(2) {
                assert_eq!(*text, number.to_string());
            }
            let kept = store
                .run(&me, *run)
                .await
                .unwrap()
                .expect("an acknowledged run is lost");
            if said.closed {
                assert!(!kept.alive);
                let message = store.message(&me, kept.message).await.unwrap().unwrap();
                assert_eq!(message.text(), format!("{} entries", said.entries));
            }
        }
    }
    assert!(
        said.len() > 5 && said.values().any(|said| said.closed),
        "too little happened"
    );
}

/// Whether a line was written to its end.
fn whole(line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["said", "begun" | "closed", run] => run.len() == 36,
        // A number that lost its end would be a smaller one: that asks for less.
        ["said", "appended", run, number] => run.len() == 36 && !number.is_empty(),
        _ => false,
    }
}
