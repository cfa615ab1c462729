//! The driver: the only loop that awaits, against scripted backends, in paused time.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics and says why"
)]

mod stage;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use stage::{Silent, run, run_with, story};
use std::sync::{Arc, Mutex};
use tokio::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tsuzuki::backend::StoryBackend;
use tsuzuki::engine::{
    Answer, Cut, End, Frame, Incomplete, Lesson, Mode, Outcome, Policy, Transcript, Why,
};
use tsuzuki::{Brake, Client, Journal, JournalError, Question, Step, drive};

/// Law 2: a call that stops without an end was lost, and the answer goes on.
#[tokio::test(start_paused = true)]
async fn silence_is_a_cut() {
    let story = story(
        "model no-prefill\nleg\n text \"The river rises in the hills and\"\nleg\n text \"The river rises in the hills and falls.\"\n end end_turn",
    );
    let told = run(&story).await;
    assert_eq!(told.text(), "The river rises in the hills and falls.");
    assert_eq!(told.outcome, Outcome::Complete);
    assert_eq!(told.report.legs[0].end, Some(End::Cut(Cut::Lost)));
}

/// Every story ends as the engine's own tests say: the driver adds nothing and loses nothing.
#[tokio::test(start_paused = true)]
async fn stories_come_out_of_the_driver_as_they_do_out_of_the_engine() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../stories");
    let mut told = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let story = story(&text);
        let expected: Vec<String> = story
            .expected
            .iter()
            .filter_map(|line| line.strip_prefix("text "))
            .map(|text| serde_json::from_str::<String>(text).unwrap())
            .collect();
        if story.policy.deadline.is_some() {
            // Its clock is the engine's own.
            continue;
        }
        let run = run(&story).await;
        assert_eq!(run.text(), expected.concat(), "{}", story.name);
        told += 1;
    }
    assert!(told >= 90, "only {told} stories were told");
}

/// Rests are real time, and their reason is told.
#[tokio::test(start_paused = true)]
async fn a_rest_is_waited_for() {
    let story = story("leg\n fail throttled 7000\nleg\n text \"Here.\"\n end end_turn");
    let began = Instant::now();
    let told = run(&story).await;
    assert_eq!(told.text(), "Here.");
    assert!(began.elapsed() >= Duration::from_secs(7));
    assert_eq!(told.waits, [Why::Throttled]);
}

/// A deadline ends an answer whose backend is silent, and hangs up.
#[tokio::test(start_paused = true)]
async fn a_deadline_ends_a_silent_answer() {
    let mut story = story("ask max_tokens 10");
    story.policy.deadline = Some(tsuzuki::engine::Millis::from_seconds(30));
    let silent = Arc::new(Silent::default());
    let told = run_with(&story, silent.clone(), None, CancellationToken::new()).await;
    assert_eq!(told.outcome, Outcome::Incomplete(Incomplete::Deadline));
    assert!(silent.hung_up(), "the call was dropped");
}

/// Cancelling keeps what was shown, closes the message and reports.
#[tokio::test(start_paused = true)]
async fn cancelling_keeps_the_text() {
    let story = story("ask max_tokens 10");
    let cancel = CancellationToken::new();
    let silent = Arc::new(Silent::after("Half a sen"));
    tokio::spawn({
        let cancel = cancel.clone();
        async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            cancel.cancel();
        }
    });
    let told = run_with(&story, silent.clone(), None, cancel).await;
    assert_eq!(told.outcome, Outcome::Cancelled);
    assert_eq!(told.text(), "Half a sen");
    assert!(silent.hung_up());
}

/// A caller that wants no further leg gets the running one whole.
#[tokio::test(start_paused = true)]
async fn finishing_waits_for_the_leg_that_runs() {
    let story = story(
        "model prefill\nask max_tokens 10\nleg\n text \"One for the road, and\"\n end max_tokens\nleg\n text \" one more.\"\n end end_turn",
    );
    let brake = Brake::default();
    brake.finish();
    let told = run_with(&story, Arc::new(StoryBackend::new(&story)), None, brake).await;
    assert_eq!(told.text(), "One for the road, and");
    assert_eq!(told.outcome, Outcome::Cancelled);
    assert_eq!(told.report.legs.len(), 1);
}

/// While an answer runs, its caller learns of every leg and of every seam before the text behind it.
#[tokio::test(start_paused = true)]
async fn progress_is_told_on_the_way() {
    let story = story(
        "model prefill\nask max_tokens 10\nleg\n text \"One for the road, and\"\n end max_tokens\nleg\n text \" one more.\"\n end end_turn",
    );
    let told = run(&story).await;
    let marks: Vec<(usize, usize)> = told
        .progress
        .iter()
        .map(|report| (report.legs.len(), report.seams.len()))
        .collect();
    assert_eq!(marks.first(), Some(&(1, 0)));
    assert!(
        marks.contains(&(2, 0)) && marks.contains(&(2, 1)),
        "{marks:?}"
    );
    let last = told.progress.last().unwrap();
    assert_eq!(
        (&last.legs, &last.seams),
        (&told.report.legs, &told.report.seams)
    );
}

