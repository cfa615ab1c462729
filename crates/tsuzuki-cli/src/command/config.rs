//! `tsuzuki config`: what stands, and where it comes from.

use crate::args::Config as Typed;
use crate::config::{EXAMPLE, Effective};
use crate::exit::{Exit, Failure};
use crate::print;
use std::path::Path;

/// Checks the configuration, or prints the example. `named` is the file of `--config`.
pub(crate) fn run(typed: &Typed, named: Option<&Path>) -> Result<Exit, Failure> {
    match typed {
        Typed::Example => print::data(EXAMPLE)?,
        Typed::Check { file } => {
            let effective = Effective::load(file.as_deref().or(named), &[])?;
            print::data(&table(&effective))?
        }
    };
    Ok(Exit::Complete)
}

/// Every setting in a line: as it would stand in the file, and where it comes from.
fn table(effective: &Effective) -> String {
    let lines: Vec<(String, String)> = effective
        .rows()
        .into_iter()
        .map(|(key, value, origin)| {
            let value = value.map_or_else(|| "not set".to_owned(), |value| format!("= {value}"));
            (format!("{key} {value}"), origin.to_string())
        })
        .collect();
    let width = lines.iter().map(|(line, _)| line.chars().count());
    // One long list must not push all origins off the screen.
    let width = width.filter(|width| *width <= 72).max().unwrap_or_default();
    lines
        .iter()
        .map(|(line, origin)| format!("{line:<width$}  # {origin}\n"))
        .collect()
}
