//! `tsuzuki config`, and the order of the layers.

use crate::backend::with_keys;
use crate::shell::tsuzuki;

/// The line of a key in what `config check` printed.
fn line<'a>(printed: &'a str, key: &str) -> &'a str {
    printed
        .lines()
        .find(|line| line.split(' ').next() == Some(key))
        .unwrap_or_else(|| panic!("{key} is not printed:\n{printed}"))
}

#[test]
fn defaults() {
    tsuzuki(["config", "check"]).snapshot("config_check");
}

#[test]
fn the_example_changes_nothing() {
    let example = tsuzuki(["config", "example"]).run();
    assert_eq!(example.exit, Some(0));
    let values = |done: crate::shell::Done| -> Vec<String> {
        assert_eq!(done.exit, Some(0), "{}", done.stderr);
        let lines = done.stdout.lines();
        lines
            .map(|line| line.split("  #").next().unwrap_or_default().to_owned())
            .map(|line| line.trim_end().to_owned())
            .collect()
    };
    let bare = values(tsuzuki(["config", "check"]).run());
    let run = tsuzuki(["config", "check"]).file("tsuzuki.toml", &example.stdout);
    assert_eq!(values(run.run()), bare);
}

#[test]
fn the_file_stands_above_the_defaults_and_the_environment_above_the_file() {
    let file = "[policy]\nmax_legs = 3\nmode = \"cap\"\n\n[backend]\nregion = \"eu-west-1\"\n";
    let run = tsuzuki(["config", "check"])
        .file("tsuzuki.toml", file)
        .variable("TSUZUKI_MODE", "off")
        .variable("TSUZUKI_MAX_COST", "5")
        .variable("TSUZUKI_HOST", "a.example, b.example")
        .variable("AWS_REGION", "us-west-2");
    let done = run.run();
    let printed = done.stdout;
    assert_eq!(done.exit, Some(0), "{}", done.stderr);
    let expected = [
        ("policy.max_legs", "= 3 ", "# tsuzuki.toml:2"),
        ("policy.mode", "= \"off\" ", "# TSUZUKI_MODE"),
        ("policy.max_cost", "= 5.0 ", "# TSUZUKI_MAX_COST"),
        (
            "server.hosts",
            "= [\"a.example\", \"b.example\"] ",
            "# TSUZUKI_HOST",
        ),
        ("backend.region", "= \"us-west-2\" ", "# AWS_REGION"),
        ("policy.leg_floor", "= 1024 ", "# default"),
        ("backend.endpoint", "not set", "# default"),
    ];
    for (key, value, origin) in expected {
        let line = line(&printed, key);
        assert!(line.contains(value) && line.ends_with(origin), "{line}");
    }
}

#[test]
fn a_flag_stands_above_the_environment() {
    // The environment names no mode at all, so only the flag can make this run succeed.
    let run = tsuzuki([
        "ask",
        "/count 1..5",
        "--mode",
        "extend",
        "--max-tokens",
        "4",
    ])
    .variable("TSUZUKI_MODE", "off");
    let done = run.run();
    assert_eq!(done.exit, Some(0), "{}", done.stderr);
    let run = tsuzuki(["ask", "/count 1..5", "--max-tokens", "4"]).variable("TSUZUKI_MODE", "off");
    assert_eq!(run.run().exit, Some(1));
}

#[test]
fn the_file_decides_what_is_asked_and_how_far() {
    let file = "[policy]\nmode = \"cap\"\n[[policy.models]]\npattern = \"anthropic.claude-3-*\"\nmode = \"extend\"\n\
                [ask]\nmodel = \"anthropic.claude-3-haiku-20240307-v1:0\"\n";
    let ask = |words| tsuzuki(words).file("other.toml", file).run();
    let whole = ask([
        "--config",
        "other.toml",
        "ask",
        "/count 1..5",
        "--max-tokens",
        "4",
        "--no-stream",
    ]);
    assert_eq!(whole.exit, Some(0), "{}", whole.stderr);
    let run = tsuzuki([
        "ask",
        "/count 1..5",
        "--max-tokens",
        "4",
        "-m",
        "global.anthropic.claude-sonnet-5-5",
    ]);
    let cut = run
        .file("other.toml", file)
        .variable("TSUZUKI_CONFIG", "other.toml")
        .run();
    assert_eq!(cut.exit, Some(1), "{}", cut.stderr);
}

#[test]
fn what_is_known_about_a_model_stands_above_the_table() {
    let ask = [
        "ask",
        "/count 1..30",
        "--max-tokens",
        "10",
        "-v",
        "-m",
        "anthropic.claude-3-haiku-20240307-v1:0",
    ];
    let usual = tsuzuki(ask).run();
    assert!(usual.stderr.contains("prefill"), "{}", usual.stderr);
    let file =
        "[[models]]\nid = \"anthropic.claude-3-haiku-20240307-v1:0\"\nprefill = \"refused\"\n";
    let told = tsuzuki(ask).file("tsuzuki.toml", file).run();
    assert!(told.stderr.contains("anchor"), "{}", told.stderr);
    assert!(!told.stderr.contains("prefill"), "{}", told.stderr);
}

#[test]
fn an_unknown_key() {
    tsuzuki(["config", "check", "wrong.toml"])
        .file(
            "wrong.toml",
            "[server]\n# where\nlisten = \"localhost:0\"\nhost = [\"a\"]\n",
        )
        .snapshot("config_unknown_key");
}

