//! How runs begin: a message is posted, or answered again.
//!
//! The messages and the run are kept before a model is called. A key that was used before begins
//! nothing, and is told what it began.

use super::cut_short::Before;
use super::known::{Wanted, known, used};
use super::live::Live;
use super::mailbox::Mail;
use super::request::{Request, request};
use super::run::{self, Work};
use super::shared::{Shared, Slot, kept};
use super::telling::Joins;
use super::title;
use super::turns::Carried;
use super::{
    Again, Attachment, AttachmentKind, Block, Chat, ChatError, Conversation, ConversationId, Holds,
    Making, Message, MessageId, Moment, Post, Posted, Role, RunId, SeamKind, Shape, Standing,
    State, Titled, User,
};
use crate::store::{Begin, Begun, Epoch, Run};
use std::sync::Arc;

/// The longest path that is asked with, in messages.
pub(super) const PATH: usize = 100_000;
/// What Converse takes in one message (API reference, Message).
const IMAGES: usize = 20;
const DOCUMENTS: usize = 5;
/// The most bytes of all files on a path, which are all sent with every question: as many as five
/// documents of 4.5 MB have. In base64 that is 30 MB, more than Bedrock documents for any body.
const CARRIED_BYTES: u64 = 22_500_000;

/// What a run is to write, and how.
pub(super) struct Plan {
    pub(super) conversation: Conversation,
    /// The end of the path that is shown from now on.
    pub(super) head: MessageId,
    /// New messages, or the one that goes on; the last is the one the run writes.
    pub(super) messages: Vec<Message>,
    pub(super) request: Request,
    pub(super) shape: Shape,
    pub(super) joins: Joins,
    pub(super) key: Option<String>,
    /// When it is asked for: the moment that the messages are made at, if they are new.
    pub(super) at: Moment,
    pub(super) slot: Slot,
}

