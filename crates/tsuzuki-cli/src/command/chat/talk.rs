//! The loop of the terminal: a prompt, what was typed, what comes of it.

use super::answer::{self, Begin, Showing, Then};
use super::api::Wish;
use super::follow::Follow;
use super::http::ApiError;
use super::input::{Input, Line as Read};
use super::order::{Order, Switch, Typed, read};
use super::paper::say;
use super::reach::Reached;
use super::{begin, post, running, settings, shape_of, show};
use crate::args::Chat;
use crate::exit::{Exit, Failure};
use crate::print::{Line, Style, harmless, one_line};
use std::collections::VecDeque;
use tsuzuki_server::chat::{Change, Conversation, ConversationId, Message, Role, Shape};

/// The prompt.
const PROMPT: &str = "› ";

/// What a step needs to end the loop, or to be told.
pub(super) enum Trouble {
    /// The server would not, or cannot be reached.
    Api(ApiError),
    /// It cannot be done as things stand: a sentence.
    Not(String),
    /// The terminal fails.
    Over(Failure),
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Over(failure)
    }
}

pub(super) fn not(told: &str) -> Trouble {
    Trouble::Not(told.to_owned())
}

/// A talk at a terminal.
pub(super) struct Talk<'a> {
    pub(super) reached: &'a Reached,
    pub(super) input: Input,
    /// The conversation; none until something is said.
    pub(super) conversation: Option<Conversation>,
    /// How the next new conversation asks.
    shape: Shape,
    /// Its last messages, oldest first.
    pub(super) messages: Vec<Message>,
    /// What the numbers of the last list mean.
    pub(super) listed: Vec<ConversationId>,
    pub(super) showing: Showing,
    /// The lines that were typed while the last answer ran, and one that was begun.
    lines: VecDeque<String>,
    begun: String,
}

/// Talks until the user leaves.
pub(super) async fn run(typed: &Chat, reached: &Reached) -> Result<Exit, Failure> {
    let history = reached.folder.as_ref().map(|folder| folder.history());
    let mut talk = Talk {
        reached,
        input: Input::begin(history)?,
        conversation: None,
        shape: shape_of(typed),
        messages: Vec::new(),
        listed: Vec::new(),
        showing: Showing {
            seams: Switch::Off,
            cost: Switch::Off,
        },
        lines: VecDeque::new(),
        begun: String::new(),
    };
    talk.greet()?;
    let mut then = Then::Stay;
    if let Some(words) = &typed.resume {
        let opened = talk.open(words).await;
        then = talk.settle(opened)?;
    }
    while then == Then::Stay {
        if let Some(lines) = talk.lines.pop_front() {
            let shown = harmless(&lines).replace('\n', "\n  ");
            let shown = format!("{PROMPT}{shown}");
            say(&shown
                .lines()
                .map(|line| Line::of(line, Style::NONE))
                .collect::<Vec<_>>())?;
            let done = talk.take(&lines).await;
            then = talk.settle(done)?;
            continue;
        }
        let begun = std::mem::take(&mut talk.begun);
        let lines = match talk.input.read(PROMPT, begun).await? {
            Read::Text(lines) => lines,
            Read::Interrupted => {
                say(&[Line::dim("(Ctrl-D or /quit leaves)")])?;
                continue;
            }
            Read::Ended => break,
        };
        let done = talk.take(&lines).await;
        then = talk.settle(done)?;
    }
    Ok(Exit::Complete)
}

