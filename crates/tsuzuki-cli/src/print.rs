//! The one place that prints. Standard output is data; standard error is talk.
//!
//! On a terminal, [`markdown`] lays a text out as it comes, and [`screen`] draws what is not finished.

mod markdown;
mod screen;
mod style;
mod wrap;

pub(crate) use markdown::Markdown;
pub(crate) use screen::{Screen, size};
pub(crate) use style::{Ink, Line, Span, Style, columns, harmless, one_line, shortened};

use crate::exit::{Exit, Failure};
use std::io::{self, ErrorKind, IsTerminal, Write};

/// Whether anybody still reads standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Yes, as far as is known.
    Listening,
    /// The pipe is closed: whoever read has what they wanted.
    Gone,
}

/// Prints data, exactly, at once.
pub(crate) fn data(text: &str) -> Result<Reader, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(Reader::Listening),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(Failure::new(
            Exit::Usage,
            format!("standard output cannot be written: {error}"),
            "check that the disk has room and the file may be written",
        )),
    }
}

/// Ends a line of data for the eye only: a file or a pipe gets what the answer holds, no more.
pub(crate) fn line_end_for_the_eye() -> Result<Reader, Failure> {
    if io::stdout().is_terminal() {
        data("\n")
    } else {
        Ok(Reader::Listening)
    }
}

/// Says something beside the data. Nobody listening is no error.
pub(crate) fn talk(line: &str) {
    let _nobody_listens = writeln!(io::stderr().lock(), "{line}");
}

/// Asks for something to be typed behind it.
pub(crate) fn ask(question: &str) {
    let mut talk = io::stderr().lock();
    let _nobody_listens = write!(talk, "{question}").and_then(|()| talk.flush());
}

/// Says what went wrong, and the way out.
pub(crate) fn failure(failure: &Failure) {
    talk(&format!(
        "error: {}\n\nhint: {}",
        failure.fact, failure.hint
    ));
}

/// Prints help or the version where clap would, and ends the program as clap would.
pub(crate) fn help(text: &clap::Error) -> ! {
    text.exit()
}