impl Chat {
    /// See [`Chat::post`].
    pub(super) async fn post_it(
        &self,
        user: &User,
        id: ConversationId,
        mut post: Post,
        key: Option<String>,
    ) -> Result<Posted, ChatError> {
        let shared = &self.shared;
        // An empty one would be for a run to write.
        post.summary.take_if(|summary| summary.trim().is_empty());
        let _lock = shared.lock(id).await;
        if let Some(posted) = known(shared, user, Wanted::Post(id, &post), key.as_deref()).await? {
            return Ok(posted);
        }
        self.check_text(&post)?;
        post.shape.check()?;
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
        let (images, documents): (Vec<_>, Vec<_>) = attachments
            .iter()
            .partition(|attachment: &&Attachment| attachment.kind == AttachmentKind::Image);
        if images.len() > IMAGES || documents.len() > DOCUMENTS {
            return Err(invalid(
                "attachments",
                "a message takes 20 images and 5 documents at most; send the others with another one",
            ));
        }
        let now = Moment::now();
        let question = Message {
            id: post.id,
            conversation: id,
            parent: post.parent,
            role: Role::User,
            created_at: now,
            blocks: blocks(post.summary, post.text),
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
                head: answer.id,
                messages: vec![question, answer],
                request,
                shape,
                joins: SeamKind::Length.into(),
                key,
                at: now,
                slot,
            },
        )
        .await
    }

    fn check_text(&self, post: &Post) -> Result<(), ChatError> {
        if post.text.trim().is_empty() && post.attachments.is_empty() {
            return Err(invalid(
                "text",
                "a message says something, or brings something",
            ));
        }
        let summary = post.summary.as_deref().unwrap_or_default();
        self.check_length(post.text.chars().count() + summary.chars().count())
    }

    /// Whether a message may be as long as that, in characters.
    pub(super) fn check_length(&self, chars: usize) -> Result<(), ChatError> {
        let most = self.shared.settings.message_chars;
        if chars > most {
            let told = format!(
                "the message has {chars} characters, and may have {most}; attach a file instead"
            );
            return Err(ChatError::Invalid {
                field: "text",
                told,
            });
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
        if let Some(posted) =
            known(shared, user, Wanted::Beside(question.id), key.as_deref()).await?
        {
            return Ok(posted);
        }
        again.shape.check()?;
        let slot = shared.slot(user)?;
        let conversation = shared.conversation(user, question.conversation).await?;
        fresh(shared, user, &[again.answer]).await?;
        let defaults = shared.store.defaults(user).await?;
        let shape = self.filled(&again.shape, &conversation, &defaults.shape);
        let path = shared.store.path(user, question.id, PATH).await?;
        let request = built(shared, user, &path, &shape).await?;
        let at = Moment::now();
        let plan = Plan {
            conversation,
            head: again.answer,
            messages: vec![answer_to(&question, again.answer, at)],
            request,
            shape,
            joins: SeamKind::Length.into(),
            key,
            at,
            slot,
        };
        self.begin(user, plan).await
    }

    /// A message of the user's, if it is of this role.
    pub(super) async fn of_role(
        &self,
        user: &User,
        id: MessageId,
        role: Role,
    ) -> Result<Message, ChatError> {
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
    pub(super) fn filled(
        &self,
        own: &Shape,
        conversation: &Conversation,
        defaults: &Shape,
    ) -> Shape {
        let mut shape = own.over(&conversation.shape).over(defaults);
        shape
            .model
            .get_or_insert_with(|| self.shared.settings.model.clone());
        shape
    }

    /// Keeps what is planned, and begins the run.
    pub(super) async fn begin(&self, user: &User, plan: Plan) -> Result<Posted, ChatError> {
        let shared = &self.shared;
        let Plan {
            mut conversation,
            head,
            mut messages,
            request,
            shape,
            joins,
            key,
            at: now,
            slot,
        } = plan;
        let Some(message) = messages.last_mut() else {
            return Err(ChatError::Missing("message"));
        };
        let run = Run {
            id: RunId::new(),
            conversation: conversation.id,
            message: message.id,
            key,
            alive: true,
            began_at: now,
            over_at: None,
            shape,
            epochs: vec![Epoch::FIRST],
        };
        let making = message
            .making
            .get_or_insert_with(|| Making::by(String::new()));
        making.model.clone_from(&request.ask.model.0);
        making.run = Some(run.id);
        making.dropped.clone_from(&request.dropped);
        making.problem = None;
        making.waiting = None;
        let from = message.clone();
        let before = Before::of(&from);
        conversation.head = Some(head);
        conversation.standing = Standing::Running;
        conversation.updated_at = now;
        let begin = Begin {
            conversation,
            messages,
            run,
        };
        // It began in another conversation just now: in this one it would be known.
        if let Begun::Known(_) = shared.store.begin(user, &begin).await.map_err(kept)? {
            return Err(used());
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
            shape: run.shape,
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

/// The request at the end of a path, with the attachments on it.
pub(super) async fn built(
    shared: &Shared,
    user: &User,
    path: &[Message],
    shape: &Shape,
) -> Result<Request, ChatError> {
    let files = path.iter().flat_map(|message| &message.attachments);
    let bytes = files.map(|file| file.bytes).fold(0, u64::saturating_add);
    if bytes > CARRIED_BYTES {
        let told = format!(
            "the files of this conversation have {bytes} bytes together, and may have {CARRIED_BYTES}, \
             since all of them are sent with every question; begin another conversation, or change \
             an earlier message"
        );
        return Err(ChatError::Invalid {
            field: "attachments",
            told,
        });
    }
    let mut carried = Carried::new();
    for attachment in path.iter().flat_map(|message| &message.attachments) {
        if let Some((_, bytes)) = shared.store.attachment(user, attachment.id).await? {
            carried.insert(attachment.id, bytes);
        }
    }
    let policy = &shared.settings.policy;
    let mut request = if carried.is_empty() {
        request(path, &carried, shape, policy)?
    } else {
        // Megabytes are encoded where nobody else waits for it.
        let (path, shape, policy) = (path.to_vec(), shape.clone(), policy.clone());
        tokio::task::spawn_blocking(move || request(&path, &carried, &shape, &policy))
            .await
            .map_err(|_ended| ChatError::ShuttingDown)??
    };
    let due = path.iter().find(|message| message.summary() == Some(""));
    request.summary_due = due.map(|message| message.id);
    // Many answers that are throttled together must not come back together.
    request.policy.seed ^= RunId::new().0.as_u64_pair().1;
    Ok(request)
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
pub(super) async fn fresh(
    shared: &Shared,
    user: &User,
    ids: &[MessageId],
) -> Result<(), ChatError> {
    for id in ids {
        if shared.store.message(user, *id).await?.is_some() {
            return Err(conflict("there is a message with this id"));
        }
    }
    Ok(())
}

/// An answer of which nothing was said yet.
pub(super) fn answer_to(question: &Message, id: MessageId, now: Moment) -> Message {
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

/// A user's blocks: a summary, if there is one, and the text.
pub(super) fn blocks(summary: Option<String>, text: String) -> Vec<Block> {
    let summary = summary.map(|summary| (0, Holds::Summary, summary));
    let text = Some((1, Holds::Text, text)).filter(|(_, _, text)| !text.is_empty());
    let first = u32::from(summary.is_none());
    let both = summary.into_iter().chain(text);
    both.map(|(number, kind, text)| Block {
        number: number - first,
        kind,
        text,
    })
    .collect()
}

pub(super) fn conflict(told: &str) -> ChatError {
    ChatError::Conflict(told.to_owned())
}

pub(super) fn invalid(field: &'static str, told: &str) -> ChatError {
    ChatError::Invalid {
        field,
        told: told.to_owned(),
    }
}
