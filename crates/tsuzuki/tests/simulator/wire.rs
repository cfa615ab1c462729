//! Bytes as recorded traffic has them.

use crate::bench::{NO_PREFILL, PREFILL, call, converse, messages, saying, user, with};
use serde_json::{Value, json};
use tsuzuki::simulator::{Block, Chunk, Pacing, Reply, Rule};

const PADDING: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// Whether the members of every object stand in alphabetical order in the bytes themselves.
fn is_alphabetical(text: &str) -> bool {
    let value: Value = serde_json::from_str(text).unwrap();
    // serde_json prints its own maps in order; equal bytes mean the same order.
    serde_json::to_string(&value).unwrap() == text
}

#[tokio::test]
async fn converse_in_one_piece() {
    let answer = call(
        &saying("hello there"),
        "amazon.nova-lite-v1:0",
        "converse",
        &converse_body(),
    )
    .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(is_alphabetical(
        std::str::from_utf8(&answer.bytes()).unwrap()
    ));
    let body = answer.json();
    assert_eq!(keys(&body), ["metrics", "output", "stopReason", "usage"]);
    assert_eq!(
        body["output"],
        json!({"message": {"content": [{"text": "hello there"}], "role": "assistant"}})
    );
    let usage = &body["usage"];
    assert_eq!(
        keys(usage),
        [
            "inputTokens",
            "outputTokens",
            "serverToolUsage",
            "totalTokens"
        ]
    );
    let sum = usage["inputTokens"].as_u64().unwrap() + usage["outputTokens"].as_u64().unwrap();
    assert_eq!(usage["totalTokens"].as_u64(), Some(sum));
    assert!(body["metrics"]["latencyMs"].as_u64().unwrap() >= 1);
}

fn converse_body() -> Value {
    converse(&[user("q")], 100)
}

#[tokio::test]
async fn converse_streamed() {
    let answer = call(
        &saying("hello there"),
        PREFILL,
        "converse-stream",
        &converse_body(),
    )
    .await;
    assert_eq!(
        answer.header("content-type"),
        Some("application/vnd.amazon.eventstream")
    );
    let frames = answer.frames();
    let names: Vec<&str> = frames.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "messageStart",
            "contentBlockDelta",
            "contentBlockDelta",
            "contentBlockStop",
            "messageStop",
            "metadata"
        ]
    );
    for (_, payload) in &frames {
        let padding = payload["p"].as_str().unwrap();
        assert!((2..=61).contains(&padding.len()) && PADDING.starts_with(padding));
    }
    assert_eq!(keys(&frames[5].1), ["metrics", "p", "usage"]);
    let bytes = answer.bytes();
    let head = b"\x0b:event-type\x07\x00\x0cmessageStart\x0d:content-type\x07\x00\x10application/json\x0d:message-type\x07\x00\x05event";
    assert_eq!(&bytes[12..12 + head.len()], head);
    let plain = Pacing {
        padding: false,
        ..Pacing::default()
    };
    let without = call(
        &with(Rule {
            pacing: Some(plain),
            ..Rule::text("a")
        }),
        PREFILL,
        "converse-stream",
        &converse_body(),
    )
    .await;
    assert!(
        without
            .frames()
            .iter()
            .all(|(_, payload)| payload["p"].is_null())
    );
}

#[tokio::test]
async fn chunks_of_several_sizes() {
    for (chunk, deltas) in [
        (Chunk::Token, 4),
        (Chunk::Word, 3),
        (Chunk::Characters(6), 2),
        (Chunk::All, 1),
    ] {
        let pacing = Some(Pacing {
            chunk,
            ..Pacing::default()
        });
        let simulator = with(Rule {
            pacing,
            ..Rule::text("one continued word")
        });
        let answer = call(&simulator, PREFILL, "converse-stream", &converse_body()).await;
        let pieces = answer
            .frames()
            .iter()
            .filter(|(name, _)| name == "contentBlockDelta")
            .count();
        assert_eq!(
            (pieces, answer.streamed().0.as_str()),
            (deltas, "one continued word"),
            "{chunk:?}"
        );
    }
}

