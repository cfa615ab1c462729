//! The file: read, and what is wrong with it told by line and key.

use super::{Config, layers::leaves};
use crate::exit::{Exit, Failure};
use std::fs;
use std::path::Path;
use toml::{Table, Value};

/// Reads a file: every key it sets, the value, and the line it stands in.
pub(super) fn read(path: &Path) -> Result<Vec<(String, Value, usize)>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("the configuration {} cannot be read: {error}", path.display()),
            "name a file that you may read (--config FILE, TSUZUKI_CONFIG); tsuzuki config example prints one",
        )
    })?;
    // Read as what it means, so that an error knows its place; then as what it sets.
    let table = toml::from_str::<Config>(&text)
        .and_then(|_config| toml::from_str::<Table>(&text))
        .map_err(|error| wrong(path, &text, &error))?;
    let lines = lines(&text);
    Ok(leaves(&table)
        .into_iter()
        .map(|(key, value)| {
            let line = lines.iter().find(|(_, known)| *known == key);
            let line = line.map_or(1, |(line, _)| *line);
            (key, value, line)
        })
        .collect())
}

/// What is wrong, where, and the way out.
fn wrong(path: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map(|before| before.matches('\n').count() + 1);
    let key = line.and_then(|line| {
        let lines = lines(text);
        let at = lines.into_iter().rev().find(|(known, _)| *known == line);
        at.map(|(_, key)| key)
    });
    let place: String = [
        line.map(|line| format!("line {line}")),
        key.filter(|key| !key.is_empty()),
    ]
    .into_iter()
    .flatten()
    .map(|part| format!(", {part}"))
    .collect();
    let hint = if error.message().starts_with("unknown field") {
        "take one of the keys it names, or take the line out; tsuzuki config example explains each"
    } else {
        "tsuzuki config example prints every key with its meaning and default"
    };
    Failure::new(
        Exit::Usage,
        format!("{}{place}: {}", path.display(), error.message()),
        hint,
    )
}

/// The dotted key that each line sets, as far as a glance tells: `[section]` and `key = value`.
/// It is for messages only; what counts is what the parser reads.
fn lines(text: &str) -> Vec<(usize, String)> {
    let mut section = String::new();
    let mut keys = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[') {
            let name = name.trim_start_matches('[');
            section = name.split(']').next().unwrap_or_default().trim().to_owned();
            keys.push((number + 1, section.clone()));
        } else if let Some((key, _)) = line.split_once('=')
            && !line.starts_with('#')
        {
            let dot = if section.is_empty() { "" } else { "." };
            keys.push((number + 1, format!("{section}{dot}{}", key.trim())));
        }
    }
    keys
}
