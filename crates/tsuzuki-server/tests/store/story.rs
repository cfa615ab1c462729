//! What any store must do, told through its face alone.

use crate::sample::{
    answered, append, at, begin, begun, close, conversation, question, run, spent, texts, user,
};
use std::sync::Arc;
use tsuzuki_server::chat::{ConversationId, MessageId, RunId, Shape, Standing, Titled};
use tsuzuki_server::store::{Begin, Begun, Epoch, Fault, Page, Store};

/// Where a store is kept: opened again once it was dropped, it is the same one.
pub(crate) trait Place {
    async fn open(&self) -> Arc<dyn Store>;
}

const ALL: Page = Page {
    offset: 0,
    limit: 100,
};

/// The parts of the story, each a test over a fresh place.
macro_rules! story {
    ($tell:ident) => {
        $tell! {
            a_conversation_is_kept_as_it_is,
            conversations_come_pinned_first_and_then_the_latest,
            what_is_anothers_is_not_there,
            messages_make_a_tree,
            a_message_keeps_its_place,
            a_path_is_as_long_as_asked,
            a_run_begins_with_its_messages_or_not_at_all,
            a_key_begins_one_run,
            one_message_is_written_by_one_run,
            what_was_appended_is_there_after_a_restart,
            what_does_not_follow_is_left_out,
            a_run_ends_with_its_message,
            a_run_that_was_alive_is_taken_over,
        }
    };
}
pub(crate) use story;

pub(crate) async fn a_conversation_is_kept_as_it_is(place: &impl Place) {
    let me = user("me");
    let mut one = conversation("Travels");
    one.titled = Titled::User;
    one.folder = Some("Work".to_owned());
    one.pinned = true;
    one.head = Some(MessageId::new());
    one.standing = Standing::NeedsYou;
    one.shape = Shape {
        system: Some("Be brief.".to_owned()),
        temperature: Some(0.3),
        ..Shape::default()
    };
    one.spent = spent();
    let store = place.open().await;
    store.put_conversation(&me, &one).await.unwrap();
    drop(store);

    let store = place.open().await;
    assert_eq!(
        store.conversation(&me, one.id).await.unwrap(),
        Some(one.clone())
    );
    one.title = "Journeys".to_owned();
    one.pinned = false;
    let kept = one.spent;
    one.spent.cost = 0.0;
    store.put_conversation(&me, &one).await.unwrap();
    one.spent = kept;
    assert_eq!(
        store.conversation(&me, one.id).await.unwrap(),
        Some(one.clone()),
        "what was spent stays"
    );
    assert!(store.delete_conversation(&me, one.id).await.unwrap());
    assert_eq!(store.conversation(&me, one.id).await.unwrap(), None);
    assert!(!store.delete_conversation(&me, one.id).await.unwrap());
}

pub(crate) async fn conversations_come_pinned_first_and_then_the_latest(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let mut kept = Vec::new();
    for (title, pinned, updated) in [("old", false, 1), ("pinned", true, 2), ("new", false, 3)] {
        let mut one = conversation(title);
        one.pinned = pinned;
        one.updated_at = at(updated);
        store.put_conversation(&me, &one).await.unwrap();
        kept.push(one);
    }
    let titles = async |offset, limit| -> Vec<String> {
        let page = Page { offset, limit };
        let list = store.conversations(&me, page).await.unwrap();
        list.into_iter().map(|one| one.title).collect()
    };
    assert_eq!(titles(0, 10).await, ["pinned", "new", "old"]);
    assert_eq!(titles(1, 1).await, ["new"]);
    assert!(titles(3, 10).await.is_empty());
}

pub(crate) async fn what_is_anothers_is_not_there(place: &impl Place) {
    let (me, you) = (user("me"), user("you"));
    let store = place.open().await;
    let mine = begun(&*store, &me, "A question").await;
    let id = mine.conversation.id;
    let written = mine.run.message;
    assert!(store.conversations(&you, ALL).await.unwrap().is_empty());
    assert_eq!(store.conversation(&you, id).await.unwrap(), None);
    assert_eq!(store.message(&you, written).await.unwrap(), None);
    assert!(store.path(&you, written, 10).await.unwrap().is_empty());
    assert_eq!(store.leaf(&you, written).await.unwrap(), None);
    assert!(store.messages(&you, id).await.unwrap().is_empty());
    assert_eq!(store.run(&you, mine.run.id).await.unwrap(), None);
    assert!(!store.delete_conversation(&you, id).await.unwrap());

    let fault = store.put_conversation(&you, &mine.conversation).await;
    assert_eq!(fault.unwrap_err().fault, Fault::Conflict);
    let fault = store.put_messages(&you, &mine.messages).await;
    assert_eq!(fault.unwrap_err().fault, Fault::Conflict);
    let own = conversation("Yours");
    store.put_conversation(&you, &own).await.unwrap();
    let mut stolen = mine.messages[0].clone();
    stolen.conversation = own.id;
    let fault = store.put_messages(&you, &[stolen]).await;
    assert_eq!(fault.unwrap_err().fault, Fault::Conflict);
    let fault = store
        .begin(&you, &begin(&mine.conversation, "Hello", None))
        .await;
    assert_eq!(fault.unwrap_err().fault, Fault::Conflict);
    let fault = store.close(&close(&you, &mine, "Yours")).await;
    assert_eq!(fault.unwrap_err().fault, Fault::Conflict);
    assert_eq!(store.messages(&me, id).await.unwrap(), mine.messages);
    assert!(store.run(&me, mine.run.id).await.unwrap().unwrap().alive);
}