impl Talk<'_> {
    fn greet(&self) -> Result<(), Failure> {
        let about = &self.reached.about;
        let told = about
            .backend
            .as_ref()
            .map(|backend| one_line(&backend.told));
        let model = self.shape.model.as_ref().or(about.default_model.as_ref());
        let model = model.map(|model| format!("Model: {}", one_line(model)));
        let how = "/help lists what can be typed; a line that ends in \\ goes on; Ctrl-D leaves.";
        let lines = [told, model, Some(how.to_owned())];
        let lines: Vec<Line> = lines.into_iter().flatten().map(Line::dim).collect();
        say(&lines).map(drop)
    }

    /// What a step came to; only what ends the talk is an error.
    fn settle(&mut self, done: Result<Then, Trouble>) -> Result<Then, Failure> {
        let told = match done {
            Ok(then) => return Ok(then),
            Err(Trouble::Over(failure)) => return Err(failure),
            Err(Trouble::Not(told)) => told,
            Err(Trouble::Api(error)) => error.to_string(),
        };
        say(&[Line::of(format!("({told})"), Style::BOLD)])?;
        Ok(Then::Stay)
    }

    async fn take(&mut self, lines: &str) -> Result<Then, Trouble> {
        match read(lines) {
            Typed::Nothing => Ok(Then::Stay),
            Typed::Message(text) => self.ask(&text).await,
            Typed::Order(order) => self.obey(order).await,
            Typed::Mistake(usage) => Err(Trouble::Not(format!("it is typed {usage}"))),
            // The simulator is asked with a slash, and costs nothing.
            Typed::Unknown(text) if self.reached.about.is_simulated() => self.ask(&text).await,
            Typed::Unknown(text) => {
                let name = text.split_whitespace().next().unwrap_or_default();
                Err(Trouble::Not(format!(
                    "there is no {name}: /help lists what there is; a message that begins with a slash is typed with two"
                )))
            }
        }
    }

    /// Says something to the model.
    async fn ask(&mut self, text: &str) -> Result<Then, Trouble> {
        let (id, head) = match &self.conversation {
            Some(conversation) => (
                conversation.id,
                self.messages.last().map(|message| message.id),
            ),
            None => {
                let made = self
                    .reached
                    .api
                    .create(ConversationId::new(), &self.shape)
                    .await?;
                let id = made.id;
                self.conversation = Some(made);
                (id, None)
            }
        };
        self.answered(&Wish::post(id, &post(text, head))).await
    }

    /// Begins a run, and shows its answer.
    async fn answered(&mut self, wish: &Wish) -> Result<Then, Trouble> {
        let posted = begin(self.reached, wish).await?;
        let parent = posted.messages.first().and_then(|message| message.parent);
        let kept = match posted.messages.first() {
            // The same message goes on.
            Some(first) if self.messages.iter().any(|known| known.id == first.id) => {
                self.messages.iter().position(|known| known.id == first.id)
            }
            Some(_) => self
                .messages
                .iter()
                .position(|known| Some(known.id) == parent)
                .map(|at| at + 1),
            None => None,
        };
        let begin = match kept.and_then(|at| self.messages.get(at)) {
            Some(known)
                if posted
                    .messages
                    .first()
                    .is_some_and(|first| first.id == known.id) =>
            {
                Begin::End
            }
            Some(_) | None => Begin::Whole,
        };
        self.messages.truncate(kept.unwrap_or_default());
        self.messages.extend(posted.messages.iter().cloned());
        let Some((message, follow)) = running(self.reached, posted) else {
            return Err(not("the server told of no answer"));
        };
        self.watch(message, follow, begin).await
    }

    /// Goes on in a new conversation.
    async fn onward(&mut self, wish: &Wish) -> Result<Then, Trouble> {
        let posted = begin(self.reached, wish).await?;
        let Some(first) = posted.messages.first() else {
            return Err(not("the server told of no message"));
        };
        let thread = self.reached.api.thread(first.conversation, 1).await?;
        self.messages.clone_from(&posted.messages);
        self.conversation = Some(thread.conversation);
        let note = "(a new conversation; the model sums up the old one first, and /open shows what it wrote)";
        say(&[Line::dim(note)])?;
        let Some((message, follow)) = running(self.reached, posted) else {
            return Err(not("the server told of no answer"));
        };
        self.watch(message, follow, Begin::Whole).await
    }

    /// Shows a running answer.
    pub(super) async fn watch(
        &mut self,
        message: Message,
        follow: Follow<'_>,
        begin: Begin,
    ) -> Result<Then, Trouble> {
        let api = &self.reached.api;
        let shown = answer::show(api, message, follow, begin, self.showing).await??;
        if let Some(known) = self
            .messages
            .iter_mut()
            .find(|known| known.id == shown.message.id)
        {
            *known = shown.message;
        }
        self.lines.extend(shown.lines);
        self.begun = shown.typed;
        if shown.then == Then::Stay {
            say(&[Line::default()])?;
        }
        Ok(shown.then)
    }

    async fn obey(&mut self, order: Order) -> Result<Then, Trouble> {
        match order {
            Order::Help => _ = say(&show::help())?,
            Order::New => {
                if let Some(conversation) = self.conversation.take() {
                    self.shape = conversation.shape;
                }
                self.messages.clear();
                say(&[Line::dim("(a new conversation)")])?;
            }
            Order::List => self.list().await?,
            Order::Open(words) => return self.open(&words).await,
            Order::Search(words) => self.search(&words).await?,
            Order::Model(None) => {
                let default = self.reached.about.default_model.clone();
                let model = self.shape().model.clone().or(default).unwrap_or_default();
                say(&[Line::dim(one_line(&model))])?;
            }
            Order::Model(Some(model)) => {
                let mut shape = self.shape().clone();
                shape.model = Some(model);
                self.reshape(shape).await?;
            }
            Order::System(None) => {
                let system = self.shape().system.clone();
                let system = system.unwrap_or_else(|| "there is no system prompt".to_owned());
                let system = crate::print::harmless(&system);
                let lines: Vec<Line> = system.lines().map(Line::dim).collect();
                say(&lines)?;
            }
            Order::System(Some(text)) => {
                let mut shape = self.shape().clone();
                shape.system = (text != "-").then_some(text);
                self.reshape(shape).await?;
            }
            Order::Settings => _ = say(&show::shape(self.shape()))?,
            Order::Set(name, value) => {
                let mut shape = self.shape().clone();
                settings::set(&mut shape, &name, &value).map_err(Trouble::Not)?;
                self.reshape(shape).await?;
            }
            Order::Unset(name) => {
                let mut shape = self.shape().clone();
                settings::unset(&mut shape, &name).map_err(Trouble::Not)?;
                self.reshape(shape).await?;
            }
            Order::Continue => {
                let message = self.last_answer()?.id;
                return self.answered(&Wish::go_on(message)).await;
            }
            Order::Retry(seam) => {
                let answer = self.last_answer()?;
                let seams = answer
                    .making
                    .as_ref()
                    .map_or(0, |making| making.seams.len());
                if seams == 0 {
                    return Err(not(
                        "the last answer is of one piece; /regenerate asks for another",
                    ));
                }
                let seam = seam.unwrap_or(seams);
                if !(1..=seams).contains(&seam) {
                    return Err(Trouble::Not(format!(
                        "the last answer has the joints 1 to {seams}"
                    )));
                }
                let message = answer.id;
                return self.answered(&Wish::retry(message, seam)).await;
            }
            Order::Regenerate(model) => {
                let question = self
                    .messages
                    .iter()
                    .rfind(|message| message.role == Role::User);
                let question = question.ok_or_else(|| not("there is no question yet"))?.id;
                let shape = Shape {
                    model,
                    ..Shape::default()
                };
                return self.answered(&Wish::again(question, shape)).await;
            }
            Order::Onward(question) => {
                let answer = self.last_answer()?.id;
                return self.onward(&Wish::onward(answer, question)).await;
            }
            Order::Finish => return Err(not("no answer is running")),
            Order::Seams(switch) => self.showing.seams = switch,
            Order::Cost(Some(switch)) => self.showing.cost = switch,
            Order::Cost(None) => {
                let id = self.opened()?.id;
                let conversation = self.reached.api.thread(id, 1).await?.conversation;
                let last = self
                    .messages
                    .iter()
                    .rfind(|message| message.role == Role::Assistant);
                let mut lines: Vec<Line> = last.and_then(show::footer).into_iter().collect();
                lines.push(show::cost(&conversation));
                say(&lines)?;
            }
            Order::Details => {
                let making = self.last_answer()?.making.as_ref();
                let lines = making.map(show::details).unwrap_or_default();
                say(&lines)?;
            }
            Order::Title(title) => {
                let change = Change {
                    title: Some(title.unwrap_or_default()),
                    ..Change::default()
                };
                self.change(change).await?;
            }
            Order::Delete => self.delete().await?,
            Order::Export(file) => self.export(&file).await?,
            Order::Quit => return Ok(Then::Leave),
        }
        Ok(Then::Stay)
    }

    fn shape(&self) -> &Shape {
        self.conversation
            .as_ref()
            .map_or(&self.shape, |conversation| &conversation.shape)
    }

    async fn reshape(&mut self, shape: Shape) -> Result<(), Trouble> {
        let Some(conversation) = &self.conversation else {
            self.shape = shape;
            return Ok(());
        };
        let change = Change {
            shape_changes: Some(settings::changes(&conversation.shape, &shape)),
            ..Change::default()
        };
        self.change(change).await
    }

    async fn change(&mut self, change: Change) -> Result<(), Trouble> {
        let id = self.opened()?.id;
        self.conversation = Some(self.reached.api.change(id, &change).await?);
        Ok(())
    }

    pub(super) fn opened(&self) -> Result<&Conversation, Trouble> {
        self.conversation
            .as_ref()
            .ok_or_else(|| not("nothing was said in this conversation yet"))
    }

    fn last_answer(&self) -> Result<&Message, Trouble> {
        let last = self
            .messages
            .iter()
            .rfind(|message| message.role == Role::Assistant);
        last.ok_or_else(|| not("there is no answer yet"))
    }
}
