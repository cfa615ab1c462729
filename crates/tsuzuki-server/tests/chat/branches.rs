//! Branches: another answer, an edit, a retry from a seam, a cut; and what is shown.

use crate::gate::{Gate, simulator};
use crate::stage::{ANCHOR, PREFILL, Stage, TEXT, answer_of, conversation, echo, parts_of, post};
use tsuzuki_server::chat::{
    Again, Change, ChatError, MessageId, Role, SeamKind, Shape, Standing, State, Titled,
};

#[tokio::test]
async fn another_answer_by_another_model() {
    let stage = Stage::new();
    let (chat, id) = stage
        .with_conversation(Gate::open(), parts_of(20, PREFILL))
        .await;
    let first = stage.say(&chat, id, None, &echo(TEXT)).await;
    let one = stage.finished(&chat, &first).await;
    let question = first.messages[0].id;
    let again = Again {
        answer: MessageId::new(),
        shape: parts_of(30, ANCHOR),
    };
    let key = Some("again".to_owned());
    let second = chat
        .again(&stage.user, question, again.clone(), key.clone())
        .await
        .unwrap();
    let other = stage.finished(&chat, &second).await;
    assert_eq!((other.text().as_str(), other.parent), (TEXT, one.parent));
    assert_eq!(other.siblings, [one.id, other.id]);
    let models = |message: &tsuzuki_server::chat::Message| {
        let making = message.making.clone().unwrap();
        (making.model, making.parts[1].by.clone())
    };
    assert_eq!(models(&one), (PREFILL.to_owned(), "prefill".to_owned()));
    assert_eq!(models(&other), (ANCHOR.to_owned(), "anchor".to_owned()));
    let same = chat.again(&stage.user, question, again, key).await.unwrap();
    assert_eq!(same.run, second.run);

    // The last is shown, and the first when it is asked for.
    let shown = chat.thread(&stage.user, id, None, 10).await.unwrap();
    assert_eq!(shown.messages[1].id, other.id);
    let change = Change {
        through: Some(one.id),
        ..Change::default()
    };
    let changed = chat.change(&stage.user, id, change).await.unwrap();
    assert_eq!(changed.head, Some(one.id));
    let again = Again {
        answer: MessageId::new(),
        shape: Shape::default(),
    };
    let wrong = chat.again(&stage.user, one.id, again, None).await;
    assert!(matches!(wrong, Err(ChatError::Conflict(_))));
}

/// A message that is said otherwise: a branch from the same parent.
#[tokio::test]
async fn an_edit_is_a_branch() {
    let stage = Stage::new();
    let (chat, id) = stage
        .with_conversation(Gate::open(), Shape::default())
        .await;
    let first = stage.say(&chat, id, None, &echo("One.")).await;
    stage.finished(&chat, &first).await;
    let after = Some(answer_of(&first));
    let second = stage.say(&chat, id, after, &echo("Two.")).await;
    stage.finished(&chat, &second).await;
    let edited = stage.say(&chat, id, after, &echo("Zwei.")).await;
    stage.finished(&chat, &edited).await;
    let thread = chat.thread(&stage.user, id, None, 10).await.unwrap();
    let texts: Vec<String> = thread
        .messages
        .iter()
        .map(|message| message.text())
        .collect();
    assert_eq!(texts, ["/echo One.", "One.", "/echo Zwei.", "Zwei."]);
    let both = [second.messages[0].id, edited.messages[0].id];
    assert_eq!(thread.messages[2].siblings, both);
    let other = chat
        .thread(&stage.user, id, Some(answer_of(&second)), 10)
        .await
        .unwrap();
    assert_eq!(other.messages[3].text(), "Two.");
    // A part of it, from its end.
    let some = chat.thread(&stage.user, id, None, 3).await.unwrap();
    assert!(some.older && some.messages.len() == 3);
    assert!(!thread.older);
    // A message follows an answer.
    let wrong = chat
        .post(&stage.user, id, post(Some(first.messages[0].id), "?"), None)
        .await;
    assert!(matches!(
        wrong,
        Err(ChatError::Invalid {
            field: "parent",
            ..
        })
    ));
    let elsewhere = stage.conversation(&chat, Shape::default()).await;
    let wrong = chat
        .post(&stage.user, elsewhere, post(after, "?"), None)
        .await;
    assert!(matches!(wrong, Err(ChatError::Missing(_))));
}

