//! Answers: in parts, once for one wish, within limits, with a title and what was sent and received.

use crate::gate::{Gate, simulator};
use crate::stage::{ANCHOR, PREFILL, Stage, TEXT, answer_of, conversation, echo, parts_of, post};
use std::time::Duration;
use tsuzuki_server::chat::{
    Attachment, AttachmentId, AttachmentKind, ChatError, Moment, Post, Posted, SeamKind, Shape,
    Spent, Standing, State, Titled, User,
};
use tsuzuki_server::store::{Defaults, Titles};

#[tokio::test]
async fn an_answer_in_parts_is_whole() {
    for model in [PREFILL, ANCHOR] {
        let stage = Stage::new();
        let (chat, id) = stage
            .with_conversation(Gate::open(), parts_of(20, model))
            .await;
        let mut reader = stage.follow(&chat, id).await;
        let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
        let answer = reader.over(answer_of(&posted)).await;
        assert_eq!(answer.text(), TEXT);
        assert_eq!(answer.state, State::Complete);
        let making = answer.making.clone().unwrap();
        assert!(making.parts.len() > 1 && making.seams.len() == making.parts.len() - 1);
        assert!(
            making
                .seams
                .iter()
                .all(|seam| seam.kind == SeamKind::Length)
        );
        assert!(
            making
                .seams
                .iter()
                .all(|seam| seam.why.as_deref() == Some("length"))
        );
        assert_eq!(making.spent.answers, 1);
        assert!(making.spent.cost > 0.0 && making.spent.continuing > 0.0);
        let numbers: Vec<u32> = making.parts.iter().map(|part| part.number).collect();
        let all: Vec<u32> = (1..=u32::try_from(numbers.len()).unwrap()).collect();
        assert_eq!(numbers, all);
        assert!(making.parts.iter().all(|part| part.ended.is_some()));
        assert_eq!(answer, chat.message(&stage.user, answer.id).await.unwrap());

        reader
            .until("the conversation's standing", |reader| {
                reader
                    .conversations
                    .get(&id)
                    .is_some_and(|conversation| conversation.standing == Standing::Unread)
            })
            .await;
        let conversation = &reader.conversations[&id];
        assert_eq!(conversation.spent, making.spent);
        assert_eq!(conversation.head, Some(answer.id));
        assert!(conversation.title.starts_with("/echo The river"));
    }
}

/// What was sent and received for each part can be looked at.
#[tokio::test]
async fn exchanges_are_kept() {
    let stage = Stage::new();
    let (chat, id) = stage
        .with_conversation(Gate::open(), parts_of(60, PREFILL))
        .await;
    let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
    let answer = stage.finished(&chat, &posted).await;
    let parts = answer.making.unwrap().parts.len();
    let mut exchanges = Vec::new();
    for _ in 0..500 {
        exchanges = chat
            .store()
            .exchanges(&stage.user, answer.id)
            .await
            .unwrap();
        if exchanges.len() == parts {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(exchanges.len(), parts);
    for (at, exchange) in exchanges.iter().enumerate() {
        assert_eq!(exchange.part as usize, at + 1);
        assert_eq!(exchange.status, Some(200));
        assert!(!exchange.headers.is_empty() && !exchange.shortened);
        let request: serde_json::Value = serde_json::from_slice(&exchange.request).unwrap();
        assert!(request["messages"].is_array());
        let response = std::str::from_utf8(&exchange.response).unwrap();
        let events: Vec<serde_json::Value> = response
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert!(
            events
                .iter()
                .any(|event| event.get("contentBlockDelta").is_some())
        );
        assert!(
            events
                .iter()
                .any(|event| event.get("messageStop").is_some())
        );
    }
}

#[tokio::test]
async fn what_is_submitted_twice_begins_once() {
    let stage = Stage::new();
    let gate = Gate::with(0);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(20, PREFILL))
        .await;
    let post = post(None, &echo(TEXT));
    let key = Some("a key".to_owned());
    let again = |post: &Post| chat.post(&stage.user, id, post.clone(), key.clone());
    let (one, other) = tokio::join!(again(&post), again(&post));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.run, other.run);
    assert_eq!(answer_of(&one), answer_of(&other));
    // Without ids of its own, the key alone tells.
    let unnamed = Post {
        id: tsuzuki_server::chat::MessageId::new(),
        answer: tsuzuki_server::chat::MessageId::new(),
        ..post.clone()
    };
    assert_eq!(again(&unnamed).await.unwrap().run, one.run);
    // The same ids under another key are a mistake, and write over nothing.
    let mistaken = chat.post(&stage.user, id, post.clone(), None).await;
    assert!(matches!(mistaken, Err(ChatError::Conflict(_))));
    assert_eq!(chat.alive(), 1);
    gate.open_wide();
    let answer = stage.finished(&chat, &one).await;
    assert_eq!(answer.text(), TEXT);
    // Also when it is over.
    let late = again(&post).await.unwrap();
    assert_eq!(
        (late.run, late.messages.last().unwrap().text()),
        (one.run, TEXT.to_owned())
    );
    let conversation = chat.thread(&stage.user, id, None, 10).await.unwrap();
    assert_eq!(conversation.messages.len(), 2);
}

