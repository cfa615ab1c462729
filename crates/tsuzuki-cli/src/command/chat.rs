//! `tsuzuki chat`: conversations in the terminal.
//!
//! It always speaks the HTTP API, to a server that runs or to one it starts itself, so there is one
//! way to do each thing. [`reach`] finds the server, [`api`] is what it can be asked, [`follow`] reads
//! an answer over as many connections as it takes, [`answer`] shows it, [`talk`] is the loop.

mod answer;
mod api;
mod follow;
mod http;
mod input;
mod keys;
mod order;
mod paper;
mod reach;
mod settings;
mod shelf;
mod show;
mod talk;

use self::answer::{Begin, Showing, Then};
use self::api::Wish;
use self::follow::Follow;
use self::http::ApiError;
use self::order::Switch;
use self::reach::{Reached, failed};
use super::interrupt::Interrupts;
use super::read_standard_input;
use crate::args::Chat;
use crate::config::Effective;
use crate::exit::{Exit, Failure};
use crate::print;
use std::io::{self, IsTerminal};
use tsuzuki_server::chat::{
    Conversation, ConversationId, MessageId, Moment, Post, Posted, Role, Shape,
};

/// How many conversations a list shows.
const LISTED: usize = 50;

/// How many messages are read when a conversation is opened.
const OPENED: usize = 50;

/// Talks, lists, or asks the one question that is piped in.
pub(crate) async fn run(typed: &Chat, effective: &Effective) -> Result<Exit, Failure> {
    let reached = reach::reach(typed, effective).await?;
    let done = if typed.list {
        list(&reached).await
    } else if io::stdin().is_terminal() {
        talk::run(typed, &reached).await
    } else {
        once(typed, &reached).await
    };
    reached.leave().await;
    done
}

async fn list(reached: &Reached) -> Result<Exit, Failure> {
    let listed = reached.api.conversations(LISTED).await;
    let listed = listed.map_err(|error| failed(&error))?;
    if listed.is_empty() {
        print::talk("There are no conversations yet.");
    }
    paper::say(&show::list(&listed, Moment::now()))?;
    Ok(Exit::Complete)
}

/// The question on standard input, and its answer on standard output.
async fn once(typed: &Chat, reached: &Reached) -> Result<Exit, Failure> {
    let text = read_standard_input()?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.trim().is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "there is no question",
            "pipe one in, as in echo \"/long 12\" | tsuzuki chat",
        ));
    }
    let api = &reached.api;
    let asked = async {
        let (conversation, parent) = match &typed.resume {
            Some(words) => {
                let found = find(reached, words, &[]).await?;
                let thread = api.thread(found, OPENED).await?;
                (found, thread.conversation.head)
            }
            None => (
                api.create(ConversationId::new(), &shape_of(typed))
                    .await?
                    .id,
                None,
            ),
        };
        begin(reached, &Wish::post(conversation, &post(text, parent))).await
    };
    let posted = asked.await.map_err(|error| failed(&error))?;
    let Some((message, follow)) = running(reached, posted) else {
        return Err(failed(&ApiError::Unread(
            "there is no answer in what it said".to_owned(),
        )));
    };
    let showing = Showing {
        seams: Switch::Off,
        cost: Switch::Off,
    };
    let shown = answer::show(api, message, follow, Begin::Whole, showing).await?;
    let shown = shown.map_err(|error| failed(&error))?;
    if shown.then == Then::Leave {
        // Nobody reads any more, or twice Ctrl-C.
        return Ok(Exit::Cancelled);
    }
    show::exit(&shown.message)
}

/// How a new conversation asks.
fn shape_of(typed: &Chat) -> Shape {
    Shape {
        model: typed.model.clone(),
        system: typed.system.clone(),
        ..Shape::default()
    }
}

/// A message, with ids of its own.
fn post(text: &str, parent: Option<MessageId>) -> Post {
    Post {
        id: MessageId::new(),
        parent,
        text: text.to_owned(),
        summary: None,
        attachments: Vec::new(),
        answer: MessageId::new(),
        shape: Shape::default(),
    }
}

/// Begins a run. A server that is gone may come back: the key sees to it that nothing is begun twice.
async fn begin(reached: &Reached, wish: &Wish) -> Result<Posted, ApiError> {
    const TRIES: u32 = 60;
    const REST: std::time::Duration = std::time::Duration::from_millis(500);
    let mut last = reached.api.begin(wish).await;
    let mut interrupts = None;
    for number in 1..TRIES {
        match last {
            Err(ApiError::Unreachable(_)) => {}
            Ok(_) | Err(ApiError::Problem { .. } | ApiError::Unread(_)) => return last,
        }
        if number == 1 {
            print::talk("the server cannot be reached; trying again; Ctrl-C gives up");
            interrupts = Interrupts::listen().ok();
        }
        let given_up = async {
            match &mut interrupts {
                Some(interrupts) => interrupts.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = tokio::time::sleep(REST) => {}
            () = given_up => return last,
        }
        last = reached.api.begin(wish).await;
    }
    last
}

/// The answer of what was begun, and its reader.
fn running(
    reached: &Reached,
    posted: Posted,
) -> Option<(tsuzuki_server::chat::Message, Follow<'_>)> {
    let answer = posted
        .messages
        .into_iter()
        .rfind(|message| message.role == Role::Assistant)?;
    let follow = Follow::new(&reached.api, posted.run, answer.id, Some(posted.cursor));
    Some((answer, follow))
}

/// The conversation that is meant by a number of the list, or by words in it.
async fn find(
    reached: &Reached,
    words: &str,
    listed: &[ConversationId],
) -> Result<ConversationId, ApiError> {
    let none = |told: String| ApiError::Problem {
        status: ::http::StatusCode::NOT_FOUND,
        told,
    };
    if let Ok(number) = words.parse::<usize>() {
        let of_list = listed.get(number.wrapping_sub(1)).copied();
        if let Some(id) = of_list {
            return Ok(id);
        }
        let all = reached.api.conversations(LISTED).await?;
        let id = all
            .get(number.wrapping_sub(1))
            .map(|conversation: &Conversation| conversation.id);
        return id.ok_or_else(|| {
            none(format!(
                "there is no conversation {number}: --list or /list numbers them"
            ))
        });
    }
    let hits = reached.api.search(words, 1).await?;
    let hit = hits.first().map(|hit| hit.conversation);
    hit.ok_or_else(|| none("no conversation has these words".to_owned()))
}
