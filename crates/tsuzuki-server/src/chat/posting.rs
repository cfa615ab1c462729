//! How runs begin: a message is posted, answered again, gone on with, or written anew from a seam.
//!
//! The messages and the run are kept before a model is called. A key that was used before begins
//! nothing, and is told what it began.

use super::live::Live;
use super::mailbox::Mail;
use super::request::{Request, request};
use super::run::{self, Work};
use super::shared::{Shared, Slot, kept};
use super::telling::Joins;
use super::title;
use super::turns::Carried;
use super::{
    Again, Block, Chat, ChatError, Conversation, ConversationId, Cursor, Holds, Making, Message,
    MessageId, Moment, Post, Posted, Role, RunId, SeamKind, Shape, Standing, State, Titled, User,
};
use crate::store::{Begin, Begun, Epoch, Run};
use std::sync::Arc;

/// The longest path that is asked with, in messages.
const PATH: usize = 100_000;
/// What Bedrock takes in one message (AWS documentation, Converse): images and documents.
const ATTACHMENTS: usize = 25;

/// What a run is to write, and how.
struct Plan {
    conversation: Conversation,
    /// New messages, or the one that goes on; the last is the one the run writes.
    messages: Vec<Message>,
    request: Request,
    shape: Shape,
    joins: Joins,
    key: Option<String>,
    slot: Slot,
}

impl Chat {
    /// See [`Chat::post`].
    pub(super) async fn post_it(
        &self,
        user: &User,
        id: ConversationId,
        post: Post,
        key: Option<String>,
    ) -> Result<Posted, ChatError> {
        let shared = &self.shared;
        let _lock = shared.lock(id).await;
        if let Some(posted) = known(shared, user, post.answer, key.as_deref()).await? {
            return Ok(posted);
        }
        self.check_text(&post)?;
        let slot = shared.slot(user)?;
        let mut conversation = shared.conversation(user, id).await?;
        fresh(shared, user, &[post.id, post.answer]).await?;
        if post.id == post.answer {
            return Err(invalid("answer", "a message and its answer need two ids"));
        }
        let mut path = match post.parent {
            Some(parent) => follows(shared, user, id, parent).await?,
            None => Vec::new(),
        };
        let mut attachments = Vec::new();
        for id in &post.attachments {
            let (attachment, _) = shared
                .store
                .attachment(user, *id)
                .await?
                .ok_or(ChatError::Missing("attachment"))?;
            attachments.push(attachment);
        }
        let now = Moment::now();
        let question = Message {
            id: post.id,
            conversation: id,
            parent: post.parent,
            role: Role::User,
            created_at: now,
            blocks: text(post.text),
            attachments,
            state: State::Complete,
            making: None,
            siblings: Vec::new(),
        };
        let defaults = shared.store.defaults(user).await?;
        let shape = self.filled(&post.shape, &conversation, &defaults.shape);
        path.push(question.clone());
        let request = built(shared, user, &path, &shape).await?;
        if conversation.title.is_empty() && conversation.titled == Titled::Not {
            conversation.title = title::words(&question.text());
        }
        let answer = answer_to(&question, post.answer, now);
        self.begin(
            user,
            Plan {
                conversation,
                messages: vec![question, answer],
                request,
                shape,
                joins: SeamKind::Length.into(),
                key,
                slot,
            },
        )
        .await
    }

    fn check_text(&self, post: &Post) -> Result<(), ChatError> {
        let most = self.shared.settings.message_chars;
        if post.text.trim().is_empty() && post.attachments.is_empty() {
            return Err(invalid(
                "text",
                "a message says something, or brings something",
            ));
        }
        let chars = post.text.chars().count();
        if chars > most {
            let told = format!(
                "the message has {chars} characters, and may have {most}; attach a file instead"
            );
            return Err(ChatError::Invalid {
                field: "text",
                told,
            });
        }
        if post.attachments.len() > ATTACHMENTS {
            return Err(invalid(
                "attachments",
                "a message takes 20 images and 5 documents at most",
            ));
        }
        Ok(())
    }

