//! How runs begin on top of an answer that is there: going on with it, or writing it anew from a seam.

use super::known::{Wanted, known};
use super::mailbox::Mail;
use super::posting::{PATH, Plan, built, conflict, fresh};
use super::request::Request;
use super::shared::{Shared, kept};
use super::telling::Joins;
use super::{
    Block, Chat, ChatError, Conversation, Holds, Making, Message, MessageId, Moment, Posted, Role,
    SeamKind, Shape, State, User,
};
use crate::store::Fault;
use std::sync::Arc;

impl Chat {
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
        if let Some(posted) = known(shared, user, Wanted::On(message), key.as_deref()).await? {
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
            head: self.shown_below(user, message.id, &conversation).await?,
            conversation,
            messages: vec![message],
            request,
            shape,
            joins: SeamKind::Asked.into(),
            key,
            at: Moment::now(),
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
        let question = message.parent.ok_or(ChatError::Missing("message"))?;
        if let Some(posted) = known(shared, user, Wanted::Beside(question), key.as_deref()).await? {
            return Ok(posted);
        }
        let slot = shared.slot(user)?;
        let conversation = shared.conversation(user, message.conversation).await?;
        fresh(shared, user, &[answer]).await?;
        let shape = self.shape_of(user, &message, &conversation).await?;
        let mut request = request_for(shared, user, &message, &shape).await?;
        request.allow_for(&message);
        let plan = Plan {
            at: message.created_at,
            conversation,
            head: answer,
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

    /// The end of the path that is shown while an answer goes on: what follows the answer stays.
    async fn shown_below(
        &self,
        user: &User,
        answer: MessageId,
        conversation: &Conversation,
    ) -> Result<MessageId, ChatError> {
        let store = &self.shared.store;
        if let Some(head) = conversation.head {
            let shown = store.path(user, head, PATH).await?;
            if shown.iter().any(|message| message.id == answer) {
                return Ok(head);
            }
        }
        let leaf = store.leaf(user, answer).await?;
        leaf.ok_or(ChatError::Missing("message"))
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
            Some(run) => match store.run(user, run).await {
                // Then it is asked as the conversation asks now.
                Err(error) if error.fault == Fault::Damaged => None,
                run => run?,
            },
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