#[tokio::test]
async fn runs_are_bounded() {
    let mut stage = Stage::new();
    stage.settings.runs = 3;
    stage.settings.runs_of_a_user = 2;
    stage.settings.message_chars = 10;
    let gate = Gate::with(0);
    let (chat, id) = stage
        .with_conversation(gate.clone(), Shape::default())
        .await;
    stage.say(&chat, id, None, "one").await;
    stage.say(&chat, id, None, "two").await;
    let third = chat.post(&stage.user, id, post(None, "three"), None).await;
    assert!(matches!(third, Err(ChatError::Busy(_))));

    let other = User("other".to_owned());
    let theirs = conversation(Shape::default());
    chat.create(&other, theirs.clone()).await.unwrap();
    chat.post(&other, theirs.id, post(None, "three"), None)
        .await
        .unwrap();
    let fourth = chat.post(&other, theirs.id, post(None, "four"), None).await;
    assert!(matches!(fourth, Err(ChatError::Busy(_))));
    assert_eq!(chat.alive(), 3);

    for (text, field) in [("more than ten characters", "text"), (" \n", "text")] {
        match chat.post(&stage.user, id, post(None, text), None).await {
            Err(ChatError::Invalid { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{other:?}"),
        }
    }
    // What is another's is not there.
    let theirs = chat
        .post(&stage.user, theirs.id, post(None, "mine?"), None)
        .await;
    assert!(matches!(
        theirs,
        Err(ChatError::Busy(_) | ChatError::Missing(_))
    ));
}

/// The model writes the title after the first answer, and nobody else's word is changed.
#[tokio::test]
async fn a_title_is_written_once() {
    let stage = Stage::new();
    let scenario = r#"
        [[rule]]
        user = "^Write a title"
        reply = "\"Rivers and Seas.\"\n"
    "#;
    let gate = Gate::before(simulator(scenario), 1_000_000);
    let (chat, id) = stage
        .with_conversation(gate.clone(), Shape::default())
        .await;
    let model = Defaults {
        titles: Titles::Model,
        ..Defaults::default()
    };
    chat.store()
        .put_defaults(&stage.user, &model)
        .await
        .unwrap();
    let mut reader = stage.follow(&chat, id).await;
    let posted = stage
        .say(&chat, id, None, &echo("Rivers run to the sea."))
        .await;
    reader
        .until("the title", |reader| {
            reader
                .conversations
                .get(&id)
                .is_some_and(|conversation| conversation.titled == Titled::Model)
        })
        .await;
    assert_eq!(reader.conversations[&id].title, "Rivers and Seas");
    // What it cost is the conversation's and the day's, and no part of an answer.
    let spent = reader.conversations[&id].spent;
    let answer = stage.finished(&chat, &posted).await.making.unwrap().spent;
    assert!(spent.input > answer.input && spent.output > answer.output);
    assert!(spent.cost > answer.cost);
    assert_eq!((spent.answers, spent.parts), (answer.answers, answer.parts));
    let days = chat.store().spent(&stage.user, Moment(0)).await.unwrap();
    let sum = days
        .iter()
        .fold(Spent::default(), |sum, day| sum.plus(day.spent));
    assert_eq!(sum, spent);
    let calls = gate.calls();
    let more = stage
        .say(&chat, id, Some(answer_of(&posted)), &echo("And back."))
        .await;
    stage.finished(&chat, &more).await;
    stage.kill(chat).await;
    assert_eq!(gate.calls(), calls + 1, "a title was asked for twice");
}

/// The simulator, which is no model, names a conversation by its first words.
#[tokio::test]
async fn the_simulator_makes_no_title_up() {
    let stage = Stage::new();
    let (chat, id) = stage
        .with_conversation(Gate::open(), Shape::default())
        .await;
    let defaults = Defaults::default();
    chat.store()
        .put_defaults(&stage.user, &defaults)
        .await
        .unwrap();
    let mut reader = stage.follow(&chat, id).await;
    stage
        .say(
            &chat,
            id,
            None,
            "Write 3 paragraphs about rivers, please, and hills",
        )
        .await;
    reader
        .until("the title", |reader| {
            reader
                .conversations
                .get(&id)
                .is_some_and(|conversation| conversation.titled == Titled::Model)
        })
        .await;
    let title = &reader.conversations[&id].title;
    assert_eq!(title, "Write 3 paragraphs about rivers, please");
}

/// A file is kept once, with its message, and not again with every part that sends it; and a request
/// that is very long is kept in part.
#[tokio::test]
async fn exchanges_are_bounded() {
    let mut stage = Stage::new();
    stage.settings.message_chars = 3_000_000;
    let gate = Gate::open();
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(60, PREFILL))
        .await;
    let file = Attachment {
        id: AttachmentId::new(),
        name: "notes".to_owned(),
        media_type: "text/plain".to_owned(),
        kind: AttachmentKind::Document,
        bytes: 300_001,
    };
    let bytes = vec![b'a'; 300_001].into();
    let put = chat.store().put_attachment(&stage.user, &file, bytes);
    put.await.unwrap();
    let kept = async |posted: &Posted| {
        for _ in 0..500 {
            let exchanges = chat.store().exchanges(&stage.user, answer_of(posted));
            if let Some(first) = exchanges.await.unwrap().into_iter().next() {
                return first;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no exchange is kept");
    };
    let text = r#"What is "bytes":"YWJj" here?"#;
    let asked = Post {
        attachments: vec![file.id],
        ..post(None, text)
    };
    let posted = chat.post(&stage.user, id, asked, None).await.unwrap();
    stage.finished(&chat, &posted).await;
    let exchange = kept(&posted).await;
    let mut sent = gate.bodies().remove(0);
    sent["messages"][0]["content"][0]["document"]["source"]["bytes"] = "(300001 bytes)".into();
    let request: serde_json::Value = serde_json::from_slice(&exchange.request).unwrap();
    assert_eq!(request, sent);
    assert!(!exchange.shortened);

    let long = stage.say(&chat, id, None, &"long ".repeat(300_000)).await;
    stage.finished(&chat, &long).await;
    let exchange = kept(&long).await;
    assert_eq!(
        (exchange.request.len(), exchange.shortened),
        (256 << 10, true)
    );
    assert!(!exchange.response.is_empty());
}