pub(crate) async fn messages_make_a_tree(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let one = conversation("Tree");
    store.put_conversation(&me, &one).await.unwrap();
    // first ─┬─ answer ──── second ─── latest
    //        └─ again
    // edited
    let mut first = question(&one, None, "First");
    let mut edited = question(&one, None, "First, edited");
    let mut said = answered(&one, Some(first.id), "An answer");
    let mut again = answered(&one, Some(first.id), "Another answer");
    let second = question(&one, Some(said.id), "Second");
    let latest = answered(&one, Some(second.id), "The latest");
    edited.created_at = at(9);
    again.created_at = at(8);
    let roots = vec![first.id, edited.id];
    (first.siblings, edited.siblings) = (roots.clone(), roots);
    let answers = vec![said.id, again.id];
    (said.siblings, again.siblings) = (answers.clone(), answers);
    let all = [first, said, second, latest, again, edited];
    store.put_messages(&me, &all).await.unwrap();
    let [first, said, second, latest, again, edited] = all;

    assert_eq!(
        store.message(&me, again.id).await.unwrap(),
        Some(again.clone())
    );
    let path = store.path(&me, latest.id, 10).await.unwrap();
    assert_eq!(
        path,
        [first.clone(), said.clone(), second.clone(), latest.clone()]
    );
    assert_eq!(
        store.path(&me, again.id, 10).await.unwrap(),
        [first.clone(), again.clone()]
    );
    assert_eq!(store.leaf(&me, said.id).await.unwrap(), Some(latest.id));
    assert_eq!(store.leaf(&me, first.id).await.unwrap(), Some(again.id));
    assert_eq!(store.leaf(&me, edited.id).await.unwrap(), Some(edited.id));
    assert_eq!(store.leaf(&me, MessageId::new()).await.unwrap(), None);
    let every = store.messages(&me, one.id).await.unwrap();
    assert_eq!(every, [first, said, second, latest, again, edited]);
}

pub(crate) async fn a_message_keeps_its_place(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let (one, other) = (conversation("One"), conversation("Other"));
    store.put_conversation(&me, &one).await.unwrap();
    store.put_conversation(&me, &other).await.unwrap();
    let first = question(&one, None, "First");
    let second = answered(&one, Some(first.id), "Second");
    store
        .put_messages(&me, &[first.clone(), second.clone()])
        .await
        .unwrap();

    let mut moved = second.clone();
    moved.parent = None;
    let mut elsewhere = second.clone();
    elsewhere.conversation = other.id;
    let orphan = question(&one, Some(MessageId::new()), "Nobody's");
    let stranger = question(&other, Some(first.id), "Follows what is elsewhere");
    let mut nowhere = question(&one, None, "Nowhere");
    nowhere.conversation = ConversationId::new();
    for wrong in [moved, elsewhere, orphan, stranger, nowhere] {
        let fine = answered(&one, Some(first.id), "All of them or none");
        let fault = store.put_messages(&me, &[fine, wrong]).await;
        assert_eq!(fault.unwrap_err().fault, Fault::Conflict);
    }
    assert_eq!(store.messages(&me, one.id).await.unwrap(), [first, second]);
    assert!(store.messages(&me, other.id).await.unwrap().is_empty());
}

pub(crate) async fn a_path_is_as_long_as_asked(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let one = conversation("Long");
    store.put_conversation(&me, &one).await.unwrap();
    let mut all = vec![question(&one, None, "0")];
    for number in 1..200 {
        let parent = all.last().map(|last| last.id);
        all.push(answered(&one, parent, &number.to_string()));
    }
    store.put_messages(&me, &all).await.unwrap();
    let leaf = all[199].id;
    assert_eq!(store.path(&me, leaf, 3).await.unwrap(), all[197..]);
    assert_eq!(store.path(&me, leaf, 200).await.unwrap(), all);
    assert_eq!(store.path(&me, leaf, usize::MAX).await.unwrap(), all);
    assert!(store.path(&me, leaf, 0).await.unwrap().is_empty());
    assert_eq!(store.leaf(&me, all[0].id).await.unwrap(), Some(leaf));
}

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
}
