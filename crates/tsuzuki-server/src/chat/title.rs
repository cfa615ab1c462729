//! Titles of conversations: the first words at once, the model's own after the first answer.
//!
//! What a title costs is not part of any answer's cost, but of its conversation's and its day's. Whatever goes wrong, the first words stay.

use super::live::Live;
use super::request::{asking, request};
use super::run::says_something;
use super::shared::Shared;
use super::telling;
use super::turns::Carried;
use super::{Conversation, Effort, Message, Moment, Shape, Spent, Titled};
use crate::store::Titles;
use futures_util::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use tsuzuki::engine::{Answer, Mode, ModelId, Policy};
use tsuzuki::models::Models;
use tsuzuki::{Brake, Step, drive};

/// The most characters of a title.
pub(super) const LONGEST: usize = 80;
/// The most characters of a title that a user gives.
pub(crate) const LONGEST_BY_HAND: usize = 200;
/// How much of each message the model reads for a title, in characters.
const READ: usize = 1000;
/// How long a title may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The output limit of a title, in tokens; and where a model may reason first.
const SHORT: u32 = 64;
const WITH_REASONING: u32 = 1024;

/// The first words of a text.
pub(super) fn words(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    clipped(&plain(line.unwrap_or_default()))
}

/// A text as a title may have it: in one line, without control characters.
pub(crate) fn plain(text: &str) -> String {
    let spaced = text.replace(char::is_control, " ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A title of at most so many characters, cut between words where there are spaces.
fn clipped(line: &str) -> String {
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    let head: String = line.chars().take(LONGEST - 1).collect();
    let whole = head
        .rfind(char::is_whitespace)
        .filter(|at| *at > head.len() / 2)
        .unwrap_or(head.len());
    format!("{}…", head[..whole].trim_end())
}

/// Asks the model for a title, where the conversation wants one.
pub(super) async fn entitle(shared: &Arc<Shared>, live: &Arc<Live>, model: String) {
    let wanted = |conversation: &Conversation| conversation.titled == Titled::Not;
    let conversation = shared
        .store
        .conversation(&live.user, live.conversation)
        .await;
    if !matches!(&conversation, Ok(Some(conversation)) if wanted(conversation)) {
        return;
    }
    match shared.store.defaults(&live.user).await {
        Ok(defaults) if defaults.titles == Titles::Model => {}
        Ok(_) | Err(_) => return,
    }
    let task = Arc::clone(shared);
    let live = Arc::clone(live);
    shared.spawn(async move {
        let asked = tokio::time::timeout(PATIENCE, ask(&task, &live, model)).await;
        let Ok(Some((title, spent))) = asked else {
            return;
        };
        let (user, id) = (&live.user, live.conversation);
        let _lock = task.lock(id).await;
        if let Err(error) = task.store.spend(user, id, Moment::now(), spent).await {
            tracing::warn!(conversation = %id, %error, "what a title cost was not counted");
        }
        if let Ok(Some(mut conversation)) = task.store.conversation(user, id).await
            && wanted(&conversation)
            && let Some(title) = title
        {
            conversation.title = title;
            conversation.titled = Titled::Model;
            if let Err(error) = task.store.put_conversation(user, &conversation).await {
                tracing::warn!(conversation = %id, %error, "a title was not kept");
            }
        }
        task.tell_conversation(user, id).await;
    });
}

/// What the model wrote, if it is a title, and what that cost.
async fn ask(shared: &Shared, live: &Live, model: String) -> Option<(Option<String>, Spent)> {
    let answer = live.last().filter(|message| says_something(message))?;
    let question = shared
        .store
        .message(&live.user, answer.parent?)
        .await
        .ok()??;
    let reasons = Models::builtin()
        .get(&ModelId(model.clone()))
        .is_some_and(|model| model.reasoning);
    let shape = Shape {
        model: Some(model),
        max_tokens: Some(if reasons { WITH_REASONING } else { SHORT }),
        effort: reasons.then_some(Effort::Off),
        ..Shape::default()
    };
    let prompt = asking(prompt(&question, &answer));
    let request = request(&[prompt], &Carried::new(), &shape, &Policy::new(Mode::Off)).ok()?;
    let abilities = shared.backend.abilities(&request.ask.model);
    let answer = Answer::new(request.ask, abilities, request.policy);
    let backend = Arc::clone(&shared.backend);
    let mut steps = Box::pin(drive(answer, backend, None, Brake::default()));
    let mut text = String::new();
    while let Some(step) = steps.next().await {
        match step {
            Step::Frame(frame) => text.push_str(frame.text().unwrap_or_default()),
            Step::Progress(_) | Step::Waiting { .. } => {}
            Step::Over { report, .. } => {
                let title = title(&text).filter(|_| report.is_complete());
                // It is no part of an answer.
                let spent = Spent {
                    parts: 0,
                    ..telling::spent(&report, 1)
                };
                return Some((title, spent));
            }
        }
    }
    None
}

/// The question that asks for a title.
fn prompt(question: &Message, answer: &Message) -> String {
    let start = |message: &Message| message.text().chars().take(READ).collect::<String>();
    format!(
        "Write a title for the conversation below: at most six words, in the language the user writes in, \
         without quotation marks and without a full stop. Answer with the title alone.\n\n\
         <user>\n{}\n</user>\n\n<assistant>\n{}\n</assistant>",
        start(question),
        start(answer)
    )
}

/// A title as a model wrote it, without what models put around one.
fn title(text: &str) -> Option<String> {
    let line = words(text);
    let line = line.trim_matches(|letter: char| {
        "\"'`*#“”«»「」『』".contains(letter) || letter.is_whitespace()
    });
    let line = line.trim_end_matches(['.', ',', ':', ';', '。', '、']);
    (!line.is_empty()).then(|| clipped(line))
}
