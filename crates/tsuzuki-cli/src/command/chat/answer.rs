//! One answer, from its first word to its last: read, shown, and stopped where the user wishes.

use super::api::Api;
use super::follow::{Follow, Heard};
use super::http::ApiError;
use super::keys::{Key, Keys};
use super::order::{Order, Switch, Typed, goes_on, read};
use super::paper::Paper;
use super::show;
use crate::command::interrupt::Interrupts;
use crate::exit::Failure;
use crate::print::{self, Line, Reader, Style, one_line};
use tsuzuki_server::chat::{Entry, Holds, Message, RunId, State};

/// How an answer is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Showing {
    /// Whether seams are marked.
    pub(super) seams: Switch,
    /// Whether a line below it tells what it took.
    pub(super) cost: Switch,
}

/// How much of what an answer says already is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    /// All of it.
    Whole,
    /// Its unfinished end: the rest stands above.
    End,
}

/// What came of showing an answer.
pub(super) struct Shown {
    /// The answer as it stands.
    pub(super) message: Message,
    /// The lines that were typed meanwhile.
    pub(super) lines: Vec<String>,
    /// What was begun meanwhile, for the next prompt.
    pub(super) typed: String,
    /// What the user wants to do next.
    pub(super) then: Then,
}

/// What the user wants to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Go on talking.
    Stay,
    /// Leave.
    Leave,
}

/// How often the user asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Nothing,
    Stop,
}

/// An answer that is being shown.
struct Answer<'a> {
    api: &'a Api,
    message: Message,
    /// The text that was written to the paper.
    written: String,
    paper: Paper,
    showing: Showing,
    /// What was typed for afterwards: whole lines, and one that is begun.
    lines: Vec<String>,
    typed: String,
    /// Why nothing comes, if something is known.
    waiting: Option<String>,
    /// How often the connection was lost.
    lost: usize,
    asked: Asked,
}

