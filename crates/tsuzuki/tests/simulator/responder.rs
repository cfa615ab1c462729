//! The default responder: what it can it does exactly, and it never pretends.

use crate::bench::{NO_PREFILL, PREFILL, assistant, call, converse, text_of, user};
use serde_json::{Value, json};
use tsuzuki::prose::verify;
use tsuzuki::simulator::{Scenario, Simulator};

async fn answer(turns: &[Value]) -> String {
    let simulator = Simulator::new(Scenario::default());
    text_of(
        &call(&simulator, PREFILL, "converse", &converse(turns, 4096))
            .await
            .json(),
    )
    .to_owned()
}

#[tokio::test]
async fn long_text_by_command_and_in_words() {
    let simulator = Simulator::new(Scenario::default());
    for (question, units) in [
        ("/long 5", 5),
        ("write 40 numbered paragraphs", 40),
        ("Please write 12 paragraphs about frogs.", 12),
        ("50段落書いて", 50),
        ("/code python 60", 60),
        ("/table 30x4", 30),
        ("/json 40", 40),
        ("/emoji 20", 20),
        ("数えて 1..120", 120),
        ("count 1..120", 120),
        ("Count to 120", 120),
        ("1から30まで数えてください", 30),
    ] {
        let body = json!({"messages": [user(question)], "inferenceConfig": {"maxTokens": 60_000}});
        let answer = call(
            &simulator,
            "us.anthropic.claude-haiku-4-5-20251001-v1:0",
            "converse",
            &body,
        )
        .await
        .json();
        assert_eq!(answer["stopReason"], "end_turn", "{question}");
        let verdict = verify(text_of(&answer));
        assert!(
            verdict.is_complete() && verdict.expected == units,
            "{question}: {verdict}"
        );
    }
}

#[tokio::test]
async fn memory_is_exact() {
    let turns = [
        user("カエルの俳句を書いて"),
        assistant("はい。"),
        user("What is 2 + 3?"),
        assistant("5"),
    ];
    let after = |question: &str| [turns.as_slice(), &[user(question)]].concat();
    for question in ["冒頭で、私は何と質問しましたか？", "最初の質問は何でしたか"]
    {
        assert_eq!(
            answer(&after(question)).await,
            "最初の質問は「カエルの俳句を書いて」でした。"
        );
    }
    for question in ["What did I ask first?", "what was my first question"] {
        assert_eq!(
            answer(&after(question)).await,
            "Your first question was: \"カエルの俳句を書いて\""
        );
    }
    assert_eq!(
        answer(&after("What was my last question?")).await,
        "Your last question was: \"What is 2 + 3?\""
    );
    assert_eq!(
        answer(&[user("What did I ask first?")]).await,
        "This is your first question."
    );
}

#[tokio::test]
async fn sums() {
    for (question, expected) in [
        ("What is 2 + 3 * 4?", "2 + 3 * 4 = 14"),
        ("(1.5 + 2) × 2 =", "(1.5 + 2) × 2 = 7"),
        ("12.5% * 8,640", "12.5% * 8,640 = 1080"),
        ("7 * -8 は？", "7 * -8 = -56"),
        ("2^10", "2^10 = 1024"),
    ] {
        assert_eq!(answer(&[user(question)]).await, expected);
    }
    for no_sum in ["1 / 0", "2 +", "((((", "a + b", "-"] {
        assert!(
            answer(&[user(no_sum)]).await.contains("offline simulator"),
            "{no_sum}"
        );
    }
}

