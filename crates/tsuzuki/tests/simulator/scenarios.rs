//! Scenario files: the examples run, and mistakes are explained.

use crate::bench::{NO_PREFILL, PREFILL, call, converse, text_of, user};
use serde_json::json;
use std::path::{Path, PathBuf};
use tsuzuki::simulator::{Failure, Pacing, Scenario, Simulator};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

fn example(name: &str) -> Simulator {
    Simulator::new(Scenario::parse(&std::fs::read_to_string(folder().join(name)).unwrap()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn every_example_is_read_and_answers() {
    let files: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert!(files.len() >= 4);
    for file in files {
        let scenario = Scenario::parse(&std::fs::read_to_string(&file).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        // One sets only the pace; the default responder answers under it.
        let says_something = !scenario.rules.is_empty() || scenario.pacing != Pacing::default();
        assert!(
            says_something && scenario.name.is_some(),
            "{}",
            file.display()
        );
        let answer = call(
            &Simulator::new(scenario),
            PREFILL,
            "converse",
            &converse(&[user("frog")], 50),
        )
        .await;
        assert!([200, 503].contains(&answer.status), "{}", file.display());
    }
}

#[tokio::test(start_paused = true)]
async fn a_bad_line_fails_in_five_ways_and_then_holds() {
    let simulator = example("bad-line.toml");
    let body = converse(&[user("a report, please")], 4096);
    let mut outcomes = Vec::new();
    for _ in 0..6 {
        let answer = call(&simulator, NO_PREFILL, "converse-stream", &body).await;
        let broken = answer.pieces.iter().any(Result::is_err);
        let (frames, rest) = crate::bench::frames(&answer.bytes());
        let last = frames
            .last()
            .map(|(name, _)| name.clone())
            .unwrap_or_default();
        outcomes.push((answer.status, broken || rest > 0, last));
    }
    let expected = [
        (429, false),
        (200, false),
        (200, false),
        (200, true),
        (200, false),
        (200, false),
    ];
    let seen: Vec<(u16, bool)> = outcomes
        .iter()
        .map(|(status, broken, _)| (*status, *broken))
        .collect();
    assert_eq!(seen[1..], expected[1..]);
    assert_eq!(seen[0].0, 429);
    assert_eq!(outcomes[1].2, "modelStreamErrorException");
    assert_eq!(outcomes[2].2, "contentBlockDelta");
    assert_eq!(outcomes[5].2, "metadata");
}

#[tokio::test]
async fn an_agent_calls_a_tool_and_ends() {
    let simulator = example("agent.toml");
    let tools = json!({"tools": [{"toolSpec": {"name": "get_weather", "inputSchema": {"json": {"type": "object"}}}}]});
    let mut turns = vec![user("How is the weather?")];
    let first = call(
        &simulator,
        NO_PREFILL,
        "converse",
        &json!({"messages": turns, "toolConfig": tools}),
    )
    .await
    .json();
    assert_eq!(first["stopReason"], "tool_use");
    let content = &first["output"]["message"]["content"];
    assert_eq!(
        content[0]["reasoningContent"]["reasoningText"]["signature"],
        "c2ltdWxhdGVk"
    );
    assert_eq!(content[2]["toolUse"]["input"]["city"], "Kyoto");
    turns.push(first["output"]["message"].clone());
    let id = &content[2]["toolUse"]["toolUseId"];
    turns.push(json!({"role": "user", "content": [{"toolResult": {"toolUseId": id, "content": [{"json": {"t": 21}}]}}]}));
    let then = call(
        &simulator,
        NO_PREFILL,
        "converse",
        &json!({"messages": turns, "toolConfig": tools}),
    )
    .await
    .json();
    assert_eq!(text_of(&then), "It is 21 °C and sunny in Kyoto.");
}

#[test]
fn mistakes_name_the_line_the_key_and_a_way_out() {
    for (text, line, parts) in [
        (
            "schema = 1\n\n[[rule]]\nuesr = 'x'",
            4,
            ["uesr", "did you mean `user`?"],
        ),
        ("[[rule]]\nuser = '('", 2, ["user", "regular expression"]),
        ("schema = 9", 1, ["schema", "write `schema = 1`"]),
        ("[stream]\nttft = \"soon\"", 2, ["ttft", "\"400ms\""]),
        ("[stream]\nchunk = \"line\"", 2, ["chunk", "\"token\""]),
        ("[[rule]]\nerror = \"thrtle\"", 2, ["error", "\"throttle\""]),
        ("[[rule]]\nreply = 7", 2, ["reply", "a text"]),
        ("[[rule]]\ncall = \"x\"", 2, ["call", "\"2..4\""]),
        (
            "[[rule]]\nfault = [{ at = \"tokn:3\", do = \"eof\" }]",
            2,
            ["at", "`token:N`"],
        ),
        (
            "[[rule]]\nfault = [{ do = \"explode\" }]",
            2,
            ["do", "eof-midframe"],
        ),
        (
            "[[rule]]\nfault = [{ do = \"exception\", type = \"Oops\" }]",
            2,
            ["type", "ThrottlingException"],
        ),
        (
            "[[rule]]\nresume = { overlapp = 3 }",
            2,
            ["overlapp", "did you mean `overlap`?"],
        ),
        (
            "[[rule]]\nreply = { text = \"a\", tool = \"b\" }",
            2,
            ["reply", "exactly one of"],
        ),
        ("default = \"manul\"", 1, ["default", "\"responder\""]),
        ("[[rule]\n", 1, ["", ""]),
    ] {
        let error = Scenario::parse(text).expect_err(text);
        assert_eq!(error.line, line, "{text}: {error}");
        for part in parts {
            assert!(error.what.contains(part), "{text}: {error}");
        }
    }
}

#[tokio::test]
async fn what_no_rule_matches() {
    for (default, status, text) in [
        ("responder", 200, "3 * 4 = 12"),
        ("echo", 200, "3 * 4"),
        ("refuse", 400, ""),
    ] {
        let scenario = Scenario::parse(&format!("default = \"{default}\"")).unwrap();
        let answer = call(
            &Simulator::new(scenario),
            PREFILL,
            "converse",
            &converse(&[user("3 * 4")], 50),
        )
        .await;
        assert_eq!((answer.status, text_of(&answer.json())), (status, text));
    }
}

#[tokio::test]
async fn rules_look_at_many_things() {
    let scenario = r#"
        [[rule]]
        op = '^InvokeModel'
        reply = "invoked"
        [[rule]]
        model = 'opus'
        reply = "opus"
        [[rule]]
        system = 'pirate'
        reply = "arr"
        [[rule]]
        prefill = true
        reply = "Well, prefilled"
        [[rule]]
        user = 'once'
        call = 1
        reply = "the first time"
        [[rule]]
        reply = "else"
    "#;
    let simulator = Simulator::new(Scenario::parse(scenario).unwrap());
    let ask = async |model: &str, body: &serde_json::Value| {
        text_of(&call(&simulator, model, "converse", body).await.json()).to_owned()
    };
    let plain = converse(&[user("q")], 50);
    assert_eq!(ask(NO_PREFILL, &plain).await, "opus");
    assert_eq!(ask(PREFILL, &plain).await, "else");
    let pirate = json!({"messages": [user("q")], "system": [{"text": "You are a pirate."}]});
    assert_eq!(ask(PREFILL, &pirate).await, "arr");
    let prefilled = converse(&[user("q"), crate::bench::assistant("Well,")], 50);
    assert_eq!(ask(PREFILL, &prefilled).await, " prefilled");
    let once = converse(&[user("once")], 50);
    assert_eq!(
        [ask(PREFILL, &once).await, ask(PREFILL, &once).await],
        ["the first time", "else"]
    );
    let native = crate::bench::messages(&[json!({"role": "user", "content": "q"})], 50);
    let invoked = call(&simulator, PREFILL, "invoke", &native).await.json();
    assert_eq!(invoked["content"][0]["text"], "invoked");
}

#[test]
fn times_have_units_up_to_the_hour() {
    let stall = |time: &str| {
        Scenario::parse(&format!(
            "schema = 1\n[[rule]]\nreply = 'x'\nfault = [{{ do = \"stall\", for = \"{time}\" }}]"
        ))
    };
    for (time, seconds) in [("400ms", 0.4), ("2.5s", 2.5), ("1m", 60.0), ("1h", 3600.0)] {
        let scenario = stall(time).unwrap();
        let Failure::Stall(stalled) = scenario.rules[0].faults[0].failure else {
            panic!("{time} is no stall");
        };
        assert!((stalled.as_secs_f64() - seconds).abs() < 1e-9, "{time}");
    }
    for wrong in ["1", "h", "-1h", "1d"] {
        assert!(stall(wrong).is_err(), "{wrong}");
    }
}
