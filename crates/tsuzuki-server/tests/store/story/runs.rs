//! Runs, and their logs.

use super::Place;
use crate::sample::{append, begin, begun, close, conversation, question, run, spent, texts, user};
use tsuzuki_server::chat::{MessageId, Moment, RunId, Standing};
use tsuzuki_server::store::{Begin, Begun, Epoch, Fault};

pub(crate) async fn a_run_begins_with_its_messages_or_not_at_all(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let one = begun(&*store, &me, "A question").await;
    assert_eq!(
        store.run(&me, one.run.id).await.unwrap(),
        Some(one.run.clone())
    );
    assert_eq!(
        store.messages(&me, one.conversation.id).await.unwrap(),
        one.messages
    );

    let mut wrong = begin(&conversation("Never"), "Never asked", None);
    wrong.run.message = MessageId::new();
    let fault = store.begin(&me, &wrong).await;
    assert_eq!(fault.unwrap_err().fault, Fault::Conflict);
    assert_eq!(
        store
            .conversation(&me, wrong.conversation.id)
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store.message(&me, wrong.messages[0].id).await.unwrap(),
        None
    );
    assert_eq!(store.alive().await.unwrap().len(), 1);
}

pub(crate) async fn a_key_begins_one_run(place: &impl Place) {
    let (me, you) = (user("me"), user("you"));
    let store = place.open().await;
    let first = begin(&conversation("First"), "A question", Some("key"));
    assert_eq!(store.begin(&me, &first).await.unwrap(), Begun::New);
    let twice = begin(&conversation("Second"), "The same", Some("key"));
    let begun = store.begin(&me, &twice).await.unwrap();
    assert_eq!(begun, Begun::Known(Box::new(first.run.clone())));
    assert_eq!(
        store
            .conversation(&me, twice.conversation.id)
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store.begin(&you, &twice).await.unwrap(),
        Begun::New,
        "a key is its user's"
    );

    store.close(&close(&me, &first, "An answer")).await.unwrap();
    drop(store);
    let store = place.open().await;
    let again = begin(&conversation("Third"), "The same", Some("key"));
    match store.begin(&me, &again).await.unwrap() {
        Begun::Known(known) => assert_eq!((known.id, known.alive), (first.run.id, false)),
        Begun::New => panic!("the key was used before"),
    }
}

pub(crate) async fn one_message_is_written_by_one_run(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let first = begun(&*store, &me, "A question").await;
    let going_on = Begin {
        messages: vec![first.messages[1].clone()],
        run: run(&first.messages[1], None),
        conversation: first.conversation.clone(),
    };
    let fault = store.begin(&me, &going_on).await;
    assert_eq!(fault.unwrap_err().fault, Fault::Conflict);
    store.close(&close(&me, &first, "Half of")).await.unwrap();
    assert_eq!(store.begin(&me, &going_on).await.unwrap(), Begun::New);
}

