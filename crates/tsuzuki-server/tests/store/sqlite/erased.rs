//! What is deleted is in none of the files any more, not even in bytes that nothing points to.

use super::Folder;
use crate::sample::{
    append, attachment, begin, blocks, close, conversation, question, texts, user,
};
use crate::story::Place;
use bytes::Bytes;
use tsuzuki_server::chat::{ConversationId, Moment, RunId, User};
use tsuzuki_server::store::{Begun, Exchange, Store};

/// Stands in nothing else. An index keeps a word without the beginning it shares with the one before
/// it, so the end of the word is looked for.
const WORD: &str = "Canaryquetzalfeather";
const END: &str = "quetzalfeather";
const JAPANESE: &str = "鸚鵡鸞鳳";
const PAIR: &str = "鵡鸞";

/// Which files hold something of it.
fn holding(folder: &Folder) -> Vec<String> {
    let mut holding = Vec::new();
    for (file, content) in folder.contents() {
        for what in [WORD, END, JAPANESE, PAIR] {
            if memchr::memmem::find(&content, what.as_bytes()).is_some() {
                holding.push(format!("{} holds {what}", file.display()));
            }
        }
    }
    holding
}

fn text(number: usize, secret: &str) -> String {
    format!(
        "{number} {secret} 文章{number} {}",
        "and so on ".repeat(number % 700)
    )
}

/// A conversation with the secret wherever a text may be, and two runs of it, one still alive.
async fn keep(store: &dyn Store, user: &User, secret: &str) -> (ConversationId, RunId, RunId) {
    let mut one = conversation(&format!("About {secret}"));
    one.folder = Some(secret.to_owned());
    one.shape.system = Some(format!("You know {secret}"));
    let first = begin(&one, secret, None);
    assert_eq!(store.begin(user, &first).await.unwrap(), Begun::New);
    let mut second = begin(&one, secret, None);
    second.run.shape = one.shape.clone();
    let bytes = Bytes::from(secret.repeat(2_000));
    let attached = attachment(secret, &bytes);
    store.put_attachment(user, &attached, bytes).await.unwrap();
    second.messages[0].attachments = vec![attached];
    assert_eq!(store.begin(user, &second).await.unwrap(), Begun::New);
    let many: Vec<_> = (0..300)
        .map(|number| question(&one, None, &text(number, secret)))
        .collect();
    for some in many.chunks(7) {
        store.put_messages(user, some).await.unwrap();
    }
    for changed in many.iter().step_by(3) {
        let mut changed = changed.clone();
        changed.blocks = blocks(&format!("changed {secret}"));
        store.put_messages(user, &[changed]).await.unwrap();
    }
    let exchange = Exchange {
        part: 1,
        at: Moment(0),
        status: None,
        headers: vec![("x-secret".to_owned(), secret.to_owned())],
        request: secret.to_owned().into(),
        response: secret.repeat(1_000).into(),
        shortened: false,
    };
    store
        .put_exchange(first.run.message, &exchange)
        .await
        .unwrap();
    (one.id, first.run.id, second.run.id)
}