/// From a seam on: what was before it stays, with its parts and seams; the rest is written anew.
#[tokio::test]
async fn written_anew_from_a_seam() {
    for model in [PREFILL, ANCHOR] {
        let stage = Stage::new();
        let (chat, id) = stage
            .with_conversation(Gate::open(), parts_of(20, model))
            .await;
        let posted = stage.say(&chat, id, None, &echo(TEXT)).await;
        let first = stage.finished(&chat, &posted).await;
        let making = first.making.clone().unwrap();
        for seam in 1..=making.seams.len() {
            let again = chat
                .retry(&stage.user, first.id, seam, MessageId::new(), None)
                .await
                .unwrap();
            let begun = again.messages.last().unwrap();
            let at = making.seams[seam - 1].at;
            let kept: String = TEXT.chars().take(at).collect();
            assert_eq!((begun.text(), begun.state), (kept, State::Running));
            let second = stage.finished(&chat, &again).await;
            assert_eq!(
                (second.text().as_str(), second.state),
                (TEXT, State::Complete)
            );
            assert_eq!(second.parent, first.parent);
            let anew = second.making.clone().unwrap();
            assert_eq!(anew.seams[..seam - 1], making.seams[..seam - 1]);
            assert_eq!(anew.seams[seam - 1].at, at);
            assert_eq!(anew.seams[seam - 1].kind, SeamKind::Length);
            assert_eq!(anew.parts[..seam], making.parts[..seam]);
            assert_eq!(anew.parts[seam].number as usize, seam + 1);
            // What the kept parts cost was spent once.
            let called = u64::try_from(anew.parts.len() - seam).unwrap();
            assert_eq!(anew.spent.parts, called);

            let cut = chat
                .cut(&stage.user, first.id, seam, MessageId::new())
                .await
                .unwrap();
            assert_eq!((cut.text(), cut.state), (begun.text(), State::Stopped));
            let shown = chat.thread(&stage.user, id, None, 2).await.unwrap();
            assert_eq!(shown.messages[1].id, cut.id);
            let on = chat.go_on(&stage.user, cut.id, None).await.unwrap();
            assert_eq!(stage.finished(&chat, &on).await.text(), TEXT);
        }
        for seam in [0, making.seams.len() + 1] {
            let wrong = chat
                .retry(&stage.user, first.id, seam, MessageId::new(), None)
                .await;
            assert!(matches!(
                wrong,
                Err(ChatError::Invalid { field: "seam", .. })
            ));
        }
        let mut still = chat.message(&stage.user, first.id).await.unwrap();
        assert!(still.siblings.len() > 1);
        still.siblings.clone_from(&first.siblings);
        assert_eq!(first, still);
    }
}

