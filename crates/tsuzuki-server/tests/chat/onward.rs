//! A conversation that is too long for its model goes on in a new one, with a summary.

use crate::gate::{Gate, simulator};
use crate::stage::{Stage, answer_of, echo, parts_of, post};
use serde_json::Value;
use tsuzuki_server::chat::{
    Again, Chat, ChatError, ConversationId, Message, MessageId, Onward, Post, Posted, Role, Shape,
    State,
};

/// Models with windows of 4,096 and 8,192 tokens.
const SMALL: &str = "meta.llama2-13b-chat-v1";
const LARGER: &str = "meta.llama3-8b-instruct-v1:0";

fn onward() -> Onward {
    Onward {
        conversation: ConversationId::new(),
        id: MessageId::new(),
        answer: MessageId::new(),
        text: None,
    }
}

fn again() -> Again {
    Again {
        answer: MessageId::new(),
        shape: Shape::default(),
    }
}

/// Asks these one after the other.
async fn talked(stage: &Stage, chat: &Chat, id: ConversationId, texts: &[&str]) -> Message {
    let mut last: Option<Message> = None;
    for text in texts {
        let parent = last.map(|message| message.id);
        let posted = stage.say(chat, id, parent, text).await;
        last = Some(stage.finished(chat, &posted).await);
    }
    last.unwrap()
}

async fn question(stage: &Stage, chat: &Chat, posted: &Posted) -> Message {
    let question = posted.messages.first().unwrap().id;
    chat.message(&stage.user, question).await.unwrap()
}

/// What the model was asked in a request's last turn, joined.
fn asked(body: &Value) -> String {
    let turns = body["messages"].as_array().unwrap();
    let blocks = turns.last().unwrap()["content"].as_array().unwrap();
    blocks
        .iter()
        .filter_map(|block| block["text"].as_str())
        .collect()
}

#[tokio::test]
async fn a_full_window_goes_on_with_a_summary() {
    let stage = Stage::new();
    let gate = Gate::open();
    let shape = Shape {
        system: Some("Be brief.".to_owned()),
        ..parts_of(400, SMALL)
    };
    let (chat, id) = stage.with_conversation(gate.clone(), shape.clone()).await;
    let folder = serde_json::from_str(r#"{ "folder": "rivers", "title": "Rivers" }"#).unwrap();
    chat.change(&stage.user, id, folder).await.unwrap();
    let full = talked(
        &stage,
        &chat,
        id,
        &["/echo The river is long.", "/long 200"],
    )
    .await;
    assert_eq!(full.state, State::Incomplete);
    assert_eq!(full.making.unwrap().problem.unwrap().code, "context_full");
    let before = gate.bodies().len();
    let spent = chat.store().conversation(&stage.user, id).await.unwrap();

    let wish = Onward {
        text: Some("/long 3".to_owned()),
        ..onward()
    };
    let key = Some("once".to_owned());
    let posted = chat
        .go_onward(&stage.user, full.id, wish.clone(), key.clone())
        .await
        .unwrap();
    let answer = stage.finished(&chat, &posted).await;
    assert_eq!(answer.state, State::Complete, "{:?}", answer.making);
    let first = question(&stage, &chat, &posted).await;
    assert_eq!(first.text(), "/long 3");
    let summary = first.summary().unwrap();
    assert!(summary.contains("- /echo The river is long."), "{summary}");
    assert!(summary.contains("- /long 200"), "{summary}");

    let new = chat.thread(&stage.user, wish.conversation, None, 10).await;
    let new = new.unwrap();
    let origin = new.conversation.from.unwrap();
    assert_eq!((origin.conversation, origin.message), (id, full.id));
    assert_eq!(new.conversation.folder.as_deref(), Some("rivers"));
    assert_eq!(new.conversation.title, "Rivers (2)");
    assert_eq!(new.conversation.shape, shape);
    assert_eq!(new.messages.len(), 2);
    // What the summary cost is the conversation's, not the answer's.
    let of_answer = answer.making.unwrap().spent;
    assert!(new.conversation.spent.input > of_answer.input);
    assert_eq!(new.conversation.spent.answers, 1);
    let old = chat.store().conversation(&stage.user, id).await.unwrap();
    assert_eq!(old.unwrap().spent, spent.unwrap().spent);

    // The summary was asked for without the system prompt, the answer with it and the summary.
    let bodies = gate.bodies().split_off(before);
    assert!(asked(&bodies[0]).starts_with("Summarise the conversation below"));
    assert_eq!(bodies[0].get("system"), None);
    let last = asked(bodies.last().unwrap());
    assert!(
        last.contains(summary) && last.ends_with("/long 3"),
        "{last}"
    );
    assert_eq!(bodies.last().unwrap()["system"][0]["text"], "Be brief.");

    // Asked twice, it is told what it began; with the key for something else it is refused.
    let again = chat
        .go_onward(&stage.user, full.id, wish, key.clone())
        .await
        .unwrap();
    assert_eq!(again.run, posted.run);
    let other = Onward {
        text: Some("another".to_owned()),
        ..onward()
    };
    let other = chat.go_onward(&stage.user, full.id, other, key).await;
    assert!(matches!(other, Err(ChatError::Conflict(_))), "{other:?}");
}

/// The question that did not fit any more is asked again, with what was attached to it, and its own
/// text is not part of what is summed up.
#[tokio::test]
async fn the_last_question_is_asked_again() {
    let stage = Stage::new();
    let gate = Gate::open();
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(1000, SMALL))
        .await;
    let long = echo(&"word ".repeat(2500));
    let full = talked(&stage, &chat, id, &["/echo 川は長い。", &long, "/echo yes"]).await;
    assert_eq!(full.state, State::Failed, "{:?}", full.making);
    let before = gate.bodies().len();
    let posted = chat
        .go_onward(&stage.user, full.id, onward(), None)
        .await
        .unwrap();
    let answer = stage.finished(&chat, &posted).await;
    assert_eq!(answer.text(), "yes", "{:?}", answer.making);
    let first = question(&stage, &chat, &posted).await;
    assert!(first.summary().unwrap().contains("川は長い。"));
    assert!(!first.summary().unwrap().contains("/echo yes"));
    // More than half a window was read in pieces, and each of them fitted.
    let bodies = gate.bodies().split_off(before);
    let pieces: Vec<String> = bodies.iter().map(asked).collect();
    assert!(pieces.len() > 2, "{}", pieces.len());
    assert!(pieces[1].contains("<earlier>"));
    let read: usize = pieces
        .iter()
        .map(|piece| piece.matches("word").count())
        .sum();
    assert!(read >= 2500, "{read}");

    // It can be edited like any other message: the summary is sent with it.
    let edited = Post {
        summary: Some("The river is short.".to_owned()),
        ..post(None, "/echo edited")
    };
    let new = posted.messages[0].conversation;
    let posted = chat.post(&stage.user, new, edited, None).await.unwrap();
    assert_eq!(stage.finished(&chat, &posted).await.text(), "edited");
    assert!(asked(gate.bodies().last().unwrap()).contains("The river is short."));
}

