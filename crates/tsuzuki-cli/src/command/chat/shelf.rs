//! The conversations that are kept: listed, searched, opened, deleted, exported.

use super::answer::{Begin, Then};
use super::api::Joints;
use super::follow::Follow;
use super::input::Line as Read;
use super::order::Switch;
use super::paper::say;
use super::talk::{Talk, Trouble, not};
use super::{LISTED, OPENED, find, show};
use crate::command::folder::private_file;
use crate::print::{Line, Markdown, Span, Style, size};
use std::io::Write as _;
use std::path::Path;
use tsuzuki_server::chat::{Cursor, Moment, Role, State, Thread};
use tsuzuki_server::store::Hit;

/// How many messages are shown when a conversation is opened.
const SHOWN: usize = 4;

impl Talk<'_> {
    pub(super) async fn list(&mut self) -> Result<(), Trouble> {
        let all = self.reached.api.conversations(LISTED).await?;
        self.listed = all.iter().map(|conversation| conversation.id).collect();
        if all.is_empty() {
            return Err(not("there are no conversations yet"));
        }
        say(&show::list(&all, Moment::now()))?;
        Ok(())
    }

    pub(super) async fn search(&mut self, words: &str) -> Result<(), Trouble> {
        const FOUND: usize = 10;
        let hits = self.reached.api.search(words, FOUND).await?;
        if hits.is_empty() {
            return Err(not("nothing has these words"));
        }
        self.listed.clear();
        for hit in &hits {
            if !self.listed.contains(&hit.conversation) {
                self.listed.push(hit.conversation);
            }
        }
        let listed = &self.listed;
        let number = |hit: &Hit| {
            let at = listed.iter().position(|id| *id == hit.conversation);
            at.unwrap_or_default() + 1
        };
        say(&show::hits(&hits, number))?;
        Ok(())
    }

    /// Opens a conversation, shows its end, and goes on with an answer that still runs.
    pub(super) async fn open(&mut self, words: &str) -> Result<Then, Trouble> {
        let id = find(self.reached, words, &self.listed).await?;
        let Thread {
            conversation,
            messages,
            cursors,
            ..
        } = self.reached.api.thread(id, OPENED).await?;
        let mut lines = vec![Line(vec![Span::new(
            show::title(&conversation),
            Style::BOLD,
        )])];
        let running = messages
            .last()
            .filter(|message| message.state == State::Running)
            .cloned();
        let from = messages.len().saturating_sub(SHOWN);
        for message in &messages[from..] {
            lines.push(Line::default());
            match message.role {
                Role::User => lines.extend(show::question(message)),
                Role::Assistant if message.state == State::Running => {}
                Role::Assistant => {
                    let mut markdown = Markdown::new(size().0 - 1);
                    lines.extend(markdown.push(&message.text()));
                    lines.extend(markdown.finish());
                    lines.extend(show::standing(message));
                }
            }
        }
        if running.is_none() {
            lines.push(Line::default());
        }
        say(&lines)?;
        self.conversation = Some(conversation);
        self.messages = messages;
        let Some(message) = running else {
            return Ok(Then::Stay);
        };
        let run = message.making.as_ref().and_then(|making| making.run);
        let run = run.ok_or_else(|| not("the server does not say which run writes the answer"))?;
        let cursor = cursors.into_iter().find(|cursor| {
            cursor
                .parse::<Cursor>()
                .is_ok_and(|cursor| cursor.run == run)
        });
        let follow = Follow::new(&self.reached.api, run, message.id, cursor);
        self.watch(message, follow, Begin::Whole).await
    }

    pub(super) async fn delete(&mut self) -> Result<(), Trouble> {
        let conversation = self.opened()?;
        let (id, title) = (conversation.id, show::title(conversation));
        let question = format!("delete \"{title}\" for good? (yes/no) ");
        let Read::Text(said) = self.input.read(&question, String::new()).await? else {
            return Err(not("it stays"));
        };
        if said.trim() != "yes" {
            return Err(not("it stays"));
        }
        self.reached.api.remove(id).await?;
        self.conversation = None;
        self.messages.clear();
        say(&[Line::dim("(deleted)")])?;
        Ok(())
    }

    pub(super) async fn export(&mut self, file: &Path) -> Result<(), Trouble> {
        let id = self.opened()?.id;
        let is_json = file
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("json"));
        let format = if is_json { "json" } else { "markdown" };
        let joints = match self.showing.seams {
            Switch::On => Joints::Comments,
            Switch::Off => Joints::Unmarked,
        };
        let bytes = self.reached.api.export(id, format, joints).await?;
        if file.exists() {
            return Err(Trouble::Not(format!(
                "{} is there already; name another file",
                file.display()
            )));
        }
        let written = private_file(file).and_then(|mut open| open.write_all(&bytes));
        written.map_err(|error| {
            Trouble::Not(format!("{} cannot be written: {error}", file.display()))
        })?;
        say(&[Line::dim(format!("(written to {})", file.display()))])?;
        Ok(())
    }
}