/// An answer that failed is left out of what is asked next, and so is reasoning; turns alternate.
#[tokio::test]
async fn what_is_asked_next_alternates() {
    let stage = Stage::new();
    let scenario = "[[rule]]\ncall = 1\nerror = { type = \"AccessDeniedException\", status = 403, message = \"No.\" }\n[[rule]]\nreply = \"Whole.\"\n";
    let gate = Gate::before(simulator(scenario), 1_000_000);
    let (chat, id) = stage
        .with_conversation(gate.clone(), Shape::default())
        .await;
    let first = stage.say(&chat, id, None, "This is broken").await;
    let failed = stage.finished(&chat, &first).await;
    assert_eq!(failed.state, State::Failed);
    let problem = failed.making.clone().unwrap().problem.unwrap();
    assert_eq!(
        (problem.code.as_str(), problem.detail.as_str()),
        ("denied", "No.")
    );
    let thread = chat.thread(&stage.user, id, None, 9).await.unwrap();
    assert_eq!(thread.conversation.standing, Standing::NeedsYou);
    let second = stage.say(&chat, id, Some(failed.id), "Again?").await;
    let whole = stage.finished(&chat, &second).await;
    let third = stage.say(&chat, id, Some(whole.id), "More?").await;
    stage.finished(&chat, &third).await;
    let bodies = gate.bodies();
    let last = bodies.last().unwrap()["messages"].as_array().unwrap();
    let roles: Vec<&str> = last
        .iter()
        .map(|turn| turn["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["user", "assistant", "user"]);
    assert_eq!(last[0]["content"][0]["text"], "This is broken");
    assert_eq!(last[0]["content"][1]["text"], "Again?");
    assert_eq!(last[1]["content"][0]["text"], "Whole.");
}

#[tokio::test]
async fn conversations_are_changed() {
    let stage = Stage::new();
    let (chat, id) = stage
        .with_conversation(Gate::open(), Shape::default())
        .await;
    let mut reader = stage.follow(&chat, id).await;
    let posted = stage.say(&chat, id, None, &echo("Yes.")).await;
    stage.finished(&chat, &posted).await;
    let change = Change {
        title: Some("  Mine ".to_owned()),
        pinned: Some(true),
        folder: Some("work".to_owned()),
        read: Some(true),
        shape: Some(parts_of(7, ANCHOR)),
        ..Change::default()
    };
    let changed = chat.change(&stage.user, id, change).await.unwrap();
    assert_eq!(
        (changed.title.as_str(), changed.titled),
        ("Mine", Titled::User)
    );
    assert_eq!(
        (changed.pinned, changed.folder.as_deref()),
        (true, Some("work"))
    );
    assert_eq!(changed.standing, Standing::Quiet);
    reader
        .until("the change", |reader| {
            reader.conversations.get(&id) == Some(&changed)
        })
        .await;
    // One that is there is told as it is.
    let mut again = conversation(Shape::default());
    again.id = id;
    assert_eq!(chat.create(&stage.user, again).await.unwrap(), changed);
    let more = stage
        .say(&chat, id, Some(answer_of(&posted)), &echo(TEXT))
        .await;
    let more = stage.finished(&chat, &more).await;
    assert_eq!(more.making.unwrap().model, ANCHOR);
    let thread = chat.thread(&stage.user, id, None, 9).await.unwrap();
    assert_eq!(thread.conversation.title, "Mine");
    assert!(
        thread
            .messages
            .iter()
            .all(|message| message.role != Role::User || message.making.is_none())
    );
    let cleared = Change {
        title: Some(String::new()),
        folder: Some(String::new()),
        ..Change::default()
    };
    let cleared = chat.change(&stage.user, id, cleared).await.unwrap();
    assert_eq!((cleared.titled, cleared.folder), (Titled::Not, None));
}

/// Going on with an answer that was followed up: what follows stays the path that is shown.
#[tokio::test]
async fn going_on_hides_nothing_that_follows() {
    let stage = Stage::new();
    let gate = Gate::with(0);
    let (chat, id) = stage
        .with_conversation(gate.clone(), parts_of(20, PREFILL))
        .await;
    let first = stage.say(&chat, id, None, &echo(TEXT)).await;
    chat.stop(&stage.user, first.run).await.unwrap();
    gate.open_wide();
    let answer = answer_of(&first);
    let follows = stage.say(&chat, id, Some(answer), &echo("Yes.")).await;
    stage.finished(&chat, &follows).await;
    let beside = stage.say(&chat, id, Some(answer), &echo("No.")).await;
    stage.finished(&chat, &beside).await;
    let shows = async |answer| {
        let thread = chat.thread(&stage.user, id, None, 10).await.unwrap();
        assert_eq!(thread.messages.last().unwrap().id, answer);
    };
    // The one of two that is shown stays so.
    let change = Change {
        through: Some(answer_of(&follows)),
        ..Change::default()
    };
    chat.change(&stage.user, id, change).await.unwrap();
    let on = chat.go_on(&stage.user, answer, None).await.unwrap();
    assert_eq!(stage.finished(&chat, &on).await.text(), TEXT);
    shows(answer_of(&follows)).await;

    // Where another branch is shown, the latest below the answer is.
    let other = stage.say(&chat, id, None, &echo(TEXT)).await;
    stage.finished(&chat, &other).await;
    shows(answer_of(&other)).await;
    let stopped = chat.store().message(&stage.user, answer).await.unwrap();
    let stopped = tsuzuki_server::chat::Message {
        state: State::Stopped,
        ..stopped.unwrap()
    };
    let stopped = [stopped];
    let put = chat.store().put_messages(&stage.user, &stopped);
    put.await.unwrap();
    let on = chat.go_on(&stage.user, answer, None).await.unwrap();
    stage.finished(&chat, &on).await;
    shows(answer_of(&beside)).await;
}
