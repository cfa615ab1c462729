//! How a conversation goes on in a new one, which begins with a summary of it.
//!
//! A conversation that fills its model's window cannot go on in itself. The new one begins with the
//! question, and with a summary that is still empty: the run that answers it writes that first. So
//! what is left to do stands in the store from the first moment, and whoever takes the run over does it.

use super::known::{Wanted, known};
use super::posting::{Plan, answer_to, blocks, built, conflict, fresh, invalid};
use super::run::says_something;
use super::{
    Attachment, Chat, ChatError, Conversation, Message, MessageId, Moment, Onward, Origin, Posted,
    Role, SeamKind, Shape, Spent, Standing, State, User,
};

impl Chat {
    /// See [`Chat::go_onward`].
    pub(super) async fn go_onward_from(
        &self,
        user: &User,
        answer: MessageId,
        onward: Onward,
        key: Option<String>,
    ) -> Result<Posted, ChatError> {
        let shared = &self.shared;
        let _lock = shared.lock(onward.conversation).await;
        let wanted = Wanted::Onward(answer, &onward);
        if let Some(posted) = known(shared, user, wanted, key.as_deref()).await? {
            return Ok(posted);
        }
        let slot = shared.slot(user)?;
        let answer = self.of_role(user, answer, Role::Assistant).await?;
        if answer.state == State::Running {
            return Err(conflict(
                "the answer is being written: wait for it, or stop it",
            ));
        }
        let there = shared.store.conversation(user, onward.conversation).await?;
        if there.is_some() {
            return Err(conflict("there is a conversation with this id"));
        }
        fresh(shared, user, &[onward.id, onward.answer]).await?;
        if onward.id == onward.answer {
            return Err(invalid("answer", "a message and its answer need two ids"));
        }
        let old = shared.conversation(user, answer.conversation).await?;
        let (text, attachments) = self.asked_next(user, &answer, onward.text).await?;
        let at = Moment::now();
        let conversation = following(&old, &answer, onward.conversation, at);
        let question = Message {
            id: onward.id,
            conversation: conversation.id,
            parent: None,
            role: Role::User,
            created_at: at,
            blocks: blocks(Some(String::new()), text),
            attachments,
            state: State::Complete,
            making: None,
            siblings: Vec::new(),
        };
        let defaults = shared.store.defaults(user).await?;
        let shape = self.filled(&Shape::default(), &conversation, &defaults.shape);
        let request = built(shared, user, std::slice::from_ref(&question), &shape).await?;
        let answer = answer_to(&question, onward.answer, at);
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
                at,
                slot,
            },
        )
        .await
    }

    /// What to ask in the new conversation: what is wanted, or the question of the answer again.
    async fn asked_next(
        &self,
        user: &User,
        answer: &Message,
        text: Option<String>,
    ) -> Result<(String, Vec<Attachment>), ChatError> {
        if let Some(text) = text {
            if text.trim().is_empty() {
                return Err(invalid("text", "a message says something"));
            }
            self.check_length(text.chars().count())?;
            return Ok((text, Vec::new()));
        }
        let question = match answer.parent {
            Some(parent) => self.shared.store.message(user, parent).await?,
            None => None,
        };
        let question = question.ok_or(ChatError::Missing("message"))?;
        // The same question in the same window would come back here for ever.
        if question.parent.is_none() && !says_something(answer) {
            return Err(conflict(
                "there is nothing to sum up before this question, and it does not fit by itself: \
                 shorten it, or choose a model with a larger context window",
            ));
        }
        Ok((question.text(), question.attachments))
    }
}

/// The conversation that goes on from an answer, as it begins.
fn following(
    old: &Conversation,
    answer: &Message,
    id: super::ConversationId,
    at: Moment,
) -> Conversation {
    Conversation {
        id,
        title: numbered(&old.title),
        pinned: false,
        created_at: at,
        updated_at: at,
        read_at: at,
        head: None,
        standing: Standing::Quiet,
        spent: Spent::default(),
        from: Some(Origin {
            conversation: old.id,
            message: answer.id,
        }),
        ..old.clone()
    }
}

/// A title that tells the new conversation from the old one: "Rivers", "Rivers (2)", "Rivers (3)".
fn numbered(title: &str) -> String {
    if title.is_empty() {
        return String::new();
    }
    let known = title
        .strip_suffix(')')
        .and_then(|title| title.rsplit_once(" ("))
        .and_then(|(title, number)| Some((title, number.parse::<u32>().ok()?)));
    let (name, number) = known.unwrap_or((title, 1));
    let ending = format!(" ({})", number.saturating_add(1));
    let room = super::TITLE_CHARS.saturating_sub(ending.chars().count());
    let name: String = name.chars().take(room).collect();
    format!("{name}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_count_on() {
        for (title, next) in [
            ("", ""),
            ("Rivers", "Rivers (2)"),
            ("Rivers (2)", "Rivers (3)"),
            ("川 (本流)", "川 (本流) (2)"),
            ("(4)", "(4) (2)"),
        ] {
            assert_eq!(numbered(title), next);
        }
        let long = numbered(&"川".repeat(500));
        assert_eq!(long.chars().count(), super::super::TITLE_CHARS);
        assert!(long.ends_with("川 (2)"));
    }
}
