//! Every story, as scripted and with its text sliced in other ways (law 5). `UPDATE=1` rewrites
//! what the caller sees; the difference is for a person to judge.

use crate::stage::{Played, drive_until, sliced};
use std::path::{Path, PathBuf};
use tsuzuki_engine::story::Story;
use tsuzuki_engine::{Answer, Event, Frame};

#[test]
fn every_story_is_told_as_written() {
    let mut stories = 0;
    let mut failures = Vec::new();
    for path in files(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../stories"
    ))) {
        let text = std::fs::read_to_string(&path).expect("a story can be read");
        let story =
            Story::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        stories += 1;
        let told = tell(&story, |frames| frames.to_vec());
        told.assert_grammar();
        let lines: Vec<String> = told.lines().into_iter().chain(told.summary()).collect();
        if std::env::var_os("UPDATE").is_some() {
            rewrite(&path, &text, &lines);
        } else if lines != story.expected {
            failures.push(format!(
                "{} ({})\n  told     {lines:#?}\n  expected {:#?}",
                path.display(),
                story.name,
                story.expected
            ));
        }
        let whole = |frames: &[Frame]| sliced(frames, |text| vec![text.to_owned()]);
        let single =
            |frames: &[Frame]| sliced(frames, |text| text.chars().map(String::from).collect());
        for again in [tell(&story, whole), tell(&story, single)] {
            again.assert_grammar();
            let halves = story.legs.iter().flatten().any(|frame| {
                matches!(
                    &frame.event,
                    Event::Delta {
                        delta: tsuzuki_engine::Delta::Text { half: true, .. },
                        ..
                    }
                )
            });
            assert!(
                halves || again.lines() == told.lines(),
                "{}: slicing changed what is seen: {:?}",
                story.name,
                again.lines()
            );
            assert_eq!(
                again.report.seams, told.report.seams,
                "{}: slicing changed a verdict",
                story.name
            );
        }
    }
    assert!(stories >= 90, "only {stories} stories were found");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn tell(story: &Story, slice: impl Fn(&[Frame]) -> Vec<Frame>) -> Played {
    let mut legs = story.legs.iter();
    let answer = Answer::new(
        story.ask.clone(),
        story.abilities.clone(),
        story.policy.clone(),
    );
    drive_until(answer, story.finish, |leg| {
        slice(
            legs.next().unwrap_or_else(|| {
                panic!("{}: nobody wrote {} ({:?})", story.name, leg.id, leg.by)
            }),
        )
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the stories are there")
        .map(|entry| entry.expect("a folder can be listed").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "story")
        })
        .collect();
    files.sort();
    files
}

fn rewrite(path: &Path, text: &str, lines: &[String]) {
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("= "))
        .collect();
    let expected: Vec<String> = lines.iter().map(|line| format!("= {line}")).collect();
    let all = format!("{}\n{}\n", kept.join("\n").trim_end(), expected.join("\n"));
    std::fs::write(path, all).expect("a story can be rewritten");
}
