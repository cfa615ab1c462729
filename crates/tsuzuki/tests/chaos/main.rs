//! Chaos: a line that breaks at every byte, and at random under load. The caller gets the whole text,
//! or is told that it did not; never another text.

#![expect(clippy::unwrap_used, reason = "a test that fails panics and says why")]

mod line;

use line::{Break, Line, Plan};
use std::sync::Arc;
use tokio::time::Duration;
use tsuzuki::engine::{Outcome, Proof};
use tsuzuki::simulator::{Scenario, Simulator};
use tsuzuki::{Client, Question, Wired};

/// A model that takes a prefill, and one that refuses it.
const MODELS: [&str; 2] = [
    "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    "us.anthropic.claude-sonnet-5",
];

const QUESTIONS: [&str; 3] = ["/long 2", "/code python 4", "3段落書いて"];

fn client(plan: Plan) -> (Client, Arc<Line>) {
    let line = Arc::new(Line::new(Simulator::new(Scenario::default()), plan));
    (Client::new(Arc::new(Wired::new(line.clone()))), line)
}

fn question(model: &str, prompt: &str) -> Question {
    Question::new(model, prompt).max_tokens(40)
}

/// The text, how the answer ended, and whether a joint could not be proved.
async fn ask(client: &Client, question: &Question) -> (String, Outcome, bool) {
    let mut reply = client.ask(question).unwrap();
    let mut text = String::new();
    while let Some(piece) = reply.next_text().await {
        text.push_str(&piece);
    }
    let report = reply.finish().await;
    let unverified = report
        .seams
        .iter()
        .any(|seam| seam.proof == Proof::Unverified);
    (text, report.outcome.unwrap(), unverified)
}

/// How far apart the breaks are, in bytes: `TSUZUKI_CHAOS=full` tries every byte, which takes minutes.
fn stride() -> usize {
    if std::env::var("TSUZUKI_CHAOS").is_ok_and(|chaos| chaos == "full") {
        1
    } else {
        131
    }
}

/// One break an answer, at every byte of its first two responses (or at every so many).
#[tokio::test(start_paused = true)]
async fn a_stream_cut_at_every_byte_is_made_whole() {
    let mut answers = 0;
    for model in MODELS {
        for prompt in QUESTIONS {
            let question = question(model, prompt);
            let (undisturbed, line) = client(Plan::Never);
            let (whole, outcome, _) = ask(&undisturbed, &question).await;
            assert_eq!(outcome, Outcome::Complete);
            let lengths = line.lengths();
            assert!(lengths.len() > 1, "{prompt} takes more than one call");
            for (call, length) in lengths.iter().take(2).enumerate() {
                for at in (0..*length).step_by(stride()) {
                    let how = Break::ALL[at % Break::ALL.len()];
                    let (client, _) = client(Plan::Once { call, at, how });
                    let (text, outcome, unverified) = ask(&client, &question).await;
                    assert_eq!(
                        outcome,
                        Outcome::Complete,
                        "{model}, {prompt}: {how:?} in call {call} at {at}"
                    );
                    assert!(
                        text == whole || unverified,
                        "{model}, {prompt}: {how:?} in call {call} at {at}: {text:?}"
                    );
                    assert_eq!(
                        text, whole,
                        "{model}, {prompt}: {how:?} in call {call} at {at}"
                    );
                    answers += 1;
                }
            }
        }
    }
    println!("{answers} answers, each cut once, all whole");
    assert!(answers > 1_000, "only {answers} answers were cut");
}

/// Many answers at once on a line that breaks at random, with a seed.
#[tokio::test(start_paused = true)]
async fn a_bad_line_under_load_never_lies() {
    let (mut whole, mut incomplete) = (0, 0);
    for seed in 0..6 {
        let (client, _) = client(Plan::Random { seed, one_in: 4 });
        let tasks: Vec<_> = (0..60)
            .map(|number| {
                let client = client.clone();
                tokio::spawn(async move {
                    let question = question(MODELS[number % 2], QUESTIONS[number % 3]);
                    (question.clone(), ask(&client, &question).await)
                })
            })
            .collect();
        for task in tasks {
            let (question, (text, outcome, unverified)) = task.await.unwrap();
            let (expected, ..) = ask(&self::client(Plan::Never).0, &question).await;
            match outcome {
                Outcome::Complete => {
                    assert!(
                        text == expected || unverified,
                        "seed {seed}: another text, and nothing says so"
                    );
                    whole += 1;
                }
                Outcome::Incomplete(_) => {
                    assert!(
                        expected.starts_with(&text),
                        "seed {seed}: what was shown is not the text so far"
                    );
                    incomplete += 1;
                }
                Outcome::Refused | Outcome::Cancelled => panic!("seed {seed}: {outcome:?}"),
            }
        }
    }
    println!("{whole} whole, {incomplete} incomplete and saying so");
    assert!(whole > incomplete, "{whole} whole, {incomplete} incomplete");
}

/// An upstream that throttles everybody for a minute: every answer completes, in a bounded number of
/// attempts, and they do not all come back at once.
#[tokio::test(start_paused = true)]
async fn a_minute_of_throttling_under_two_hundred_clients() {
    let (client, line) = client(Plan::Throttled { seconds: 60 });
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let client = client.clone();
            tokio::spawn(
                async move { ask(&client, &question(MODELS[number % 2], "/long 2")).await },
            )
        })
        .collect();
    for task in tasks {
        let (_, outcome, _) = task.await.unwrap();
        assert_eq!(outcome, Outcome::Complete);
    }
    let called = line.called();
    let throttled = called.iter().filter(|since| since.as_secs() < 60).count();
    assert!(
        throttled <= 200 * 12,
        "{throttled} attempts in a minute of throttling"
    );
    let tenth = Duration::from_millis(100);
    let together = |at: usize| {
        called[at..]
            .iter()
            .take_while(|later| **later - called[at] < tenth)
            .count()
    };
    let later = called
        .iter()
        .position(|since| since.as_secs() >= 4)
        .unwrap();
    let busiest = (later..called.len()).map(together).max().unwrap();
    println!(
        "{throttled} throttled attempts of 200 answers; {busiest} in the busiest tenth of a second"
    );
    assert!(busiest <= 50, "{busiest} calls within a tenth of a second");
}