#[tokio::test]
async fn otherwise_it_says_what_it_is() {
    assert!(
        answer(&[user("Who won the match?")])
            .await
            .starts_with("I am the offline simulator, not an AI model")
    );
    assert!(
        answer(&[user("明日の天気は？")])
            .await
            .starts_with("私はオフラインのシミュレーター")
    );
    assert!(
        answer(&[user("hello!")])
            .await
            .starts_with("Hello! I am the offline simulator")
    );
    assert!(
        answer(&[user("こんにちは")])
            .await
            .starts_with("こんにちは。私はオフライン")
    );
    assert_eq!(
        answer(&[user("/echo そのまま  返す")]).await,
        "そのまま  返す"
    );
    // A command that it does not know has no language: that of the conversation is taken.
    let japanese = [
        user("はじめまして"),
        assistant("どうも"),
        user("/unknown 3"),
    ];
    assert!(
        answer(&japanese)
            .await
            .starts_with("私はオフラインのシミュレーター")
    );
    assert!(
        answer(&[user("/unknown 3")])
            .await
            .starts_with("I am the offline simulator")
    );
}

/// The chat asks for a summary, and puts one before a question of a new conversation.
#[tokio::test]
async fn summaries_are_lists_of_what_was_asked() {
    let asked = "Summarise the conversation below, in short.\n\n<earlier>\nbefore\n</earlier>\n\n\
                 <conversation>\n<user>\n川は長い？\n</user>\n\n<assistant>\nはい\n</assistant>\n\n\
                 <user>\n海は？\n</user>\n</conversation>";
    assert_eq!(
        answer(&[user(asked)]).await,
        "before\n- 川は長い？\n- 海は？"
    );
    let alone = asked.replace("<earlier>\nbefore\n</earlier>\n\n", "");
    assert!(answer(&[user(&alone)]).await.starts_with("これまでの質問"));
    let question =
        "What was said before, summed up:\n<summary>\n- /echo one\n</summary>\n\n/echo two";
    assert_eq!(answer(&[user(question)]).await, "two");
}

#[tokio::test]
async fn continue_after_the_end_gets_a_sentence() {
    let turns = [user("2 + 3"), assistant("2 + 3 = 5"), user("continue")];
    assert_eq!(
        answer(&turns).await,
        "That was the whole answer; there is nothing left to continue."
    );
}

#[tokio::test]
async fn forced_tools_structure_and_reasoning() {
    let simulator = Simulator::new(Scenario::default());
    let schema = json!({"type": "object", "required": ["n", "kind"], "properties": {
        "n": {"type": "integer", "minimum": 3}, "kind": {"enum": ["a", "b"]}, "other": {"type": "string"}}});
    let tools = json!({"tools": [{"toolSpec": {"name": "t", "inputSchema": {"json": schema}}}], "toolChoice": {"any": {}}});
    let forced = call(
        &simulator,
        NO_PREFILL,
        "converse",
        &json!({"messages": [user("q")], "toolConfig": tools}),
    )
    .await
    .json();
    assert_eq!(forced["stopReason"], "tool_use");
    assert_eq!(
        forced["output"]["message"]["content"][0]["toolUse"]["input"],
        json!({"n": 3, "kind": "a"})
    );

    let body = json!({"messages": [user("q")], "additionalModelRequestFields": {"output_config": {"format": {"type": "json_schema", "schema": schema}}}});
    let structured = call(&simulator, NO_PREFILL, "converse", &body).await.json();
    assert_eq!(
        serde_json::from_str::<Value>(text_of(&structured)).unwrap(),
        json!({"n": 3, "kind": "a"})
    );

    let model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    let thinking = |limit: usize| {
        json!({"messages": [user("2 + 3")], "inferenceConfig": {"maxTokens": limit},
            "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1}}})
    };
    let whole = call(&simulator, model, "converse", &thinking(2000))
        .await
        .json();
    let content = &whole["output"]["message"]["content"];
    assert!(content[0]["reasoningContent"]["reasoningText"]["signature"].is_string());
    assert_eq!(content[1]["text"], "2 + 3 = 5");
    let cut = call(&simulator, model, "converse", &thinking(4))
        .await
        .json();
    assert_eq!(cut["stopReason"], "max_tokens");
    assert_eq!(
        cut["output"]["message"]["content"]
            .as_array()
            .unwrap()
            .len(),
        1,
        "reasoning counts against the limit"
    );
    assert!(
        cut["output"]["message"]["content"][0]["reasoningContent"]["reasoningText"]["signature"]
            .is_null()
    );
}
