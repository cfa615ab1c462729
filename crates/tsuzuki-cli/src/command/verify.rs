//! `tsuzuki verify`: proves that nothing is missing or doubled in self-checking text.

use super::{read, read_standard_input};
use crate::args::Verify;
use crate::exit::{Exit, Failure};
use crate::print;
use std::path::Path;

/// Checks the text and prints what it found.
pub(crate) fn run(typed: &Verify) -> Result<Exit, Failure> {
    let text = if typed.file == Path::new("-") {
        read_standard_input()?
    } else {
        read(&typed.file)?
    };
    todo!()
}