#[tokio::test]
async fn a_deleted_conversation_leaves_nothing_in_the_files() {
    let folder = Folder::new();
    let me = user("me");
    let store = folder.open().await;
    let secret = format!("{WORD} {JAPANESE}");
    let (other, other_run, _) = keep(&*store, &me, "else").await;
    let (id, over, alive) = keep(&*store, &me, &secret).await;
    let mut expected = Vec::new();
    for number in 0..400 {
        let others = text(number, "else");
        let tick = vec![
            append(over, number as u64, &[&secret]),
            append(other_run, number as u64, &[&others]),
            append(alive, number as u64, &[&secret]),
        ];
        assert!(store.append(tick).await.unwrap().is_empty());
        expected.push(others);
    }
    let run = store.run(&me, over).await.unwrap().unwrap();
    let mut ended = begin(&conversation(""), "", None);
    ended.messages = vec![store.message(&me, run.message).await.unwrap().unwrap()];
    ended.run = run;
    store.close(&close(&me, &ended, &secret)).await.unwrap();
    assert!(!holding(&folder).is_empty(), "it is there while it is kept");

    assert!(store.delete_conversation(&me, id).await.unwrap());
    assert_eq!(holding(&folder), [""; 0]);
    assert_eq!(texts(&store.log(other_run).await.unwrap()), expected);
    assert_eq!(store.messages(&me, other).await.unwrap().len(), 304);
    let left_out = store
        .append(vec![append(alive, 400, &["late"])])
        .await
        .unwrap();
    assert_eq!(left_out, [alive]);
    drop(store);

    let store = folder.open().await;
    assert_eq!(holding(&folder), [""; 0]);
    assert_eq!(texts(&store.log(other_run).await.unwrap()), expected);
    let tick = vec![append(other_run, 400, &["goes on"])];
    assert!(store.append(tick).await.unwrap().is_empty());
    assert!(store.delete_conversation(&me, other).await.unwrap());
    let rows: i64 = super::look(
        &folder,
        "SELECT (SELECT count(*) FROM journal) + (SELECT count(*) FROM log)
              + (SELECT count(*) FROM run) + (SELECT count(*) FROM message)
              + (SELECT count(*) FROM exchange) + (SELECT count(*) FROM attachment)
              + (SELECT count(*) FROM attached)",
    );
    assert_eq!(rows, 0);
}

#[tokio::test]
async fn a_deleted_attachment_and_what_is_retired_leave_nothing() {
    let folder = Folder::new();
    let me = user("me");
    let store = folder.open().await;
    let bytes = Bytes::from(WORD.repeat(1_000));
    let (one, old) = (attachment("one", &bytes), attachment("old", &bytes));
    store
        .put_attachment(&me, &one, bytes.clone())
        .await
        .unwrap();
    store.put_attachment(&me, &old, bytes).await.unwrap();
    assert!(store.delete_attachment(&me, one.id).await.unwrap());
    assert!(!holding(&folder).is_empty());
    store.retire(Moment(Moment::now().0 + 1_000)).await.unwrap();
    assert_eq!(holding(&folder), [""; 0]);
}

#[tokio::test]
async fn rows_that_others_need_keep_nothing_of_it() {
    for reopened in [false, true] {
        let folder = Folder::new();
        let me = user("me");
        let mut store = folder.open().await;
        let one = begin(&conversation("One"), "A question", None);
        let other = begin(&conversation("Other"), "A question", None);
        for begin in [&one, &other] {
            assert_eq!(store.begin(&me, begin).await.unwrap(), Begun::New);
        }
        let tick = vec![
            append(other.run.id, 0, &["else"]),
            append(one.run.id, 0, &[WORD]),
        ];
        store.append(tick).await.unwrap();
        store.close(&close(&me, &one, "over")).await.unwrap();
        if reopened {
            drop(store);
            store = folder.open().await;
        }
        assert!(
            store
                .delete_conversation(&me, one.conversation.id)
                .await
                .unwrap()
        );
        assert_eq!(holding(&folder), [""; 0], "reopened: {reopened}");
        assert_eq!(texts(&store.log(other.run.id).await.unwrap()), ["else"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_somebody_reads_it_goes_a_little_later() {
    let folder = Folder::new();
    let me = user("me");
    let store = folder.open().await;
    let (id, _, _) = keep(&*store, &me, WORD).await;
    // A backup, say.
    let reader = rusqlite::Connection::open(folder.file()).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM message")
        .unwrap();
    let other = begin(&conversation("Other"), "A question", None);
    assert_eq!(store.begin(&me, &other).await.unwrap(), Begun::New);
    assert!(store.delete_conversation(&me, id).await.unwrap());
    let tick = vec![append(other.run.id, 0, &["ticks go on"])];
    assert!(store.append(tick).await.unwrap().is_empty());
    assert!(!holding(&folder).is_empty(), "the reader still sees it");
    reader.execute_batch("COMMIT").unwrap();
    for _ in 0..400 {
        if holding(&folder).is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("it is still there: {:?}", holding(&folder));
}