pub(crate) async fn what_was_appended_is_there_after_a_restart(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let one = begun(&*store, &me, "One").await.run.id;
    let two = begun(&*store, &me, "Two").await.run.id;
    let tick = vec![append(one, 0, &["a", "b"]), append(two, 0, &["x"])];
    assert!(store.append(tick).await.unwrap().is_empty());
    assert!(
        store
            .append(vec![append(one, 2, &["c"])])
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(texts(&store.log(one).await.unwrap()), ["a", "b", "c"]);
    drop(store);

    let store = place.open().await;
    assert_eq!(texts(&store.log(one).await.unwrap()), ["a", "b", "c"]);
    assert_eq!(texts(&store.log(two).await.unwrap()), ["x"]);
    assert!(
        store
            .append(vec![append(two, 1, &["y"])])
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(texts(&store.log(two).await.unwrap()), ["x", "y"]);
    assert!(store.log(RunId::new()).await.unwrap().is_empty());
}

pub(crate) async fn what_does_not_follow_is_left_out(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let fine = begun(&*store, &me, "Fine").await.run.id;
    let gap = begun(&*store, &me, "Gap").await.run.id;
    let over = begun(&*store, &me, "Over").await;
    let gone = begun(&*store, &me, "Gone").await;
    store.close(&close(&me, &over, "An answer")).await.unwrap();
    store
        .delete_conversation(&me, gone.conversation.id)
        .await
        .unwrap();
    let nobody = RunId::new();
    let tick = vec![
        append(gap, 1, &["later"]),
        append(over.run.id, 0, &["late"]),
        append(fine, 0, &["a"]),
        append(gone.run.id, 0, &["lost"]),
        append(fine, 1, &["b"]),
        append(nobody, 0, &["nobody's"]),
        append(fine, 1, &["twice"]),
        append(fine, 2, &[]),
    ];
    let left_out = store.append(tick).await.unwrap();
    assert_eq!(left_out, [gap, over.run.id, gone.run.id, nobody, fine]);
    assert_eq!(texts(&store.log(fine).await.unwrap()), ["a", "b"]);
    for empty in [gap, over.run.id, gone.run.id, nobody] {
        assert!(store.log(empty).await.unwrap().is_empty());
    }
    drop(store);
    let store = place.open().await;
    assert!(
        store
            .append(vec![append(gap, 0, &["first"])])
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(texts(&store.log(gap).await.unwrap()), ["first"]);
}

pub(crate) async fn a_run_ends_with_its_message(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let one = begun(&*store, &me, "A question").await;
    store
        .append(vec![append(one.run.id, 0, &["An", " answer"])])
        .await
        .unwrap();
    let mut over = close(&me, &one, "An answer");
    let mut other = over.clone();
    other.message = question(&one.conversation, None, "Not what it writes");
    let fault = store.close(&other).await;
    assert_eq!(fault.unwrap_err().fault, Fault::Conflict);
    store.close(&over).await.unwrap();

    let kept = store.message(&me, one.run.message).await.unwrap().unwrap();
    assert_eq!(kept, over.message);
    let run = store.run(&me, one.run.id).await.unwrap().unwrap();
    assert_eq!((run.alive, run.over_at), (false, Some(over.at)));
    let conversation = store
        .conversation(&me, one.conversation.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(conversation.standing, Standing::Unread);
    assert_eq!(conversation.updated_at, over.at);
    assert_eq!(conversation.spent, spent());
    assert_eq!(
        texts(&store.log(one.run.id).await.unwrap()),
        ["An", " answer"]
    );
    assert!(store.alive().await.unwrap().is_empty());

    over.message.blocks.clear();
    let fault = store.close(&over).await;
    assert_eq!(fault.unwrap_err().fault, Fault::Conflict, "once is enough");
    assert_eq!(
        store.message(&me, one.run.message).await.unwrap(),
        Some(kept)
    );
    drop(store);
    let store = place.open().await;
    assert_eq!(
        texts(&store.log(one.run.id).await.unwrap()),
        ["An", " answer"]
    );
    assert!(store.alive().await.unwrap().is_empty());
}

pub(crate) async fn a_run_that_was_alive_is_taken_over(place: &impl Place) {
    let me = user("me");
    let before = Moment::now();
    let store = place.open().await;
    let one = begun(&*store, &me, "A question").await;
    let quiet = begin(&conversation("Quiet"), "Nothing came yet", Some("key"));
    store.begin(&user("you"), &quiet).await.unwrap();
    let over = begun(&*store, &me, "Over").await;
    store
        .append(vec![
            append(one.run.id, 0, &["a"]),
            append(over.run.id, 0, &["o"]),
        ])
        .await
        .unwrap();
    store.close(&close(&me, &over, "o")).await.unwrap();
    drop(store);

    let store = place.open().await;
    let alive = store.alive().await.unwrap();
    let [first, second] = alive.as_slice() else {
        panic!("two runs were alive: {alive:?}")
    };
    assert_eq!(
        (&first.user, &first.run, &first.message),
        (&me, &one.run, &one.messages[1])
    );
    assert_eq!(texts(&first.log), ["a"]);
    assert_eq!((&second.user, &second.run), (&user("you"), &quiet.run));
    assert!(second.log.is_empty());

    let epoch = Epoch { number: 1, from: 1 };
    store.take_over(one.run.id, epoch).await.unwrap();
    for wrong in [one.run.id, over.run.id, RunId::new()] {
        let fault = store.take_over(wrong, epoch).await;
        assert_eq!(fault.unwrap_err().fault, Fault::Conflict);
    }
    store
        .append(vec![append(one.run.id, 1, &["b"])])
        .await
        .unwrap();
    drop(store);
    let store = place.open().await;
    let alive = store.alive().await.unwrap();
    assert_eq!(alive[0].run.epochs, [one.run.epochs[0], epoch]);
    assert_eq!(texts(&alive[0].log), ["a", "b"]);
    // One that said something was heard of just now, another when it began.
    assert!(alive[0].heard_at >= before);
    assert_eq!(alive[1].heard_at, quiet.run.began_at);
}

/// Answers of one conversation that are written at the same time: it runs until the last is over.
pub(crate) async fn a_conversation_runs_until_its_last_run_is_over(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let first = begun(&*store, &me, "A question").await;
    let beside = crate::sample::answer(&first.conversation, Some(first.messages[0].id));
    let second = Begin {
        run: run(&beside, None),
        messages: vec![beside],
        conversation: first.conversation.clone(),
    };
    assert_eq!(store.begin(&me, &second).await.unwrap(), Begun::New);
    for (begin, stands) in [(&first, Standing::Running), (&second, Standing::Unread)] {
        store.close(&close(&me, begin, "An answer")).await.unwrap();
        let id = first.conversation.id;
        let kept = store.conversation(&me, id).await.unwrap().unwrap();
        assert_eq!(kept.standing, stands);
    }
}
