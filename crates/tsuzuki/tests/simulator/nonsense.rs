//! Nonsense is answered or refused; it never breaks the simulator.

use crate::bench::{NO_PREFILL, PREFILL, request, send};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tsuzuki::simulator::{Scenario, Simulator};

const KEYS: [&str; 22] = [
    "messages",
    "role",
    "content",
    "text",
    "type",
    "system",
    "inferenceConfig",
    "maxTokens",
    "temperature",
    "stopSequences",
    "toolConfig",
    "tools",
    "toolSpec",
    "name",
    "inputSchema",
    "json",
    "toolUse",
    "toolResult",
    "anthropic_version",
    "max_tokens",
    "prompt",
    "input",
];

const TEXTS: [&str; 12] = [
    "",
    " ",
    "user",
    "assistant",
    "continue",
    "/long 3",
    "/count 18446744073709551615..1",
    "/table 0x99",
    "\"q\" continue",
    "数えて 9..1",
    "1 / 0 - (",
    "e\u{301}👩‍👩‍👧",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![Just(i64::MIN), Just(i64::MAX), -2_i64..5000].prop_map(Value::from),
        proptest::sample::select(&TEXTS[..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((proptest::sample::select(&KEYS[..]), inner), 0..6).prop_map(
                |members| {
                    Value::Object(
                        members
                            .into_iter()
                            .map(|(key, value)| (key.to_owned(), value))
                            .collect::<Map<_, _>>(),
                    )
                }
            ),
        ]
    })
}

/// A conversation that is right in form, of any turns.
fn conversation() -> impl Strategy<Value = Value> {
    let text = proptest::sample::select(&TEXTS[..]);
    let turn = (
        prop_oneof![Just("user"), Just("assistant")],
        text,
        any::<bool>(),
    )
        .prop_map(|(role, text, native)| {
            let block = if native {
                json!({"type": "text", "text": text})
            } else {
                json!({"text": text})
            };
            json!({"role": role, "content": [block]})
        });
    (proptest::collection::vec(turn, 0..6), 0_u32..30).prop_map(|(turns, limit)| {
        json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": limit, "messages": turns,
            "inferenceConfig": {"maxTokens": limit}})
    })
}

proptest! {
    #[test]
    fn any_body(
        body in prop_oneof![value(), conversation()],
        model in proptest::sample::select(vec![PREFILL, NO_PREFILL, "amazon.nova-lite-v1:0", "meta.llama3-8b-instruct-v1:0", "mistral.mistral-7b-instruct-v0:2"]),
        operation in proptest::sample::select(vec!["converse", "converse-stream", "invoke", "invoke-with-response-stream", "count-tokens"]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let answer = runtime.block_on(send(&Simulator::new(Scenario::default()), request(model, operation, &body)));
        prop_assert!([200, 400].contains(&answer.status));
        if answer.header("content-type") == Some("application/json") {
            prop_assert!(answer.json().is_object());
        } else {
            prop_assert!(!answer.frames().is_empty());
        }
    }

    #[test]
    fn any_scenario_file(text in "(\\[\\[rule\\]\\]\n|\\[stream\\]\n|(user|reply|call|fault|resume|tps|ttft|seed) = ('x'|7|\"2..3\"|\\[\\]|\\{\\}|\\{ at = 'token:1', do = 'eof' \\}|[^\n]{0,8})\n){0,6}") {
        if let Err(error) = Scenario::parse(&text) {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count().max(1) + 1);
            prop_assert!(!error.what.is_empty());
        }
    }
}