    /// See [`Chat::again`].
    pub(super) async fn answer_again(
        &self,
        user: &User,
        question: MessageId,
        again: Again,
        key: Option<String>,
    ) -> Result<Posted, ChatError> {
        let shared = &self.shared;
        let question = self.of_role(user, question, Role::User).await?;
        let _lock = shared.lock(question.conversation).await;
        if let Some(posted) = known(shared, user, again.answer, key.as_deref()).await? {
            return Ok(posted);
        }
        let slot = shared.slot(user)?;
        let conversation = shared.conversation(user, question.conversation).await?;
        fresh(shared, user, &[again.answer]).await?;
        let defaults = shared.store.defaults(user).await?;
        let shape = self.filled(&again.shape, &conversation, &defaults.shape);
        let path = shared.store.path(user, question.id, PATH).await?;
        let request = built(shared, user, &path, &shape).await?;
        let plan = Plan {
            conversation,
            messages: vec![answer_to(&question, again.answer, Moment::now())],
            request,
            shape,
            joins: SeamKind::Length.into(),
            key,
            slot,
        };
        self.begin(user, plan).await
    }

    /// See [`Chat::go_on`].
    pub(super) async fn go_on_with(
        &self,
        user: &User,
        message: MessageId,
        key: Option<String>,
    ) -> Result<Posted, ChatError> {
        let shared = &self.shared;
        let there = self.of_role(user, message, Role::Assistant).await?;
        let _lock = shared.lock(there.conversation).await;
        if let Some(posted) = known(shared, user, message, key.as_deref()).await? {
            return Ok(posted);
        }
        let slot = shared.slot(user)?;
        // Somebody may have gone on with it in the meantime.
        let mut message = self.of_role(user, message, Role::Assistant).await?;
        match message.state {
            State::Stopped | State::Incomplete | State::Failed => {}
            State::Running => return Err(conflict("the answer is being written")),
            State::Complete => {
                return Err(conflict(
                    "the answer is complete: there is nothing to go on with",
                ));
            }
            State::Refused => {
                return Err(conflict(
                    "a rule about its content stopped the answer: write another message, or edit yours",
                ));
            }
        }
        let conversation = shared.conversation(user, message.conversation).await?;
        let shape = self.shape_of(user, &message, &conversation).await?;
        let mut request = request_for(shared, user, &message, &shape).await?;
        request.allow_for(&message);
        message.state = State::Running;
        let plan = Plan {
            conversation,
            messages: vec![message],
            request,
            shape,
            joins: SeamKind::Asked.into(),
            key,
            slot,
        };
        self.begin(user, plan).await
    }

    /// See [`Chat::retry`].
    pub(super) async fn retry_from(
        &self,
        user: &User,
        message: MessageId,
        seam: usize,
        answer: MessageId,
        key: Option<String>,
    ) -> Result<Posted, ChatError> {
        let shared = &self.shared;
        let (message, joins) = self.cut_at(user, message, seam, answer).await?;
        let _lock = shared.lock(message.conversation).await;
        if let Some(posted) = known(shared, user, answer, key.as_deref()).await? {
            return Ok(posted);
        }
        let slot = shared.slot(user)?;
        let conversation = shared.conversation(user, message.conversation).await?;
        fresh(shared, user, &[answer]).await?;
        let shape = self.shape_of(user, &message, &conversation).await?;
        let request = request_for(shared, user, &message, &shape).await?;
        let plan = Plan {
            conversation,
            messages: vec![Message {
                state: State::Running,
                ..message
            }],
            request,
            shape,
            joins,
            key,
            slot,
        };
        self.begin(user, plan).await
    }

