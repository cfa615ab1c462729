//! How models really behave where they resume.

use crate::bench::{NO_PREFILL, PREFILL, assistant, call, converse, text_of, user, with};
use serde_json::Value;
use tsuzuki::simulator::{Block, CutStyle, Echo, Resume, Rule};

const TEXT: &str = "Alpha beta\ngamma delta.\n\n```python\nx = 1\ny = 2\n```\n\nomega";
const CUT: &str = "Alpha beta\ngamma delta.\n\n```python\nx = 1";
const REST: &str = "\ny = 2\n```\n\nomega";

/// What a model with habits says after a nudge.
async fn after_nudge(resume: Resume) -> String {
    after(resume, "continue").await
}

async fn after_anchor(echo: Echo) -> String {
    let nudge = format!(
        "It ended with {}. Repeat that exactly, then go on.",
        Value::from("```python\nx = 1")
    );
    after(
        Resume {
            echo,
            ..Resume::default()
        },
        &nudge,
    )
    .await
}

async fn after(resume: Resume, nudge: &str) -> String {
    let simulator = with(Rule {
        resume,
        ..Rule::text(TEXT)
    });
    let turns = [user("q"), assistant(CUT), user(nudge)];
    text_of(
        &call(&simulator, NO_PREFILL, "converse", &converse(&turns, 500))
            .await
            .json(),
    )
    .to_owned()
}

#[tokio::test]
async fn each_habit() {
    let usual = Resume::default;
    for (resume, said) in [
        (usual(), REST.to_owned()),
        (
            Resume {
                preamble: "Sure:\n\n".to_owned(),
                ..usual()
            },
            format!("Sure:\n\n{REST}"),
        ),
        (
            Resume {
                overlap: 2,
                ..usual()
            },
            format!(" = 1{REST}"),
        ),
        (Resume { skip: 2, ..usual() }, " 2\n```\n\nomega".to_owned()),
        (
            Resume {
                restart_line: true,
                ..usual()
            },
            format!("x = 1{REST}"),
        ),
        (
            Resume {
                reopen_fence: true,
                ..usual()
            },
            format!("```python\n{REST}"),
        ),
        (
            Resume {
                restart_answer: true,
                ..usual()
            },
            TEXT.to_owned(),
        ),
        (
            Resume {
                meta: Some("I was already done.".to_owned()),
                ..usual()
            },
            "I was already done.".to_owned(),
        ),
        (
            Resume {
                ask: false,
                ..usual()
            },
            TEXT.to_owned(),
        ),
    ] {
        assert_eq!(after_nudge(resume.clone()).await, said, "{resume:?}");
    }
}

#[tokio::test]
async fn a_prefill_is_gone_on_from_exactly() {
    let resume = Resume {
        overlap: 3,
        preamble: "Sure!".to_owned(),
        ..Resume::default()
    };
    let simulator = with(Rule {
        resume,
        ..Rule::text(TEXT)
    });
    let body = converse(&[user("q"), assistant(CUT)], 500);
    assert_eq!(
        text_of(&call(&simulator, PREFILL, "converse", &body).await.json()),
        REST
    );
}

#[tokio::test]
async fn each_echo() {
    for (echo, said) in [
        (Echo::Exact, format!("```python\nx = 1{REST}")),
        (Echo::Rewrap, format!("```python x = 1{REST}")),
        (Echo::Quoted, format!("\"```python\\nx = 1\"{REST}")),
        (Echo::None, REST.to_owned()),
        (Echo::Partial, format!("on\nx = 1{REST}")),
    ] {
        assert_eq!(after_anchor(echo).await, said, "{echo:?}");
    }
}

#[tokio::test]
async fn now_and_then() {
    let resume = Resume {
        preamble: "Sure! ".to_owned(),
        every: 2,
        ..Resume::default()
    };
    let simulator = with(Rule {
        resume,
        ..Rule::text(TEXT)
    });
    let body = converse(&[user("q"), assistant(CUT), user("continue")], 500);
    let mut said = Vec::new();
    for _ in 0..4 {
        said.push(
            text_of(&call(&simulator, NO_PREFILL, "converse", &body).await.json())
                .starts_with("Sure!"),
        );
    }
    assert_eq!(said, [false, true, false, true]);
}

#[tokio::test]
async fn a_cut_may_keep_its_white_space() {
    let cut = CutStyle {
        whitespace: true,
        ..CutStyle::default()
    };
    let simulator = with(Rule {
        cut,
        ..Rule::text("one two")
    });
    let answer = call(&simulator, PREFILL, "converse", &converse(&[user("q")], 1))
        .await
        .json();
    assert_eq!(
        (text_of(&answer), &answer["usage"]["outputTokens"]),
        ("one ", &Value::from(1))
    );
}

#[tokio::test]
async fn an_exact_end_may_say_max_tokens_and_then_nothing() {
    let cut = CutStyle {
        exact_end: true,
        ..CutStyle::default()
    };
    let simulator = with(Rule {
        cut,
        ..Rule::text("one two")
    });
    let first = call(&simulator, PREFILL, "converse", &converse(&[user("q")], 2))
        .await
        .json();
    assert_eq!(
        (text_of(&first), &first["stopReason"]),
        ("one two", &Value::from("max_tokens"))
    );
    let then = call(
        &simulator,
        PREFILL,
        "converse",
        &converse(&[user("q"), assistant("one two")], 2),
    )
    .await
    .json();
    assert_eq!(
        then["output"]["message"]["content"],
        Value::Array(Vec::new())
    );
    assert_eq!(then["stopReason"], "end_turn");
}

/// At the border of a text and a tool call the echo comes where the text ended: before the call.
#[tokio::test]
async fn the_echo_stands_before_what_follows_the_text() {
    let text = "I shall look up the weather.";
    let rule = Rule {
        reply: tsuzuki::simulator::Reply {
            blocks: vec![
                Block::Text(text.to_owned()),
                Block::Tool {
                    name: "get_weather".to_owned(),
                    input: serde_json::json!({"city": "Kyoto"}),
                },
            ],
        },
        ..Rule::text("")
    };
    let anchor = "look up the weather.";
    let nudge = format!("It ended with \"{anchor}\". Repeat that exactly, then go on.");
    let turns = [user("q"), assistant(text), user(&nudge)];
    let said = call(&with(rule), NO_PREFILL, "converse", &converse(&turns, 500))
        .await
        .json();
    let content = &said["output"]["message"]["content"];
    assert_eq!(content[0]["text"], anchor);
    assert_eq!(content[1]["toolUse"]["name"], "get_weather");
    assert_eq!(content.as_array().map(Vec::len), Some(2));
}
