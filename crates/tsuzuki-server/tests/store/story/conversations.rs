//! Conversations, and the messages in them.

use super::Place;
use crate::sample::{answered, at, begin, begun, close, conversation, question, spent, user};
use tsuzuki_server::chat::{ConversationId, MessageId, Shape, Standing, Titled};
use tsuzuki_server::store::{Fault, Page};

const ALL: Page = Page {
    offset: 0,
    limit: 100,
};

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
