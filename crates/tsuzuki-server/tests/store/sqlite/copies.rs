//! Backups of a store in use, and whether a file is whole.

use super::Folder;
use crate::sample::{append, begun, close, texts, user};
use crate::story::Place;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tsuzuki_server::store::{Fault, Sqlite, SqliteSettings, Store};

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_one_moment_of_a_store_in_use() {
    let (folder, copy) = (Folder::new(), Folder::new());
    let me = user("me");
    let store = folder.open().await;
    let run = begun(&*store, &me, "A question").await.run.id;
    let kept = Arc::new(AtomicU64::new(0));
    let writing = tokio::spawn({
        let (store, kept) = (Arc::clone(&store), Arc::clone(&kept));
        async move {
            for number in 0..2_000 {
                let tick = vec![append(run, number, &["text"])];
                assert!(store.append(tick).await.unwrap().is_empty());
                kept.store(number + 1, Ordering::SeqCst);
            }
        }
    });
    while kept.load(Ordering::SeqCst) < 50 {
        tokio::task::yield_now().await;
    }
    let at_least = kept.load(Ordering::SeqCst);
    std::fs::create_dir_all(copy.file().parent().unwrap()).unwrap();
    let bytes = Sqlite::backup(&folder.file(), &copy.file()).await.unwrap();
    let at_most = kept.load(Ordering::SeqCst) + 1;
    let fault = Sqlite::backup(&folder.file(), &copy.file()).await;
    assert!(
        fault.unwrap_err().told.contains("exists"),
        "it overwrites nothing"
    );
    writing.await.unwrap();

    let files = copy.contents();
    assert_eq!(files.len(), 1, "one file, and nothing beside it");
    assert_eq!(files[0].1.len() as u64, bytes);
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let mode = std::fs::metadata(copy.file()).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let copied = copy.open().await;
    let log = texts(&copied.log(run).await.unwrap());
    assert!((at_least..=at_most).contains(&(log.len() as u64)));
    assert_eq!(copied.alive().await.unwrap().len(), 1);
    assert_eq!(texts(&store.log(run).await.unwrap()).len(), 2_000);
}

#[tokio::test]
async fn a_backup_that_fails_leaves_nothing() {
    let (folder, copy) = (Folder::new(), Folder::new());
    let fault = Sqlite::backup(&folder.file(), &copy.file())
        .await
        .unwrap_err();
    assert_eq!(fault.fault, Fault::Failed, "there is no store: {fault}");
    drop(folder.open().await);
    let fault = Sqlite::backup(&folder.file(), &copy.file())
        .await
        .unwrap_err();
    assert!(
        fault.told.contains("not found"),
        "there is no such folder: {fault}"
    );

    std::fs::create_dir_all(copy.file().parent().unwrap()).unwrap();
    let other = copy.file().with_extension("other");
    rusqlite::Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE their (own TEXT)")
        .unwrap();
    Sqlite::backup(&other, &copy.file()).await.unwrap_err();
    assert_eq!(copy.contents().len(), 1);
}

#[tokio::test]
async fn integrity_tells_what_is_wrong() {
    let folder = Folder::new();
    let me = user("me");
    let store = folder.open().await;
    for _ in 0..3 {
        let begin = begun(&*store, &me, "A question").await;
        store.close(&close(&me, &begin, "An answer")).await.unwrap();
    }
    let found = Sqlite::integrity(&folder.file()).await.unwrap();
    assert_eq!(found.problems, [""; 0], "while it is in use");
    assert_eq!((found.conversations, found.messages), (3, 6));
    drop(store);
    let found = Sqlite::integrity(&folder.file()).await.unwrap();
    assert_eq!(found.problems, [""; 0]);
    assert_eq!(found.bytes, std::fs::metadata(folder.file()).unwrap().len());

    let db = rusqlite::Connection::open(folder.file()).unwrap();
    db.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM conversation WHERE number = 1")
        .unwrap();
    drop(db);
    let found = Sqlite::integrity(&folder.file()).await.unwrap();
    let problems = found.problems.join("; ");
    assert!(
        problems.contains("2 rows of message belong to no conversation"),
        "{problems}"
    );
    assert!(
        problems.contains("1 rows of run belong to no conversation"),
        "{problems}"
    );
}

#[tokio::test]
async fn a_store_is_opened_from_its_backup() {
    let (folder, copy) = (Folder::new(), Folder::new());
    let store = folder.open().await;
    let begin = begun(&*store, &user("me"), "A question").await;
    std::fs::create_dir_all(copy.file().parent().unwrap()).unwrap();
    Sqlite::backup(&folder.file(), &copy.file()).await.unwrap();
    let opened = Sqlite::open(SqliteSettings {
        file: copy.file(),
        ..folder.settings()
    })
    .await
    .unwrap();
    opened
        .append(vec![append(begin.run.id, 0, &["goes on"])])
        .await
        .unwrap();
    assert!(
        store.log(begin.run.id).await.unwrap().is_empty(),
        "they are two"
    );
}