/// A question that does not fit by itself is not sent round in circles.
#[tokio::test]
async fn a_question_that_is_too_long_by_itself_is_refused() {
    let stage = Stage::new();
    let (chat, id) = stage
        .with_conversation(Gate::open(), parts_of(1000, SMALL))
        .await;
    let full = talked(&stage, &chat, id, &[&echo(&"word ".repeat(6000))]).await;
    assert_eq!(full.making.unwrap().problem.unwrap().code, "context_full");
    let refused = chat.go_onward(&stage.user, full.id, onward(), None).await;
    assert!(
        matches!(refused, Err(ChatError::Conflict(_))),
        "{refused:?}"
    );
    let asked = chat
        .message(&stage.user, full.parent.unwrap())
        .await
        .unwrap();
    assert_eq!(asked.role, Role::User);
    let of_question = chat.go_onward(&stage.user, asked.id, onward(), None).await;
    assert!(matches!(of_question, Err(ChatError::Conflict(_))));
    assert_eq!(chat.alive(), 0);
}

/// A window that is smaller than the table of models says is found out, and a model that takes
/// nothing at all ends the run with a message; it is asked again by asking for another answer.
#[tokio::test]
async fn a_summary_that_fails_says_why_and_is_made_again() {
    let scenario = "[[rule]]\nuser = '^Summarise'\ncall = '1..5'\nerror = 'too-long'\n";
    let stage = Stage::new();
    let gate = Gate::before(simulator(scenario), usize::MAX >> 3);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(1000, LARGER))
        .await;
    let whole = talked(&stage, &chat, id, &["/echo one"]).await;
    let wish = Onward {
        text: Some("/echo two".to_owned()),
        ..onward()
    };
    let posted = chat
        .go_onward(&stage.user, whole.id, wish.clone(), None)
        .await
        .unwrap();
    let answer = stage.finished(&chat, &posted).await;
    assert_eq!(answer.state, State::Failed);
    assert_eq!(answer.making.unwrap().problem.unwrap().code, "summary");
    assert_eq!(gate.calls(), 1 + 4);
    assert_eq!(question(&stage, &chat, &posted).await.summary(), Some(""));
    // The fifth refusal is found out by trying with half of the window; then there is a summary.
    let again = chat
        .again(&stage.user, wish.id, again(), None)
        .await
        .unwrap();
    let answer = stage.finished(&chat, &again).await;
    assert_eq!(answer.text(), "two", "{:?}", answer.making);
    let first = chat.message(&stage.user, wish.id).await.unwrap();
    assert!(first.summary().unwrap().contains("- /echo one"));
}

