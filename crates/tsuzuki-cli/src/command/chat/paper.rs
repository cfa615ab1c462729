//! Where an answer is written as it comes: a terminal, or a file or pipe, which gets the text alone.

use super::order::Switch;
use crate::exit::Failure;
use crate::print::{self, Ink, Line, Markdown, Reader, Screen};
use std::io::{self, IsTerminal};
use std::time::Duration;
use tokio::time::Instant;

/// The shortest time between two drawings; what comes between is drawn at once.
const FRAME: Duration = Duration::from_millis(33);

/// Where an answer is written.
pub(super) enum Paper {
    /// A terminal.
    Screen(Box<Page>),
    /// A file or a pipe.
    Plain,
}

/// An answer on a terminal.
pub(super) struct Page {
    markdown: Markdown,
    screen: Screen,
    finished: Vec<Line>,
    /// What stands below everything while the answer runs.
    status: Option<Line>,
    /// When it was last drawn; none if nothing changed since.
    stale: Option<Instant>,
    drawn: Instant,
}

/// Whether escape sequences may be written for styles.
pub(super) fn ink() -> Ink {
    let set = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if set { Ink::Plain } else { Ink::Styled }
}

/// Whether standard output is a terminal that obeys.
pub(super) fn is_terminal() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && !dumb
}

/// How wide prose is set on a terminal of so many columns; one is left so that nothing wraps by
/// itself.
fn width() -> usize {
    const WIDEST: usize = 100;
    (print::size().0 - 1).min(WIDEST)
}

/// Prints lines that stay.
pub(super) fn say(lines: &[Line]) -> Result<Reader, Failure> {
    let ink = if is_terminal() { ink() } else { Ink::Plain };
    let text: String = lines.iter().map(|line| line.rendered(ink) + "\n").collect();
    print::data(&text)
}

impl Paper {
    /// A fresh one.
    pub(super) fn new() -> Self {
        if !is_terminal() {
            return Self::Plain;
        }
        let now = Instant::now();
        Self::Screen(Box::new(Page {
            markdown: Markdown::new(width()),
            screen: Screen::new(ink()),
            finished: Vec::new(),
            status: None,
            stale: None,
            drawn: now,
        }))
    }

    /// What was written before: of it only the unfinished end is shown again.
    pub(super) fn recall(&mut self, text: &str) {
        if let Self::Screen(page) = self {
            let _finished = page.markdown.push(text);
        }
    }

    /// Writes more of the answer.
    pub(super) fn write(&mut self, text: &str) -> Result<Reader, Failure> {
        match self {
            Self::Plain => print::data(text),
            Self::Screen(page) => {
                page.finished.extend(page.markdown.push(text));
                page.stale.get_or_insert_with(Instant::now);
                Ok(Reader::Listening)
            }
        }
    }

    /// A part begins here.
    pub(super) fn seam(&mut self, part: u32, seams: Switch) {
        match (self, seams) {
            (Self::Screen(page), Switch::On) => page.markdown.seam(part),
            (Self::Screen(_), Switch::Off) | (Self::Plain, _) => {}
        }
    }

    /// Says something below the answer while it runs; nothing takes it away.
    pub(super) fn status(&mut self, status: Option<Line>) {
        if let Self::Screen(page) = self
            && page.status != status
        {
            page.status = status;
            page.stale.get_or_insert_with(Instant::now);
        }
    }

    /// Waits until it is time to draw.
    pub(super) async fn due(&self) {
        match self {
            Self::Screen(page) if page.stale.is_some() => {
                tokio::time::sleep_until(page.drawn + FRAME).await;
            }
            Self::Screen(_) | Self::Plain => std::future::pending().await,
        }
    }

    /// Draws what changed.
    pub(super) fn draw(&mut self) -> Result<Reader, Failure> {
        let Self::Screen(page) = self else {
            return Ok(Reader::Listening);
        };
        page.stale = None;
        page.drawn = Instant::now();
        let mut open = page.markdown.open();
        if let Some(status) = &page.status {
            if !open.is_empty() {
                open.push(Line::default());
            }
            open.push(status.clone());
        }
        page.screen.show(&std::mem::take(&mut page.finished), &open)
    }

    /// The terminal has another size.
    pub(super) fn resize(&mut self) {
        if let Self::Screen(page) = self {
            page.markdown.resize(width());
            page.stale.get_or_insert_with(Instant::now);
        }
    }

    /// The answer is over: all of it stays, with these lines below it.
    pub(super) fn end(&mut self, below: Vec<Line>) -> Result<Reader, Failure> {
        let Self::Screen(page) = self else {
            return Ok(Reader::Listening);
        };
        let mut lines = std::mem::take(&mut page.finished);
        lines.extend(page.markdown.finish());
        lines.extend(below);
        page.status = None;
        page.stale = None;
        page.screen.show(&lines, &[])
    }
}
