//! `tsuzuki key`.

use crate::shell::{Run, tsuzuki};

/// A run in the folder of another one.
fn again<const N: usize>(first: &Run, words: [&str; N]) -> Run {
    let data = first.folder().join("data");
    let data = data.to_str().expect("a name in UTF-8");
    tsuzuki(words.map(|word| if word == "data" { data } else { word }))
}

#[test]
fn a_key_is_shown_once_and_listed_ever_after() {
    let add = tsuzuki([
        "key",
        "add",
        "ci",
        "--data",
        "data",
        "--model",
        "us.anthropic.*",
        "--operation",
        "Converse",
        "--mode",
        "cap",
        "--usd-a-day",
        "5",
        "--tokens-a-day",
        "100000",
    ]);
    add.snapshot("key_add");
    let twice = add.run();
    assert_eq!(twice.exit, Some(2), "the name is taken");
    assert!(
        twice.stderr.contains("a key named ci already"),
        "{}",
        twice.stderr
    );

    let token = again(
        &add,
        ["key", "add", "web", "--auth", "bearer", "--data", "data"],
    )
    .run();
    let token = token
        .stdout
        .trim()
        .strip_prefix("export AWS_BEARER_TOKEN_BEDROCK=")
        .expect("a token")
        .to_owned();
    let list = again(&add, ["key", "list", "--data", "data"]).run();
    assert!(!list.stdout.contains(&token));
    let lines: Vec<&str> = list.stdout.lines().collect();
    assert_eq!(lines.len(), 2);
    for (line, words) in [
        (
            lines[0],
            &[
                "ci  ",
                "sigv4",
                "us.anthropic.*",
                "Converse",
                "mode cap",
                "today: 0 tokens of 100000, $0.0000 of $5",
            ][..],
        ),
        (
            lines[1],
            &["web  ", "bearer", "all models", "all operations"],
        ),
    ] {
        for word in words {
            assert!(line.contains(word), "{word}: {line}");
        }
    }
    let list = again(&add, ["key", "list", "--json", "--data", "data"]).run();
    let list: serde_json::Value = serde_json::from_str(&list.stdout).expect("JSON");
    assert_eq!(list[0]["grants"]["budget"]["usd"], 5.0);
    assert_eq!(list[1]["spentToday"]["tokens"], 0);
    assert!(list[0].get("secret").is_none());

    let revoked = again(&add, ["key", "revoke", "ci", "--data", "data"]).run();
    assert_eq!((revoked.exit, revoked.stdout.as_str()), (Some(0), ""));
    assert!(revoked.stderr.contains("is revoked"), "{}", revoked.stderr);
    let list = again(&add, ["key", "list", "--data", "data"]).run();
    assert_eq!(list.stdout.lines().count(), 1);
    let gone = again(&add, ["key", "revoke", "ci", "--data", "data"]).run();
    assert_eq!(gone.exit, Some(2));
}

/// The folder is the endpoint's own, wherever that is set.
#[test]
fn the_folder_of_the_configuration() {
    let file = "[server]\ndata = \"of-the-file\"\n";
    let add = tsuzuki(["key", "add", "ci"]).file("tsuzuki.toml", file);
    assert_eq!(add.run().exit, Some(0));
    assert!(add.folder().join("of-the-file/keys.toml").is_file());
    let add = add.variable("TSUZUKI_DATA", "of-the-environment");
    assert_eq!(add.run().exit, Some(0));
    assert!(add.folder().join("of-the-environment/keys.toml").is_file());
    let add = add.words(&["--data", "typed"]);
    assert_eq!(add.run().exit, Some(0));
    assert!(add.folder().join("typed/keys.toml").is_file());
}

#[test]
fn what_is_no_key() {
    tsuzuki(["key", "add", "two words", "--data", "data"]).snapshot("key_bad_name");
    tsuzuki(["key", "add", "ci", "--usd-a-day", "0", "--data", "data"]).snapshot("key_bad_budget");
    tsuzuki(["key", "revoke", "nobody", "--data", "data"]).snapshot("key_nobody");
    tsuzuki(["key", "list", "--data", "data"]).snapshot("key_none");
    tsuzuki(["key", "add", "ci"]).snapshot("key_without_data");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let add = tsuzuki(["key", "add", "ci", "--data", "data"]);
    assert_eq!(add.run().exit, Some(0));
    let file = add.folder().join("data/keys.toml");
    let readable = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(&file, readable).expect("ours");
    let list = again(&add, ["key", "list", "--data", "data"]).run();
    assert_eq!(list.exit, Some(2));
    assert!(list.stderr.contains("chmod 600"), "{}", list.stderr);
}