/// The server is killed while the summary is written: the next one writes it.
#[tokio::test]
async fn a_server_killed_in_the_summary_is_followed_by_one_that_writes_it() {
    let stage = Stage::new();
    let (chat, id) = stage
        .with_conversation(Gate::open(), parts_of(1000, SMALL))
        .await;
    let whole = talked(&stage, &chat, id, &["/echo one"]).await;
    stage.kill(chat).await;
    let gate = Gate::with(3);
    let chat = stage.open(gate.clone()).await;
    let wish = Onward {
        text: Some("/echo two".to_owned()),
        ..onward()
    };
    chat.go_onward(&stage.user, whole.id, wish.clone(), None)
        .await
        .unwrap();
    for _ in 0..1000 {
        if gate.running() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    let first = chat.message(&stage.user, wish.id).await.unwrap();
    assert_eq!(first.summary(), Some(""));
    stage.kill(chat).await;

    let chat = stage.open(Gate::open()).await;
    let answer = chat.message(&stage.user, wish.answer).await.unwrap();
    let run = answer.making.unwrap().run.unwrap();
    let told = chat.follow_run(&stage.user, run, None).await.unwrap();
    crate::reader::Reader::of(told).read_out().await;
    let answer = chat.message(&stage.user, wish.answer).await.unwrap();
    assert_eq!(
        (answer.state, answer.text().as_str()),
        (State::Complete, "two")
    );
    let first = chat.message(&stage.user, wish.id).await.unwrap();
    assert!(first.summary().unwrap().contains("- /echo one"));
}

/// Stopping works while the summary is written, and a conversation that is gone cannot be summed up.
#[tokio::test]
async fn stopped_in_the_summary_and_without_what_it_sums_up() {
    let stage = Stage::new();
    let gate = Gate::open();
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(1000, SMALL))
        .await;
    let whole = talked(&stage, &chat, id, &["/echo one"]).await;
    gate.shut();
    let wish = Onward {
        text: Some("/echo two".to_owned()),
        ..onward()
    };
    let posted = chat
        .go_onward(&stage.user, whole.id, wish.clone(), None)
        .await
        .unwrap();
    chat.stop(&stage.user, posted.run).await.unwrap();
    let answer = stage.finished(&chat, &posted).await;
    assert_eq!(answer.state, State::Stopped);
    assert_eq!(answer_of(&posted), answer.id);
    gate.open_wide();
    chat.remove(&stage.user, id).await.unwrap();
    let again = chat
        .again(&stage.user, wish.id, again(), None)
        .await
        .unwrap();
    let answer = stage.finished(&chat, &again).await;
    assert_eq!(answer.state, State::Failed);
    assert_eq!(answer.making.unwrap().problem.unwrap().code, "summary");
}

/// Beyond six pieces the oldest is left out, and the summary says so in the conversation's language.
#[tokio::test]
async fn what_is_too_long_to_be_read_is_left_out_with_a_note() {
    let stage = Stage::new();
    let gate = Gate::open();
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(4000, LARGER))
        .await;
    let oldest = echo(&format!("最初の話。{}", "長い話です。".repeat(500)));
    let more = echo(&"次の長い話です。".repeat(800));
    let full = talked(&stage, &chat, id, &[&oldest, &more, "/echo 終わり"]).await;
    assert_eq!(full.state, State::Failed, "{:?}", full.making);
    let wish = Onward {
        text: Some("/echo はい".to_owned()),
        ..onward()
    };
    // A smaller window than that of the conversation so far.
    let shape = serde_json::json!({ "shape": { "model": SMALL } });
    let change = serde_json::from_value(shape).unwrap();
    chat.change(&stage.user, id, change).await.unwrap();
    let before = gate.bodies().len();
    let posted = chat
        .go_onward(&stage.user, full.id, wish, None)
        .await
        .unwrap();
    let answer = stage.finished(&chat, &posted).await;
    assert_eq!(answer.text(), "はい", "{:?}", answer.making);
    let bodies = gate.bodies().split_off(before);
    assert_eq!(bodies.len(), 6 + 1);
    assert!(!bodies.iter().any(|body| asked(body).contains("最初の話")));
    let first = question(&stage, &chat, &posted).await;
    assert!(first.summary().unwrap().starts_with("［会話の最も古い部分"));
}
