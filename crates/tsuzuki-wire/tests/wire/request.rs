//! What requests say.

use bytes::Bytes;
use tsuzuki_wire::engine::{Ask, Delivery, Mode, ModelId, Seams, Structure, Tools};
use tsuzuki_wire::{DecodeError, Form, Place, Wish, read_ask, recognise, without_wish};

fn read(form: Form, body: &str) -> Result<(Ask, Wish), DecodeError> {
    read_ask(
        form,
        ModelId("m".into()),
        Vec::new(),
        Bytes::from(body.to_owned()),
    )
}

fn ask(form: Form, body: &str) -> Ask {
    let (ask, wish) = read(form, body).unwrap();
    assert_eq!(wish, Wish::default());
    assert_eq!(ask.carried.body, body);
    ask
}

#[test]
fn a_converse_request_says_what_it_says() {
    let body = r#"{ "messages":[{"role":"user","content":[{"text":"hi"}]}], "inferenceConfig":{"maxTokens": 10,"stopSequences":["。","\n"]}, "unknown": 1.0E5 }"#;
    let ask = ask(Form::Converse, body);
    assert_eq!(
        (ask.max_tokens, ask.stop_sequences),
        (Some(10), vec!["。".to_owned(), "\n".to_owned()])
    );
    assert_eq!(
        (ask.delivery, ask.tools, ask.structure),
        (Delivery::Collected, Tools::None, Structure::Free)
    );
    assert_eq!(
        (ask.reasoning, ask.guarded, ask.prefill),
        (false, false, None)
    );
    assert_eq!(ask.carried.form, "converse");
    let bare = self::ask(Form::ConverseStream, r#"{"system":[]}"#);
    assert_eq!((bare.max_tokens, bare.delivery), (None, Delivery::Streamed));
}

#[test]
fn a_messages_request_says_what_it_says() {
    let body = r#"{"anthropic_version":"x","max_tokens":5,"stop_sequences":["a"],"messages":[{"role":"user","content":"hi"}],"tools":[{}],"tool_choice":{"type":"any"},"thinking":{"type":"enabled","budget_tokens":4000},"output_config":{"format":{"type":"json_schema"}}}"#;
    let ask = ask(Form::MessagesStream, body);
    assert_eq!(
        (ask.max_tokens, ask.tools, ask.reasoning),
        (Some(5), Tools::Forced, true)
    );
    assert_eq!(
        (ask.structure, ask.stop_sequences),
        (Structure::Schema, vec!["a".to_owned()])
    );
}

#[test]
fn only_anthropics_body_is_recognised() {
    let recognised = |body: &str| recognise(body.as_bytes(), Delivery::Collected);
    assert_eq!(
        recognised(r#"{"anthropic_version":"2026-10-21","messages":[]}"#),
        Some(Form::Messages)
    );
    assert_eq!(
        recognise(
            br#"{"anthropic_version":"x","messages":[]}"#,
            Delivery::Streamed
        ),
        Some(Form::MessagesStream)
    );
    for other in [
        r#"{"messages":[]}"#,
        r#"{"anthropic_version":"x","prompt":"p"}"#,
        "[]",
        "{",
        "",
    ] {
        assert_eq!(recognised(other), None, "{other}");
    }
}

#[test]
fn tools_are_none_offered_or_forced() {
    let tools = |config: &str| ask(Form::Converse, &format!(r#"{{"toolConfig":{config}}}"#)).tools;
    assert_eq!(tools("null"), Tools::None);
    assert_eq!(tools(r#"{"tools":[{}]}"#), Tools::Offered);
    assert_eq!(
        tools(r#"{"tools":[{}],"toolChoice":{"auto":{}}}"#),
        Tools::Offered
    );
    assert_eq!(
        tools(r#"{"tools":[{}],"toolChoice":{"any":{}}}"#),
        Tools::Forced
    );
    assert_eq!(
        tools(r#"{"tools":[{}],"toolChoice":{"tool":{"name":"n"}}}"#),
        Tools::Forced
    );
}

#[test]
fn reasoning_is_on_when_some_provider_is_told_so() {
    let reasons = |fields: &str| {
        ask(
            Form::Converse,
            &format!(r#"{{"additionalModelRequestFields":{fields}}}"#),
        )
        .reasoning
    };
    for on in [
        r#"{"thinking":{"type":"enabled","budget_tokens":1024}}"#,
        r#"{"thinking":{"type":"adaptive"}}"#,
        r#"{"reasoning_config":{"type":"enabled"}}"#,
        r#"{"reasoning_config":"high"}"#,
        r#"{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"low"}}"#,
    ] {
        assert!(reasons(on), "{on}");
    }
    for off in [
        "{}",
        r#"{"thinking":{"type":"disabled"}}"#,
        r#"{"thinking":null}"#,
        r#"{"reasoning_config":"none"}"#,
    ] {
        assert!(!reasons(off), "{off}");
    }
}

#[test]
fn structure_and_guardrails_are_seen_wherever_they_are_asked_for() {
    let schema = |body: &str| ask(Form::Converse, body).structure == Structure::Schema;
    assert!(schema(
        r#"{"outputConfig":{"textFormat":{"type":"json_schema"}}}"#
    ));
    assert!(schema(
        r#"{"additionalModelRequestFields":{"output_config":{"format":{"type":"json_schema"}}}}"#
    ));
    assert!(!schema(r#"{"outputConfig":{"effort":"low"}}"#));
    assert!(
        ask(
            Form::Converse,
            r#"{"guardrailConfig":{"guardrailIdentifier":"g"}}"#
        )
        .guarded
    );
    let headers = vec![(
        "X-Amzn-Bedrock-GuardrailIdentifier".to_owned(),
        "g".to_owned(),
    )];
    let (guarded, _) = read_ask(
        Form::Messages,
        ModelId("m".into()),
        headers,
        Bytes::from_static(b"{}"),
    )
    .unwrap();
    assert!(guarded.guarded);
}

#[test]
fn a_prefill_is_the_text_of_all_trailing_assistant_turns() {
    let prefill =
        |form, messages: &str| ask(form, &format!(r#"{{"messages":{messages}}}"#)).prefill;
    let turns = r#"[{"role":"assistant","content":[{"text":"no"}]},{"role":"user","content":[{"text":"u"}]},{"role":"assistant","content":[{"text":"\u65e5"},{"image":{}},{"text":"b"}]},{"role":"assistant","content":[{"text":"c"}]}]"#;
    assert_eq!(prefill(Form::Converse, turns), Some("日bc".to_owned()));
    assert_eq!(
        prefill(
            Form::Converse,
            r#"[{"role":"assistant","content":[{"text":"no"}]},{"role":"user","content":[]}]"#
        ),
        None
    );
    assert_eq!(
        prefill(Form::Messages, r#"[{"role":"assistant","content":"{"}]"#),
        Some("{".to_owned())
    );
    assert_eq!(prefill(Form::Messages, "[]"), None);
}

#[test]
fn what_cannot_be_read_is_refused_in_plain_words() {
    for (body, kind) in [
        ("{", "The request body is not valid JSON."),
        ("", "The request body is not valid JSON."),
        ("[]", "The request body must be a JSON object."),
        (r#"{"messages":{}}"#, "messages: expected a list of objects"),
        (
            r#"{"messages":["a"]}"#,
            "messages: expected a list of objects",
        ),
        (
            r#"{"inferenceConfig":[]}"#,
            "inferenceConfig: expected an object",
        ),
        (
            r#"{"inferenceConfig":{"maxTokens":"10"}}"#,
            "inferenceConfig.maxTokens: expected a whole number",
        ),
        (
            r#"{"inferenceConfig":{"maxTokens":1.5}}"#,
            "inferenceConfig.maxTokens: expected a whole number",
        ),
        (
            r#"{"inferenceConfig":{"stopSequences":[1]}}"#,
            "inferenceConfig.stopSequences: expected a list of strings",
        ),
        (
            r#"{"toolConfig":{"tools":{}}}"#,
            "toolConfig.tools: expected a list",
        ),
        (
            r#"{"additionalModelRequestFields":1}"#,
            "additionalModelRequestFields: expected an object",
        ),
    ] {
        let error = read(Form::Converse, body).unwrap_err();
        assert_eq!(
            (error.place, &*error.kind),
            (Place::Request, kind),
            "{body}"
        );
    }
    assert_eq!(
        read(Form::Messages, r#"{"max_tokens":true}"#)
            .unwrap_err()
            .kind,
        "max_tokens: expected a whole number"
    );
}

#[test]
fn what_we_read_or_change_stands_once() {
    for (form, body, name) in [
        (
            Form::Converse,
            r#"{"messages":[],"messages":[]}"#,
            "messages",
        ),
        (
            Form::Converse,
            r#"{"inferenceConfig":{"maxTokens":1},"inferenceConfig":{}}"#,
            "inferenceConfig",
        ),
        (
            Form::Converse,
            r#"{"inferenceConfig":{"maxTokens":1,"maxTokens":2}}"#,
            "maxTokens",
        ),
        (
            Form::Converse,
            r#"{"messages":[{"role":"user","content":[],"r\u006fle":"assistant"}]}"#,
            "role",
        ),
        (
            Form::Converse,
            r#"{"additionalModelRequestFields":{"a":1},"additionalModelRequestFields":{"a":1}}"#,
            "additionalModelRequestFields",
        ),
        (
            Form::Messages,
            r#"{"max_tokens":1,"max_tokens":1}"#,
            "max_tokens",
        ),
        (
            Form::Messages,
            r#"{"thinking":{},"thinking":{}}"#,
            "thinking",
        ),
    ] {
        let error = read(form, body).unwrap_err();
        assert_eq!(
            (error.place, error.kind.into_owned()),
            (
                Place::Request,
                format!("{name}: the member is given twice; give it once")
            )
        );
    }
    // What nobody here reads may stand as often as it likes.
    ask(
        Form::Converse,
        r#"{"x":1,"x":2,"additionalModelRequestFields":{"top_k":1,"top_k":2}}"#,
    );
}

#[test]
fn a_wish_in_one_of_two_homes_is_refused_as_a_wish() {
    let (with, without) = (r#"{"tsuzuki":{"mode":"off"}}"#, "{}");
    for (first, second) in [
        (with, without),
        (without, with),
        (with, "null"),
        (with, with),
    ] {
        let body = format!(
            r#"{{"additionalModelRequestFields":{first},"additionalModelRequestFields":{second}}}"#
        );
        assert_eq!(
            read(Form::Converse, &body).unwrap_err().place,
            Place::Wish,
            "{body}"
        );
        assert!(without_wish(Form::Converse, &Bytes::from(body)).is_err());
    }
}

#[test]
fn our_field_is_cut_out_of_what_cannot_be_read_as_well() {
    let less = |body: &str| without_wish(Form::Messages, &Bytes::from(body.to_owned())).unwrap();
    assert_eq!(
        less(r#"{"max_tokens":"ten", "tsuzuki":{"mode":"off"}}"#),
        r#"{"max_tokens":"ten"}"#
    );
    assert_eq!(less("{oops"), "{oops");
}

#[test]
fn what_the_backend_decides_is_left_to_it() {
    for body in [
        r#"{"messages":[]}"#,
        r#"{"messages":[{"role":"robot","content":[]}]}"#,
        r#"{"messages":[{"content":7}],"inferenceConfig":{"temperature":"hot"}}"#,
        r#"{"messages":null,"inferenceConfig":null}"#,
    ] {
        ask(Form::Converse, body);
    }
    let limit =
        |number: &str| ask(Form::Messages, &format!(r#"{{"max_tokens":{number}}}"#)).max_tokens;
    assert_eq!(
        (limit("0"), limit("-3"), limit("1e3"), limit("1e30")),
        (Some(0), Some(0), Some(1000), Some(u32::MAX))
    );
}

fn wished(form: Form, body: &str) -> (Wish, String) {
    let (ask, wish) = read(form, body).unwrap();
    (wish, String::from_utf8(ask.carried.body.to_vec()).unwrap())
}

#[test]
fn our_own_field_is_cut_out_and_every_other_byte_stays() {
    let field = r#"{"mode":"cap","maxOutputTokens":9,"maxLegs":2,"maxCost":0.5,"maxSeconds":1.5,"seams":"proven","report":true}"#;
    let all = Wish {
        mode: Some(Mode::Cap),
        max_output_tokens: Some(9),
        max_legs: Some(2),
        max_cost: Some(0.5),
        max_seconds: Some(1.5),
        seams: Some(Seams::Proven),
        report: Some(true),
    };
    let body = |field: &str| {
        format!(
            r#"{{ "a" : 1.0, "additionalModelRequestFields" : {{ "x":1e2 , "tsuzuki": {field} , "x" : 2}} ,"z":"\u00e9"}}"#
        )
    };
    let rest =
        r#"{ "a" : 1.0, "additionalModelRequestFields" : { "x":1e2 , "x" : 2} ,"z":"\u00e9"}"#;
    assert_eq!(
        wished(Form::Converse, &body(field)),
        (all.clone(), rest.to_owned())
    );
    assert_eq!(
        wished(Form::Converse, &body("null")),
        (Wish::default(), rest.to_owned())
    );
    let native = format!(r#"{{"max_tokens":1, "tsuzuki":{field}}}"#);
    assert_eq!(
        wished(Form::Messages, &native),
        (all, r#"{"max_tokens":1}"#.to_owned())
    );
    assert_eq!(
        wished(Form::Messages, r#"{"\u0074suzuki":{},"a":1}"#),
        (Wish::default(), r#"{"a":1}"#.to_owned())
    );
}

#[test]
fn a_home_that_held_only_our_field_goes_with_it() {
    let body = r#"{"a":1, "additionalModelRequestFields":{"tsuzuki":{"report":true}}, "b":2}"#;
    assert_eq!(wished(Form::Converse, body).1, r#"{"a":1, "b":2}"#);
    assert_eq!(
        wished(Form::Converse, r#"{"additionalModelRequestFields":{}}"#).1,
        r#"{"additionalModelRequestFields":{}}"#
    );
    // In a Converse request the top level is not its home, in a Messages one the fields are not.
    assert_eq!(
        wished(Form::Converse, r#"{"tsuzuki":1}"#).1,
        r#"{"tsuzuki":1}"#
    );
}

#[test]
fn a_wish_nobody_can_grant_is_refused_with_what_is_allowed() {
    for field in [
        r#"{"mood":"cap"}"#,
        r#"{"mode":"CAP"}"#,
        r#"{"maxLegs":"2"}"#,
        r#"{"maxLegs":-1}"#,
        r#"{"maxCost":-1}"#,
        r#"{"report":1}"#,
        "[]",
        r#""cap""#,
    ] {
        let error = read(Form::Messages, &format!(r#"{{"tsuzuki":{field}}}"#)).unwrap_err();
        assert_eq!(error.place, Place::Wish, "{field}");
        for word in [
            "mode (off, cap or extend)",
            "maxOutputTokens",
            "maxLegs",
            "maxCost",
            "maxSeconds",
            "seams",
            "report",
        ] {
            assert!(error.kind.contains(word), "{word}");
        }
    }
    assert_eq!(
        read(Form::Messages, r#"{"tsuzuki":{},"tsuzuki":{}}"#)
            .unwrap_err()
            .place,
        Place::Wish
    );
}
