//! Runs the binary and holds what it did against a snapshot. `UPDATE=1` writes the snapshots anew.

use regex::Regex;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a run may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A run of `tsuzuki` that is being prepared.
pub(crate) struct Run {
    words: Vec<String>,
    stdin: Vec<u8>,
    variables: Vec<(String, String)>,
    folder: tempfile::TempDir,
}

/// What a run did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// `tsuzuki` with these words; nothing on standard input.
pub(crate) fn tsuzuki<const N: usize>(words: [&str; N]) -> Run {
    Run {
        words: words.map(str::to_owned).to_vec(),
        stdin: Vec::new(),
        variables: Vec::new(),
        folder: tempfile::tempdir().expect("a folder"),
    }
}

impl Run {
    /// This on standard input.
    pub(crate) fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        bytes.as_ref().clone_into(&mut self.stdin);
        self
    }

    /// More words.
    pub(crate) fn words(mut self, more: &[&str]) -> Self {
        self.words
            .extend(more.iter().map(|word| (*word).to_owned()));
        self
    }

    /// A variable of its environment.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A file in the folder that the run starts in.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.folder.path().join(name), text).expect("the file is written");
        self
    }

    /// The folder that the run starts in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the run, with its outputs in pipes.
    pub(crate) fn spawn(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tsuzuki"));
        // Nothing of this machine's own: no settings, no credentials, no EC2 instance to ask.
        for (name, _) in std::env::vars() {
            if name.starts_with("TSUZUKI_") || name.starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command
            .env("HOME", self.folder.path())
            .env_remove("XDG_DATA_HOME")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("NO_PROXY", "127.0.0.1")
            .envs(self.variables.iter().cloned());
        let mut child = command
            .args(&self.words)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut stdin = child.stdin.take().expect("standard input");
        let bytes = self.stdin.clone();
        // A run that ends without reading closes the pipe, which is its right.
        std::thread::spawn(move || stdin.write_all(&bytes));
        child
    }

    /// Runs to the end.
    pub(crate) fn run(&self) -> Done {
        finish(self.spawn())
    }

    /// Runs to the end and compares with the snapshot of this name.
    #[track_caller]
    pub(crate) fn snapshot(&self, name: &str) {
        let done = self.run();
        let mut actual = format!("$ tsuzuki {}\nexit: ", self.words.join(" "));
        match done.exit {
            Some(code) => writeln!(actual, "{code}").expect("a string takes all"),
            None => actual.push_str("killed\n"),
        }
        write!(
            actual,
            "--- stdout\n{}\n--- stderr\n{}",
            done.stdout, done.stderr
        )
        .expect("a string takes all");
        let folder = self.folder.path().to_string_lossy();
        let actual = steady(&actual.replace(folder.as_ref(), "HOME"));
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("tests/cli/snapshots")
            .join(format!("{name}.txt"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, &actual).expect("the snapshot is written");
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            actual == expected,
            "{name} differs from its snapshot (UPDATE=1 accepts this):\n{actual}"
        );
    }
}

/// Waits for the end of a run.
pub(crate) fn finish(child: Child) -> Done {
    let id = child.id();
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || send.send(child.wait_with_output()));
    let output: Output = receive
        .recv_timeout(PATIENCE)
        .unwrap_or_else(|_| {
            signal(id, "KILL");
            panic!("the run did not end");
        })
        .expect("its outputs can be read");
    Done {
        exit: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
    }
}

/// Starts an endpoint, does something with its address, and ends it with a signal.
pub(crate) fn while_serving(run: &Run, ending: &str, act: impl FnOnce(&str)) -> Done {
    let mut child = run.spawn();
    let mut stdout = child.stdout.take().expect("standard output");
    let mut printed = Vec::new();
    let mut byte = [0];
    let mut text = String::new();
    while !text.contains("Ctrl-C") {
        assert_eq!(
            stdout.read(&mut byte).expect("it prints"),
            1,
            "it says how it is stopped"
        );
        printed.extend(byte);
        text = String::from_utf8_lossy(&printed).into_owned();
    }
    let address = text
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .expect("an address");
    act(address);
    signal(child.id(), ending);
    stdout.read_to_string(&mut text).expect("the rest");
    Done {
        stdout: text,
        ..finish(child)
    }
}

/// Sends a signal to a run.
pub(crate) fn signal(id: u32, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &id.to_string()])
        .status()
        .expect("kill runs");
    assert!(sent.success(), "the run is there to be signalled");
}

/// Looks again and again until something is there.
pub(crate) fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "it never came");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The text with what differs from run to run replaced.
fn steady(text: &str) -> String {
    let rules = [
        (r"\b\d+ ms\b", "N ms"),
        (
            r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
            "ID",
        ),
        (r"127\.0\.0\.1:[1-9]\d{4}", "127.0.0.1:PORT"),
        (r"0\.0\.0\.0:[1-9]\d{4}", "0.0.0.0:PORT"),
        (r"\bTSUZ[A-Z2-7]{16}\b", "KEY_ID"),
        (r"(SECRET_ACCESS_KEY=)[\w-]{43}\b", "${1}SECRET"),
        (r"\btsuzuki-[\w-]{43}", "TOKEN"),
    ];
    rules
        .iter()
        .fold(text.to_owned(), |text, (pattern, replacement)| {
            Regex::new(pattern)
                .expect("a regular expression")
                .replace_all(&text, *replacement)
                .into_owned()
        })
}
