//! The library over the simulator: the caller receives the whole text, or is told that it is not.

use crate::bench::{NO_PREFILL, PREFILL, TEXTS};
use std::sync::Arc;
use tsuzuki::engine::{Outcome, Proof, Report};
use tsuzuki::prose::{Language, Prose, verify};
use tsuzuki::simulator::{Echo, Resume, Rule, Scenario, Simulator};
use tsuzuki::{Client, Question, Wired};

async fn ask(scenario: Scenario, model: &str, question: &str, limit: u32) -> (String, Report) {
    let client = Client::new(Arc::new(Wired::new(Arc::new(Simulator::new(scenario)))));
    let mut reply = client
        .ask(&Question::new(model, question).max_tokens(limit))
        .unwrap();
    let mut said = String::new();
    while let Some(text) = reply.next_text().await {
        said.push_str(&text);
    }
    (said, reply.finish().await)
}

fn saying(text: &str, resume: &Resume) -> Scenario {
    Scenario {
        rules: vec![Rule {
            resume: resume.clone(),
            ..Rule::text(text)
        }],
        ..Scenario::default()
    }
}

fn texts() -> Vec<String> {
    let kinds = [
        Prose::Paragraphs(12),
        Prose::Code(30),
        Prose::Table {
            rows: 20,
            columns: 4,
        },
        Prose::Json(12),
        Prose::Emoji(20),
    ];
    let long = kinds.iter().map(|kind| kind.write(Language::Japanese));
    TEXTS
        .iter()
        .map(|text| (*text).to_owned())
        .chain(long)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn an_ideal_model_is_exact() {
    for text in texts() {
        for model in [PREFILL, NO_PREFILL] {
            for limit in [2, 3, 5, 8, 13, 21, 60] {
                let (said, report) =
                    ask(saying(&text, &Resume::default()), model, "書いて", limit).await;
                assert_eq!(
                    (said.as_str(), &report.outcome),
                    (text.as_str(), &Some(Outcome::Complete)),
                    "{model} {limit}"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_habit_makes_a_silent_gap_or_repeat() {
    let usual = Resume::default;
    let habits = [
        Resume {
            preamble: "Sure, continuing:\n\n".to_owned(),
            ..usual()
        },
        Resume {
            overlap: 12,
            echo: Echo::None,
            ..usual()
        },
        Resume {
            echo: Echo::Rewrap,
            ..usual()
        },
        Resume {
            echo: Echo::Quoted,
            ..usual()
        },
        Resume {
            echo: Echo::Partial,
            ..usual()
        },
        Resume {
            restart_line: true,
            echo: Echo::None,
            ..usual()
        },
        Resume {
            restart_answer: true,
            echo: Echo::None,
            ..usual()
        },
        Resume {
            skip: 3,
            echo: Echo::None,
            ..usual()
        },
        Resume {
            meta: Some("I already finished.".to_owned()),
            ..usual()
        },
    ];
    for resume in &habits {
        for text in texts() {
            for limit in [3, 8, 21] {
                let (said, report) = ask(saying(&text, resume), NO_PREFILL, "書いて", limit).await;
                let is_sure = report
                    .seams
                    .iter()
                    .all(|seam| seam.proof != Proof::Unverified);
                if report.outcome == Some(Outcome::Complete) && is_sure {
                    assert_eq!(said, text, "{resume:?} at {limit}");
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_bad_line_loses_nothing() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/bad-line.toml");
    for model in [PREFILL, NO_PREFILL] {
        let scenario = Scenario::parse(&std::fs::read_to_string(file).unwrap()).unwrap();
        let (said, report) = ask(scenario, model, "a report", 300).await;
        assert!(verify(&said).is_complete(), "{}", verify(&said));
        assert_eq!(report.outcome, Some(Outcome::Complete));
        assert!(report.legs.len() >= 6);
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_asked_to_break() {
    for (language, question) in [
        (Language::English, "/break /long 12"),
        (
            Language::English,
            "Write 12 numbered paragraphs, and now break the line",
        ),
        (Language::Japanese, "12段落書いて。途中で回線を切って"),
    ] {
        for model in [PREFILL, NO_PREFILL] {
            let whole = Prose::Paragraphs(12).write(language);
            let (said, report) = ask(Scenario::default(), model, question, 4096).await;
            assert_eq!((said, &report.outcome), (whole, &Some(Outcome::Complete)));
            assert_eq!(report.legs.len(), 2, "{model}");
        }
    }
}
