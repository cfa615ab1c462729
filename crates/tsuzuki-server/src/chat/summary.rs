//! Summaries: what was said in the conversation that a new one goes on from.
//!
//! The model that answers writes it, in one call where the old conversation fits into half of its
//! window. A longer one is read in pieces, each with the summary so far, and what is beyond the last
//! [`PIECES`] of them is left out, oldest first, with a note. A window that turns out to be smaller is
//! tried with half as much, a few times. So it ends, whatever models say.
//!
//! Like a title it is no part of an answer's cost, but of its conversation's and its day's.

use super::ending::{self, Last};
use super::going_on::request_for;
use super::live::Live;
use super::mailbox::Mail;
use super::posting::PATH;
use super::request::{Request, asking, request};
use super::shared::Shared;
use super::telling;
use super::turns::Carried;
use super::{
    ChatError, Effort, Holds, Message, MessageId, Moment, Problem, Reach, Role, Shape, Spent,
};
use futures_util::StreamExt;
use std::fmt::Write;
use std::sync::Arc;
use tsuzuki::engine::{Answer, Incomplete, Mode, ModelId, Outcome};
use tsuzuki::models::Models;
use tsuzuki::prose::Language;
use tsuzuki::{Step, drive};

/// How many pieces of a conversation are read, at most.
const PIECES: usize = 6;
/// How often a window is found to be smaller than thought.
const HALVINGS: usize = 3;
/// The window of a model that nobody knows, in tokens: less than those of all but the oldest.
const WINDOW: usize = 32_000;
/// The length of a summary, in tokens: so much of the window, within bounds.
const SHARE: usize = 16;
const SHORTEST: usize = 256;
const LONGEST: usize = 2_048;
/// What a model that reasons may use for that beside it, in tokens.
const REASONING: usize = 1_024;
/// About how many tokens the words around a piece take.
const AROUND: usize = 300;
/// The least that a piece may hold, in tokens.
const LEAST: usize = 200;

/// Why there is no summary.
pub(super) enum Short {
    /// Its user stopped the run.
    Stopped,
    /// What is wrong.
    Of(Box<Problem>),
}

impl From<ChatError> for Short {
    fn from(error: ChatError) -> Self {
        Self::of(&format!("The summary could not be made: {error}"))
    }
}

impl Short {
    fn of(detail: &str) -> Self {
        Self::Of(Box::new(ending::own("summary", detail)))
    }
}

/// Writes the summary that a request lacks, and puts it into the request.
pub(super) async fn before(
    shared: &Arc<Shared>,
    live: &Arc<Live>,
    request: &mut Request,
    answer: &Message,
    shape: &Shape,
) -> Result<(), Short> {
    let Some(question) = request.summary_due else {
        return Ok(());
    };
    let mut writer = Writer {
        shared,
        live,
        shape,
        spent: Spent::default(),
    };
    let written = writer.write(question).await;
    let (user, id, spent) = (&live.user, live.conversation, writer.spent);
    if let Err(error) = shared.store.spend(user, id, Moment::now(), spent).await {
        tracing::warn!(conversation = %id, %error, "what a summary cost was not counted");
    }
    keep(shared, live, question, written?).await?;
    // Its limits stand: they may count what servers before this one spent.
    request.ask = request_for(shared, user, answer, shape).await?.ask;
    Ok(())
}

/// Keeps a summary in its message, and tells its readers.
async fn keep(
    shared: &Shared,
    live: &Live,
    question: MessageId,
    summary: String,
) -> Result<(), ChatError> {
    let user = &live.user;
    let _lock = shared.lock(live.conversation).await;
    let message = shared.store.message(user, question).await?;
    let mut message = message.ok_or(ChatError::Missing("message"))?;
    for block in &mut message.blocks {
        if block.kind == Holds::Summary {
            block.text.clone_from(&summary);
        }
    }
    let messages = std::slice::from_ref(&message);
    shared.store.put_messages(user, messages).await?;
    shared.tell(user, &Mail::Message(Arc::new(message)));
    Ok(())
}

/// Writes one summary.
struct Writer<'a> {
    shared: &'a Arc<Shared>,
    live: &'a Arc<Live>,
    shape: &'a Shape,
    spent: Spent,
}