#[tokio::test]
async fn reasoning_and_tools_in_a_stream() {
    let reply = Reply {
        blocks: vec![
            Block::Reasoning {
                text: "I think".to_owned(),
                signature: Some("c2ln".to_owned()),
            },
            Block::Text("Look:".to_owned()),
            Block::Tool {
                name: "find".to_owned(),
                input: json!({"what": "frogs"}),
            },
        ],
    };
    let answer = call(
        &with(Rule {
            reply,
            ..Rule::default()
        }),
        NO_PREFILL,
        "converse-stream",
        &converse_body(),
    )
    .await;
    let frames = answer.frames();
    let starts: Vec<&Value> = frames
        .iter()
        .filter(|(name, _)| name == "contentBlockStart")
        .map(|(_, payload)| payload)
        .collect();
    assert_eq!(starts.len(), 1);
    assert_eq!(
        (
            &starts[0]["contentBlockIndex"],
            &starts[0]["start"]["toolUse"]["name"]
        ),
        (&json!(2), &json!("find"))
    );
    let joined = |pointer: &str| -> String {
        frames
            .iter()
            .filter_map(|(_, payload)| payload.pointer(pointer)?.as_str())
            .collect()
    };
    assert_eq!(joined("/delta/reasoningContent/text"), "I think");
    assert_eq!(joined("/delta/reasoningContent/signature"), "c2ln");
    assert_eq!(joined("/delta/toolUse/input"), r#"{"what":"frogs"}"#);
    assert_eq!(answer.streamed().1.as_deref(), Some("tool_use"));
}

#[tokio::test]
async fn a_cut_inside_a_tool_call_leaves_no_call() {
    let reply = Reply {
        blocks: vec![Block::Tool {
            name: "find".to_owned(),
            input: json!({"what": "many frogs"}),
        }],
    };
    let simulator = with(Rule {
        reply,
        ..Rule::default()
    });
    let body = converse(&[user("q")], 4);
    let unary = call(&simulator, NO_PREFILL, "converse", &body).await.json();
    assert_eq!(
        (&unary["output"]["message"]["content"], &unary["stopReason"]),
        (&json!([]), &json!("max_tokens"))
    );
    let frames = call(&simulator, NO_PREFILL, "converse-stream", &body)
        .await
        .frames();
    let input: String = frames
        .iter()
        .filter_map(|(_, payload)| payload["delta"]["toolUse"]["input"].as_str())
        .collect();
    assert!(!input.is_empty() && serde_json::from_str::<Value>(&input).is_err());
}

#[tokio::test]
async fn stop_sequences() {
    let body = json!({"messages": [user("q")], "inferenceConfig": {"stopSequences": ["four", "ee f"]},
        "additionalModelResponseFieldPaths": ["/stop_sequence"]});
    let simulator = saying("one two three four five");
    let answer = call(&simulator, PREFILL, "converse", &body).await.json();
    assert_eq!(
        answer["output"]["message"]["content"][0]["text"],
        "one two thr"
    );
    assert_eq!(
        (&answer["stopReason"], &answer["usage"]["outputTokens"]),
        (&json!("stop_sequence"), &json!(4))
    );
    assert_eq!(
        answer["additionalModelResponseFields"],
        json!({"stop_sequence": "ee f"})
    );
    let mut native = messages(&[json!({"role": "user", "content": "q"})], 50);
    native["stop_sequences"] = json!(["four"]);
    let native = call(&simulator, PREFILL, "invoke", &native).await.json();
    assert_eq!(
        (&native["stop_reason"], &native["stop_sequence"]),
        (&json!("stop_sequence"), &json!("four"))
    );
}

#[tokio::test]
async fn messages_in_one_piece_and_streamed() {
    let body = messages(&[json!({"role": "user", "content": "q"})], 100);
    let answer = call(&saying("hello \"there\""), PREFILL, "invoke", &body).await;
    let text = String::from_utf8(answer.bytes()).unwrap();
    let expected = r#"","type":"message","role":"assistant","model":"claude-3-haiku-20240307","content":[{"type":"text","text":"hello \"there\""}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"#;
    assert!(
        text.starts_with(r#"{"id":"msg_bdrk_01"#) && text.contains(expected),
        "{text}"
    );
    let json = answer.json();
    assert_eq!(
        answer.header("x-amzn-bedrock-output-token-count"),
        Some(json["usage"]["output_tokens"].to_string().as_str())
    );
    assert_eq!(
        answer.header("x-amzn-bedrock-input-token-count"),
        Some(json["usage"]["input_tokens"].to_string().as_str())
    );
    assert!(answer.header("x-amzn-bedrock-invocation-latency").is_some());

    let stream = call(
        &saying("hello there"),
        PREFILL,
        "invoke-with-response-stream",
        &body,
    )
    .await;
    assert_eq!(
        stream.header("x-amzn-bedrock-content-type"),
        Some("application/json")
    );
    let chunks = stream.chunks();
    let kinds: Vec<&str> = chunks
        .iter()
        .filter_map(|chunk| chunk["type"].as_str())
        .collect();
    assert_eq!(
        kinds,
        [
            "message_start",
            "content_block_start",
            "content_block_delta",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop"
        ]
    );
    assert_eq!(chunks[0]["message"]["usage"]["output_tokens"], 1);
    let metrics = &chunks[6]["amazon-bedrock-invocationMetrics"];
    assert_eq!(metrics["outputTokenCount"], 2);
    for name in ["inputTokenCount", "invocationLatency", "firstByteLatency"] {
        assert!(metrics[name].is_u64(), "{name}");
    }
}

#[tokio::test]
async fn the_other_makers_bodies() {
    let text = "one two three";
    for (model, body, words, stop, cut) in [
        (
            "meta.llama3-8b-instruct-v1:0",
            json!({"prompt": "q", "max_gen_len": 2}),
            "/generation",
            "/stop_reason",
            "length",
        ),
        (
            "amazon.titan-text-express-v1",
            json!({"inputText": "q", "textGenerationConfig": {"maxTokenCount": 2}}),
            "/results/0/outputText",
            "/results/0/completionReason",
            "LENGTH",
        ),
        (
            "mistral.mistral-7b-instruct-v0:2",
            json!({"prompt": "q", "max_tokens": 2}),
            "/outputs/0/text",
            "/outputs/0/stop_reason",
            "length",
        ),
        (
            "openai.gpt-oss-20b-1:0",
            json!({"messages": [{"role": "user", "content": "q"}], "max_tokens": 2}),
            "/choices/0/message/content",
            "/choices/0/finish_reason",
            "length",
        ),
        (
            "amazon.nova-lite-v1:0",
            json!({"messages": [{"role": "user", "content": [{"text": "q"}]}], "inferenceConfig": {"max_new_tokens": 2}}),
            "/output/message/content/0/text",
            "/stopReason",
            "max_tokens",
        ),
    ] {
        let unary = call(&saying(text), model, "invoke", &body).await;
        assert_eq!(unary.status, 200, "{model}: {}", unary.json());
        let unary = unary.json();
        assert_eq!(unary.pointer(words), Some(&json!("one two")), "{model}");
        assert_eq!(unary.pointer(stop), Some(&json!(cut)), "{model}");
        let chunks = call(&saying(text), model, "invoke-with-response-stream", &body)
            .await
            .chunks();
        let streamed: String = chunks
            .iter()
            .flat_map(|chunk| {
                [
                    "/generation",
                    "/outputText",
                    "/outputs/0/text",
                    "/choices/0/delta/content",
                    "/contentBlockDelta/delta/text",
                ]
                .into_iter()
                .filter_map(|pointer| chunk.pointer(pointer)?.as_str())
            })
            .collect();
        assert_eq!(streamed, "one two", "{model}");
        assert!(
            chunks
                .iter()
                .any(|chunk| chunk.to_string().contains(&format!("\"{cut}\""))),
            "{model}"
        );
        assert_eq!(
            chunks.last().unwrap()["amazon-bedrock-invocationMetrics"]["outputTokenCount"],
            2,
            "{model}"
        );
    }
    let wrong = call(&saying(text), PREFILL, "invoke", &json!({"inputText": "q"})).await;
    assert_eq!(wrong.status, 400);
    let wrong = call(
        &saying(text),
        "amazon.titan-text-express-v1",
        "invoke",
        &json!({"prompt": "q"}),
    )
    .await;
    assert_eq!(
        wrong.message(),
        "Malformed input request, please reformat your input and try again."
    );
}

#[tokio::test]
async fn claude_has_a_default_limit_of_4096() {
    let text = "word ".repeat(5000);
    let answer = call(
        &saying(&text),
        NO_PREFILL,
        "converse",
        &json!({"messages": [user("q")]}),
    )
    .await
    .json();
    assert_eq!(
        (&answer["stopReason"], &answer["usage"]["outputTokens"]),
        (&json!("max_tokens"), &json!(4096))
    );
    let one = call(
        &saying(&text),
        NO_PREFILL,
        "converse",
        &converse(&[user("q")], 1),
    )
    .await;
    assert_eq!(one.json()["usage"]["outputTokens"], 1);
}

#[tokio::test]
async fn later_claude_models_count_the_cache_and_type_their_tool_calls() {
    let reply = Reply {
        blocks: vec![Block::Tool {
            name: "find".to_owned(),
            input: json!({}),
        }],
    };
    let simulator = with(Rule {
        reply,
        ..Rule::default()
    });
    let later = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    for (model, usage, tool) in [(later, 8, json!("tool_use")), (PREFILL, 4, Value::Null)] {
        let answer = call(&simulator, model, "converse", &converse_body())
            .await
            .json();
        assert_eq!(keys(&answer["usage"]).len(), usage, "{model}");
        assert_eq!(
            answer["output"]["message"]["content"][0]["toolUse"]["type"], tool,
            "{model}"
        );
        let frames = call(&simulator, model, "converse-stream", &converse_body())
            .await
            .frames();
        assert_eq!(frames[1].1["start"]["toolUse"]["type"], tool, "{model}");
    }
}
