//! What stands beside messages: attachments, exchanges, sums, defaults, sessions.

use super::Place;
use crate::sample::{
    append, at, attachment, begun, close, conversation, question, spent, texts, user,
};
use bytes::Bytes;
use tsuzuki_server::chat::{MessageId, Moment, Shape, Spent};
use tsuzuki_server::store::{Day, Defaults, Exchange, Fault, Titles};

pub(crate) async fn an_attachment_stays_while_a_message_has_it(place: &impl Place) {
    let (me, you) = (user("me"), user("you"));
    let store = place.open().await;
    let bytes = Bytes::from(vec![7_u8; 100_000]);
    let (map, photo) = (attachment("map", &bytes), attachment("photo", &bytes));
    for one in [&map, &photo] {
        store.put_attachment(&me, one, bytes.clone()).await.unwrap();
    }
    let fault = store.put_attachment(&me, &map, Bytes::new()).await;
    assert_eq!(fault.unwrap_err().fault, Fault::Conflict);
    assert_eq!(
        store.attachment(&me, map.id).await.unwrap(),
        Some((map.clone(), bytes))
    );
    assert_eq!(store.attachment(&you, map.id).await.unwrap(), None);
    assert!(!store.delete_attachment(&you, map.id).await.unwrap());

    let (one, other) = (conversation("One"), conversation("Other"));
    store.put_conversation(&me, &one).await.unwrap();
    store.put_conversation(&me, &other).await.unwrap();
    let mut first = question(&one, None, "What is this?");
    first.attachments = vec![photo.clone(), map.clone()];
    let mut second = question(&other, None, "And this?");
    second.attachments = vec![map.clone()];
    store
        .put_messages(&me, &[first.clone(), second.clone()])
        .await
        .unwrap();
    let mut stolen = question(&conversation("Yours"), None, "Mine?");
    let mut yours = conversation("Yours");
    yours.id = stolen.conversation;
    stolen.attachments = vec![map.clone()];
    store.put_conversation(&you, &yours).await.unwrap();
    let fault = store.put_messages(&you, &[stolen]).await;
    assert_eq!(fault.unwrap_err().fault, Fault::Conflict);
    drop(store);

    let store = place.open().await;
    assert_eq!(store.message(&me, first.id).await.unwrap(), Some(first));
    assert!(
        !store.delete_attachment(&me, map.id).await.unwrap(),
        "messages have it"
    );
    store.delete_conversation(&me, one.id).await.unwrap();
    assert_eq!(store.attachment(&me, photo.id).await.unwrap(), None);
    assert!(
        store.attachment(&me, map.id).await.unwrap().is_some(),
        "one message has it"
    );
    store.delete_conversation(&me, other.id).await.unwrap();
    assert_eq!(store.attachment(&me, map.id).await.unwrap(), None);

    store
        .put_attachment(&me, &map, Bytes::from_static(b"map"))
        .await
        .unwrap();
    assert!(store.delete_attachment(&me, map.id).await.unwrap());
    assert!(!store.delete_attachment(&me, map.id).await.unwrap());
}

fn exchange(part: u32, body: &'static [u8]) -> Exchange {
    Exchange {
        part,
        at: at(i64::from(part)),
        status: Some(200),
        headers: vec![("x-amzn-requestid".to_owned(), "r-1".to_owned())],
        request: Bytes::from_static(b"{\"messages\":[]}"),
        response: Bytes::from_static(body),
        shortened: part == 2,
    }
}

pub(crate) async fn exchanges_are_kept_part_by_part(place: &impl Place) {
    let (me, you) = (user("me"), user("you"));
    let store = place.open().await;
    let begin = begun(&*store, &me, "A question").await;
    let message = begin.run.message;
    let mut refused = exchange(1, b"");
    refused.status = None;
    for one in [exchange(2, b"two"), refused, exchange(1, b"one")] {
        store.put_exchange(message, &one).await.unwrap();
    }
    let kept = [exchange(1, b"one"), exchange(2, b"two")];
    assert!(store.exchanges(&me, message).await.unwrap() == kept);
    assert!(store.exchanges(&you, message).await.unwrap().is_empty());
    let fault = store
        .put_exchange(MessageId::new(), &exchange(1, b""))
        .await;
    assert_eq!(fault.unwrap_err().fault, Fault::Conflict);
    store
        .delete_conversation(&me, begin.conversation.id)
        .await
        .unwrap();
    assert!(store.exchanges(&me, message).await.unwrap().is_empty());
}