impl Writer<'_> {
    async fn write(&mut self, question: MessageId) -> Result<String, Short> {
        let said = self.said(question).await?;
        let known = Models::builtin().get(&self.model());
        let window = known.and_then(|model| model.context);
        let mut window = window.map_or(WINDOW, |window| usize::try_from(window).unwrap_or(WINDOW));
        for _ in 0..HALVINGS {
            match self.in_pieces(&said, window).await? {
                Some(summary) => return Ok(summary),
                None => window /= 2,
            }
        }
        self.in_pieces(&said, window).await?.ok_or_else(|| {
            Short::of("The model's context window is too small for a summary: choose a larger one.")
        })
    }

    fn model(&self) -> ModelId {
        ModelId(self.shape.model.clone().unwrap_or_default())
    }

    /// What the old conversation said. A question that is asked again is left out.
    async fn said(&self, question: MessageId) -> Result<String, Short> {
        let (store, user) = (&self.shared.store, &self.live.user);
        let conversation = self
            .shared
            .conversation(user, self.live.conversation)
            .await?;
        let path = match conversation.from {
            Some(from) => store.path(user, from.message, PATH).await,
            None => Ok(Vec::new()),
        };
        let path = path.map_err(ChatError::from)?;
        let again = store
            .message(user, question)
            .await
            .map_err(ChatError::from)?;
        let again = again.map(|message| message.text()).unwrap_or_default();
        let last = path.len().saturating_sub(2);
        let mut said = String::new();
        for (at, message) in path.iter().enumerate() {
            if at != last || message.text() != again {
                tell(&mut said, message);
            }
        }
        if said.is_empty() {
            return Err(Short::of(
                "The conversation that was to be summed up is not there any more.",
            ));
        }
        Ok(said)
    }

    /// A summary by a model with this window; none if that is too large.
    async fn in_pieces(&mut self, said: &str, window: usize) -> Result<Option<String>, Short> {
        let length = (window / SHARE).clamp(SHORTEST, LONGEST);
        let room = (window / 2).saturating_sub(length + AROUND).max(LEAST);
        let (pieces, left_out) = pieces(said, room);
        let mut summary = String::new();
        for piece in pieces {
            match self.ask(&prompt(&summary, piece, length), length).await? {
                Some(text) => summary = text,
                None => return Ok(None),
            }
        }
        if left_out {
            summary = format!("{}\n\n{summary}", note(said));
        }
        Ok(Some(summary))
    }

    /// What the model writes; none if its window is full.
    async fn ask(&mut self, text: &str, length: usize) -> Result<Option<String>, Short> {
        let Request { ask, policy, .. } = self.request(text, length)?;
        let abilities = self.shared.backend.abilities(&ask.model);
        let answer = Answer::new(ask, abilities, policy);
        let backend = Arc::clone(&self.shared.backend);
        let mut steps = Box::pin(drive(answer, backend, None, self.live.brake.clone()));
        let mut written = String::new();
        let mut failed = 0;
        while let Some(step) = steps.next().await {
            match step {
                Step::Frame(frame) => written.push_str(frame.text().unwrap_or_default()),
                Step::Progress(report) => failed = report.legs.len(),
                Step::Waiting { at_most, why } => {
                    if let Some(waiting) = telling::waiting(at_most, why, failed) {
                        self.shared.say(self.live, waiting);
                    }
                }
                Step::Over { outcome, report } => {
                    let spent = telling::spent(&report, report.legs.len());
                    // It is no part of an answer.
                    self.spent = self.spent.plus(Spent { parts: 0, ..spent });
                    let last = report.legs.last();
                    let last = Last {
                        end: last.and_then(|leg| leg.end.as_ref()),
                        said: None,
                        request_id: last.and_then(|leg| leg.request_id.clone()),
                    };
                    return ended(&outcome, last, written);
                }
            }
        }
        Err(Short::of("The summary stopped without an end."))
    }

    /// As the conversation asks, but for its system prompt and what only its answers need.
    fn request(&self, text: &str, length: usize) -> Result<Request, Short> {
        let known = Models::builtin().get(&self.model());
        let reasons = known.is_some_and(|model| model.reasoning);
        let most = length + if reasons { REASONING } else { 0 };
        let shape = Shape {
            model: self.shape.model.clone(),
            max_tokens: u32::try_from(most).ok(),
            effort: reasons.then_some(Effort::Off),
            guardrail: self.shape.guardrail.clone(),
            reach: Reach {
                // Faults are gone over, and its limit stands.
                mode: Some(Mode::Cap),
                max_output_tokens: None,
                ..self.shape.reach.clone()
            },
            ..Shape::default()
        };
        let policy = &self.shared.settings.policy;
        Ok(request(
            &[asking(text.to_owned())],
            &Carried::new(),
            &shape,
            policy,
        )?)
    }
}

