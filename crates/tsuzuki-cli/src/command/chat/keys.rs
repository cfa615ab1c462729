//! The keyboard while an answer runs: nothing is echoed, and what is typed waits for the prompt.

use super::super::secret::Silent;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, poll, read};
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// How often to look whether the answer is over.
const LOOK: Duration = Duration::from_millis(40);

/// A key that means something while an answer runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D.
    End,
    /// The end of a line.
    Enter,
    /// A character.
    Character(char),
    /// Takes the last one back.
    Backspace,
    /// The terminal has another size.
    Resized,
}

/// Listens until it is dropped.
pub(super) struct Keys {
    pressed: UnboundedReceiver<Key>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    _silent: Silent,
}

impl Keys {
    /// Takes the keyboard, if there is one.
    pub(super) fn begin() -> io::Result<Option<Self>> {
        if !io::stdin().is_terminal() {
            return Ok(None);
        }
        let silent = Silent::begin()?;
        let (send, pressed) = mpsc::unbounded_channel();
        let over = Arc::new(AtomicBool::new(false));
        let ending = Arc::clone(&over);
        let thread = thread::spawn(move || listen(&send, &ending));
        Ok(Some(Self {
            pressed,
            over,
            thread: Some(thread),
            _silent: silent,
        }))
    }

    /// The next key.
    pub(super) async fn next(&mut self) -> Key {
        match self.pressed.recv().await {
            Some(key) => key,
            // The keyboard is gone; signals are still heard.
            None => std::future::pending().await,
        }
    }
}

impl Keys {
    /// Gives the keyboard back. What was pressed and not yet taken comes out.
    pub(super) fn end(mut self) -> Vec<Key> {
        self.join();
        std::iter::from_fn(|| self.pressed.try_recv().ok()).collect()
    }

    fn join(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // The prompt must not share the keyboard with it.
            let _ended = thread.join();
        }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.join();
    }
}

fn listen(send: &UnboundedSender<Key>, over: &AtomicBool) {
    while !over.load(Ordering::Relaxed) {
        let event = match poll(LOOK) {
            Ok(false) => continue,
            Ok(true) => read(),
            Err(error) => Err(error),
        };
        let Ok(event) = event else { return };
        if let Some(key) = meaning(&event)
            && send.send(key).is_err()
        {
            return;
        }
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "most keys mean nothing here, and a terminal may have more of them"
)]
fn meaning(event: &Event) -> Option<Key> {
    if let Event::Resize(..) = event {
        return Some(Key::Resized);
    }
    let KeyEvent {
        code,
        modifiers,
        kind: KeyEventKind::Press | KeyEventKind::Repeat,
        ..
    } = event.as_key_event()?
    else {
        return None;
    };
    let control = modifiers.contains(KeyModifiers::CONTROL);
    match code {
        KeyCode::Char('c') if control => Some(Key::Interrupt),
        KeyCode::Char('d') if control => Some(Key::End),
        KeyCode::Char('j') if control => Some(Key::Enter),
        KeyCode::Char(character) if !control => Some(Key::Character(character)),
        KeyCode::Enter => Some(Key::Enter),
        KeyCode::Backspace => Some(Key::Backspace),
        _ => None,
    }
}