/// Shows a running answer to its end. `message` is it as it stood at the cursor.
pub(super) async fn show(
    api: &Api,
    message: Message,
    mut follow: Follow<'_>,
    begin: Begin,
    showing: Showing,
) -> Result<Result<Shown, ApiError>, Failure> {
    let mut interrupts = Interrupts::listen()?;
    let mut paper = Paper::new();
    let mut keys = match &paper {
        Paper::Screen(_) => {
            Keys::begin().map_err(|error| super::super::unreadable("the terminal", &error))?
        }
        Paper::Plain => None,
    };
    let written = message.text();
    match begin {
        Begin::Whole => _ = paper.write(&written)?,
        Begin::End => paper.recall(&written),
    }
    let mut answer = Answer {
        api,
        message,
        written,
        paper,
        showing,
        lines: Vec::new(),
        typed: String::new(),
        waiting: None,
        lost: 0,
        asked: Asked::Nothing,
    };
    let mut then = Then::Stay;
    while answer.message.state == State::Running && then == Then::Stay {
        answer.tell();
        let key = async {
            match &mut keys {
                Some(keys) => keys.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            heard = follow.next() => match heard {
                Ok(heard) => {
                    if answer.hear(heard)? == Reader::Gone {
                        // Whoever read has what they wanted; the answer goes on without them.
                        then = Then::Leave;
                    }
                }
                Err(error) => {
                    answer.paper.end(Vec::new())?;
                    return Ok(Err(error));
                }
            },
            key = key => then = answer.press(key, follow.run()).await,
            () = interrupts.next() => then = answer.press(Key::Interrupt, follow.run()).await,
            () = answer.paper.due() => answer.redraw()?,
        }
    }
    for key in keys.map(Keys::end).unwrap_or_default() {
        if answer.press_late(key) == Then::Leave {
            then = Then::Leave;
        }
    }
    answer.end()?;
    Ok(Ok(Shown {
        message: answer.message,
        lines: answer.lines,
        typed: answer.typed,
        then,
    }))
}

impl Answer<'_> {
    /// Takes what was heard into the message, and writes what is new in it.
    fn hear(&mut self, heard: Heard) -> Result<Reader, Failure> {
        match heard {
            Heard::Lost => {
                self.lost += 1;
                if let Paper::Plain = self.paper {
                    print::talk("the connection is lost; trying again until the server is back");
                }
                self.waiting = Some("the connection is lost; trying again".to_owned());
                Ok(Reader::Listening)
            }
            Heard::Back => {
                self.waiting = None;
                Ok(Reader::Listening)
            }
            Heard::Entry(entry) => self.fold(&entry),
            Heard::Message(message) => {
                self.waiting = None;
                self.replace(*message)
            }
        }
    }

    /// Takes an entry into the message, and shows what it means for whoever watches.
    fn fold(&mut self, entry: &Entry) -> Result<Reader, Failure> {
        self.message.fold(entry);
        self.waiting = None;
        match entry {
            Entry::Text { text, .. } => {
                self.written.push_str(text);
                return self.paper.write(text);
            }
            Entry::Seam { seam } => self.paper.seam(seam.part, self.showing.seams),
            Entry::Waiting { why, at_most, .. } => {
                let seconds = at_most.div_ceil(1000);
                self.waiting = Some(format!("waiting ({}), {seconds} s at most", one_line(why)));
            }
            Entry::Resumed => {
                self.waiting = Some("the server was restarted; the answer goes on".to_owned());
            }
            Entry::Reasoning { .. } | Entry::Part { .. } | Entry::Over { .. } => {}
        }
        Ok(Reader::Listening)
    }

    /// The message as a whole, in place of what was known.
    fn replace(&mut self, message: Message) -> Result<Reader, Failure> {
        let whole = message.text();
        self.message = message;
        let more = whole.strip_prefix(self.written.as_str()).map(str::to_owned);
        let write = match more {
            Some(more) => more,
            None => {
                // Power was lost, and with it text that was not on the disk.
                let note =
                    "the end of the text above was lost with the server; this is the answer anew";
                match self.paper {
                    Paper::Plain => print::talk(note),
                    Paper::Screen(_) => {
                        self.paper.end(vec![Line::dim(note), Line::default()])?;
                        self.paper = Paper::new();
                    }
                }
                whole.clone()
            }
        };
        self.written = whole;
        self.paper.write(&write)
    }

    /// What stands below the answer while it runs.
    fn tell(&mut self) {
        let reasoned = |block: &&tsuzuki_server::chat::Block| block.kind == Holds::Reasoning;
        let thought: usize = self
            .message
            .blocks
            .iter()
            .filter(reasoned)
            .map(|block| block.text.chars().count())
            .sum();
        let status = match (&self.waiting, self.asked) {
            (_, Asked::Stop) => Some("stopping; Ctrl-C again leaves".to_owned()),
            (Some(waiting), Asked::Nothing) => Some(waiting.clone()),
            (None, Asked::Nothing) if self.written.is_empty() && thought > 0 => {
                Some(format!("thinking, {thought} characters so far"))
            }
            (None, Asked::Nothing) if self.written.is_empty() => Some("…".to_owned()),
            (None, Asked::Nothing) => None,
        };
        let mut line = status.map(Line::dim);
        if !self.typed.is_empty() || !self.lines.is_empty() {
            let typed = [self.lines.as_slice(), std::slice::from_ref(&self.typed)]
                .concat()
                .join("⏎");
            let typed = print::one_line(&format!("next › {typed}"));
            let room = print::size().0 - 1;
            line = Some(Line::of(print::shortened(&typed, room), Style::NONE));
        }
        self.paper.status(line);
    }

    /// A key while the answer runs.
    async fn press(&mut self, key: Key, run: RunId) -> Then {
        match key {
            Key::Interrupt if self.asked == Asked::Stop => return Then::Leave,
            Key::Interrupt => {
                self.asked = Asked::Stop;
                // What was to come next was meant for an answer that ends.
                self.lines.clear();
                if let Err(error) = self.api.stop(run).await {
                    self.waiting = Some(error.to_string());
                    self.asked = Asked::Nothing;
                }
            }
            Key::End => return Then::Leave,
            Key::Resized => self.paper.resize(),
            Key::Character(character) => self.typed.push(character),
            Key::Backspace => _ = self.typed.pop(),
            Key::Enter => return self.enter(run).await,
        }
        Then::Stay
    }

    /// A key that was pressed while the answer came to its end.
    fn press_late(&mut self, key: Key) -> Then {
        match key {
            Key::End => return Then::Leave,
            Key::Character(character) => self.typed.push(character),
            Key::Backspace => _ = self.typed.pop(),
            Key::Enter => {
                let line = std::mem::take(&mut self.typed);
                if !line.trim().is_empty() {
                    self.lines.push(line);
                }
            }
            Key::Interrupt | Key::Resized => {}
        }
        Then::Stay
    }

    /// A line while the answer runs: a few orders are for now, everything else is for afterwards.
    async fn enter(&mut self, run: RunId) -> Then {
        if goes_on(&self.typed) {
            self.typed.push('\n');
            return Then::Stay;
        }
        let typed = std::mem::take(&mut self.typed);
        match read(&typed) {
            Typed::Order(Order::Finish) => {
                self.waiting = Some(match self.api.finish(run).await {
                    Ok(()) => "the answer ends with this part".to_owned(),
                    Err(error) => error.to_string(),
                });
            }
            Typed::Order(Order::Seams(switch)) => self.showing.seams = switch,
            Typed::Order(Order::Quit) => return Then::Leave,
            Typed::Nothing => {}
            Typed::Order(_) | Typed::Mistake(_) | Typed::Unknown(_) | Typed::Message(_) => {
                self.lines.push(typed);
            }
        }
        Then::Stay
    }

    fn redraw(&mut self) -> Result<(), Failure> {
        self.paper.draw().map(|_reader| ())
    }

    /// Everything stays, and below it what there is to know.
    fn end(&mut self) -> Result<(), Failure> {
        let mut below = Vec::new();
        if self.lost > 0 {
            below.push(Line::dim(
                "(the connection was lost and came back; nothing is missing)",
            ));
        }
        below.extend(show::standing(&self.message));
        if self.showing.cost == Switch::On {
            below.extend(show::footer(&self.message));
        }
        self.paper.end(below)?;
        Ok(())
    }
}