pub(crate) async fn exchanges_are_read_up_to_a_bound(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let begin = begun(&*store, &me, "A question").await;
    for part in 1..=20 {
        let one = Exchange {
            request: vec![b'a'; 1_000_000].into(),
            ..exchange(part, b"")
        };
        store.put_exchange(begin.run.message, &one).await.unwrap();
    }
    let read = store.exchanges(&me, begin.run.message).await.unwrap();
    assert_eq!(read.len(), 20);
    for one in read {
        let fits = one.part <= 16;
        assert_eq!(one.request.len(), if fits { 1_000_000 } else { 0 });
        assert_eq!(one.shortened, !fits || one.part == 2);
    }
}

pub(crate) async fn what_was_spent_beside_answers_is_added(place: &impl Place) {
    let (me, you) = (user("me"), user("you"));
    let store = place.open().await;
    let begin = begun(&*store, &me, "A question").await;
    let id = begin.conversation.id;
    let before = begin.conversation.spent;
    store.spend(&me, id, at(0), spent()).await.unwrap();
    let kept = store.conversation(&me, id).await.unwrap().unwrap();
    assert_eq!(kept.spent, before.plus(spent()));
    // Another's conversation is not there, and what was spent was spent.
    store.spend(&you, id, at(0), spent()).await.unwrap();
    let kept = store.conversation(&me, id).await.unwrap().unwrap();
    assert_eq!(kept.spent, before.plus(spent()));
    for user in [&me, &you] {
        let days = store.spent(user, at(0)).await.unwrap();
        assert_eq!((days.len(), days[0].spent), (1, spent()));
    }
}

pub(crate) async fn what_was_spent_is_summed_by_day(place: &impl Place) {
    const DAY: i64 = 86_400_000;
    let (me, you) = (user("me"), user("you"));
    let store = place.open().await;
    let mut conversations = Vec::new();
    // The last millisecond of a day, the first of the next, and later on that.
    for moment in [at(DAY - 1), at(DAY), at(DAY + 5)] {
        let begin = begun(&*store, &me, "A question").await;
        let mut close = close(&me, &begin, "An answer");
        close.at = moment;
        close.spent.estimated = moment == at(DAY);
        store.close(&close).await.unwrap();
        conversations.push(begin.conversation.id);
    }
    let twice = Spent {
        answers: 2,
        parts: 4,
        input: 60,
        output: 800,
        cache_read: 10,
        cache_write: 12,
        cost: 0.5,
        continuing: 0.25,
        estimated: true,
    };
    let days = [("2026-11-23", spent()), ("2026-11-24", twice)].map(|(day, spent)| Day {
        day: day.to_owned(),
        spent,
    });
    assert_eq!(store.spent(&me, at(7)).await.unwrap(), days);
    for id in conversations {
        store.delete_conversation(&me, id).await.unwrap();
    }
    drop(store);
    let store = place.open().await;
    assert_eq!(
        store.spent(&me, at(0)).await.unwrap(),
        days,
        "it was spent all the same"
    );
    assert_eq!(store.spent(&me, at(DAY)).await.unwrap(), days[1..]);
    assert!(store.spent(&me, at(2 * DAY)).await.unwrap().is_empty());
    assert!(store.spent(&you, at(0)).await.unwrap().is_empty());
}

pub(crate) async fn defaults_and_sessions_are_their_users(place: &impl Place) {
    let (me, you) = (user("me"), user("you"));
    let store = place.open().await;
    let mine = Defaults {
        shape: Shape {
            model: Some("anthropic.claude".to_owned()),
            ..Shape::default()
        },
        titles: Titles::Words,
    };
    store.put_defaults(&me, &Defaults::default()).await.unwrap();
    store.put_defaults(&me, &mine).await.unwrap();
    let now = Moment::now().0;
    store
        .put_session(b"token", &me, Moment(now + 600_000))
        .await
        .unwrap();
    store
        .put_session(b"ended", &me, Moment(now - 1))
        .await
        .unwrap();
    drop(store);
    let store = place.open().await;
    assert_eq!(store.defaults(&me).await.unwrap(), mine);
    assert_eq!(store.defaults(&you).await.unwrap(), Defaults::default());
    assert_eq!(store.session(b"token").await.unwrap(), Some(me));
    assert_eq!(store.session(b"ended").await.unwrap(), None);
    assert_eq!(store.session(b"").await.unwrap(), None);
    store.end_session(b"token").await.unwrap();
    assert_eq!(store.session(b"token").await.unwrap(), None);
}

