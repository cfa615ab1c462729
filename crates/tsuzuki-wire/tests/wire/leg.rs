//! The bodies of legs: the caller's own bytes, changed only as the leg says.

use bytes::Bytes;
use proptest::prelude::*;
use std::sync::Arc;
use tsuzuki_wire::engine::{By, Cache, Leg, LegId, ModelId};
use tsuzuki_wire::{Form, leg_body, read_ask};

/// A leg of a request in this form.
fn leg(form: Form, carried: &str, by: By, max_tokens: Option<u32>) -> Leg {
    let carried = Bytes::from(carried.to_owned());
    let (ask, _) = read_ask(form, ModelId("m".into()), Vec::new(), carried).unwrap();
    Leg {
        id: LegId(2),
        ask: Arc::new(ask),
        model: ModelId("m".into()),
        region: None,
        by,
        max_tokens,
        cache: Cache::Unasked,
    }
}

fn printed(leg: &Leg) -> String {
    String::from_utf8(leg_body(leg).unwrap().to_vec()).unwrap()
}

fn body(form: Form, carried: &str, by: By, max_tokens: Option<u32>) -> String {
    printed(&leg(form, carried, by, max_tokens))
}

fn prefill(partial: &str) -> By {
    By::Prefill {
        partial: partial.into(),
    }
}

fn anchor(partial: &str, nudge: &str) -> By {
    By::Anchor {
        partial: partial.into(),
        nudge: nudge.into(),
    }
}

const ODD: &str = "{ \"messages\" :[ {\"role\":\"user\" ,\"content\":[ {\"text\":\"\\u65e5 \\/ \\ud83d\"} ]} ] ,\n\t\"inferenceConfig\":{ \"temperature\":1.0E-1, \"maxTokens\" : 10 } , \"big\":123456789012345678901234567890, \"d\":1,\"d\":2 }";

#[test]
fn the_first_leg_goes_out_as_it_came() {
    let leg = leg(Form::Converse, ODD, By::First, None);
    let carried = leg.ask.carried.body.clone();
    assert_eq!(
        leg_body(&leg).unwrap().as_ptr(),
        carried.as_ptr(),
        "the very bytes"
    );
}

