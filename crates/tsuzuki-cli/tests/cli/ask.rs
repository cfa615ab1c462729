//! `tsuzuki ask`.

use crate::shell::{finish, signal, tsuzuki};
use std::io::Read;

const ECHO: &str = "schema = 1\ndefault = \"echo\"\n";

#[test]
fn a_short_answer() {
    tsuzuki(["ask", "/long 2"]).snapshot("ask_short");
}

#[test]
fn a_cut_answer_is_whole_and_each_part_is_told() {
    tsuzuki(["ask", "-v", "--max-tokens", "10", "/long 2"]).snapshot("ask_verbose");
}

#[test]
fn a_model_that_takes_prefill() {
    let haiku = "anthropic.claude-3-haiku-20240307-v1:0";
    tsuzuki(["ask", "-v", "-m", haiku, "--max-tokens", "10", "/long 2"]).snapshot("ask_prefill");
}

#[test]
fn the_limit_makes_no_difference_to_the_text() {
    let whole = tsuzuki(["ask", "12段落書いて"]).run();
    assert_eq!(whole.exit, Some(0));
    for limit in ["10", "33", "200"] {
        let cut = tsuzuki(["ask", "--max-tokens", limit, "12段落書いて"]).run();
        assert_eq!((cut.exit, cut.stdout), (whole.exit, whole.stdout.clone()));
    }
}

#[test]
fn one_piece_or_many_make_no_difference_to_the_text() {
    let streamed = tsuzuki(["ask", "--max-tokens", "50", "/code python 20"]).run();
    let collected = tsuzuki([
        "ask",
        "--max-tokens",
        "50",
        "--no-stream",
        "/code python 20",
    ])
    .run();
    assert_eq!((streamed.exit, collected.exit), (Some(0), Some(0)));
    assert_eq!(streamed.stdout, collected.stdout);
}

#[test]
fn mode_off_leaves_the_cut() {
    tsuzuki(["ask", "--mode", "off", "--max-tokens", "10", "/long 2"]).snapshot("ask_off");
}