/// Dropping the steps drops the call.
#[tokio::test(start_paused = true)]
async fn dropping_the_steps_hangs_up() {
    let story = story("ask max_tokens 10");
    let silent = Arc::new(Silent::after("Half"));
    let answer = Answer::new(
        story.ask.clone(),
        story.abilities.clone(),
        story.policy.clone(),
    );
    let mut steps = drive(answer, silent.clone(), None, Brake::default()).boxed();
    while let Some(step) = steps.next().await {
        if matches!(step, Step::Frame(frame) if frame.text() == Some("Half")) {
            break;
        }
    }
    drop(steps);
    assert!(silent.hung_up());
}

/// What errors teach reaches the backend, once the engine saw them.
#[tokio::test(start_paused = true)]
async fn lessons_are_learnt() {
    let story = story(
        "model prefill\nask max_tokens 10\nleg\n text \"The river rises in the hills and\"\n end max_tokens\nleg\n fail no_prefill\nleg\n fail limit 900\nleg\n text \"The river rises in the hills and falls.\"\n end end_turn",
    );
    let backend = Arc::new(StoryBackend::new(&story));
    let told = run_with(&story, backend.clone(), None, CancellationToken::new()).await;
    assert_eq!(told.text(), "The river rises in the hills and falls.");
    assert_eq!(
        backend.learnt(),
        [Lesson::PrefillRefused, Lesson::LimitIs(900)]
    );
}

/// A journal in memory, which refuses after so many frames.
#[derive(Default)]
struct Memory {
    frames: Mutex<Vec<Frame>>,
    room: Option<usize>,
}

impl Journal for Memory {
    fn append<'a>(&'a self, frame: &'a Frame) -> BoxFuture<'a, Result<(), JournalError>> {
        let mut frames = self.frames.lock().unwrap();
        let full = self.room.is_some_and(|room| frames.len() >= room);
        if !full {
            frames.push(frame.clone());
        }
        let result = if full {
            Err(JournalError("it is full".to_owned()))
        } else {
            Ok(())
        };
        std::future::ready(result).boxed()
    }
}

/// Law 8: no frame is handed out that the journal does not hold; a full journal stops the answer.
#[tokio::test(start_paused = true)]
async fn the_journal_holds_every_frame_first() {
    let story = story("leg\n text \"One \"\n text \"two \"\n text \"three\"\n end end_turn");
    for room in [None, Some(0), Some(3)] {
        let journal = Arc::new(Memory {
            room,
            ..Memory::default()
        });
        let backend = Arc::new(StoryBackend::new(&story));
        let told = run_with(
            &story,
            backend,
            Some(journal.clone()),
            CancellationToken::new(),
        )
        .await;
        assert_eq!(*journal.frames.lock().unwrap(), told.frames);
        assert_eq!(told.outcome == Outcome::Complete, room.is_none());
    }
}

/// Law 8: killed after any frame, the journal is enough to bring the answer to its end elsewhere.
#[tokio::test(start_paused = true)]
async fn an_answer_is_resumed_from_its_journal() {
    let text = "The river rises in the hills, falls into the plain, and ends in the sea.";
    let story = story(
        "model no-prefill\nleg\n text \"The river \"\n text \"rises in the hills, \"\n text \"falls into the plain,\"\n text \" and ends\"\n text \" in the sea.\"\n end end_turn",
    );
    let whole = run(&story).await;
    assert_eq!(whole.text(), text);
    for killed in 0..whole.frames.len() - 2 {
        let shown = Transcript::of(&whole.frames[..killed]);
        let seen = shown.text();
        let rest = tsuzuki::engine::story::Story::parse(&format!(
            "leg\n text {}\n end end_turn",
            serde_json::Value::from(text)
        ))
        .unwrap();
        let answer = Answer::resume(
            story.ask.clone(),
            story.abilities.clone(),
            Policy::new(Mode::Extend),
            shown,
        );
        let steps = drive(
            answer,
            Arc::new(StoryBackend::new(&rest)),
            None,
            Brake::default(),
        );
        let later: String = steps
            .filter_map(|step| {
                std::future::ready(match step {
                    Step::Frame(frame) => frame.text().map(str::to_owned),
                    Step::Progress(_) | Step::Waiting { .. } | Step::Over { .. } => None,
                })
            })
            .collect()
            .await;
        assert_eq!(
            format!("{seen}{later}"),
            text,
            "killed after {killed} frames"
        );
    }
}

/// A question's own wish lowers its client's policy, and only that.
#[tokio::test]
async fn a_question_may_ask_for_less() {
    let asked = |wish: serde_json::Value| {
        Question::new("us.anthropic.claude-opus-4-8", "/long 120")
            .max_tokens(10)
            .field("tsuzuki", wish)
    };
    let client = Client::simulator();
    let ask = async |question: &Question| client.ask(question).unwrap().finish().await;

    let off = ask(&asked(serde_json::json!({"mode": "off"}))).await;
    assert_eq!((off.legs.len(), off.is_complete()), (1, false));
    let two = ask(&asked(serde_json::json!({"maxLegs": 2}))).await;
    assert_eq!((two.legs.len(), two.is_complete()), (2, false));
    let more = ask(&asked(serde_json::json!({"maxLegs": 1000}))).await;
    assert!(more.is_complete() && more.legs.len() > 2);

    let nothing = client.ask(&asked(serde_json::json!({"maxLegs": 0})));
    assert_eq!(
        nothing.err().unwrap().to_string(),
        "tsuzuki.maxLegs must be greater than 0"
    );
}