    /// See [`Chat::cut`].
    pub(super) async fn cut_off(
        &self,
        user: &User,
        message: MessageId,
        seam: usize,
        answer: MessageId,
    ) -> Result<Message, ChatError> {
        let shared = &self.shared;
        let (mut message, _) = self.cut_at(user, message, seam, answer).await?;
        let _lock = shared.lock(message.conversation).await;
        let mut conversation = shared.conversation(user, message.conversation).await?;
        fresh(shared, user, &[answer]).await?;
        if let Some(making) = &mut message.making {
            making.run = None;
        }
        let kept_all = shared
            .store
            .put_messages(user, std::slice::from_ref(&message));
        kept_all.await.map_err(kept)?;
        conversation.head = Some(message.id);
        conversation.updated_at = Moment::now();
        shared
            .store
            .put_conversation(user, &conversation)
            .await
            .map_err(kept)?;
        let message = shared.store.message(user, message.id).await?;
        let message = message.ok_or(ChatError::Missing("message"))?;
        shared.tell(user, &Mail::Message(Arc::new(message.clone())));
        shared.tell(user, &Mail::Conversation(Arc::new(conversation)));
        Ok(message)
    }

    /// A copy of an answer up to its `seam`-th seam, stopped there, and what makes that seam necessary.
    async fn cut_at(
        &self,
        user: &User,
        message: MessageId,
        seam: usize,
        answer: MessageId,
    ) -> Result<(Message, Joins), ChatError> {
        let message = self.of_role(user, message, Role::Assistant).await?;
        if message.state == State::Running {
            return Err(conflict("the answer is being written: stop it first"));
        }
        let seams = message
            .making
            .as_ref()
            .map(|making| making.seams.as_slice());
        let seams = seams.unwrap_or_default();
        let Some(cut) = seam.checked_sub(1).and_then(|at| seams.get(at)).cloned() else {
            let told = format!("the answer has {} seams, counted from 1", seams.len());
            return Err(ChatError::Invalid {
                field: "seam",
                told,
            });
        };
        let mut making = Making::by(String::new());
        if let Some(of) = &message.making {
            making.model.clone_from(&of.model);
            making.region.clone_from(&of.region);
            making.dropped.clone_from(&of.dropped);
            // Its run tells how it was asked. What its parts cost is counted where they were called.
            making.run = of.run;
            making.parts = of.parts.clone();
            making.parts.retain(|part| part.number < cut.part);
            making.seams = of.seams[..seam - 1].to_vec();
        }
        let message = Message {
            id: answer,
            created_at: Moment::now(),
            blocks: up_to(&message.blocks, cut.at),
            state: State::Stopped,
            making: Some(making),
            siblings: Vec::new(),
            ..message
        };
        let joins = Joins {
            kind: cut.kind,
            why: cut.why,
        };
        Ok((message, joins))
    }

    /// A message of the user's, if it is of this role.
    async fn of_role(&self, user: &User, id: MessageId, role: Role) -> Result<Message, ChatError> {
        let message = self.shared.store.message(user, id).await?;
        let message = message.ok_or(ChatError::Missing("message"))?;
        if message.role != role {
            return Err(conflict(match role {
                Role::User => "only a message of yours can be answered",
                Role::Assistant => "only an answer can be gone on with, or cut",
            }));
        }
        Ok(message)
    }

    /// A shape with every default filled in.
    fn filled(&self, own: &Shape, conversation: &Conversation, defaults: &Shape) -> Shape {
        let mut shape = own.over(&conversation.shape).over(defaults);
        shape
            .model
            .get_or_insert_with(|| self.shared.settings.model.clone());
        shape
    }

    /// How an answer was asked for, for asking on: as its last run was, as far as the conversation
    /// goes now.
    async fn shape_of(
        &self,
        user: &User,
        message: &Message,
        conversation: &Conversation,
    ) -> Result<Shape, ChatError> {
        let store = &self.shared.store;
        let defaults = store.defaults(user).await?;
        let now = self.filled(&Shape::default(), conversation, &defaults.shape);
        let run = match message.making.as_ref().and_then(|making| making.run) {
            Some(run) => store.run(user, run).await?,
            None => None,
        };
        Ok(match run {
            Some(run) => Shape {
                reach: now.reach,
                ..run.shape
            },
            None => Shape {
                model: message.making.as_ref().map(|making| making.model.clone()),
                ..now
            },
        })
    }