#[test]
fn a_value_that_is_none() {
    tsuzuki(["serve"])
        .file("tsuzuki.toml", "[policy]\nmode = \"always\"\n")
        .snapshot("config_wrong_value");
}

#[test]
fn a_number_that_is_too_small() {
    tsuzuki(["config", "check"])
        .file("tsuzuki.toml", "[policy]\nmax_legs = 0\n")
        .snapshot("config_wrong_number");
}

#[test]
fn what_is_no_toml() {
    tsuzuki(["config", "check"])
        .file("tsuzuki.toml", "[policy\n")
        .snapshot("config_no_toml");
}

#[test]
fn a_variable_with_a_wrong_value() {
    tsuzuki(["serve"])
        .variable("TSUZUKI_MAX_LEGS", "many")
        .snapshot("config_wrong_variable");
}

#[test]
fn a_file_that_is_not_there() {
    tsuzuki(["serve", "--config", "none.toml"]).snapshot("config_missing");
}

/// The model of this scenario fails, and no other.
const OVERLOADED: &str = "schema = 1\n[[rule]]\nmodel = 'haiku'\nerror = \"overload\"\n";
const HAIKU: &str = "[backend]\nscenario = \"scenario.toml\"\n[ask]\nmodel = \"anthropic.claude-3-haiku-20240307-v1:0\"\n";

fn overloaded(words: &[&str], more: &str) -> crate::shell::Run {
    tsuzuki(["ask", "/count 1..5"])
        .words(words)
        .file("scenario.toml", OVERLOADED)
        .file("tsuzuki.toml", &format!("{HAIKU}{more}"))
}

#[test]
fn a_fallback_goes_on_where_the_model_keeps_failing() {
    assert_eq!(overloaded(&[], "").run().exit, Some(3));
    let file = "[policy]\nfallbacks = [\"amazon.nova-pro-v1:0\"]\n";
    let done = overloaded(&[], file).run();
    assert_eq!(done.exit, Some(0), "{}", done.stderr);
    assert!(done.stdout.contains('5'), "{}", done.stdout);
}

/// By file, environment and flag; the report tells where the last part came from.
#[test]
fn a_fallback_in_another_region() {
    let file = "[policy]\nfallbacks = [\"amazon.nova-pro-v1:0@eu-west-1\"]\n";
    let there = |run: crate::shell::Run| {
        let done = run.run();
        assert_eq!(done.exit, Some(0), "{}", done.stderr);
        let told: serde_json::Value = serde_json::from_str(&done.stdout).expect("JSON");
        let last = told["report"]["legs"]
            .as_array()
            .and_then(|legs| legs.last().cloned());
        let last = last.expect("a leg");
        (last["model"].clone(), last["region"].clone())
    };
    let by_file = overloaded(&["--json"], file);
    assert_eq!(
        there(by_file),
        ("amazon.nova-pro-v1:0".into(), "eu-west-1".into())
    );
    let by_environment = overloaded(&["--json"], file).variable(
        "TSUZUKI_FALLBACKS",
        "@eu-north-1,amazon.nova-lite-v1:0@eu-west-3",
    );
    assert_eq!(
        there(by_environment),
        ("amazon.nova-lite-v1:0".into(), "eu-west-3".into())
    );
    let words = [
        "--json",
        "--fallback",
        "@us-west-2",
        "--fallback",
        "amazon.nova-pro-v1:0",
    ];
    assert_eq!(
        there(overloaded(&words, file)),
        ("amazon.nova-pro-v1:0".into(), serde_json::Value::Null)
    );
    // Told to a person, too.
    let done = overloaded(&["-v"], file).run();
    assert!(
        done.stderr.contains("part 1: first, overloaded"),
        "{}",
        done.stderr
    );
    assert!(
        done.stderr.contains("amazon.nova-pro-v1:0 in eu-west-1"),
        "{}",
        done.stderr
    );
}

#[test]
fn a_fallback_that_is_none() {
    overloaded(&["--fallback", "amazon.nova-pro-v1:0@"], "").snapshot("fallback_without_region");
}

/// An endpoint is of one region; whoever set it is told before anybody is asked.
#[test]
fn an_endpoint_has_no_other_regions() {
    let words = ["serve", "--backend", "bedrock", "--fallback", "@us-west-2"];
    with_keys(tsuzuki(words))
        .variable("AWS_ENDPOINT_URL", "https://bedrock.example")
        .snapshot("fallback_and_endpoint");
}

#[test]
fn a_hash_of_a_password_is_set_and_not_shown() {
    let printed = tsuzuki(["password"]).stdin("correct horse\n").run();
    assert_eq!(printed.exit, Some(0), "{}", printed.stderr);
    let hash = printed.stdout.trim_start_matches("password_hash = ");
    assert!(hash.starts_with("\"$argon2id$"), "{}", printed.stdout);
    let file = format!("[chat]\n{}", printed.stdout);
    let run = tsuzuki(["config", "check"]).file("tsuzuki.toml", &file);
    let done = run.run();
    assert_eq!(done.exit, Some(0), "{}", done.stderr);
    let shown = line(&done.stdout, "chat.password_hash");
    assert!(
        shown.contains("not shown") && shown.ends_with("# tsuzuki.toml:2"),
        "{shown}"
    );
    assert!(!done.stdout.contains("argon2"), "{}", done.stdout);
    let wrong = tsuzuki(["config", "check"])
        .variable("TSUZUKI_CHAT_PASSWORD_HASH", "correct horse")
        .run();
    assert_eq!(wrong.exit, Some(2));
    assert!(!wrong.stderr.contains("correct"), "{}", wrong.stderr);
}
