//! What is typed without being shown.

use crate::exit::{Exit, Failure};
use crate::print;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use std::io::{self, BufRead, IsTerminal};

/// A terminal that shows nothing of what is typed, and obeys no key; as before once it is dropped.
pub(super) struct Silent(());

impl Silent {
    /// From here on.
    pub(super) fn begin() -> io::Result<Self> {
        enable_raw_mode().map(|()| Self(()))
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        // Nobody is left to be told of an error.
        let _as_before = disable_raw_mode();
    }
}

/// Asks for a secret on the terminal; where there is none, takes the first line of standard input.
pub(super) fn read_secret(question: &str) -> Result<String, Failure> {
    if !io::stdin().is_terminal() {
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        read.map_err(|error| super::unreadable("standard input", &error))?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    print::ask(question);
    let typed = typed();
    print::talk("");
    typed
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "most keys mean nothing here, and a terminal may have more of them"
)]
fn typed() -> Result<String, Failure> {
    let unreadable = |error| super::unreadable("the terminal", &error);
    let _silent = Silent::begin().map_err(unreadable)?;
    let mut secret = String::new();
    loop {
        let Event::Key(KeyEvent {
            code,
            modifiers,
            kind: KeyEventKind::Press | KeyEventKind::Repeat,
            ..
        }) = read().map_err(unreadable)?
        else {
            continue;
        };
        let control = modifiers.contains(KeyModifiers::CONTROL);
        match code {
            KeyCode::Enter => return Ok(secret),
            KeyCode::Char('c' | 'd') if control => {
                return Err(Failure::new(
                    Exit::Cancelled,
                    "nothing was typed",
                    "run it again",
                ));
            }
            KeyCode::Char('u') if control => secret.clear(),
            KeyCode::Char(character) if !control => secret.push(character),
            KeyCode::Backspace => _ = secret.pop(),
            // Keys that write nothing.
            _ => {}
        }
    }
}