    /// Keeps what is planned, and begins the run.
    async fn begin(&self, user: &User, plan: Plan) -> Result<Posted, ChatError> {
        let shared = &self.shared;
        let Plan {
            mut conversation,
            mut messages,
            request,
            shape,
            joins,
            key,
            slot,
        } = plan;
        let Some(message) = messages.last_mut() else {
            return Err(ChatError::Missing("message"));
        };
        let now = Moment::now();
        let run = Run {
            id: RunId::new(),
            conversation: conversation.id,
            message: message.id,
            key,
            alive: true,
            began_at: now,
            over_at: None,
            shape,
            epochs: vec![Epoch { number: 0, from: 0 }],
        };
        let making = message
            .making
            .get_or_insert_with(|| Making::by(String::new()));
        making.model.clone_from(&request.ask.model.0);
        making.run = Some(run.id);
        making.dropped.clone_from(&request.dropped);
        making.problem = None;
        let before = making.spent;
        let from = message.clone();
        conversation.head = Some(message.id);
        conversation.standing = Standing::Running;
        conversation.updated_at = now;
        let begin = Begin {
            conversation,
            messages,
            run,
        };
        if let Begun::Known(run) = shared.store.begin(user, &begin).await.map_err(kept)? {
            return posted(shared, user, &run).await;
        }
        let Begin {
            conversation,
            mut messages,
            run,
        } = begin;
        // Their siblings are known to the store alone.
        for message in &mut messages {
            if let Ok(Some(read)) = shared.store.message(user, message.id).await {
                message.siblings = read.siblings;
            }
        }
        let shown = messages.last().cloned().unwrap_or_else(|| from.clone());
        let live = Arc::new(Live::new(user.clone(), &run, shown, Vec::new()));
        shared.enter(&live);
        if let [question, _] = messages.as_slice() {
            shared.tell(user, &Mail::Message(Arc::new(question.clone())));
        }
        shared.tell(user, &Mail::Run(Arc::clone(&live)));
        shared.tell(user, &Mail::Conversation(Arc::new(conversation)));
        let (_, cursor) = live.snapshot();
        let work = Work {
            live,
            request,
            from,
            before,
            joins,
            slot,
        };
        shared.spawn(run::work(Arc::clone(shared), work));
        Ok(Posted {
            run: run.id,
            cursor: cursor.to_string(),
            messages,
        })
    }
}

/// The request for going on with an answer, as its shape says.
pub(super) async fn request_for(
    shared: &Shared,
    user: &User,
    answer: &Message,
    shape: &Shape,
) -> Result<Request, ChatError> {
    let parent = answer.parent.ok_or(ChatError::Missing("message"))?;
    let path = shared.store.path(user, parent, PATH).await?;
    built(shared, user, &path, shape).await
}

/// The request at the end of a path, with the attachments on it.
async fn built(
    shared: &Shared,
    user: &User,
    path: &[Message],
    shape: &Shape,
) -> Result<Request, ChatError> {
    let mut carried = Carried::new();
    for attachment in path.iter().flat_map(|message| &message.attachments) {
        if let Some((_, bytes)) = shared.store.attachment(user, attachment.id).await? {
            carried.insert(attachment.id, bytes);
        }
    }
    let mut request = request(path, &carried, shape, &shared.settings.policy)?;
    // Many answers that are throttled together must not come back together.
    request.policy.seed ^= RunId::new().0.as_u64_pair().1;
    Ok(request)
}

/// What a key began, if it is the key of the last run that wrote a message. Limits and what has
/// happened since are no reason to tell a client that asks twice anything else.
async fn known(
    shared: &Shared,
    user: &User,
    message: MessageId,
    key: Option<&str>,
) -> Result<Option<Posted>, ChatError> {
    let Some(key) = key else {
        return Ok(None);
    };
    let Some(message) = shared.store.message(user, message).await? else {
        return Ok(None);
    };
    let Some(run) = message.making.and_then(|making| making.run) else {
        return Ok(None);
    };
    match shared.store.run(user, run).await? {
        Some(run) if run.key.as_deref() == Some(key) => posted(shared, user, &run).await.map(Some),
        Some(_) | None => Ok(None),
    }
}