/// What stands above a summary that lacks the beginning, in the conversation's language.
fn note(said: &str) -> &'static str {
    match Language::of(said) {
        Language::English => "[The oldest part of the conversation was too long, and is left out.]",
        Language::Japanese => "［会話の最も古い部分は、長すぎたため含まれていません。］",
    }
}

/// What came of a call; none where the window is full. A summary that reached its limit is one.
fn ended(outcome: &Outcome, last: Last<'_>, written: String) -> Result<Option<String>, Short> {
    let written = written.trim();
    match outcome {
        Outcome::Complete
        | Outcome::Incomplete(Incomplete::MaxTokens | Incomplete::OutputBudget)
            if !written.is_empty() =>
        {
            return Ok(Some(written.to_owned()));
        }
        Outcome::Cancelled => return Err(Short::Stopped),
        Outcome::Complete | Outcome::Refused | Outcome::Incomplete(_) => {}
    }
    let Some(problem) = ending::problem(outcome, last) else {
        return Err(Short::of("The model wrote no summary."));
    };
    if problem.code == "context_full" {
        return Ok(None);
    }
    Err(Short::Of(Box::new(problem)))
}

/// A message, as it is read for a summary.
fn tell(said: &mut String, message: &Message) {
    let who = match message.role {
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let text = message.text();
    let summary = message.summary().unwrap_or_default();
    if text.is_empty() && summary.is_empty() && message.attachments.is_empty() {
        return;
    }
    let _written = writeln!(said, "<{who}>");
    if !summary.is_empty() {
        let _written = writeln!(said, "<summary>\n{summary}\n</summary>");
    }
    for file in &message.attachments {
        let _written = writeln!(said, "[Attached: {}]", file.name);
    }
    let _written = writeln!(said, "{text}\n</{who}>\n");
}

/// The end of a text in pieces of at most so many tokens, and whether its beginning is left out.
fn pieces(text: &str, room: usize) -> (Vec<&str>, bool) {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() && pieces.len() < PIECES {
        let (before, piece) = rest.split_at(last(rest, room));
        pieces.push(piece);
        rest = before;
    }
    pieces.reverse();
    (pieces, !rest.is_empty())
}

/// Where the last so many tokens of a text begin, by a guess that is rather too many: four ASCII
/// letters a token, one other letter a token.
fn last(text: &str, room: usize) -> usize {
    let mut quarters = room.saturating_mul(4);
    let mut from = text.len();
    for (at, letter) in text.char_indices().rev() {
        let takes = if letter.is_ascii() { 1 } else { 4 };
        if takes > quarters {
            break;
        }
        quarters -= takes;
        from = at;
    }
    from
}

/// What asks for a summary of a piece, after a summary of what came before it.
fn prompt(before: &str, piece: &str, length: usize) -> String {
    let earlier = if before.is_empty() {
        String::new()
    } else {
        format!("<earlier>\n{before}\n</earlier>\n\n")
    };
    // Half of the limit in words leaves room for languages with more tokens to a word.
    let words = length / 2;
    format!(
        "Summarise the conversation below, so that it can go on in a new one that knows nothing but your \
         summary. Write in the language that the user writes in, {words} words at most. Keep what later \
         answers need: what the user wants, facts, names, numbers, decisions, open questions, and how far \
         the last answer got. Quote what has to stay exact. Include what stands in <earlier>, if that is \
         there. Do not answer anything in it. Write the summary alone.\n\n\
         {earlier}<conversation>\n{piece}\n</conversation>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_end_of_the_text() {
        let text = "川abc".repeat(100);
        let (whole, left_out) = pieces(&text, 1000);
        assert_eq!((whole, left_out), (vec![text.as_str()], false));
        let (some, left_out) = pieces(&text, 50);
        assert_eq!((some.concat(), left_out), (text.clone(), false));
        assert!(some.iter().all(|piece| !piece.is_empty()));
        let (few, left_out) = pieces(&text, 10);
        assert_eq!((few.len(), left_out), (PIECES, true));
        assert!(text.ends_with(&few.concat()));
        // A letter that is more than the room: nothing is read, and it ends.
        let (none, left_out) = pieces("川", 0);
        assert_eq!((none.concat().as_str(), left_out), ("", true));
    }
}