#[test]
fn a_wish_among_the_fields_is_granted() {
    let said =
        |field: &str| tsuzuki(["ask", "--max-tokens", "10", "--field", field, "/long 2"]).run();
    let off = tsuzuki(["ask", "--mode", "off", "--max-tokens", "10", "/long 2"]).run();
    let wished = said(r#"tsuzuki={"mode":"off"}"#);
    assert_eq!((wished.exit, wished.stdout), (off.exit, off.stdout));
    assert_eq!(said(r#"tsuzuki={"maxLegs":0}"#).exit, Some(2));
}

#[test]
fn mode_cap_keeps_the_ceiling() {
    tsuzuki(["ask", "--mode", "cap", "--max-tokens", "20", "/long 2"]).snapshot("ask_cap");
}

#[test]
fn json() {
    let done = tsuzuki(["ask", "--json", "--max-tokens", "10", "/long 2"]).run();
    let whole: serde_json::Value = serde_json::from_str(&done.stdout).expect("JSON");
    assert_eq!(done.exit, Some(0));
    assert_eq!(whole["outcome"], "complete");
    assert_eq!(
        whole["text"],
        tsuzuki(["ask", "/long 2"]).run().stdout.as_str()
    );
    assert!(whole["report"]["legs"].as_array().expect("legs").len() > 1);
}

#[test]
fn standard_input_is_the_question() {
    tsuzuki(["ask", "--scenario", "echo.toml"])
        .file("echo.toml", ECHO)
        .stdin("What did I pipe?\n")
        .snapshot("ask_standard_input");
}

#[test]
fn standard_input_is_attached() {
    tsuzuki(["ask", "--scenario", "echo.toml", "Sum up:"])
        .file("echo.toml", ECHO)
        .stdin("one line\nanother line\n")
        .snapshot("ask_attached");
}

#[test]
fn no_question() {
    tsuzuki(["ask"]).snapshot("ask_no_question");
}

#[test]
fn a_question_that_is_not_text() {
    tsuzuki(["ask"])
        .stdin(b"\xff\xfe canary")
        .snapshot("ask_not_text");
}

#[test]
fn an_unknown_model() {
    tsuzuki(["ask", "-m", "anthropic.claude-nope-v1:0", "hi"]).snapshot("ask_unknown_model");
}

#[test]
fn a_stop_sequence_ends_the_answer() {
    let whole = tsuzuki(["ask", "/long 12"]).run().stdout;
    let stop = whole.split_whitespace().nth(40).expect("a long text");
    let stopped = tsuzuki(["ask", "--max-tokens", "10", "--stop", stop, "/long 12"]).run();
    assert_eq!(stopped.exit, Some(0));
    assert_eq!(Some(stopped.stdout.as_str()), whole.split(stop).next());
}

#[test]
fn a_backend_that_is_down() {
    tsuzuki(["ask", "--scenario", "down.toml", "hi"])
        .file("down.toml", "schema = 1\n[[rule]]\nerror = \"overload\"\n")
        .snapshot("ask_backend_down");
}

#[test]
fn an_answer_that_a_rule_stops() {
    tsuzuki(["ask", "--scenario", "guarded.toml", "hi"])
        .file(
            "guarded.toml",
            "schema = 1\n[[rule]]\nreply = 'I may not say.'\nstop = 'guardrail_intervened'\n",
        )
        .snapshot("ask_refused");
}

#[test]
fn a_backend_that_goes_down() {
    let scenario = r#"schema = 1
[[rule]]
reply = "A text that is cut in the middle by a backend that never comes back, whatever is done."
fault = [
  { call = 1, at = "delta:5", do = "eof" },
  { call = "2+", at = "start", do = "http", status = 503, type = "ServiceUnavailableException" },
]
"#;
    tsuzuki(["ask", "--scenario", "down.toml", "hi"])
        .file("down.toml", scenario)
        .snapshot("ask_backend_goes_down");
}

#[test]
fn a_scenario_with_a_mistake() {
    tsuzuki(["ask", "--scenario", "wrong.toml", "hi"])
        .file("wrong.toml", "schema = 1\n\n[[rule]]\nreplly = 'x'\n")
        .snapshot("ask_scenario_mistake");
}

#[test]
fn a_scenario_that_is_not_there() {
    tsuzuki(["ask", "--scenario", "missing.toml", "hi"]).snapshot("ask_scenario_missing");
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let run = tsuzuki(["ask", "/long 500"]);
    let mut child = run.spawn();
    let mut head = [0; 64];
    let mut stdout = child.stdout.take().expect("standard output");
    stdout.read_exact(&mut head).expect("the answer begins");
    drop(stdout);
    let done = finish(child);
    assert_eq!((done.exit, done.stderr.as_str()), (Some(0), ""));
}

#[test]
fn ctrl_c_keeps_the_text() {
    let run = tsuzuki(["ask", "--scenario", "slow.toml", "/long 100"])
        .file("slow.toml", "schema = 1\n[stream]\ntps = 50\n");
    let mut child = run.spawn();
    let mut head = [0; 40];
    let mut stdout = child.stdout.take().expect("standard output");
    stdout.read_exact(&mut head).expect("the answer begins");
    signal(child.id(), "INT");
    let mut rest = Vec::new();
    stdout.read_to_end(&mut rest).expect("the answer ends");
    let done = finish(child);
    assert_eq!(done.exit, Some(130));
    assert!(
        done.stderr
            .contains("error: the answer was cancelled\n\nhint: "),
        "{}",
        done.stderr
    );
    let text = String::from_utf8([head.as_slice(), &rest].concat()).expect("whole characters");
    let whole = tsuzuki(["ask", "/long 100"]).run().stdout;
    assert!(whole.starts_with(&text) && text.len() < whole.len());
}