/// What a run began with, told again: its messages as they stand, and where to read on from there.
async fn posted(shared: &Shared, user: &User, run: &Run) -> Result<Posted, ChatError> {
    let message = shared.store.message(user, run.message).await?;
    let message = message.ok_or(ChatError::Missing("message"))?;
    let question = match message.parent {
        Some(parent) => shared.store.message(user, parent).await?,
        None => None,
    };
    let log = log_end(shared, run).await?;
    let (message, cursor) = match shared.live(user, run.id) {
        Some(live) => {
            let (shown, cursor) = live.snapshot();
            let shown = live.last().map_or(shown, |last| Message::clone(&last));
            (shown, cursor)
        }
        None => (message, log),
    };
    Ok(Posted {
        run: run.id,
        cursor: cursor.to_string(),
        messages: question.into_iter().chain([message]).collect(),
    })
}

async fn log_end(shared: &Shared, run: &Run) -> Result<Cursor, ChatError> {
    let log = shared.store.log(run.id).await?;
    Ok(Cursor {
        run: run.id,
        epoch: super::log::epoch(&run.epochs),
        seq: super::log::length(&log),
    })
}

/// The path that a new message follows: to an answer in this conversation that is over.
async fn follows(
    shared: &Shared,
    user: &User,
    conversation: ConversationId,
    parent: MessageId,
) -> Result<Vec<Message>, ChatError> {
    let path = shared.store.path(user, parent, PATH).await?;
    match path.last() {
        Some(last) if last.conversation == conversation => match (last.role, last.state) {
            (Role::User, _) => Err(invalid(
                "parent",
                "a message follows an answer; to change a message, give its parent",
            )),
            (Role::Assistant, State::Running) => Err(conflict(
                "the answer before is still being written: wait for it, or stop it",
            )),
            (
                Role::Assistant,
                State::Complete
                | State::Stopped
                | State::Incomplete
                | State::Refused
                | State::Failed,
            ) => Ok(path),
        },
        Some(_) | None => Err(ChatError::Missing("message")),
    }
}

/// Nothing is written over: ids of new messages are new.
async fn fresh(shared: &Shared, user: &User, ids: &[MessageId]) -> Result<(), ChatError> {
    for id in ids {
        if shared.store.message(user, *id).await?.is_some() {
            return Err(conflict("there is a message with this id"));
        }
    }
    Ok(())
}

/// An answer of which nothing was said yet.
fn answer_to(question: &Message, id: MessageId, now: Moment) -> Message {
    Message {
        id,
        conversation: question.conversation,
        parent: Some(question.id),
        role: Role::Assistant,
        created_at: now,
        blocks: Vec::new(),
        attachments: Vec::new(),
        state: State::Running,
        making: None,
        siblings: Vec::new(),
    }
}

fn text(text: String) -> Vec<Block> {
    if text.is_empty() {
        return Vec::new();
    }
    vec![Block {
        number: 0,
        kind: Holds::Text,
        text,
    }]
}

/// Blocks up to so many characters of their joined text.
fn up_to(blocks: &[Block], at: usize) -> Vec<Block> {
    let mut left = at;
    let mut kept = Vec::new();
    for block in blocks {
        if left == 0 {
            break;
        }
        let mut block = block.clone();
        if block.kind == Holds::Text {
            let chars = block.text.chars().count();
            block.text = block.text.chars().take(left).collect();
            left -= chars.min(left);
        }
        kept.push(block);
    }
    kept
}

fn conflict(told: &str) -> ChatError {
    ChatError::Conflict(told.to_owned())
}

fn invalid(field: &'static str, told: &str) -> ChatError {
    ChatError::Invalid {
        field,
        told: told.to_owned(),
    }
}