pub(crate) async fn what_is_old_is_retired(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let (old, new) = (
        begun(&*store, &me, "Old").await,
        begun(&*store, &me, "New").await,
    );
    let alive = begun(&*store, &me, "Alive").await;
    for (begin, end) in [(&old, Some(at(1))), (&new, Some(at(1_000))), (&alive, None)] {
        store
            .append(vec![append(begin.run.id, 0, &["a"])])
            .await
            .unwrap();
        if let Some(end) = end {
            let mut close = close(&me, begin, "a");
            close.at = end;
            store.close(&close).await.unwrap();
        }
        let mut exchange = exchange(1, b"a");
        exchange.at = end.unwrap_or_else(|| at(1_000));
        store
            .put_exchange(begin.run.message, &exchange)
            .await
            .unwrap();
    }
    let bytes = Bytes::from_static(b"bytes");
    let (taken, left) = (attachment("taken", &bytes), attachment("left", &bytes));
    store
        .put_attachment(&me, &taken, bytes.clone())
        .await
        .unwrap();
    store
        .put_attachment(&me, &left, bytes.clone())
        .await
        .unwrap();
    let mut has = question(&old.conversation, None, "With an attachment");
    has.attachments = vec![taken.clone()];
    store.put_messages(&me, &[has]).await.unwrap();

    store.retire(at(500)).await.unwrap();
    assert!(store.log(old.run.id).await.unwrap().is_empty());
    assert!(
        store
            .exchanges(&me, old.run.message)
            .await
            .unwrap()
            .is_empty()
    );
    for stays in [&new, &alive] {
        assert_eq!(texts(&store.log(stays.run.id).await.unwrap()), ["a"]);
        assert_eq!(
            store.exchanges(&me, stays.run.message).await.unwrap().len(),
            1
        );
    }
    let kept = store.message(&me, old.run.message).await.unwrap().unwrap();
    assert_eq!(kept.text(), "a", "the message stays");
    assert!(store.run(&me, old.run.id).await.unwrap().is_some());
    assert!(
        store.attachment(&me, left.id).await.unwrap().is_some(),
        "just made"
    );

    store.retire(Moment(Moment::now().0 + 1_000)).await.unwrap();
    assert!(store.attachment(&me, left.id).await.unwrap().is_none());
    assert!(store.attachment(&me, taken.id).await.unwrap().is_some());
    assert!(store.log(new.run.id).await.unwrap().is_empty());
    assert_eq!(
        texts(&store.log(alive.run.id).await.unwrap()),
        ["a"],
        "it is alive"
    );
}

pub(crate) async fn a_store_that_works_says_so(place: &impl Place) {
    let store = place.open().await;
    let (one, other) = tokio::join!(store.check(), store.check());
    one.unwrap();
    other.unwrap();
    drop(store);
    place.open().await.check().await.unwrap();
}

pub(crate) async fn what_fails_fails_alone(place: &impl Place) {
    let me = user("me");
    let store = place.open().await;
    let one = begun(&*store, &me, "A question").await;
    let before = store
        .messages(&me, one.conversation.id)
        .await
        .unwrap()
        .len();
    for round in 0..20_u64 {
        let orphan = question(&one.conversation, Some(MessageId::new()), "Nobody's");
        let fine = [question(&one.conversation, None, "Fine")];
        let also = [question(&one.conversation, None, "Also fine")];
        let half = [also[0].clone(), orphan];
        // Asked at once, they are likely to share a transaction.
        let (first, wrong, second, tick) = tokio::join!(
            store.put_messages(&me, &fine),
            store.put_messages(&me, &half),
            store.put_messages(&me, &also),
            store.append(vec![append(one.run.id, round, &["a"])]),
        );
        first.unwrap();
        second.unwrap();
        assert_eq!(wrong.unwrap_err().fault, Fault::Conflict);
        assert!(tick.unwrap().is_empty());
    }
    drop(store);
    let store = place.open().await;
    let kept = store
        .messages(&me, one.conversation.id)
        .await
        .unwrap()
        .len();
    assert_eq!(kept, before + 40);
    assert_eq!(texts(&store.log(one.run.id).await.unwrap()).len(), 20);
}
