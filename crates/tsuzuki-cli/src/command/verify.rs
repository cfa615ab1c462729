//! `tsuzuki verify`: proves that nothing is missing or doubled in self-checking text.

use super::{read, read_standard_input};
use crate::args::Verify;
use crate::exit::{Exit, Failure};
use crate::print;
use std::path::Path;
use tsuzuki::prose::{Verification, verify};

/// How many numbers of one kind are told; a text with more faults is not repaired by hand.
const TOLD: usize = 10;

/// Checks the text and prints what it found.
pub(crate) fn run(typed: &Verify) -> Result<Exit, Failure> {
    let text = if typed.file == Path::new("-") {
        read_standard_input()?
    } else {
        read(&typed.file)?
    };
    let verification = verify(&text);
    print::data(&format!("{verification}\n"))?;
    if verification.is_complete() {
        return Ok(Exit::Complete);
    }
    let (fact, hint) = if verification.expected == 0 {
        (
            "nothing in the text checks itself".to_owned(),
            "tsuzuki ask \"/long 12\" writes a text that does",
        )
    } else {
        (
            format!("the text is not what was written{}", places(&verification)),
            "ask for it again; with -v, tsuzuki ask tells how each part ended",
        )
    };
    Err(Failure::new(Exit::Incomplete, fact, hint))
}

/// Where the text differs.
fn places(found: &Verification) -> String {
    [
        ("missing", &found.missing),
        ("doubled", &found.doubled),
        ("damaged line", &found.damaged),
    ]
    .into_iter()
    .filter(|(_, numbers)| !numbers.is_empty())
    .map(|(what, numbers)| {
        let told: Vec<String> = numbers.iter().take(TOLD).map(usize::to_string).collect();
        let more = if numbers.len() > TOLD { " …" } else { "" };
        format!("; {what} {}{more}", told.join(" "))
    })
    .collect()
}
