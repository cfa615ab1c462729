//! The commands: each parses nothing and prints through [`crate::print`].

mod ask;
mod backup;
mod chat;
mod config;
mod doctor;
mod door;
mod folder;
mod interrupt;
mod key;
mod models;
mod password;
mod secret;
mod serve;
mod verify;
mod web;

use crate::args::{Command, Line};
use crate::config::Effective;
use crate::exit::{Exit, Failure};
use crate::print;
use std::fs::{self, DirBuilder};
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long standard input may be silent before we say what we wait for.
const SILENCE: Duration = Duration::from_secs(3);

/// Runs a command.
pub(crate) fn run(line: Line) -> Result<Exit, Failure> {
    let named = line.config.as_deref();
    match line.command {
        Command::Serve(serve) => {
            let effective = Effective::load(named, &serve.flags())?;
            runtime(Builder::new_multi_thread())?.block_on(serve::run(&effective))
        }
        Command::Chat(chat) => {
            let effective = Effective::load(named, &chat.flags())?;
            runtime(Builder::new_multi_thread())?.block_on(chat::run(&chat, &effective))
        }
        Command::Ask(ask) => {
            let effective = Effective::load(named, &ask.flags())?;
            runtime(Builder::new_current_thread())?.block_on(ask::run(&ask, &effective))
        }
        Command::Key(key) => {
            let effective = Effective::load(named, &key.flags())?;
            key::run(key, &effective)
        }
        Command::Verify(verify) => verify::run(&verify),
        Command::Models(models) => models::run(&models),
        Command::Backup(backup) => {
            let effective = Effective::load(named, &backup.flags())?;
            runtime(Builder::new_current_thread())?.block_on(backup::run(&backup, &effective))
        }
        Command::Password => password::run(),
        Command::Config(config) => config::run(&config, named),
        Command::Doctor(doctor) => {
            let effective = Effective::load(named, &doctor.place.flags())?;
            runtime(Builder::new_current_thread())?.block_on(doctor::run(&doctor, &effective))
        }
    }
}

fn runtime(mut builder: Builder) -> Result<Runtime, Failure> {
    builder.enable_all().build().map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("the program cannot start its threads or timers: {error}"),
            "check the limits of this process (ulimit -a)",
        )
    })
}

/// The text of a file.
pub(crate) fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| unreadable(&file.display().to_string(), &error))
}

/// All of standard input. A pipe that nobody closes would otherwise wait without a word.
fn read_standard_input() -> Result<String, Failure> {
    let (ended, waiting) = mpsc::channel::<()>();
    thread::spawn(move || {
        if waiting.recv_timeout(SILENCE) == Err(RecvTimeoutError::Timeout) {
            print::talk("Reading standard input to its end; < /dev/null gives none");
        }
    });
    let mut text = String::new();
    let read = io::stdin().read_to_string(&mut text);
    drop(ended);
    read.map(|_| text)
        .map_err(|error| unreadable("standard input", &error))
}

fn unreadable(what: &str, error: &io::Error) -> Failure {
    let hint = if error.kind() == io::ErrorKind::InvalidData {
        "only UTF-8 text can be read"
    } else {
        "check the name and that you may read it"
    };
    Failure::new(Exit::Usage, format!("{what} cannot be read: {error}"), hint)
}

/// Makes a folder that only its owner can enter. One that is there already is left as it is.
fn private_folder(folder: &Path) -> Result<(), Failure> {
    if folder.is_dir() {
        return Ok(());
    }
    let parents = folder.parent().map_or(Ok(()), fs::create_dir_all);
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    parents
        .and_then(|()| builder.create(folder))
        .map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("the folder {} cannot be made: {error}", folder.display()),
                "name a folder that you may write: --data DIR",
            )
        })
}