#[test]
fn a_limit_takes_the_place_of_the_callers() {
    let limited = |form, carried: &str| body(form, carried, By::First, Some(2048));
    assert_eq!(limited(Form::Converse, ODD), ODD.replace(": 10", ": 2048"));
    assert_eq!(
        limited(Form::Converse, r#"{"a":1}"#),
        r#"{"a":1,"inferenceConfig":{"maxTokens":2048}}"#
    );
    assert_eq!(
        limited(Form::Converse, r#"{"inferenceConfig":null}"#),
        r#"{"inferenceConfig":{"maxTokens":2048}}"#
    );
    assert_eq!(
        limited(Form::Converse, r#"{"inferenceConfig":{}}"#),
        r#"{"inferenceConfig":{"maxTokens":2048}}"#
    );
    assert_eq!(
        limited(Form::Converse, r#"{"inferenceConfig":{"topP":1.0 }}"#),
        r#"{"inferenceConfig":{"topP":1.0,"maxTokens":2048 }}"#
    );
    assert_eq!(
        limited(Form::Messages, r#"{"max_tokens" : 5 }"#),
        r#"{"max_tokens" : 2048 }"#
    );
    assert_eq!(limited(Form::Messages, "{}"), r#"{"max_tokens":2048}"#);
}

#[test]
fn a_prefill_is_one_assistant_turn_of_one_text_block() {
    let turn = r#",{"content":[{"text":"続き\n\"x\""}],"role":"assistant"}"#;
    assert_eq!(
        body(Form::Converse, ODD, prefill("続き\n\"x\""), None),
        ODD.replace("} ]} ]", &format!("}} ]}}{turn} ]"))
    );
    let carried = r#"{"messages":[{"role":"user","content":"hi"}],"max_tokens":1}"#;
    assert_eq!(
        body(Form::Messages, carried, prefill("p"), Some(7)),
        r#"{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"text","text":"p"}]}],"max_tokens":7}"#
    );
}

#[test]
fn an_anchor_adds_a_users_turn() {
    assert_eq!(
        body(
            Form::Converse,
            r#"{"messages":[{"role":"user","content":[{"text":"hi"}]}]}"#,
            anchor("p", "go on"),
            None
        ),
        r#"{"messages":[{"role":"user","content":[{"text":"hi"}]},{"content":[{"text":"p"}],"role":"assistant"},{"content":[{"text":"go on"}],"role":"user"}]}"#
    );
    assert_eq!(
        body(
            Form::Messages,
            r#"{"messages":[{"role":"user","content":"hi"}]}"#,
            anchor("p", "go on"),
            None
        ),
        r#"{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"text","text":"p"}]},{"role":"user","content":[{"type":"text","text":"go on"}]}]}"#
    );
}

#[test]
fn the_text_so_far_joins_the_callers_own_unfinished_turn() {
    let joined = |form, content: &str, by| {
        let whole = body(
            form,
            &format!(r#"{{"messages":[{{"role":"assistant","content":{content}}}]}}"#),
            by,
            None,
        );
        whole
            .strip_prefix(r#"{"messages":[{"role":"assistant","content":"#)
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        joined(Form::Converse, r#"[{"text":"\u65e5"}]"#, prefill("\"b")),
        r#"[{"text":"\u65e5\"b"}]}]}"#
    );
    assert_eq!(
        joined(
            Form::Converse,
            r#"[{"text":"a"},{"image":{}}]"#,
            prefill("b")
        ),
        r#"[{"text":"a"},{"image":{}},{"text":"b"}]}]}"#
    );
    assert_eq!(
        joined(Form::Converse, "[]", prefill("b")),
        r#"[{"text":"b"}]}]}"#
    );
    assert_eq!(
        joined(Form::Converse, r#"[{"text":"a"}]"#, anchor("b", "n")),
        r#"[{"text":"ab"}]},{"content":[{"text":"n"}],"role":"user"}]}"#
    );
    assert_eq!(joined(Form::Messages, r#""{""#, prefill("b")), r#""{b"}]}"#);
    assert_eq!(
        joined(
            Form::Messages,
            r#"[{"type":"text","text":"a"}]"#,
            prefill("b")
        ),
        r#"[{"type":"text","text":"ab"}]}]}"#
    );
}

#[test]
fn a_request_without_messages_has_nothing_to_go_on_from() {
    let leg = leg(Form::Converse, "{}", prefill("p"), None);
    assert!(leg_body(&leg).is_err());
}

#[test]
fn a_cache_point_stands_behind_what_continuing_adds_while_there_is_room() {
    let cached = |form, carried: &str| {
        printed(&Leg {
            cache: Cache::BehindPartial,
            ..leg(form, carried, anchor("so far", "go on"), None)
        })
    };
    let user = r#"{"messages":[{"role":"user","content":[{"text":"hi"}]}]"#;
    assert_eq!(
        cached(Form::Converse, &format!("{user}}}")),
        r#"{"messages":[{"role":"user","content":[{"text":"hi"}]},{"content":[{"text":"so far"},{"cachePoint":{"type":"default"}}],"role":"assistant"},{"content":[{"text":"go on"}],"role":"user"}]}"#
    );
    let point = r#"{"cachePoint":{"type":"default"}}"#;
    let full = format!(r#"{user},"system":[{point},{point},{point},{point}]}}"#);
    assert_eq!(
        cached(Form::Converse, &full).matches("cachePoint").count(),
        4
    );
    let native = cached(
        Form::Messages,
        r#"{"anthropic_version":"v","messages":[{"role":"user","content":"hi"}]}"#,
    );
    assert!(
        native.contains(r#"{"type":"text","text":"so far","cache_control":{"type":"ephemeral"}}"#)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn any_text_is_added_and_nothing_else_changes(partial in "\\PC{1,40}", nudge in any::<String>(), limit in 1_u32..) {
        let whole = body(Form::Converse, &ODD.replace(r" \ud83d", ""), anchor(&partial, &nudge), Some(limit));
        let mut read: serde_json::Value = serde_json::from_str(&whole).unwrap();
        prop_assert_eq!(&read["messages"][1]["content"][0]["text"], &partial);
        prop_assert_eq!(&read["messages"][2]["content"][0]["text"], &nudge);
        prop_assert_eq!(&read["inferenceConfig"]["maxTokens"], limit);
        read["messages"].as_array_mut().unwrap().truncate(1);
        read["inferenceConfig"]["maxTokens"] = 10.into();
        let original: serde_json::Value = serde_json::from_str(&ODD.replace(r" \ud83d", "")).unwrap();
        prop_assert_eq!(read, original);
    }
}
