//! A whole answer, cut at every limit and resumed in every way, is the whole answer.

use crate::bench::{
    NO_PREFILL, PREFILL, TEXTS, assistant, call, converse, messages, request, saying, send,
    text_of, user,
};
use serde_json::{Value, json};

const MOST_CALLS: usize = 400;

/// Asks until the answer ends; `next` makes the messages from what was said so far.
async fn whole(
    text: &str,
    model: &str,
    limit: usize,
    next: impl Fn(&str) -> (Vec<Value>, String),
) -> (String, usize) {
    let simulator = saying(text);
    let (mut said, mut spent) = (String::new(), 0);
    for _ in 0..MOST_CALLS {
        let (messages, echo) = next(&said);
        let answer = call(
            &simulator,
            model,
            "converse",
            &converse(&messages, limit + echo_tokens(&echo)),
        )
        .await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        let answer = answer.json();
        let piece = text_of(&answer);
        let new = piece
            .strip_prefix(echo.as_str())
            .unwrap_or_else(|| panic!("{piece:?} does not begin with {echo:?}"));
        said = format!("{}{new}", said.trim_end());
        spent += usize::try_from(answer["usage"]["outputTokens"].as_u64().unwrap()).unwrap()
            - echo_tokens(&echo);
        match answer["stopReason"].as_str().unwrap() {
            "max_tokens" => assert!(!said.ends_with(char::is_whitespace)),
            "end_turn" => return (said, spent),
            other => panic!("{other}"),
        }
    }
    panic!("no end after {MOST_CALLS} calls");
}

/// How many tokens a text has, as the simulator says itself.
fn echo_tokens(text: &str) -> usize {
    if text.is_empty() {
        0
    } else {
        futures_util::FutureExt::now_or_never(tokens(text)).unwrap()
    }
}

async fn tokens(text: &str) -> usize {
    let answer = call(
        &saying(text),
        PREFILL,
        "converse",
        &converse(&[user("q")], 4096),
    )
    .await
    .json();
    assert_eq!(answer["stopReason"], "end_turn");
    usize::try_from(answer["usage"]["outputTokens"].as_u64().unwrap()).unwrap()
}

#[tokio::test]
async fn prefill_at_every_limit() {
    for text in TEXTS {
        for limit in 1..=20 {
            let by_prefill = |said: &str| match said {
                "" => (vec![user("q")], String::new()),
                said => (vec![user("q"), assistant(said)], String::new()),
            };
            let (said, spent) = whole(text, PREFILL, limit, by_prefill).await;
            assert_eq!(said, text, "at {limit}");
            assert_eq!(spent, tokens(text).await, "at {limit}");
        }
    }
}

#[tokio::test]
async fn a_quoted_anchor_at_every_limit() {
    for text in TEXTS {
        for limit in 1..=20 {
            let by_anchor = |said: &str| {
                if said.is_empty() {
                    return (vec![user("q")], String::new());
                }
                let from = said.char_indices().rev().nth(24).map_or(0, |(at, _)| at);
                let anchor = said[from..].trim_start();
                let nudge = format!(
                    "It broke off after {}. Repeat that exactly, then go on.",
                    Value::from(anchor)
                );
                (
                    vec![user("q"), assistant(said), user(&nudge)],
                    anchor.to_owned(),
                )
            };
            assert_eq!(
                whole(text, NO_PREFILL, limit, by_anchor).await.0,
                text,
                "at {limit}"
            );
        }
    }
}

#[tokio::test]
async fn any_nudge_at_every_limit() {
    for text in TEXTS {
        for limit in 1..=20 {
            let by_nudge = |said: &str| match said {
                "" => (vec![user("q")], String::new()),
                said => (
                    vec![user("q"), assistant(said), user("続けてください")],
                    String::new(),
                ),
            };
            let (said, spent) = whole(text, NO_PREFILL, limit, by_nudge).await;
            assert_eq!(said, text, "at {limit}");
            assert_eq!(spent, tokens(text).await, "at {limit}");
        }
    }
}

#[tokio::test]
async fn a_conversation_of_pieces_and_nudges() {
    let simulator = saying(TEXTS[0]);
    let mut conversation = vec![user("q")];
    let mut said = String::new();
    for _ in 0..MOST_CALLS {
        let answer = call(
            &simulator,
            NO_PREFILL,
            "converse",
            &converse(&conversation, 3),
        )
        .await
        .json();
        said.push_str(text_of(&answer));
        if answer["stopReason"] == "end_turn" {
            break;
        }
        conversation.extend([assistant(text_of(&answer)), user("continue")]);
    }
    assert_eq!(said, TEXTS[0]);
}

#[tokio::test]
async fn a_stream_says_what_one_piece_says() {
    for text in TEXTS {
        for limit in 1..=20 {
            let body = converse(&[user("q")], limit);
            let simulator = saying(text);
            let answer = call(&simulator, PREFILL, "converse", &body).await.json();
            let (streamed, stop) = call(&simulator, PREFILL, "converse-stream", &body)
                .await
                .streamed();
            assert_eq!(streamed, text_of(&answer));
            assert_eq!(stop.as_deref(), answer["stopReason"].as_str());
        }
    }
}

#[tokio::test]
async fn messages_resume_as_converse_does() {
    for text in TEXTS {
        let simulator = saying(text);
        let mut said = String::new();
        for _ in 0..MOST_CALLS {
            let mut turns = vec![json!({"role": "user", "content": "q"})];
            if !said.is_empty() {
                turns.push(json!({"role": "assistant", "content": said.trim_end()}));
            }
            let body = messages(&turns, 4);
            let unary = call(&simulator, PREFILL, "invoke", &body).await.json();
            let piece = unary["content"][0]["text"].as_str().unwrap_or_default();
            let chunks = call(&simulator, PREFILL, "invoke-with-response-stream", &body)
                .await
                .chunks();
            let streamed: String = chunks
                .iter()
                .filter_map(|chunk| chunk["delta"]["text"].as_str())
                .collect();
            assert_eq!(streamed, piece);
            said = format!("{}{piece}", said.trim_end());
            if unary["stop_reason"] == "end_turn" {
                break;
            }
            assert_eq!(unary["stop_reason"], "max_tokens");
            assert_eq!(unary["usage"]["output_tokens"], 4);
        }
        assert_eq!(said, text);
    }
}

#[tokio::test]
async fn counted_tokens_are_the_tokens_of_the_answer() {
    let model = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    let conversation = [user("カエルについて"), assistant("はい、"), user("more")];
    let input = json!({"input": {"converse": {"messages": conversation, "system": [{"text": "Be brief."}]}}});
    let counted = call(&saying("x"), model, "count-tokens", &input)
        .await
        .json();
    let body = json!({"messages": conversation, "system": [{"text": "Be brief."}]});
    let answer = call(&saying("x"), &format!("us.{model}"), "converse", &body)
        .await
        .json();
    assert!(counted["inputTokens"].as_u64().unwrap() > 10);
    assert_eq!(counted["inputTokens"], answer["usage"]["inputTokens"]);
}

#[tokio::test]
async fn the_same_request_gets_the_same_bytes() {
    let body = converse(&[user("q")], 12);
    let stream = |_: u32| async {
        send(
            &saying(TEXTS[0]),
            request(PREFILL, "converse-stream", &body),
        )
        .await
        .bytes()
    };
    assert_eq!(stream(1).await, stream(2).await);
}
