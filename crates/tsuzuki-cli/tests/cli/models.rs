//! `tsuzuki models`.

use crate::shell::tsuzuki;

#[test]
fn one_family() {
    tsuzuki(["models", "SONNET-4-5"]).snapshot("models_one_family");
}

#[test]
fn none() {
    tsuzuki(["models", "gpt-2"]).snapshot("models_none");
}

#[test]
fn all_of_them() {
    let done = tsuzuki(["models"]).run();
    assert_eq!(done.exit, Some(0));
    assert!(done.stdout.lines().count() > 100);
}

#[test]
fn json_says_the_same() {
    let done = tsuzuki(["models", "--json", "claude-3-haiku"]).run();
    let models: serde_json::Value = serde_json::from_str(&done.stdout).expect("JSON");
    assert_eq!(done.exit, Some(0));
    assert_eq!(models[0]["id"], "anthropic.claude-3-haiku-20240307-v1:0");
    assert_eq!(models[0]["prefill"], "yes");
    assert_eq!(models[0]["maxOutputTokens"], 4096);
}
