//! The prompt, on a thread of its own: reading a line waits, and nothing else may.

use super::super::models::callable;
use super::order::{ORDERS, SETTINGS, goes_on};
use crate::exit::{Exit, Failure};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Cmd, Config, Context, Editor, Helper, KeyCode, KeyEvent, Modifiers};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use tokio::sync::oneshot;
use tsuzuki::models::Models;

/// What a prompt got.
pub(super) enum Line {
    /// A line, or several.
    Text(String),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D, or there is no more input.
    Ended,
}

/// One reading.
struct Wanted {
    prompt: String,
    /// What stands there already.
    begun: String,
    reply: oneshot::Sender<Result<Line, ReadlineError>>,
}

/// The prompt.
pub(super) struct Input {
    wanted: Sender<Wanted>,
}

impl Input {
    /// With the history of this file, which only its owner may read.
    pub(super) fn begin(history: Option<PathBuf>) -> Result<Self, Failure> {
        let config = Config::builder()
            .auto_add_history(true)
            .history_ignore_space(true)
            .enable_signals(false)
            .build();
        let mut editor: Editor<Orders, DefaultHistory> =
            Editor::with_config(config).map_err(|error| unusable(&error))?;
        let models = Models::builtin().iter().map(callable).collect();
        editor.set_helper(Some(Orders { models }));
        editor.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::ALT), Cmd::Newline);
        if let Some(file) = &history {
            // There is none the first time.
            let _none_yet = editor.load_history(file);
        }
        let (wanted, readings) = mpsc::channel();
        thread::spawn(move || read(&mut editor, &readings, history));
        Ok(Self { wanted })
    }

    /// Asks for a line. `begun` stands there already.
    pub(super) async fn read(&self, prompt: &str, begun: String) -> Result<Line, Failure> {
        let (reply, line) = oneshot::channel();
        let wanted = Wanted {
            prompt: prompt.to_owned(),
            begun,
            reply,
        };
        if self.wanted.send(wanted).is_err() {
            return Ok(Line::Ended);
        }
        match line.await {
            Ok(read) => read.map_err(|error| unusable(&error)),
            Err(_ended) => Ok(Line::Ended),
        }
    }
}

fn read(
    editor: &mut Editor<Orders, DefaultHistory>,
    readings: &Receiver<Wanted>,
    history: Option<PathBuf>,
) {
    while let Ok(Wanted {
        prompt,
        begun,
        reply,
    }) = readings.recv()
    {
        let line = match editor.readline_with_initial(&prompt, (&begun, "")) {
            Ok(text) => Ok(Line::Text(text)),
            Err(ReadlineError::Interrupted) => Ok(Line::Interrupted),
            Err(ReadlineError::Eof) => Ok(Line::Ended),
            Err(error) => Err(error),
        };
        if let Some(file) = &history {
            // Better no history than no conversation.
            let _unwritable = editor.append_history(file);
        }
        if reply.send(line).is_err() {
            return;
        }
    }
}

fn unusable(error: &ReadlineError) -> Failure {
    Failure::new(
        Exit::Usage,
        format!("the terminal cannot be read: {error}"),
        "pipe a question in: echo \"/long 12\" | tsuzuki chat",
    )
}

/// What the prompt knows of orders.
struct Orders {
    models: Vec<String>,
}

impl Completer for Orders {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let before = &line[..at];
        if !before.starts_with('/') {
            return Ok((at, Vec::new()));
        }
        let Some((order, typed)) = before.split_once(' ') else {
            let orders = ORDERS.iter().map(|(order, usage, _)| match *usage {
                "" => (*order).to_owned(),
                _ => format!("{order} "),
            });
            return Ok((
                0,
                orders.filter(|order| order.starts_with(before)).collect(),
            ));
        };
        let words: Vec<String> = match order {
            "/model" | "/regenerate" => self.models.clone(),
            "/set" | "/unset" => SETTINGS.map(str::to_owned).to_vec(),
            "/seams" | "/cost" => ["on", "off"].map(str::to_owned).to_vec(),
            _ => Vec::new(),
        };
        let fitting = words.into_iter().filter(|word| word.starts_with(typed));
        Ok((at - typed.len(), fitting.collect()))
    }
}

impl Validator for Orders {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if goes_on(context.input()) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

impl Hinter for Orders {
    type Hint = String;
}

impl Highlighter for Orders {}

impl Helper for Orders {}
