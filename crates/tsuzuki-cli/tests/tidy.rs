//! Rules about the repository itself: crate arrows, file names and sizes, what no file may hold.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed"
)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The straight line of crates: who may depend on whom, in tests too.
const ARROWS: [(&str, &[&str]); 5] = [
    ("tsuzuki-engine", &[]),
    ("tsuzuki-wire", &["tsuzuki-engine"]),
    ("tsuzuki", &["tsuzuki-wire"]),
    ("tsuzuki-server", &["tsuzuki"]),
    ("tsuzuki-cli", &["tsuzuki", "tsuzuki-server"]),
];

/// A longer source file says why, in the comment at its head.
const MOST_LINES: usize = 500;
const EXCUSE: &str = "Over 500 lines: ";

const SOURCES: [&str; 7] = ["rs", "py", "js", "mjs", "ts", "sh", "css"];

/// Names that say nothing about what a file holds; `mod.rs` hides its folder's name.
const BANNED_NAMES: [&str; 13] = [
    "common", "core", "handler", "helper", "helpers", "impl", "manager", "misc", "mod", "service",
    "types", "util", "utils",
];

/// Paths of one machine, and hosts that a lock file would tie its users to. Spelt in two halves, so
/// that this file does not hold them.
const BANNED_TEXTS: [&str; 9] = [
    concat!("/wo", "rk/"),
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!(".lib", "rary/"),
    concat!("registry.", "npmjs.org"),
    concat!("registry.", "yarnpkg.com"),
    concat!("py", "pi.org"),
    concat!("files.", "pythonhosted.org"),
    concat!("static.", "crates.io"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn output_of(command: &mut Command) -> String {
    let output = command
        .current_dir(root())
        .output()
        .expect("the program runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Every file that git knows or would add; none, and a line that says so, outside a clone.
fn files() -> Vec<PathBuf> {
    if !root().join(".git").exists() {
        println!("skipped: this is no clone, so git cannot list the files");
        return Vec::new();
    }
    let listed = output_of(Command::new("git").args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]));
    let files: Vec<PathBuf> = listed
        .split_terminator('\0')
        .map(PathBuf::from)
        .filter(|file| root().join(file).is_file())
        .collect();
    assert!(
        files.contains(&PathBuf::from("Cargo.toml")),
        "git lists the repository"
    );
    files
}

fn sources() -> Vec<PathBuf> {
    let is_source = |file: &PathBuf| {
        let extension = file.extension().unwrap_or_default();
        SOURCES.iter().any(|source| extension == *source)
    };
    files().into_iter().filter(is_source).collect()
}

/// The comment a file begins with.
fn header(text: &str) -> String {
    text.lines()
        .skip_while(|line| line.starts_with("#!"))
        .take_while(|line| {
            ["//", "#", "\"\"\"", "/*", " *"]
                .iter()
                .any(|mark| line.starts_with(mark))
        })
        .collect()
}

#[test]
fn crates_stand_in_one_line() {
    let metadata = output_of(Command::new(env!("CARGO")).args([
        "metadata",
        "--no-deps",
        "--offline",
        "--locked",
        "--format-version",
        "1",
    ]));
    let metadata: Value = serde_json::from_str(&metadata).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let ours: BTreeSet<&str> = packages
        .iter()
        .filter_map(|package| package["name"].as_str())
        .collect();
    let arrows: BTreeMap<&str, BTreeSet<&str>> = packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies");
            let named = dependencies
                .iter()
                .filter_map(|dependency| dependency["name"].as_str());
            (
                package["name"].as_str().expect("a name"),
                named.filter(|name| ours.contains(name)).collect(),
            )
        })
        .collect();
    let allowed = ARROWS
        .iter()
        .map(|(from, to)| (*from, to.iter().copied().collect()))
        .collect();
    assert_eq!(
        arrows, allowed,
        "a new arrow between crates is a decision: see ARCHITECTURE.md"
    );
}

#[test]
fn a_long_file_says_why() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter_map(|file| {
            let text = std::fs::read_to_string(root().join(&file)).expect("UTF-8");
            let lines = text.lines().count();
            let excused = header(&text).contains(EXCUSE);
            (lines > MOST_LINES && !excused)
                .then(|| format!("{} has {lines} lines", file.display()))
        })
        .collect();
    assert!(
        long.is_empty(),
        "split these, or say \"{EXCUSE}…\" in their first comment:\n{}",
        long.join("\n")
    );
}

#[test]
fn files_are_named_after_what_they_hold() {
    let banned: Vec<PathBuf> = sources()
        .into_iter()
        .filter(|file| {
            file.with_extension("")
                .components()
                .any(|part| BANNED_NAMES.iter().any(|name| part.as_os_str() == *name))
        })
        .collect();
    assert!(
        banned.is_empty(),
        "name these after the noun they define: {banned:?}"
    );
}

#[test]
fn no_file_knows_a_machine_or_a_registry() {
    let mut found = Vec::new();
    for file in files() {
        let bytes = std::fs::read(root().join(&file)).expect("git lists files that are there");
        let text = String::from_utf8_lossy(&bytes);
        for banned in BANNED_TEXTS {
            if text.contains(banned) {
                found.push(format!("{} holds {banned}", file.display()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// `docs/trust.md` shows every word that is added to a request.
#[test]
fn the_nudges_are_documented_word_for_word() {
    let read = |file: &str| std::fs::read_to_string(root().join(file)).expect("it is there");
    let source = read("crates/tsuzuki-engine/src/nudge.rs");
    let page = read("docs/trust.md");
    let texts: Vec<&str> = source
        .split("format!(")
        .skip(1)
        .filter_map(|rest| rest.split('"').nth(1))
        .collect();
    assert_eq!(texts.len(), 4, "one for each language");
    for text in texts {
        // A backslash at a line's end joins it to the next.
        let joined: Vec<&str> = text.split("\\\n").map(str::trim_start).collect();
        for line in joined
            .concat()
            .split("\\n")
            .filter(|line| *line != "{quoted}")
        {
            assert!(page.contains(&format!("> {line}\n")), "{line}");
        }
    }
}
