//! Programs in the wild that go on by themselves must end with the whole text.

use crate::bench::{PREFILL, TEXTS, assistant, call, converse, messages, saying, text_of, user};
use serde_json::{Value, json};
use tsuzuki::prose::verify;
use tsuzuki::simulator::{Scenario, Simulator};

const MOST_CALLS: usize = 200;

fn without_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Appends what was said so far as a new assistant's message each time, stripped, through
/// InvokeModel; so assistant's messages stand in a row and repeat each other.
#[tokio::test]
async fn cumulative_messages() {
    for text in TEXTS {
        let simulator = saying(text);
        let mut turns =
            vec![json!({"role": "user", "content": [{"type": "text", "text": "書いて"}]})];
        let mut said = String::new();
        let mut calls = 0;
        loop {
            calls += 1;
            assert!(calls < MOST_CALLS, "it never ends");
            let answer = call(&simulator, PREFILL, "invoke", &messages(&turns, 10))
                .await
                .json();
            said.push_str(
                answer["content"][0]["text"]
                    .as_str()
                    .unwrap_or_default()
                    .trim(),
            );
            turns.push(json!({"role": "assistant", "content": [{"type": "text", "text": said}]}));
            if answer["stop_reason"] != "max_tokens" {
                break;
            }
        }
        assert_eq!(without_space(&said), without_space(text));
    }
}

/// Keeps a list of pieces as text blocks of one assistant's message, and sends the prompt as one
/// block per character, through Converse.
#[tokio::test]
async fn blocks_of_pieces() {
    for text in TEXTS {
        let simulator = saying(text);
        let prompt: Vec<Value> = "Write it, please"
            .chars()
            .map(|c| json!({"text": c.to_string()}))
            .collect();
        let mut pieces: Vec<String> = Vec::new();
        let mut calls = 0;
        loop {
            calls += 1;
            assert!(calls < MOST_CALLS, "it never ends");
            let mut turns = vec![json!({"role": "user", "content": prompt})];
            if !pieces.is_empty() {
                let blocks: Vec<Value> =
                    pieces.iter().map(|piece| json!({"text": piece})).collect();
                turns.push(json!({"role": "assistant", "content": blocks}));
            }
            let body = json!({"messages": turns, "inferenceConfig": {"maxTokens": 10}});
            let answer = call(&simulator, PREFILL, "converse", &body).await.json();
            pieces.push(text_of(&answer).to_owned());
            if answer["stopReason"] != "max_tokens" {
                break;
            }
        }
        assert_eq!(pieces.concat(), text);
    }
}

/// A text of 500 paragraphs in small pieces: every call must cost what it says, not what is left.
#[tokio::test]
async fn a_long_answer_in_small_pieces() {
    let simulator = Simulator::new(Scenario::default());
    let mut said = String::new();
    let mut calls = 0;
    loop {
        calls += 1;
        assert!(calls < 2000, "it never ends");
        let mut turns = vec![user("/long 500")];
        if !said.is_empty() {
            turns.push(assistant(said.trim_end()));
        }
        let answer = call(&simulator, PREFILL, "converse", &converse(&turns, 100))
            .await
            .json();
        said = format!("{}{}", said.trim_end(), text_of(&answer));
        if answer["stopReason"] != "max_tokens" {
            break;
        }
    }
    assert!(verify(&said).is_complete(), "{}", verify(&said));
}

/// A caller's own prefill that is not in the answer does not make it start again.
#[tokio::test]
async fn a_prefill_of_the_callers_own() {
    for limit in 2..20 {
        let simulator = saying(TEXTS[0]);
        let mut said = "Haiku:".to_owned();
        for _ in 0..MOST_CALLS {
            let turns = [user("q"), assistant(said.trim_end())];
            let answer = call(&simulator, PREFILL, "converse", &converse(&turns, limit))
                .await
                .json();
            said = format!("{}{}", said.trim_end(), text_of(&answer));
            if answer["stopReason"] != "max_tokens" {
                break;
            }
        }
        assert_eq!(said, format!("Haiku:{}", TEXTS[0]), "at {limit}");
    }
}
